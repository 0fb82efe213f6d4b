/// Answers of an agent put together at random: prose, code in many languages, lists, quotes, JSON, names of tools, calls.
struct MixedAnswers {
    private var random: RandomOutputs

    init(seed: UInt64) { random = RandomOutputs(seed: seed) }

    static let prose = [
        "I will read the file and then edit it, as you asked.", "Next I call bash to list what is there.", "read",
        "Use `read` with a path; `<tool_call>` begins a call.", "The tag <tool_call> is written by the model.",
        "> <tool_call>{\"name\": \"read\"}", "- [ ] read the docs\n- [x] edit them", "1. bash\n2. todo",
        "See [1] and [2].", "[Link](https://example.org) is at the start of a line.",
        "A set {a, b} of functions, or f(x) = {\"x\": 1}.", "## Reading\n\nIt works.",
        "Der Rückgabewert ist größer als 漢.", "functions", "He said \"<tool_call>\" once.", "a < b and b <| c",
        "| a | b |\n|---|---|\n| 1 | 2 |", "{\"a\": \"", "{'a': [1, 2", "[section]\nkey = 1", "```", "`",
        "<tools> are useful", "read {", "list_files ", "edit:", "functools", "get-time\n", "{", "[", "\"", "'", "}",
        "\n", "]", "{\"name\": \"", "{\"name\": \"Bob\", \"age\": 3}", "<tool_call>", "</tool_call>",
        "<tool_response>x</tool_response>", "</s>", "<|im_end|>", "todo:0", "json", "{\"x\": {\"name\": \"read\"}}",
        "read(path", "// note", "/* open",
    ]

    static let code = [
        "```python\nimport os\n\ndef read(path):\n    return {\"a\": [1, 2]}\n```",
        "```swift\nlet read = edit {\n    $0 + 1\n}\n```", "```html\n<tool_call>no</tool_call>\n<p>read</p>\n```",
        "```c\nint main(void)\n{\n    return 0;\n}\n```", "```js\nconst a = [\n{\n  b: 1\n}\n]\n```",
        "```bash\nread -r line\ntodo{\n}\n```", "```\nbash\n```", "```\nread the manual\n```",
        "```json\n{\"port\": 80}\n```", "```json\n{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}\n```",
        "```xml\n<a><b/></a>\n```", "```json\n[{\"name\": \"Bob\"}]\n```", "````md\n```\nread\n```\n````",
        "```tool_code\nread(path=\"a\")\n```", "```toml\n[read]\n```",
    ]

    static let calls = [
        "<tool_call>\n{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}\n</tool_call>",
        "{\"name\": \"bash\", \"arguments\": {\"command\": \"ls\\n```\\n\"}}", "read{\"path\": \"a\"}",
        "list_files{}", "functions.read:0{\"path\": \"```\n\"}", "functionread\n```json\n{\"path\": \"a\"}\n```",
        "[read(path='a')]", "<function=read>\n<parameter=path>\na\n</parameter>\n</function>",
        "read\n```json\n{\"path\": \"a\"}\n```", "[TOOL_CALLS]read[ARGS]{\"path\": \"a\"}",
        "functools[{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}]", "bash(command=\"ls\")",
        "{'name': 'read', 'arguments': {'path': 'x\"}'}}", "{\"name\": \"no\", \"arguments\": {}}",
        "<tool_call>{\"name\": \"no\", \"arguments\": {}}</tool_call>",
        "{\"name\": \"read\", \"arguments\": {\"path\": \"\n```\n\"}}",
        "<tool_call>\n{\"name\": \"read\", \"arguments\": {\"path\": \"",
        "<tools>[{\"name\": \"list_files\"}]</tools>",
    ]

    mutating func text(partsMax: Int = 7) -> String {
        let joints = ["\n", "\n\n", " ", "", "\n    ", "\r\n", "\n> "]
        return (0..<Int.random(in: 1...partsMax, using: &random)).map { _ in
            let kind = Int.random(in: 0..<8, using: &random)
            let part: String? =
                switch kind {
                case 0, 1, 2: Self.prose.randomElement(using: &random)
                case 3, 4: Self.code.randomElement(using: &random)
                case 5: random.text()
                default: Self.calls.randomElement(using: &random)
                }
            return (part ?? "") + (joints.randomElement(using: &random) ?? "")
        }.joined()
    }
}
