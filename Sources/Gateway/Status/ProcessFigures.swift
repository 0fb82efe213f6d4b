import EventLoop
import Glibc

/// What the process uses, as the kernel tells it (proc(5), getrusage(2)).
struct ProcessFigures {
    let uptimeSeconds: Int
    /// nil where the kernel does not tell.
    let residentBytes: Int?
    let descriptors: Int?
    let descriptorsMax: Int
    let cpuSeconds: Double

    /// When the process began, in seconds since the Unix epoch.
    let startSeconds: Int

    private static let start = (instant: ContinuousClock.now, seconds: Int(time(nil)))

    /// Begins to count the time.
    static func begin() { _ = start }

    static var current: ProcessFigures {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return ProcessFigures(
            uptimeSeconds: Int((ContinuousClock.now - start.instant).components.seconds),
            residentBytes: residentBytes,
            descriptors: descriptors,
            descriptorsMax: FileDescriptor.countMax,
            cpuSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds,
            startSeconds: start.seconds
        )
    }

    private static var residentBytes: Int? {
        guard let file = fopen("/proc/self/statm", "re") else { return nil }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 128)
        guard fgets(&text, CInt(text.count), file) != nil else { return nil }
        // Its second number are pages.
        let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " "
        )
        return words.count > 1 ? Int(words[1]).map { $0 * Int(sysconf(CInt(_SC_PAGESIZE))) } : nil
    }

    private static var descriptors: Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Less its own, and the folder with its parent.
        return max(count - 3, 0)
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
