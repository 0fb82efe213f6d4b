import CLinux
import Glibc

/// Entries of systemd's journal, whose fields can be asked for: `journalctl REQUEST_ID=req_…`.
///
/// Each is a datagram of lines `NAME=value`; a value with a line feed in it stands behind its length instead (systemd, "Native
/// Journal Protocol"). While entries wait, each has its length before it.
package enum JournalEntry {
    package static let socketPath = "/run/systemd/journal/socket"

    /// The bytes of the length.
    private static let lengthBytes = MemoryLayout<UInt32>.size

    /// A socket on which entries are sent, which nobody waits for; nil where there is no journal.
    static func connect(to path: String) -> FileDescriptor? {
        guard let address = UnixAddress(Array(path.utf8)), let socket = UnixAddress.datagramSocket() else { return nil }
        guard address.connect(socket.rawValue) == 0 else { return nil }
        return consume socket
    }

    /// Appends an entry with the fields that `body` appends.
    static func add(to bytes: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
        let start = bytes.count
        bytes += repeatElement(0, count: lengthBytes)
        body(&bytes)
        let length = UInt32(bytes.count - start - lengthBytes)
        withUnsafeBytes(of: length) { bytes.replaceSubrange(start..<start + lengthBytes, with: $0) }
    }

    /// Sends the first of some entries.
    ///
    /// - Parameters:
    ///   - entries: whole ones.
    ///   - socket: one of `connect(to:)`.
    /// - Returns: the bytes of the entry, or -1 with `errno`; and how many they are in any case.
    static func send(first entries: UnsafeRawBufferPointer, to socket: CInt) -> (count: Int, all: Int) {
        let length = Int(entries.loadUnaligned(as: UInt32.self))
        let bytes = UnsafeRawBufferPointer(rebasing: entries[lengthBytes..<lengthBytes + length])
        let sent = Glibc.send(socket, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
        return (sent < 0 ? -1 : lengthBytes + length, lengthBytes + length)
    }

    /// The numbers of syslog (RFC 5424, 6.2.1) for the levels of swift-log.
    static func priority(of level: String) -> Int {
        switch level {
        case "critical": 2
        case "error": 3
        case "warning": 4
        case "notice": 5
        case "info": 6
        default: 7
        }
    }

    /// What the journal takes for a name: capitals, digits and `_`, which does not come first.
    static func fieldName(_ key: String) -> String {
        String(key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }.drop { $0 == "_" })
    }
}

extension [UInt8] {
    /// Appends a field of a journal's entry.
    mutating func append(field name: String, _ value: some Collection<UInt8>) {
        append(text: name)
        if value.contains(UInt8(ascii: "\n")) {
            append(UInt8(ascii: "\n"))
            Swift.withUnsafeBytes(of: UInt64(value.count).littleEndian) { append(contentsOf: $0) }
        } else {
            append(UInt8(ascii: "="))
        }
        append(contentsOf: value)
        append(UInt8(ascii: "\n"))
    }
}
