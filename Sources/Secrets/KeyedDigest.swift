import COpenSSL
import Glibc

/// HMAC-SHA256 with a salt of one's own (RFC 2104): equal texts have equal digests, and without the salt nobody can try texts.
package struct KeyedDigest: Sendable {
    /// Of a salt and of a digest.
    package static let byteCount = 32

    private let salt: [UInt8]

    /// Salted at random: digests mean nothing to another process.
    package init() {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        // OpenSSL's generator is seeded by the kernel, and fails only where that has no randomness.
        precondition(RAND_bytes(&bytes, CInt(bytes.count)) == 1, "the system gives no random numbers")
        salt = bytes
    }

    /// Salted as the file says, which is made with a random salt where it is missing.
    ///
    /// - Returns: nil when the file can neither be read nor made.
    package init?(saltFile path: String) {
        self.init()
        if Self.write(salt, to: path) { return }
        guard let bytes = Self.read(path) else { return nil }
        self.init(salt: bytes)
    }

    package init(salt: [UInt8]) { self.salt = salt }

    /// The digest of some bytes.
    package func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Self.byteCount)
        var count: CUnsignedInt = 0
        let made = HMAC(EVP_sha256(), salt, CInt(salt.count), bytes, bytes.count, &digest, &count)
        precondition(made != nil && Int(count) == Self.byteCount, "SHA-256 is always there")
        return digest
    }

    /// Eight hexadecimal digits that tell one secret from others in a log.
    package func label(_ secret: Secret) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = digest(Array(secret.revealed.utf8)).prefix(4)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }

    /// Makes the file; false when there is one, or none can be made.
    private static func write(_ salt: [UInt8], to path: String) -> Bool {
        // Linked under its name when it is whole: another process never reads half of it.
        let draft = path + ".\(getpid())"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { unlink(draft) }
        let written = Glibc.write(file, salt, salt.count)
        close(file)
        return written == salt.count && link(draft, path) == 0
    }

    private static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        return Glibc.read(file, &bytes, byteCount) == byteCount ? bytes : nil
    }
}
