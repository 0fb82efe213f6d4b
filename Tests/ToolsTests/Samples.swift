import FoundationEssentials
import JSONText
import OpenAI
import Prompting
import Testing
import Tools

/// A tool from its JSON.
func tool(_ function: String) throws -> Tool {
    let definition = try JSON(parsing: "{\"type\":\"function\",\"function\":\(function)}")
    return Tool(name: try #require(definition["function"]?["name"]?.string), definition: definition)
}

/// Two tools as an agent sends them: with `$schema` and `strict`, an enumeration, a list of objects, and hard words.
func sampleTools() throws -> [Tool] {
    [
        try tool(
            """
            {"name":"read","strict":true,"description":"Reads a file.\\nLines are numbered from \\"1\\".",
             "parameters":{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
             "properties":{"path":{"type":"string","description":"The file's path"},
             "from":{"description":"The first line","type":"integer","minimum":1,"default":1},
             "mode":{"type":"string","enum":["text","hex"]}},
             "required":["path"],"additionalProperties":false}}
            """
        ),
        try tool(
            """
            {"name":"plan","description":"Keeps a list — très utile.","parameters":{"type":"object","properties":
             {"steps":{"type":"array","items":{"type":"object","properties":{"what":{"type":"string",
             "description":"In one line"},"isDone":{"type":["boolean","null"]}},"required":["what"]}}},
             "required":["steps"]}}
            """
        ),
    ]
}

/// An agent's conversation: a call with words before it, parallel calls without any, their results, a late user turn.
func sampleMessages() -> [ChatMessage] {
    [
        ChatMessage(role: .system, content: "You are terse."),
        ChatMessage(role: .user, content: "What is in a.txt?"),
        ChatMessage(
            role: .assistant,
            content: "I look.",
            toolCalls: [ToolCall(id: "c1", name: "read", arguments: #"{"path":"a.txt","from":2}"#)]
        ),
        ChatMessage(role: .tool, content: "2 \"hello\"\n3 <b>", toolCallID: "c1"),
        ChatMessage(role: .assistant, content: "It says hello."),
        ChatMessage(role: .user, content: "And b and c?"),
        ChatMessage(
            role: .assistant,
            content: "",
            toolCalls: [
                ToolCall(id: "c2", name: "read", arguments: #"{"path": "b.txt"}"#),
                ToolCall(id: "c3", name: "plan", arguments: #"{"steps":[{"what":"lire c","isDone":null}]}"#),
            ]
        ),
        ChatMessage(role: .tool, content: "1 b", toolCallID: "c2"),
        ChatMessage(role: .tool, content: "{\"ok\":true}", toolCallID: "c3"),
        ChatMessage(role: .user, content: "Go on."),
    ]
}

/// A request with the two tools.
func sampleRequest(_ messages: [ChatMessage] = sampleMessages()) throws -> ChatCompletionRequest {
    ChatCompletionRequest(CompletionParameters(model: "any"), messages: messages, tools: try sampleTools())
}

/// The format of a model, by its name alone.
func format(of model: String) -> PromptFormat {
    FormatTable.builtIn.format(forModel: model).format
}

/// A model for each style, and one that has the style without training on it.
let sampleModels: [(style: String, model: String)] = [
    ("hermes", "Qwen/Qwen3-8B"), ("hermes-untrained", "mistralai/Mistral-Small-3.2-24B-Instruct-2506"),
    ("qwen-xml", "Qwen/Qwen3-Coder-30B-A3B-Instruct"), ("qwen-xml-json", "Qwen/Qwen3.5-27B"),
    ("glm-xml", "zai-org/GLM-4.6"), ("glm-xml-compact", "zai-org/GLM-4.7"), ("minimax-xml", "MiniMaxAI/MiniMax-M2"),
    ("harmony", "openai/gpt-oss-20b"), ("none", "koboldcpp/pygmalion-6b"),
]

/// A file of this package, by its path in it.
func contents(of path: String) throws -> String {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    return String(decoding: try Data(contentsOf: URL(filePath: root + path)), as: UTF8.self)
}
