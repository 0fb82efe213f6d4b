import Prompting
import TestSupport
import Testing

/// That no text behind it changes what was certain of a text, and that a longer text never makes less certain.
///
/// Both follow from two things that are tried at every place of every text: what is certain of it is a beginning of
/// what is read of it, and of what is certain of it with one character more.
@Suite struct SettledReplyPropertyTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        let name: String
        let reading: Reading
        let stops: [String]

        var testDescription: String { name }
    }

    private static let opener = "<|im_start|>assistant"
    private static let granite = ThoughtTags(
        open: "<think>",
        close: "</think>",
        answerOpen: "<response>",
        answerClose: "</response>"
    )

    static let kinds: [Kind] = [
        Kind(name: "raw", reading: Reading(isRaw: true, isContinuation: true), stops: []),
        Kind(name: "raw from the start", reading: Reading(isRaw: true), stops: ["</s>"]),
        Kind(name: "plain", reading: Reading(beginsLine: true, assistantOpener: opener), stops: ["</s>"]),
        Kind(name: "granite", reading: Reading(thought: granite, turnOpeners: ["### User:"]), stops: ["</s>"]),
        Kind(name: "granite open", reading: Reading(thought: granite, isThoughtOpen: true), stops: []),
        Kind(
            name: "expected",
            reading: Reading(thought: .think, isThoughtExpected: true, assistantOpener: opener),
            stops: ["<|im_end|>"]
        ),
        Kind(
            name: "prefilled thought",
            reading: Reading(thought: .think, isThoughtOpen: true, isContinuation: true),
            stops: ["</s>"]
        ),
        Kind(name: "channels", reading: Reading(hasChannels: true), stops: []),
        Kind(name: "final open", reading: Reading(hasChannels: true, isContinuation: true), stops: ["<|return|>"]),
        Kind(
            name: "channels and tags",
            reading: Reading(thought: .think, isThoughtOpen: true, hasChannels: true),
            stops: ["</s>"]
        ),
    ]
    /// Every format at its default, told not to think, told to think, and with a prefill.
    static let formats: [Kind] = FormatTable.builtIn.names.flatMap { name -> [Kind] in
        guard let format = FormatTable.builtIn[name] else { return [] }
        let asked = Conversation.of((.user, "Q"))
        let prefilled = Conversation.of((.user, "Q"), (.assistant, "<think>A"))
        return [(asked, nil), (asked, ThinkingEffort.none), (asked, ThinkingEffort.high), (prefilled, nil)].enumerated()
            .map { index, how in
                let prompt = format.render(how.0, effort: how.1, today: "")
                return Kind(name: "\(name) \(index)", reading: prompt.reading, stops: prompt.stops)
            }
    }

    private static let long = String(repeating: "prose, and ", count: 24)
    private static let pieces =
        ReadingPropertyTests.pieces + ReadingPropertyTests.units + [
            long, "\u{FFFD}", "Ünder", "assistantfinal", "assistantanalysis", "assistantcommentary", "commentary",
            "<|channel|>analysis", "<|channel|>commentary", "<|constrain|>json", "to=python ", "</response>", "`",
            "assistant to=functions.g", "assistant\tto=functions.", "<|call|>", "</s>", "### User:", "STOP", "ST",
        ]
    /// What answers begin with more often than chance would have it.
    private static let starts = [
        "", "", "<think>", "\n", "    ", "<|channel|>analysis<|message|>", "<|channel|>final", "analysis", "final",
        "commentary", "to=functions.f", " to=", "<|start|>assistant", "assistant", "assistantanalysis",
        "analysis of the ", opener, "[THINK]",
    ]

    @Test(arguments: kinds)
    func `what is certain of a random text stays so`(kind: Kind) {
        var random = RandomAnswers(seed: 5)
        for _ in 0..<20 { Self.check(kind, Self.text(&random)) }
    }

    @Test(arguments: formats)
    func `what is certain of a random text stays so in every format`(kind: Kind) {
        // Another text for each, or all would try the same few.
        var random = RandomAnswers(seed: kind.name.utf8.reduce(6) { $0 &* 31 &+ UInt64($1) })
        Self.check(kind, Self.text(&random))
    }

    @Test(arguments: kinds)
    func `what is certain of the texts of other tests stays so`(kind: Kind) {
        let thoughts =
            ThoughtTests.openers + ThoughtTests.edges + ThoughtTests.openedInThePrompt + ThoughtTests.orphans
            + ThoughtTests.toolCalls + ThoughtTests.continuations
        let channels = ChannelTests.marked + ChannelTests.calls + ChannelTests.flattened + ChannelTests.damaged
        for text in thoughts.map(\.raw) + channels.map(\.raw) + ReplyReaderTests.table.map(\.raw) {
            Self.check(kind, text)
        }
    }

    @Test(arguments: kinds)
    func `what is certain of a text longer than any limit stays so`(kind: Kind) {
        var random = RandomAnswers(seed: 7)
        for _ in 0..<4 {
            let start = random.element(Self.starts, fallback: "")
            let prose = String(repeating: Self.long, count: Int.random(in: 15...16, using: &random))
            Self.check(kind, start + "Hm " + prose + Self.text(&random), stride: 997)
        }
    }

    @Test(arguments: ReadingPropertyTests.units)
    func `what is certain takes time in proportion to the text`(unit: String) {
        // Linear work takes a second or two without optimisation, work that grows with the square minutes.
        let repeated = String(repeating: unit, count: 15_000 / unit.utf8.count)
        let stops = (1...20).map { String(repeating: unit, count: $0 * 3) + "END" }
        let seconds = CPUTime.measure {
            for kind in Self.kinds where ["granite", "expected", "channels"].contains(kind.name) {
                let reader = ReplyReader(kind.reading, formatStops: kind.stops, userStops: stops)
                for start in ["", "<|channel|>final<|message|>", "analysis"] { _ = reader.settled(start + repeated) }
            }
        }
        #expect(seconds < .seconds(10))
    }

    private static func text(_ random: inout RandomAnswers) -> String {
        let count = Int.random(in: 0...14, using: &random)
        return random.element(starts, fallback: "")
            + (0..<count).map { _ in random.element(pieces, fallback: "") }.joined()
    }

    /// Tries every place of a text, or one of so many and all near its end.
    private static func check(_ kind: Kind, _ text: String, stride: Int = 1) {
        let reader = ReplyReader(kind.reading, formatStops: kind.stops, userStops: ["STOP", "x\ny", "TO"])
        var before = SettledReply(reasoning: "", content: "")
        let scalars = text.unicodeScalars
        let count = scalars.count
        for (place, index) in (Array(scalars.indices) + [scalars.endIndex]).enumerated()
        where place % stride == 0 || count - place < 16 {
            let beginning = String(scalars[..<index])
            let settled = reader.settled(beginning)
            let whole = reader.read(beginning, askedTokens: 1_000_000, wantedTokens: nil)
            let isRight =
                begins(whole.content, with: settled.content) && begins(whole.reasoning ?? "", with: settled.reasoning)
                && begins(settled.content, with: before.content)
                && begins(settled.reasoning, with: before.reasoning)
            guard isRight else {
                Issue.record("\(kind.name): \(beginning.debugDescription) gives \(settled) after \(before): \(whole)")
                return
            }
            before = settled
        }
    }

    private static func begins(_ text: String, with beginning: String) -> Bool {
        text.utf8.starts(with: beginning.utf8)
    }
}
