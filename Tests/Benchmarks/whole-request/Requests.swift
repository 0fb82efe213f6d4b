import FoundationEssentials
import JSONText

/// Real texts of several kinds, of any length.
struct Texts {
    let code = ["code-event-loop-swift", "code-supply-swift", "code-processes-python", "code-api-error-swift"]
        .map(Self.contents)
    let prose = contents("english-harbour") + contents("english-garden")
    let markdown = contents("markdown-testing") + contents("markdown-architecture") + contents("markdown-operating")

    private static func contents(_ name: String) -> String {
        let path = "Tests/PromptingTests/Data/token-texts/\(name).txt"
        guard let bytes = FileManager.default.contents(atPath: path) else { fatalError("There is no \(path) here.") }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func cut(_ text: String, _ count: Int) -> String {
        let times = count / max(text.utf8.count, 1) + 1
        return String(decoding: String(repeating: text, count: times).utf8.prefix(count), as: UTF8.self)
    }
}

/// Bodies as clients and Horde send them.
struct Bodies {
    private let texts = Texts()
    private static let names = [
        "bash", "read", "write", "edit", "glob", "grep", "list", "webfetch", "todowrite", "todoread", "task", "patch",
    ]

    /// A chat of 4 KB.
    var chat: [UInt8] {
        let body: JSON = [
            "model": "horde/auto", "max_tokens": 512, "stream": true,
            "messages": [
                ["role": "system", "content": "You are a helpful assistant."],
                ["role": "user", "content": .string(Texts.cut(texts.prose, 3800))],
            ],
        ]
        return Array(body.compact.utf8)
    }

    /// An agent's request of 64 KB: a system prompt of 12 KB, twelve tools, thirteen rounds of call and result.
    var agent: [UInt8] {
        let system: JSON = ["role": "system", "content": .string(Texts.cut(texts.markdown, 12_000))]
        let task: JSON = ["role": "user", "content": .string(Texts.cut(texts.prose, 400))]
        let body: JSON = [
            "model": "horde/auto", "max_tokens": 2048, "temperature": 0.2, "top_p": 1, "stream": true,
            "stream_options": ["include_usage": true], "messages": .array([system, task] + (0..<13).flatMap(round)),
            "tools": .array(Self.names.map(tool)), "tool_choice": "auto",
        ]
        return Array(body.compact.utf8)
    }

    private func tool(_ name: String) -> JSON {
        let edit: JSON = [
            "type": "object", "required": ["oldString", "newString"], "additionalProperties": false,
            "properties": [
                "oldString": ["type": "string", "description": "The text to replace"],
                "newString": ["type": "string", "description": "The text to replace it with (must be different)"],
                "replaceAll": ["type": "boolean"],
            ],
        ]
        let parameters: JSON = [
            "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
            "properties": [
                "filePath": ["type": "string", "description": .string(Texts.cut(texts.prose, 110))],
                "command": ["type": "string", "description": "The command to execute, as one line"],
                "timeout": [
                    "type": "number", "minimum": 1, "maximum": 600_000,
                    "description": "Optional timeout in milliseconds",
                ],
                "mode": [
                    "type": "string", "enum": ["content", "files_with_matches", "count"], "default": "content",
                ],
                "edits": ["type": "array", "items": edit],
            ],
            "required": ["filePath", "command"], "additionalProperties": false,
        ]
        return [
            "type": "function",
            "function": [
                "name": .string(name), "description": .string(Texts.cut(texts.markdown, 1300)),
                "parameters": parameters,
            ],
        ]
    }

    private func round(_ number: Int) -> [JSON] {
        let id = JSON.string("call_\(number)abcdef")
        let code = texts.code[number % texts.code.count]
        let arguments: JSON = [
            "filePath": .string("/src/File\(number).swift"), "command": .string(Texts.cut(code, 120)),
        ]
        let call: JSON = [
            "id": id, "type": "function",
            "function": ["name": .string(Self.names[number % 12]), "arguments": .string(arguments.compact)],
        ]
        let said: JSON = number.isMultiple(of: 3) ? .string(Texts.cut(texts.prose, 250)) : nil
        let user: JSON = ["role": "user", "content": .string(Texts.cut(texts.prose, 200))]
        return [
            ["role": "assistant", "content": said, "tool_calls": [call]],
            ["role": "tool", "tool_call_id": id, "content": .string(Texts.cut(code, 1450))],
        ] + (number % 4 == 3 ? [user] : [])
    }

    /// What a worker writes.
    func reply(_ kind: String) -> String {
        switch kind {
        case "call":
            "I shall look.\n<tool_call>\n{\"name\": \"read\", \"arguments\": {\"filePath\": \"/src/a.swift\", \"command\": "
                + "\"x\"}}\n</tool_call>"
        case "code": "```swift\n\(Texts.cut(texts.code[0], 8000))\n```\nDone."
        case "long": Texts.cut(texts.prose, 8000)
        default: Texts.cut(texts.prose, 1000)
        }
    }

    /// The status of a job that is done.
    static func status(_ text: String) -> [UInt8] {
        let generation: JSON = [
            "text": .string(text), "seed": 0, "gen_metadata": [], "worker_id": "71d47047-52b4-4abf-982e-6dc0d8d0d2b3",
            "worker_name": "a worker", "model": "zai-org/GLM-4.6", "state": "ok",
        ]
        let body: JSON = [
            "generations": [generation], "finished": 1, "processing": 0, "restarted": 0, "waiting": 0, "done": true,
            "faulted": false, "wait_time": 0, "queue_position": 0, "kudos": 69.0, "is_possible": true,
        ]
        return Array(body.text(.spaced).utf8)
    }

    /// The status of a job that waits.
    static let pending = Array(
        (#"{"generations": [], "finished": 0, "processing": 0, "restarted": 0, "waiting": 1, "done": false, "faulted": "#
            + #"false, "wait_time": 12, "queue_position": 2, "kudos": 1.0, "is_possible": true}"#).utf8
    )
}
