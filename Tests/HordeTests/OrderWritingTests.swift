import FoundationEssentials
import Testing

@testable import Horde

/// An order as the synthesized `Encodable` writes it: the reference for what is sent.
private struct ReferenceOrder: Encodable {
    let order: GenerationOrder

    private enum Key: String, CodingKey {
        case prompt, models, params, workers
        case trustedWorkers = "trusted_workers"
        case slowWorkers = "slow_workers"
        case validatedBackends = "validated_backends"
        case allowDowngrade = "allow_downgrade"
        case workerBlacklist = "worker_blacklist"
        case webhook
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(order.prompt, forKey: .prompt)
        try fields.encode(order.models, forKey: .models)
        try fields.encode(ReferenceParameters(params: order.params), forKey: .params)
        try fields.encodeIfPresent(order.workers, forKey: .workers)
        try fields.encodeIfPresent(order.trustedWorkers, forKey: .trustedWorkers)
        try fields.encodeIfPresent(order.slowWorkers, forKey: .slowWorkers)
        try fields.encodeIfPresent(order.validatedBackends, forKey: .validatedBackends)
        try fields.encodeIfPresent(order.allowDowngrade, forKey: .allowDowngrade)
        try fields.encodeIfPresent(order.workerBlacklist, forKey: .workerBlacklist)
        try fields.encodeIfPresent(order.webhook, forKey: .webhook)
    }

    var bytes: [UInt8] {
        get throws { Array(try JSONEncoder().encode(self)) }
    }
}

private struct ReferenceParameters: Encodable {
    let params: GenerationOrder.Parameters

    private enum Key: String, CodingKey, CaseIterable {
        case n, temperature, typical, tfs, frmtadsnsp, frmtrmblln, frmtrmspch, frmttriminc, singleline
        case maxLength = "max_length"
        case maxContextLength = "max_context_length"
        case topP = "top_p"
        case stopSequence = "stop_sequence"
        case useDefaultBadwordsids = "use_default_badwordsids"
        case topK = "top_k"
        case minP = "min_p"
        case topA = "top_a"
        case repetitionPenalty = "rep_pen"
        case repetitionPenaltyRange = "rep_pen_range"
        case repetitionPenaltySlope = "rep_pen_slope"
        case dynatempRange = "dynatemp_range"
        case dynatempExponent = "dynatemp_exponent"
        case smoothingFactor = "smoothing_factor"
        case samplerOrder = "sampler_order"
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(params.n, forKey: .n)
        try fields.encode(params.maxLength, forKey: .maxLength)
        try fields.encode(params.maxContextLength, forKey: .maxContextLength)
        try fields.encode(params.stopSequence, forKey: .stopSequence)
        for key: Key in [
            .useDefaultBadwordsids, .frmtadsnsp, .frmtrmblln, .frmtrmspch, .frmttriminc, .singleline,
        ] {
            try fields.encode(false, forKey: key)
        }
        let numbers: [(Key, Double?)] = [
            (.temperature, params.temperature), (.topP, params.topP), (.minP, params.minP), (.topA, params.topA),
            (.typical, params.typical), (.tfs, params.tfs), (.repetitionPenalty, params.repetitionPenalty),
            (.repetitionPenaltySlope, params.repetitionPenaltySlope), (.dynatempRange, params.dynatempRange),
            (.dynatempExponent, params.dynatempExponent), (.smoothingFactor, params.smoothingFactor),
        ]
        for (key, number) in numbers { try fields.encodeIfPresent(number, forKey: key) }
        try fields.encodeIfPresent(params.topK, forKey: .topK)
        try fields.encodeIfPresent(params.repetitionPenaltyRange, forKey: .repetitionPenaltyRange)
        try fields.encodeIfPresent(params.samplerOrder, forKey: .samplerOrder)
    }
}

