// How long an agent's request with many tools takes to become a prompt: 40 tools with large schemas, 120 messages, 300 KB.
//
//     Scripts/bench parts
import FoundationEssentials

/// What the package embeds, read from the files: this program is built without the package manager.
enum PackageResources {
    static let chat_formats_json = contents("Sources/Prompting/Resources/chat-formats.json")
    static let model_names_json = contents("Sources/Prompting/Resources/model-names.json")
    static let token_weights_json = contents("Sources/Prompting/Resources/token-weights.json")

    private static func contents(_ path: String) -> [UInt8] {
        guard let bytes = FileManager.default.contents(atPath: path) else { fatalError("There is no \(path) here.") }
        return Array(bytes)
    }
}

private func text(_ count: Int) -> JSON {
    let words = "the file returns \"quoted\" paths; run `swift build` <b>— naïve café ✓ and wait for its result\n"
    return .string(String(String(repeating: words, count: count / words.utf8.count + 1).prefix(count)))
}

private func tool(_ number: Int) -> JSON {
    let properties = (0..<10).map { index in
        JSONObject.Member(key: "argument_\(index)", value: ["type": "string", "description": text(150)])
    }
    return [
        "type": "function",
        "function": [
            "name": .string("tool_\(number)"), "description": text(900),
            "parameters": [
                "type": "object", "properties": .object(JSONObject(properties)), "required": ["argument_0"],
            ],
        ],
    ]
}

private func messages() -> [JSON] {
    let system: JSON = ["role": "system", "content": text(9000)]
    return [system]
        + (0..<40).flatMap { number -> [JSON] in
            let call: JSON = [
                "id": .string("abcdefg\(10 + number)"), "type": "function",
                "function": [
                    "name": "tool_1", "arguments": .string(#"{"argument_0":"/src/main.swift","argument_1":"x"}"#),
                ],
            ]
            return [
                ["role": "user", "content": text(300)],
                ["role": "assistant", "content": "", "tool_calls": [call]],
                ["role": "tool", "tool_call_id": .string("abcdefg\(10 + number)"), "content": text(3600)],
            ]
        }
}

/// The median of many runs, in microseconds.
private func median(_ body: () throws -> Void) rethrows -> Int {
    let times = try (0..<51).map { _ in try ContinuousClock().measure(body) }.sorted()
    return Int((times[25] / .microseconds(1)).rounded())
}

@main enum ToolsBenchmark {
    static func main() throws {
        let json: JSON = [
            "model": "m", "messages": .array(messages()), "tools": .array((0..<40).map(tool)), "tool_choice": "auto",
        ]
        let body = Array(json.compact.utf8)
        let decoding = try median { _ = try ChatCompletionRequest(decoding: body) }
        print("40 tools and 121 messages, \(body.count) bytes: read in \(decoding) µs (median of 51 runs)")
        let request = try ChatCompletionRequest(decoding: body)
        for model in [
            "koboldcpp/Qwen2.5-32B", "koboldcpp/Qwen3-Coder-30B", "koboldcpp/GLM-4.6", "koboldcpp/gpt-oss-20b",
        ] {
            let format = FormatTable.builtIn.format(forModel: model).format
            var tokens = 0
            let time = median {
                tokens = format.render(Conversation(request, in: format), today: "2026-01-31").tokens
            }
            print("  \(format.tools): to prompt, tokens counted, in \(time) µs (\(tokens) tokens)")
        }
    }
}
