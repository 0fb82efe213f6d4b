import COpenSSL

/// SHA-256 without a salt (FIPS 180-4): for texts that nobody can guess, as keys made at random.
package enum SHA256 {
    package static let byteCount = 32

    package static func digest(_ secret: Secret) -> [UInt8] {
        let bytes = Array(secret.revealed.utf8)
        var digest = [UInt8](repeating: 0, count: byteCount)
        let made = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        precondition(made == 1, "SHA-256 is always there")
        return digest
    }

    /// Whether two digests are the same, in a time that does not tell where they differ.
    package static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}

extension SHA256 {
    private static let prefix = "sha256:"

    /// The digest as a configuration has it.
    package static func written(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return prefix
            + String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }

    /// What `written` has made; nil for anything else.
    package static func digest(written text: String) -> [UInt8]? {
        let digits = Array(text.utf8.dropFirst(prefix.utf8.count))
        guard text.hasPrefix(prefix), digits.count == 2 * byteCount else { return nil }
        var digest: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[place]), let low = value(digits[place + 1]) else { return nil }
            digest.append(high << 4 | low)
        }
        return digest
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
