import EventLoop
import HTTPTypes
import Horde
import OpenAI
import Prompting
import Testing

@testable import Gateway

@Suite struct NearestNamesTests {
    static let known = ["mistral-7b", "mistral-70b", "llama-3-8b", "Llama-3-70B-Instruct", "qwen"]

    @Test(arguments: [
        ("mistral-7", ["mistral-70b", "mistral-7b"]),
        ("mistrl-7b", ["mistral-7b", "mistral-70b"]),
        ("LLAMA-3-70b-instruct", ["Llama-3-70B-Instruct"]),
        ("quen", ["qwen"]),
        ("my/qwen:latest", ["qwen"]),
        ("gpt-4o-mini-2024", []),
        ("", []),
    ])
    func `near names are found, the nearest first`(name: String, near: [String]) {
        #expect(NearestNames.of(name, among: Self.known, atMost: 3) == near)
    }

    @Test func `no more than asked for are named`() {
        #expect(NearestNames.of("mistral", among: Self.known, atMost: 1) == ["mistral-70b"])
    }

    @Test func `a name of a megabyte costs no more than one of 255 bytes`() {
        #expect(NearestNames.of(String(repeating: "z", count: 1 << 20), among: Self.known, atMost: 3) == [])
    }
}

@Suite struct CrossOriginPolicyTests {
    private let listed = CrossOriginPolicy(origins: ["https://good.example"])

    @Test func `by default every origin may call`() {
        let fields = CrossOriginPolicy().fields(for: [.origin: "https://any.example"])
        #expect(fields[.accessControlAllowOrigin] == "*")
        #expect(fields[.accessControlExposeHeaders]?.contains("retry-after") == true)
        #expect(fields[.accessControlAllowCredentials] == nil)
        #expect(fields[.vary] == nil)
    }

    @Test(arguments: [
        ("https://good.example", "https://good.example"), ("https://bad.example", nil),
        ("https://good.example.bad.example", nil), ("null", nil), (nil, nil),
    ])
    func `a list lets exactly its origins in`(origin: String?, allowed: String?) {
        var request: HTTPFields = [:]
        request[.origin] = origin
        let fields = listed.fields(for: request)
        #expect(fields[.accessControlAllowOrigin] == allowed)
        #expect(fields[.vary] == "Origin")
    }

    @Test func `a preflight tells methods and repeats the header names asked for`() {
        let fields = CrossOriginPolicy().preflight([
            .origin: "https://any.example", .accessControlRequestHeaders: "authorization, x-stainless-os",
        ])
        #expect(fields[.accessControlAllowOrigin] == "*")
        #expect(fields[.accessControlAllowMethods] == "GET, POST, OPTIONS")
        #expect(fields[.accessControlAllowHeaders] == "authorization, x-stainless-os")
        #expect(fields[.accessControlMaxAge] == "86400")
    }

    @Test func `a preflight of a stranger allows no origin`() {
        #expect(listed.preflight([.origin: "https://bad.example"])[.accessControlAllowOrigin] == nil)
        #expect(listed.preflight([:])[.accessControlAllowHeaders]?.contains("authorization") == true)
    }

    @Test(
        arguments: [
            (nil, "anything", true), (nil, nil, true), (["localhost"], "localhost", true),
            (["localhost"], "localhost:8080", true), (["localhost:8080"], "localhost:8080", true),
            (["localhost:8080"], "localhost", false), (["localhost"], "localhost.bad.example", false),
            (["localhost"], nil, false), (["LocalHost"], "localHOST:1", true), ([], "localhost", false),
            (["[::1]"], "[::1]:8080", true),
        ] as [([String]?, String?, Bool)]
    )
    func `a list of hosts holds with and without the port`(hosts: [String]?, host: String?, isAllowed: Bool) {
        #expect(CrossOriginPolicy(hosts: hosts).allows(host: host) == isAllowed)
    }
}

@Suite struct AccountLimitsTests {
    private let catalog = Catalog(
        supply: Catalog.Supply(load: Load(queuedTextRequests: 200, textThreadCount: 0)),
        formats: .builtIn,
        created: 0
    )

