/// The `x-request-id` of an exchange.
enum RequestID {
    /// `req_` and 24 random hexadecimal digits.
    static func random() -> String {
        let number = UInt128(UInt64.random(in: .min ... .max)) << 32 | UInt128(UInt32.random(in: .min ... .max))
        let digits = String(number, radix: 16)
        return "req_" + String(repeating: "0", count: 24 - digits.count) + digits
    }

    /// A client's own id is kept when it can stand in a header field and in a log line without quoting.
    static func isWellFormed(_ text: String) -> Bool {
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
