import EventLoop
import Glibc

/// The `x-request-id` of an exchange.
@LoopActor
enum RequestID {
    /// Random bytes from the system, taken for several ids at a time: a call for each costs more than the rest of an id.
    private static var pool: [UInt8] = []

    private static let randomBytes = 12
    /// `getentropy` gives at most 256 bytes at once.
    private static let poolBytes = 252

    /// `req_` and 24 random hexadecimal digits.
    static func random() -> String {
        if pool.isEmpty { pool = systemBytes(poolBytes) }
        defer { pool.removeLast(randomBytes) }
        return String(unsafeUninitializedCapacity: 4 + 2 * randomBytes) { text in
            _ = text.initialize(fromContentsOf: "req_".utf8)
            for (index, byte) in pool.suffix(randomBytes).enumerated() {
                text.initializeElement(at: 4 + 2 * index, to: hexDigit(byte >> 4))
                text.initializeElement(at: 5 + 2 * index, to: hexDigit(byte & 15))
            }
            return text.count
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func systemBytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            precondition(getentropy(bytes.baseAddress, count) == 0, "the system has no random numbers")
            initialized = count
        }
    }

    /// A client's own id is kept when it can stand in a header field and in a log line without quoting.
    nonisolated static func isWellFormed(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
