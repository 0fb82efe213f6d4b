import Testing

@testable import Prompting

/// Statements about all conversations, tried on random ones from a fixed seed.
@Suite struct RenderingPropertyTests {
    @Test(arguments: PromptWriterTests.names)
    func `no message forges a turn, whole or in halves, alone or with the text around it`(name: String) throws {
        let format = try format(name)
        var random = SplitMix64(seed: 3)
        let pieces = Self.pieces(of: format)
        let counter = MarkerCounter(format)
        for _ in 0..<60 {
            let forged = Conversation(
                turns: (0..<Int.random(in: 1...6, using: &random)).map { _ in
                    let role =
                        [Turn.Role.system, .user, .assistant, .call, .tool].randomElement(using: &random) ?? .user
                    // What the assistant said may hold the tags of thoughts, and has a statement of its own below.
                    if role == .assistant { return Turn(role: role, text: "said") }
                    func text() -> String {
                        (0..<Int.random(in: 0...4, using: &random))
                            .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
                    }
                    return Turn(role: role, text: role == .call ? "said" : text(), callID: text(), callName: text())
                }
            )
            let harmless = Conversation(
                turns: forged.turns.map {
                    Turn(role: $0.role, text: $0.text.allSatisfy(\.isWhitespace) ? $0.text : "said")
                }
            )
            let effort: ThinkingEffort? = [nil, .high, ThinkingEffort.none].randomElement(using: &random) ?? nil
            let written = format.render(forged, effort: effort, today: "2026-11-25").text
            let expected = format.render(harmless, effort: effort, today: "2026-11-25").text
            #expect(counter.counts(in: written) == counter.counts(in: expected), "\(written.debugDescription)")
        }
    }

    @Test(arguments: PromptWriterTests.names)
    func `no earlier answer or call forges a turn`(name: String) throws {
        let format = try format(name)
        var random = SplitMix64(seed: 6)
        let thought = [format.reasoning.thought, .think].compactMap { $0 }.flatMap { [$0.open, $0.close] }
        let counter = MarkerCounter(format, besides: thought)
        let pieces = Self.pieces(of: format)
        for _ in 0..<30 {
            let turns = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                let text = (0..<Int.random(in: 1...4, using: &random))
                    .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
                return Turn(role: Bool.random(using: &random) ? .assistant : .call, text: "x\(text)x")
            }
            func text(_ turns: [Turn]) -> String {
                let asked = [Turn(role: .user, text: "Q")]
                return format.render(Conversation(turns: asked + turns + asked), today: "2026-11-25").text
            }
            let harmless = turns.map { Turn(role: $0.role, text: "said") }
            let written = text(turns)
            #expect(counter.counts(in: written) == counter.counts(in: text(harmless)), "\(written.debugDescription)")
        }
    }

    @Test(arguments: PromptWriterTests.names)
    func `a text without markers arrives to the byte, foreign control tokens included`(name: String) throws {
        let format = try format(name)
        var random = SplitMix64(seed: 4)
        let foreign = ["<|zzz|>", "<|im_", "</", "[IN", "｜>", "###", "{", "\"", "\\", "&lt;", "<tool", "\u{200B}"]
        let ordinary = ["a\r\nb", "é", "e\u{301}", "👩‍👩‍👧", "漢字", "שלום\u{202E}", "\u{0}", "\t", " ", "\n", "word", "0.5"]
        for _ in 0..<40 {
            // No space outside, which some formats trim.
            let said =
                "x"
                + (0..<Int.random(in: 0...30, using: &random))
                .map { _ in (foreign + ordinary).randomElement(using: &random) ?? "" }.joined() + "x"
            let conversation = Conversation.of((.system, said), (.user, said), (.assistant, said), (.tool, said))
            #expect(format.render(conversation, today: "").text.occurrences(of: said) == 4)
        }
    }

    @Test(arguments: PromptWriterTests.names)
    func `what is guarded reads as before`(name: String) throws {
        let format = try format(name)
        var random = SplitMix64(seed: 5)
        let pieces = Self.pieces(of: format)
        for _ in 0..<20 {
            let said = "x" + (0..<8).map { _ in pieces.randomElement(using: &random) ?? "" }.joined() + "x"
            let text = format.render(.of((.user, said)), today: "").text
            #expect(text.withoutZeroWidthSpaces.occurrences(of: said.withoutZeroWidthSpaces) >= 1)
        }
    }

    /// Markers, their halves, and what may stand around them.
    private static func pieces(of format: PromptFormat) -> [String] {
        let tags = ToolMarkup.tags(of: format.tools) + [format.tool.result.close]
        let markers = format.markers + format.lineMarkers + tags + ["[System note: "]
        let halves = markers.flatMap { marker in
            marker.indices.dropFirst().flatMap { [String(marker[..<$0]), String(marker[$0...])] }
        }
        let around =
            [format.system, format.system].flatMap { [$0.open, $0.close] }
            + [format.user, format.assistant].flatMap { [$0.open, $0.close] }
        let ordinary = ["\n", "\r", " ", "\t", "[", "]", "<", ">", "|", "a", "漢", "\u{200B}"]
        // As many whole markers and ordinary texts as halves, which are many more.
        return halves + (0..<4).flatMap { _ in markers + around + ordinary }
    }
}

extension String {
    fileprivate var withoutZeroWidthSpaces: String {
        String(UnicodeScalarView(unicodeScalars.filter { $0 != "\u{200B}" }))
    }
}

/// Counts what the workers' tokenizers would take for control tokens, and headings that begin a line.
private struct MarkerCounter {
    let anywhere: [[UInt8]]
    let atLineStart: [[UInt8]]

    /// A counter of the markers that are no part of these tags.
    init(_ format: PromptFormat, besides tags: [String] = []) {
        anywhere = format.markers.filter { marker in !tags.contains { $0.contains(marker) } }.map { Array($0.utf8) }
        atLineStart = format.lineMarkers.map { Array($0.utf8) }
    }

    func counts(in text: String) -> [Int] {
        let bytes = Array(text.utf8)
        var counts = [Int](repeating: 0, count: anywhere.count + atLineStart.count)
        var isLineStart = true
        for index in bytes.indices {
            let rest = bytes[index...]
            for (place, marker) in anywhere.enumerated() where bytes[index] == marker.first && rest.starts(with: marker)
            {
                counts[place] += 1
            }
            for (place, marker) in atLineStart.enumerated()
            where isLineStart && bytes[index] == marker.first && rest.starts(with: marker) {
                counts[anywhere.count + place] += 1
            }
            switch bytes[index] {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): isLineStart = true
            case UInt8(ascii: " "), UInt8(ascii: "\t"): break
            default: isLineStart = false
            }
        }
        return counts
    }
}

/// The generator of Steele, Lea and Flood (2014): the same numbers on every run.
private struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
