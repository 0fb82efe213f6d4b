import Glibc
import Testing

@testable import Secrets

@Suite struct SecretTests {
    @Test func `a secret shows in no text that is made of it`() {
        struct Holder { let key = Secret("sk-canary") }
        var dumped = ""
        dump(Holder(), to: &dumped)
        for text in ["\(Secret("sk-canary"))", String(reflecting: Secret("sk-canary")), "\(Holder())", dumped] {
            #expect(!text.contains("canary"), "\(text)")
        }
    }
}

@Suite struct KeyedDigestTests {
    /// RFC 4231, test case 2.
    @Test func `the digest is HMAC-SHA256`() {
        let digest = KeyedDigest(salt: Array("Jefe".utf8)).digest(Array("what do ya want for nothing?".utf8))
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        let digits = Array("0123456789abcdef")
        #expect(String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }) == expected)
    }

    @Test func `a salt is made once, whole and for its owner alone`() throws {
        let directory = try #require(Self.scratch())
        defer { Self.remove(directory) }
        let path = directory + "/salt"
        let first = try #require(KeyedDigest(saltFile: path))
        let second = try #require(KeyedDigest(saltFile: path))
        #expect(first.digest([1]) == second.digest([1]))
        #expect(KeyedDigest().digest([1]) != first.digest([1]))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600 && status.st_size == 32)
    }

    @Test func `a salt that can neither be made nor read is none`() {
        #expect(KeyedDigest(saltFile: "/proc/none-such/salt") == nil)
    }

    @Test func `half a salt is none`() throws {
        let directory = try #require(Self.scratch())
        defer { Self.remove(directory) }
        let file = try #require(fopen(directory + "/salt", "w"))
        fputs("short", file)
        fclose(file)
        #expect(KeyedDigest(saltFile: directory + "/salt") == nil)
    }

    private static func scratch() -> String? {
        var template = Array("/tmp/interposer-secrets-XXXXXX".utf8CString)
        return mkdtemp(&template).map { String(cString: $0) }
    }

    private static func remove(_ directory: String) {
        unlink(directory + "/salt")
        rmdir(directory)
    }
}