    @Test @LoopActor func `of a registered account nothing is known until it is refused`() throws {
        let key = try #require(HordeKey("abcdefghijklmnopqrstuv"))
        let other = try #require(HordeKey("vutsrqponmlkjihgfedcba"))
        let limits = AccountLimits()
        #expect(limits.freeTokens(key, catalog) == nil)
        limits.learn(key, freeTokens: 400)
        #expect(limits.freeTokens(key, catalog) == 400)
        #expect(limits.freeTokens(other, catalog) == nil)
    }

    @Test(arguments: [(300, 300), (400, 332), (10, 256), (-1, 256)])
    @LoopActor func `the smaller of computed and learned counts, never below what is always free`(
        learned: Int,
        counted: Int
    ) {
        let limits = AccountLimits()
        #expect(limits.freeTokens(.anonymous, catalog) == 332)
        limits.learn(.anonymous, freeTokens: learned)
        #expect(limits.freeTokens(.anonymous, catalog) == counted)
    }
}

@Suite struct HeartbeatsTests {
    private func pending(_ position: Int, isRunning: Bool = false) -> GenerationProgress {
        .pending(JobProgress(queuePosition: position, isRunning: isRunning))
    }

    @Test func `only what changed is news`() {
        var beats = Heartbeats()
        let heard: [(GenerationProgress, Bool)] = [
            (.submitting, false), (.inLine(ahead: 2, wait: .seconds(1)), true),
            (.inLine(ahead: 2, wait: .seconds(1)), false), (.inLine(ahead: 1, wait: .seconds(1)), true),
            (.submitting, true), (.accepted, true), (pending(0), true), (pending(0), false), (pending(9), true),
            (pending(9), false), (pending(3), true), (pending(0, isRunning: true), true),
            (pending(3, isRunning: true), false),
        ]
        for (index, (progress, isNews)) in heard.enumerated() {
            #expect(beats.heard(progress) == isNews, "step \(index)")
        }
    }

    @Test func `every fourth is a chunk`() {
        var beats = Heartbeats()
        let chunks = (1...12).filter { _ in beats.isTimeForChunk() }
        #expect(chunks == [4, 8, 12])
    }

    @Test func `a comment says how it stands, and begins with no word that a client knows`() {
        var beats = Heartbeats()
        _ = beats.heard(pending(9))
        let comment = String(decoding: beats.comment, as: UTF8.self)
        #expect(comment.hasPrefix(": keepalive"))
        #expect(comment.hasSuffix("position 9 in AI Horde's queue\n\n"))
    }
}

@Suite struct HealthTests {
    @Test(
        arguments: [
            (.fresh, false, 200, ["ready", "fresh"]), (.stale, false, 200, ["ready", "stale"]),
            (.none(why: nil), false, 503, ["waiting"]),
            (.none(why: "It is away"), false, 503, ["waiting", "It is away"]),
            (.fresh, true, 503, ["stopping"]), (.none(why: nil), true, 503, ["stopping"]),
        ] as [(ModelCatalog.State, Bool, Int, [String])]
    )
    func `ready is who has models and does not stop`(
        models: ModelCatalog.State,
        isStopping: Bool,
        status: Int,
        words: [String]
    ) {
        let reply = Health.readiness(models, isStopping: isStopping)
        let body = String(decoding: reply.body, as: UTF8.self)
        #expect(reply.status.code == status)
        #expect(words.allSatisfy { body.contains($0) }, "\(body)")
    }
}

@Suite struct StartLimitTests {
    @Test(
        arguments: [
            ([nil], 50), ([.min], 20), ([0], 20), ([3, 90], 20), ([30], 70), ([90, nil], 120), ([100_000], 120),
            ([], 50),
        ] as [([Int?], Int)]
    )
    func `a worker gets twice what the shortest queue takes to begin`(etas: [Int?], seconds: Int) {
        #expect(StartLimit.seconds(etas: etas) == seconds)
    }
}
