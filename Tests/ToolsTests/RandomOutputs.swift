import JSONText
import OpenAI

/// Randomness that is the same in every run (SplitMix64).
struct RandomOutputs: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private static let pieces = [
        "{", "}", "[", "]", ":", ",", "\"", "'", "“", "”", "\\", "\\u", "d83d", "\\\"", "//", "/*", "*/", "#", "\n",
        " ",
        "0", "1.5e3", "-", "true", "None", "a", "é", "漢", "😀", "\0", "```", "\"\"\"", "<|\"|>", "<tool_call>",
        "</tool_call>",
        "\"name\": \"read\"", "\"arguments\": {", "read", "(", ")", "path=", "<function=read>", "<parameter=path>",
        "</parameter>", "</function>", "<invoke name=\"read\">", "<parameter name=\"path\">", "</invoke>",
        "<arg_key>path",
        "</arg_key>", "<arg_value>", "</arg_value>", "[TOOL_CALLS]", "[ARGS]", "```json\n", "<tool_response>", "</s>",
        "{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}", "<｜DSML｜", "<|tool_call>call:read{",
        "functions.read:0", "> ",
    ]

    mutating func text() -> String {
        (0..<Int.random(in: 0...24, using: &self)).map { _ in Self.pieces.randomElement(using: &self) ?? "" }.joined()
    }

    mutating func json(levels: Int) -> JSON {
        switch Int.random(in: 0..<(levels > 0 ? 9 : 6), using: &self) {
        case 0: return .null
        case 1: return .bool(.random(using: &self))
        case 2: return JSON(Int.random(in: -1_000_000...1_000_000, using: &self))
        case 3: return JSON(Double.random(in: -1e9...1e9, using: &self))
        case 4, 5: return .string(text().replacing("\0", with: ""))
        case 6:
            return .array((0..<Int.random(in: 0...5, using: &self)).map { _ in json(levels: levels - 1) })
        default:
            let members = (0..<Int.random(in: 0...5, using: &self)).map { _ in
                JSONObject.Member(key: text().replacing("\0", with: ""), value: json(levels: levels - 1))
            }
            return .object(JSONObject(members))
        }
    }
}