struct OrderWritingTests {
    @Test(arguments: 0..<40)
    func `an order is the JSON value that Foundation's encoder makes of it`(seed: UInt64) throws {
        var source = SeededGenerator(seed: seed)
        for _ in 0..<25 {
            let order = GenerationOrder.random(&source)
            let sent = try ForeignJSON(reading: order.body)
            #expect(try sent == ForeignJSON(reading: ReferenceOrder(order: order).bytes), "\(order)")
        }
    }

    @Test func `every field of an order is sent where it is set, and only what Horde has to know where none is`() throws
    {
        func count(_ order: GenerationOrder) throws -> Int {
            guard case .object(let fields) = try ForeignJSON(reading: order.body),
                case .object(let params)? = fields["params"]
            else { return 0 }
            return fields.count + params.count
        }
        var order = GenerationOrder(prompt: "", models: [], params: .init(n: 1, maxLength: 16, maxContextLength: 80))
        #expect(try count(order) == 13)
        order.setAll()
        // Every property of the order and of its parameters, and the six fields that are always false.
        let properties = Mirror(reflecting: order).children.count + Mirror(reflecting: order.params).children.count
        #expect(try count(order) == properties + 6)
    }
}

extension GenerationOrder {
    fileprivate mutating func setAll() {
        (trustedWorkers, slowWorkers, validatedBackends, allowDowngrade) = (true, false, true, false)
        (workers, workerBlacklist, webhook) = (["w"], true, "https://h.example/hooks/t")
        (params.temperature, params.topP, params.minP, params.topA) = (1, 0.95, 0.1, 0.2)
        (params.typical, params.tfs, params.repetitionPenalty) = (0.3, 1, 1.1)
        (params.repetitionPenaltyRange, params.repetitionPenaltySlope) = (1024, 0.7)
        (params.dynatempRange, params.dynatempExponent, params.smoothingFactor) = (0.001, 1e-7, 3.25)
        (params.topK, params.samplerOrder) = (40, [6, 0, 1, 3, 4, 2, 5])
    }

    fileprivate static func random(_ source: inout SeededGenerator) -> GenerationOrder {
        func text(_ countMax: Int) -> String {
            let parts = [
                "a", "word ", "\n", "\r\n", "\t", "\"", "\\", "/", "\u{8}", "\u{C}", "\u{1}", "\u{1F}", "\u{7F}", "é",
                "日本",
                "👩‍👩‍👧", "\u{2028}", "<|im_end|>", "e\u{301}", "</s>", "\u{FFFD}", "\u{FEFF}",
            ]
            return (0..<Int.random(in: 0...countMax, using: &source)).reduce(into: "") { text, _ in
                text += parts[Int.random(in: parts.indices, using: &source)]
            }
        }
        func maybe<Value>(_ value: Value) -> Value? { Bool.random(using: &source) ? value : nil }
        func number() -> Double {
            maybe(Double.random(in: 0...5, using: &source)) ?? Double(Int.random(in: 0...5, using: &source))
        }
        var order = GenerationOrder(
            prompt: text(200),
            models: (0..<Int.random(in: 0...3, using: &source)).map { _ in text(4) },
            params: .init(
                n: Int.random(in: 1...20, using: &source),
                maxLength: Int.random(in: 16...4096, using: &source),
                maxContextLength: Int.random(in: 80...1_048_576, using: &source),
                temperature: maybe(number()),
                topP: maybe(number()),
                stopSequence: (0..<Int.random(in: 0...4, using: &source)).map { _ in text(3) }
            )
        )
        if Bool.random(using: &source) { order.setAll() }
        order.trustedWorkers = maybe(Bool.random(using: &source))
        order.workers = maybe([text(3), text(3)])
        order.params.topK = maybe(Int.random(in: 0...200, using: &source))
        (order.params.minP, order.params.topA, order.params.tfs) = (
            maybe(number()), maybe(1e-7), maybe(Double.leastNonzeroMagnitude)
        )
        (order.params.typical, order.params.smoothingFactor) = (maybe(number()), maybe(0.1 + 0.2))
        return order
    }
}
