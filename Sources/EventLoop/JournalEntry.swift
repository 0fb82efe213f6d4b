import CLinux
import Glibc

/// Entries of systemd's journal, whose fields can be asked for: `journalctl REQUEST_ID=req_…`.
///
/// Each is a datagram of lines `NAME=value`; a value with a line feed in it stands behind its length instead (systemd, "Native
/// Journal Protocol"). While entries wait, each has its length before it.
enum JournalEntry {
    /// The bytes of the length.
    fileprivate static let lengthBytes = MemoryLayout<UInt32>.size

    /// Appends an entry with the fields that `body` appends.
    static func add(to bytes: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
        let start = bytes.count
        bytes += repeatElement(0, count: lengthBytes)
        body(&bytes)
        let length = UInt32(bytes.count - start - lengthBytes)
        withUnsafeBytes(of: length) { bytes.replaceSubrange(start..<start + lengthBytes, with: $0) }
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

/// Where the journal takes entries; nobody waits for it.
///
/// ## When it goes away
/// The socket is closed.
package struct JournalSocket: ~Copyable {
    package static let usualPath = "/run/systemd/journal/socket"

    private let address: UnixAddress
    private let socket: FileDescriptor

    /// nil where there is no journal.
    init?(path: String) {
        guard let address = UnixAddress(Array(path.utf8)), let socket = UnixAddress.datagramSocket() else { return nil }
        guard address.connect(socket.rawValue) == 0 else { return nil }
        self.address = address
        self.socket = socket
    }

    var rawValue: CInt { socket.rawValue }

    /// Sends the first of some entries.
    ///
    /// - Parameter entries: whole ones.
    /// - Returns: the bytes of the entry, or -1 with `errno`; and how many they are in any case.
    func send(first entries: UnsafeRawBufferPointer) -> (count: Int, all: Int) {
        let start = JournalEntry.lengthBytes
        let end = start + Int(entries.loadUnaligned(as: UInt32.self))
        let entry = UnsafeRawBufferPointer(rebasing: entries[start..<end])
        var sent = send(entry)
        // A journal that was begun anew has another socket at the same place.
        if sent < 0, errno == ECONNREFUSED || errno == ENOTCONN, address.connect(rawValue) == 0 { sent = send(entry) }
        return (sent < 0 ? -1 : end, end)
    }

    private func send(_ entry: UnsafeRawBufferPointer) -> Int {
        Glibc.send(rawValue, entry.baseAddress, entry.count, CInt(MSG_NOSIGNAL))
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
