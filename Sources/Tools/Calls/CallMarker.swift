/// The texts that stand around calls, of all families of models.
///
/// The families agree neither on markers nor on what stands between them, and models mix what they have learned. So a
/// marker says only that calls begin, and their shape is told by themselves.
struct CallMarker: Sendable {
    let text: [UInt8]
    /// How many of its bytes stand before the call; 0 where the marker is a part of it.
    let skipped: Int
    /// Whether only JSON may follow: the text is an ordinary one otherwise.
    let needsJSON: Bool

    private init(_ text: String, skipped: Int? = nil, needsJSON: Bool = false) {
        self.text = Array(text.utf8)
        self.skipped = skipped ?? self.text.count
        self.needsJSON = needsJSON
    }

    /// The marker at a place.
    static func at(_ index: Int, in cursor: ByteCursor) -> CallMarker? {
        guard let byte = cursor.byte(at: index), isFirst(byte), let next = cursor.byte(at: index + 1),
            let markers = bySecondByte[next]
        else { return nil }
        return markers.first { cursor.holds($0.text, at: index) }
    }

    private static func isFirst(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "f")
    }

    private static let bySecondByte = Dictionary(grouping: all) { $0.text[1] }

    /// Each begins with one of the bytes above.
    private static let all =
        [
            "<tool_call>", "<tool_calls>", "<function_call>", "<function_calls>", "<TOOLCALL>", "<seed:tool_call>",
            "<minimax:tool_call>", "<｜DSML｜function_calls>", "<｜DSML｜tool_calls>", "<|START_ACTION|>",
            "<|tools_prefix|>", "<|tool_call|>", "<|tool_call>", "<|tool_calls|>", "<|tool_call_start|>",
            "[TOOL_CALLS]", "<|python_tag|>", "<|python_start|>", "<｜tool▁calls▁begin｜>", "<｜tool▁call▁begin｜>",
            "<|tool_calls_section_begin|>", "<|tool_call_begin|>", "<|action_start|><|plugin|>",
            "<|start|>assistant to=", "<|channel|>commentary to=", "<|channel|>analysis to=",
        ].map { CallMarker($0) } + [
            CallMarker("<tools>", needsJSON: true), CallMarker("<tool>", needsJSON: true),
            CallMarker("functools[", skipped: 9), CallMarker("<function=", skipped: 0),
            CallMarker("<function name=", skipped: 0), CallMarker("<invoke name=", skipped: 0),
            CallMarker("<｜DSML｜invoke name=", skipped: 0),
        ]

    static let bytesMax = all.map(\.text.count).max() ?? 0

    /// Whether a marker begins with a text, and goes on.
    static func isBeginning(_ text: ArraySlice<UInt8>) -> Bool {
        all.contains { $0.text.count > text.count && $0.text.starts(with: text) }
    }

    /// What ends calls, or a part of one.
    static let closers: [[UInt8]] = [
        "</tool_call>", "</tool_calls>", "</function_call>", "</function_calls>", "</TOOLCALL>", "</seed:tool_call>",
        "</minimax:tool_call>", "</｜DSML｜function_calls>", "</｜DSML｜tool_calls>", "</｜DSML｜invoke>",
        "<|END_ACTION|>", "<|tools_suffix|>", "<|/tool_call|>", "<tool_call|>", "<|tool_call_end|>", "[/TOOL_CALLS]",
        "<|python_end|>", "<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>", "<|tool_calls_section_end|>", "<|action_end|>",
        "<|call|>", "<|eom_id|>", "</tools>", "</tool>", "</function>", "</invoke>",
    ].map { Array($0.utf8) }

    /// Texts that end a turn and leak into the answer of some workers.
    static let ends: [[UInt8]] = [
        "<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<|end_of_text|>", "</s>", "<|end|>", "<|return|>",
        "<end_of_turn>", "<turn|>", "<｜end▁of▁sentence｜>", "<|END_OF_TURN_TOKEN|>", "[e~[", "<|user|>",
        "<|observation|>", "<eos>",
    ].map { Array($0.utf8) }

    /// What stands before a call behind the marker.
    static let introductions: [[UInt8]] = ["<｜tool▁call▁begin｜>", "<|tool_call_begin|>", "<|tool_call_start|>"]
        .map { Array($0.utf8) }

    /// What stands between a tool's name and its arguments.
    static let joints: [[UInt8]] = [
        "[ARGS]", "<｜tool▁sep｜>", "<|tool_call_argument_begin|>", "<|message|>", "<|constrain|>",
        "<|channel|>commentary", "<|channel|>analysis",
    ].map { Array($0.utf8) }

    /// What a model writes that goes on to play the tool; what follows is no longer its own.
    static let results: [[UInt8]] = [
        "<tool_response>", "<|tool_response>", "[TOOL_RESULTS]", "<｜tool▁outputs▁begin｜>", "<｜tool▁output▁begin｜>",
        "<|START_TOOL_RESULT|>", "<function_results>",
    ].map { Array($0.utf8) }
}

extension ByteCursor {
    /// Whether a text that ends calls stands here.
    var isAtCloser: Bool {
        CallMarker.closers.contains(where: holds)
    }

    /// Whether nothing but leaked ends of the turn stand from here on, or what the model made up of the tool's answer.
    var isAtTextEnd: Bool {
        var rest = self
        rest.skipEnds()
        return rest.isAtEnd || rest.isAtResult
    }

    var isAtResult: Bool {
        (byte == UInt8(ascii: "<") || byte == UInt8(ascii: "[")) && CallMarker.results.contains(where: holds)
    }

    mutating func skipEnds() {
        repeat { skipSpace() } while takeAny(CallMarker.ends)
    }
}
