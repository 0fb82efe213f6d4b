import Glibc

/// What the kernel tells of a process.
package struct ProcessReading: Sendable, Equatable {
    /// User and system time since its start, in microseconds, in steps of the kernel's tick (10 ms).
    package var cpuMicroseconds = 0
    /// Resident memory now and at its highest, in KiB.
    package var residentKiB = 0
    package var residentKiBMax = 0
    package var threads = 0
    package var descriptors = 0

    /// Reads `/proc/PID`; nil when there is no such process, or it is somebody else's.
    package init?(of pid: Int) {
        guard let stat = Self.file("/proc/\(pid)/stat"), let status = Self.file("/proc/\(pid)/status"),
            let descriptors = Self.entries("/proc/\(pid)/fd")
        else { return nil }
        self.init(stat: stat, status: status, ticksPerSecond: sysconf(CInt(_SC_CLK_TCK)))
        self.descriptors = descriptors
    }

    /// From the texts of `stat` and `status` (proc(5)).
    init(stat: String, status: String, ticksPerSecond: Int) {
        // The second field is a name in parentheses, which may have any character in it.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        // Fields 14 and 15 of the line; the first here is the rest of the second.
        if fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) {
            cpuMicroseconds = (user + system) * 1_000_000 / max(ticksPerSecond, 1)
        }
        for line in status.split(separator: "\n") {
            let parts = line.split(whereSeparator: \.isWhitespace)
            guard parts.count >= 2, let value = Int(parts[1]) else { continue }
            switch parts[0] {
            case "VmRSS:": residentKiB = value
            case "VmHWM:": residentKiBMax = value
            case "Threads:": threads = value
            default: break
            }
        }
    }

    private static func file(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Limits.procBytesMax)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    private static func entries(_ path: String) -> Int? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Without `.` and `..`.
        return max(0, count - 2)
    }
}
