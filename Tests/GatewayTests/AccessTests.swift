import HTTPServer
import HTTPTypes
import Horde
import OpenAI
import Secrets
import Testing

@testable import Gateway

@Suite struct AccessPolicyTests {
    private static let registered = "abcDEF0123456789_-wxyz"
    private static let shared = "123e4567-e89b-12d3-a456-426614174000"
    private static let local = LocalKey.random()
    private static let other = LocalKey.random()

    private func policy(_ mode: AccessPolicy.Mode) throws -> AccessPolicy {
        var rich = LocalKey(name: "rich", digest: SHA256.digest(Self.other))
        rich.hordeKey = HordeKey(Self.shared)
        let keys = [LocalKey(name: "plain", digest: SHA256.digest(Self.local)), rich]
        return AccessPolicy(mode, localKeys: keys, serverKey: try #require(HordeKey("SERVERSERVERSERVERSERV")))
    }

    private func grant(_ mode: AccessPolicy.Mode, _ authorization: String?) throws -> AccessPolicy.Grant? {
        var fields: HTTPFields = [:]
        fields[.authorization] = authorization
        return try policy(mode).grant(BearerKey.of(fields))
    }

    @Test(
        arguments: [
            ("Bearer \(registered)", registered), ("bearer \(registered)", registered),
            ("Bearer   \(registered)", registered), ("Bearer \(shared)", shared), ("Bearer 0000000000", "0000000000"),
            ("Bearer sk-proj-0123456789abcdef", nil), ("Bearer none", nil), ("Bearer ", nil), ("Bearer", nil),
            ("", nil),
            (registered, nil), ("Basic \(registered)", nil), ("Bearer \(registered)x", nil), (nil, nil),
        ] as [(String?, String?)]
    )
    func `what has the shape of a Horde key is used as one, and opens a passthrough server`(
        authorization: String?,
        key: String?
    ) throws {
        let expected = try key.map { try #require(HordeKey($0)) }
        #expect(try grant(.open, authorization)?.hordeKey == expected ?? policy(.open).serverKey)
        #expect(try grant(.passthrough, authorization)?.hordeKey == expected)
        #expect(try grant(.keys, authorization) == nil)
    }

    @Test func `a local key opens a server with local keys, and is a Horde key nowhere`() throws {
        let plain = try #require(try grant(.keys, "Bearer \(Self.local.revealed)"))
        #expect(try plain.localKey?.name == "plain" && plain.hordeKey == policy(.keys).serverKey)
        let rich = try #require(try grant(.keys, "Bearer \(Self.other.revealed)"))
        #expect(rich.localKey?.name == "rich" && rich.hordeKey == HordeKey(Self.shared))
        #expect(try grant(.keys, "Bearer \(LocalKey.random().revealed)") == nil)
        #expect(try grant(.passthrough, "Bearer \(Self.local.revealed)") == nil)
        #expect(HordeKey(Self.local.revealed) == nil)
        for _ in 0..<100 { #expect(HordeKey(LocalKey.random().revealed) == nil) }
    }

    @Test func `a refusal tells what is taken and not what was sent`() throws {
        let key = Secret("hunter2-hunter2")
        for mode in [AccessPolicy.Mode.passthrough, .keys] {
            let error = try policy(mode).refusal(key)
            #expect(error.status == 401 && !error.message.contains("hunter2"))
            #expect(try policy(mode).refusal(nil).message.hasPrefix("No API key was sent."))
        }
        #expect(!"\(key) \(String(reflecting: key))".contains("hunter2"))
    }

    @Test(
        arguments: [
            ("qwen", ["koboldcpp/Qwen3-8B"], true), ("KOBOLDCPP/QWEN3-8B", ["koboldcpp/Qwen3-8B"], true),
            ("horde/auto", ["koboldcpp/Llama"], true), ("Mine", ["koboldcpp/Llama"], true),
            ("horde/large", ["koboldcpp/Llama"], false), ("horde/small-qwen", ["koboldcpp/Llama"], true),
            // Short for another model than its text seems to name.
            ("qwen/Llama-3-70B", ["koboldcpp/Llama-3-70B"], false), ("koboldcpp/Llama", ["koboldcpp/Llama"], false),
            ("Qwen, Llama", ["koboldcpp/Qwen3-8B", "koboldcpp/Llama"], false), ("", [], false),
        ] as [(String, [String], Bool)]
    )
    func `a key may ask for the models that it has`(name: String, candidates: [String], isAllowed: Bool) {
        var terms = LocalKey.Terms()
        #expect(terms.allows(name, candidates: candidates))
        terms.models = ["*qwen*", "Horde/Auto", "mine"]
        #expect(terms.allows(name, candidates: candidates) == isAllowed)
    }
}

@Suite struct KeyLedgerTests {
    private func key(concurrency: Int? = nil, tokens: Int? = nil, kudos: Int? = nil) -> LocalKey {
        var key = LocalKey(name: "a", digest: [])
        (key.terms.concurrencyMax, key.terms.dailyTokensMax) = (concurrency, tokens)
        key.terms.dailyKudosMax = kudos
        return key
    }

    private func begin(_ ledger: inout KeyLedger, _ key: LocalKey, at seconds: Int = 0) -> KeyLedger.Refusal? {
        ledger.begin(key, at: seconds)
    }

    private func end(_ ledger: inout KeyLedger, _ key: LocalKey, tokens: Int, at seconds: Int) {
        ledger.used(key, tokens: tokens, at: seconds)
        ledger.end(key)
    }

    @Test func `a key has as many answers under way as it may`() {
        var ledger = KeyLedger()
        let key = key(concurrency: 2)
        #expect(begin(&ledger, key) == nil)
        #expect(begin(&ledger, key) == nil)
        #expect(begin(&ledger, key) == .concurrency(max: 2))
        end(&ledger, key, tokens: 5, at: 0)
        #expect(begin(&ledger, key) == nil)
    }

    @Test func `a day's tokens are used up until midnight`() {
        var ledger = KeyLedger()
        let key = key(tokens: 100)
        let noon = 20_000 * 86_400 + 43_200
        #expect(begin(&ledger, key, at: noon) == nil)
        end(&ledger, key, tokens: 99, at: noon)
        #expect(begin(&ledger, key, at: noon) == nil)
        end(&ledger, key, tokens: 99, at: noon)
        #expect(begin(&ledger, key, at: noon + 200) == .dailyTokens(max: 100, secondsLeft: 43_000))
        #expect(begin(&ledger, key, at: noon + 43_200) == nil)
    }

    @Test func `a day's kudos are used up until midnight, also by what is told later`() {
        var ledger = KeyLedger()
        let key = key(kudos: 20)
        #expect(begin(&ledger, key, at: 86_400) == nil)
        ledger.spent(key, kudos: 12.5, at: 86_410)
        ledger.end(key)
        #expect(begin(&ledger, key, at: 86_420) == nil)
        ledger.end(key)
        ledger.spent(key, kudos: 7.5, at: 86_430)
        #expect(begin(&ledger, key, at: 86_440) == .dailyKudos(max: 20, secondsLeft: 86_360))
        #expect(begin(&ledger, key, at: 2 * 86_400) == nil)
        let account = ledger.account(of: "a", at: 2 * 86_400)
        #expect(account.today == KeyLedger.Use(answers: 1, tokens: 0, kudos: 0))
        #expect(account.sinceStart == KeyLedger.Use(answers: 3, tokens: 0, kudos: 20) && account.answers == 1)
        #expect(ledger.account(of: "unknown", at: 0) == KeyLedger.Account())
    }

    @Test func `a clock that was ahead for a moment does not stop the days`() {
        var ledger = KeyLedger()
        let key = key(tokens: 100)
        end(&ledger, key, tokens: 100, at: 400 * 86_400)
        end(&ledger, key, tokens: 100, at: 10 * 86_400)
        #expect(begin(&ledger, key, at: 10 * 86_400 + 1) != nil)
        #expect(begin(&ledger, key, at: 11 * 86_400) == nil)
    }

    @Test func `an answer that ends after midnight counts for the new day, and still counts as ended`() {
        var ledger = KeyLedger()
        let key = key(concurrency: 1, tokens: 100)
        #expect(begin(&ledger, key, at: 86_399) == nil)
        end(&ledger, key, tokens: 60, at: 86_401)
        #expect(begin(&ledger, key, at: 86_402) == nil)
        end(&ledger, key, tokens: 60, at: 86_403)
        #expect(begin(&ledger, key, at: 86_404) == .dailyTokens(max: 100, secondsLeft: 86_396))
    }
}

@Suite struct FailedAttemptsTests {
    private let now = ContinuousClock.now

    @Test func `an address waits after as many failures as it may have, until the minute is over`() {
        var attempts = FailedAttempts()
        for count in 0..<Limits.failedAttemptsMax {
            #expect(attempts.pause(for: "a", at: now) == nil, "after \(count)")
            attempts.failed("a", at: now)
        }
        #expect(attempts.pause(for: "a", at: now + .seconds(10)) == Limits.failedAttemptsWindow - .seconds(10))
        #expect(attempts.pause(for: "b", at: now) == nil)
        let later = now + Limits.failedAttemptsWindow
        #expect(attempts.pause(for: "a", at: later) == nil)
        attempts.failed("a", at: later)
        #expect(attempts.pause(for: "a", at: later) == nil)
    }

    @Test func `a host has as many tries as one address, however many it has`() {
        var attempts = FailedAttempts()
        for number in 0..<Limits.failedAttemptsMax { attempts.failed("2001:db8::\(number)", at: now) }
        #expect(attempts.pause(for: "2001:db8::ffff", at: now) != nil)
        #expect(attempts.pause(for: "2001:db8:0:1::1", at: now) == nil)
    }

    @Test func `of many addresses the oldest is forgotten`() {
        var attempts = FailedAttempts()
        for _ in 0..<Limits.failedAttemptsMax { attempts.failed("old", at: now) }
        for number in 0..<Limits.failedAddressesMax { attempts.failed("\(number)", at: now + .seconds(1)) }
        #expect(attempts.pause(for: "old", at: now + .seconds(1)) == nil)
    }
}

@Suite struct ClientAddressTests {
    @Test(
        arguments: [
            ("10.0.0.1", nil, "10.0.0.1"), ("10.0.0.1", "192.0.2.7", "192.0.2.7"),
            ("192.0.2.1", "192.0.2.7", "192.0.2.1"),
            ("10.0.0.1", "1.1.1.1, 192.0.2.7", "192.0.2.7"), ("10.0.0.1", "1.1.1.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
            ("10.0.0.1", "10.0.0.3", "10.0.0.3"), ("10.0.0.1", "", "10.0.0.1"),
        ] as [(String, String?, String)]
    )
    func `trusted proxies are believed whom they forward, and nobody else`(
        peer: String,
        list: String?,
        address: String
    ) throws {
        var fields: HTTPFields = [:]
        fields[try #require(HTTPField.Name("X-Forwarded-For"))] = list
        let request = Request(id: "r", method: .get, rawPath: "/", path: "/", fields: fields, remoteAddress: peer)
        #expect(ClientAddress.of(request, behind: [try #require(AddressRange("10.0.0.0/8"))]) == address)
    }
}
