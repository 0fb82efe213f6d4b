/// What goes wrong with one part of a long text.
///
/// `fail` (so many first attempts of the request fault), `state` ("ok", "faulted", "censored", "csam"), `hang` (true:
/// never submitted), `latency_seconds`, `empty` (true: an empty text), `truncate` (0 to 1: only this share of what would
/// have been written, and not to the end of a sentence), `reply` (another text instead), `times` (1: for so many
/// requests; those after them are served well).
struct PartRule: Sendable, Equatable {
    var failures: Int?
    var state: String?
    var hangs = false
    var latencySeconds: Double?
    var isEmpty = false
    var share = 1.0
    var reply: String?
    var times = 1

    init(_ reader: inout ScriptReader) throws(SimulatorScript.Invalid) {
        failures = try reader.count("fail")
        state = try reader.state("state")
        hangs = try reader.bool("hang") ?? false
        latencySeconds = try reader.seconds("latency_seconds")
        isEmpty = try reader.bool("empty") ?? false
        share = try reader.share("truncate") ?? 1
        reply = try reader.string("reply")
        times = try reader.count("times") ?? 1
    }
}

/// Which part of a long text a request asks for.
struct TextPart: Equatable {
    /// From 1, in the order in which beginnings of the text were first seen.
    let number: Int
    /// How much of the text the prompt ends with, in bytes as returned.
    let progress: Int
    /// What goes wrong with it, if anything.
    let rule: PartRule?
}

/// Which parts of one rule's text have been asked for: a number for each beginning that a prompt has ended with.
///
/// A request submitted again ends with the same beginning, and so is the same part.
struct PartCounts {
    private var numbers: [Int: Int] = [:]
    private var uses: [Int: Int] = [:]

    mutating func part(of prompt: String, _ text: LongText, rules: [Int: PartRule]) -> TextPart {
        let progress = text.progress(of: prompt)
        let number = numbers[progress] ?? numbers.count + 1
        numbers[progress] = number
        guard let rule = rules[number], uses[number, default: 0] < rule.times else {
            return TextPart(number: number, progress: progress, rule: nil)
        }
        uses[number, default: 0] += 1
        return TextPart(number: number, progress: progress, rule: rule)
    }
}
