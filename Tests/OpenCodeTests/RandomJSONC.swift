import JSONText
import OpenAI
import OpenCode

/// Random numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Configurations as nobody would write them: comments, line breaks and white space of all kinds between any two tokens.
struct RandomJSONC {
    private var random: SplitMix
    private var text = ""
    private var spaces: [String] = []

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    /// A text whose value is an object, or, now and then, that has none.
    mutating func document() -> [UInt8] {
        text = pick(["", "", "", "\u{FEFF}"])
        let lineBreak = pick(["\n", "\n", "\r\n", "\r"])
        let sparse = ["", "", "", " "]
        let dense = sparse + [lineBreak, lineBreak + "  ", lineBreak + "\t", "/* { , */", "// \" }" + lineBreak]
        spaces = pick([sparse, dense, ["", lineBreak + "    "]])
        space()
        if chance(20) { return Array(text.utf8) }
        object(["model", "small_model", "provider", "$schema", "mcp", "model"], depth: 0)
        space()
        return Array(text.utf8)
    }

    private mutating func object(_ keys: [String], depth: Int) {
        text += "{"
        space()
        let keys = keys.filter { _ in chance(2) }
        for (index, key) in keys.enumerated() {
            text += JSON.string(key).compact
            space()
            text += ":"
            space()
            value(of: key, depth: depth)
            space()
            if index < keys.count - 1 || chance(3) {
                text += ","
                space()
            }
        }
        text += "}"
    }

    private mutating func value(of key: String, depth: Int) {
        switch key {
        case "model", "small_model":
            text += pick(["\"horde/gone\"", "\"horde/koboldcpp/Lake-24B\"", "\"a/b\"", "null", "[\"horde/x\",]"])
        case "provider": object(["openai", "horde", "horde", "x"], depth: depth + 1)
        case "options": object(["apiKey", "headers", "baseURL", "timeout", "baseURL"], depth: depth + 1)
        case "models": object(["koboldcpp/Lake-24B", "gone", "aphrodite/maker/Reed-8B"], depth: depth + 1)
        case "horde" where chance(2):
            text += twoModels.json["provider"]?["horde"]?.text(pick([.compact, .indented])) ?? "0"
        default:
            if depth < 5, chance(2) {
                object(["npm", "name", "options", "models", "whitelist", "limit"], depth: depth + 1)
            } else {
                text += pick(["1", "-2.5e3", "\"\"", "\"ü // /* \\\" }\"", "true", "[1, [ ], {\"a\": 1 , } ,]", "null"])
            }
        }
    }

    private mutating func space() { text += pick(spaces) }

    private mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &random) == 0 }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }
}
