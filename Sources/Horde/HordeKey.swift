import Secrets

/// A key to AI Horde: whoever has it spends its owner's kudos, so it never shows in text.
package struct HordeKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    let secret: Secret

    /// The key that everybody may use (`API.md` of Horde: "anonymous").
    package static let anonymous = HordeKey(secret: Secret("0000000000"))

    private init(secret: Secret) { self.secret = secret }

    /// Takes text that has the shape of a key: `0000000000`, 22 characters of `[A-Za-z0-9_-]`, or a UUID (a shared key).
    ///
    /// Anything else, such as the placeholder that a client insists on, is none.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard text == Self.anonymous.secret.revealed || Self.isRegistered(bytes) || Self.isUUID(bytes) else {
            return nil
        }
        self.init(secret: Secret(text))
    }

    package var isAnonymous: Bool { self == .anonymous }

    package var description: String { "(a Horde key)" }
    package var debugDescription: String { description }

    private static func isRegistered(_ bytes: [UInt8]) -> Bool {
        bytes.count == 22
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static func isUUID(_ bytes: [UInt8]) -> Bool {
        bytes.count == 36
            && bytes.indices.allSatisfy { index in
                [8, 13, 18, 23].contains(index) ? bytes[index] == UInt8(ascii: "-") : bytes[index].isHexDigit
            }
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
