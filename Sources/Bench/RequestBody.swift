import JSONText

/// The JSON of a chat completion of a given size: what a client of that kind sends.
///
/// Pure.
enum RequestBody {
    /// The body for a plan's requests.
    ///
    /// Its conversation and tools have about `promptBytes` bytes together.
    ///
    /// With tools it is an agent's: instructions, then a history in which tools were called and answered.
    static func bytes(for plan: LoadPlan) -> [UInt8] {
        var object: JSONObject = ["model": .string(plan.model), "max_tokens": JSON(plan.maxTokens)]
        if plan.isStreaming { object["stream"] = true }
        if plan.tools > 0 {
            let tools = JSON.array((0..<plan.tools).map(tool))
            object["tools"] = tools
            object["messages"] = .array(history(bytes: plan.promptBytes - tools.compact.utf8.count, tools: plan.tools))
        } else {
            object["messages"] = [["role": "user", "content": .string(text(bytes: plan.promptBytes))]]
        }
        return Array(JSON.object(object).compact.utf8)
    }

    private static let sentence = "The quick survey of the harbour took all morning, and nobody had thought of lunch. "

    private static func text(bytes: Int) -> String {
        let whole = String(repeating: sentence, count: max(bytes, 1) / sentence.utf8.count + 1)
        return String(whole.prefix(max(bytes, 1)))
    }

    private static func tool(_ number: Int) -> JSON {
        [
            "type": "function",
            "function": [
                "name": .string("tool_\(number)"),
                "description": .string("Tool \(number). " + text(bytes: 400)),
                "parameters": [
                    "type": "object",
                    "properties": [
                        "path": ["type": "string", "description": .string(text(bytes: 80))],
                        "pattern": ["type": "string", "description": .string(text(bytes: 80))],
                        "limit": ["type": "integer", "minimum": 1, "maximum": 2000],
                        "mode": ["type": "string", "enum": ["read", "write", "append"]],
                    ],
                    "required": ["path"],
                ],
            ],
        ]
    }

    /// A system message, then turns of user, call, result and answer, until the size is reached.
    private static func history(bytes: Int, tools: Int) -> [JSON] {
        var messages: [JSON] = [["role": "system", "content": .string(text(bytes: min(4000, max(bytes / 4, 1))))]]
        var size = messages[0].compact.utf8.count
        var number = 0
        while size < bytes {
            let turn = turn(number, tool: number % tools, resultBytes: min(3000, max(bytes - size - 600, 1)))
            messages += turn
            size += turn.reduce(0) { $0 + $1.compact.utf8.count + 1 }
            number += 1
        }
        messages.append(["role": "user", "content": "Go on with the next file."])
        return messages
    }

    private static func turn(_ number: Int, tool: Int, resultBytes: Int) -> [JSON] {
        let id = JSON.string("call_\(number)")
        let arguments = #"{"path": "src/module_\#(number).py", "limit": 200}"#
        return [
            ["role": "user", "content": .string("Look at module \(number).")],
            [
                "role": "assistant", "content": nil,
                "tool_calls": [
                    [
                        "id": id, "type": "function",
                        "function": ["name": .string("tool_\(tool)"), "arguments": .string(arguments)],
                    ]
                ],
            ],
            ["role": "tool", "tool_call_id": id, "content": .string(text(bytes: resultBytes))],
            ["role": "assistant", "content": .string("Module \(number) is read.")],
        ]
    }
}
