import JSONText
import OpenAI
import Prompting
import Testing
import Tools

/// What holds for any text, tried with many random ones.
@Suite struct CallPropertyTests {
    private static let reader = CallReader(tools: CallCase.tools)
    private static let names: Set = ["read", "bash", "edit", "list_files", "get-time", "todo", "weather"]

    @Test func `any text is read without a crash, and calls are objects for tools of the request`() throws {
        var random = RandomOutputs(seed: 4)
        var callCount = 0
        for _ in 0..<10_000 {
            let text = random.text()
            for isCut in [false, true] {
                let read = Self.reader.read(text, isCut: isCut)
                callCount += read.calls.count
                #expect(read.calls.count <= 64)
                #expect(!read.isBroken || read.calls.isEmpty)
                if read.calls.isEmpty { #expect(read.content == text) }
                for call in read.calls {
                    #expect(Self.names.contains(call.name))
                    #expect(try JSON(parsing: call.arguments).object != nil)
                }
            }
        }
        #expect(callCount > 100)
    }

    /// Any arguments, in the forms that carry JSON, come back as they were.
    @Test func `arguments of every kind come back as they were`() {
        var random = RandomOutputs(seed: 5)
        for _ in 0..<500 {
            let arguments = JSON.object(["path": random.json(levels: 3), "b": random.json(levels: 4)])
            let object: JSON = ["name": "read", "arguments": arguments]
            let text = arguments.text(.spaced)
            for raw in [
                "<tool_call>\n\(object.text(.spaced))\n</tool_call>", object.compact, "[TOOL_CALLS][\(object.compact)]",
                "Words.\n<|python_tag|>" + object.text(.indented), "[TOOL_CALLS]read[ARGS]\(text)", "read\(text)",
                "<|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>\(text)<|tool_call_end|>",
                "<function=read>\(text)</function>",
                "<tool_call>{\"name\": \"read\", \"arguments\": \(JSON.string(text).compact)}",
            ] {
                let read = Self.reader.read(raw, isCut: false)
                #expect(read.calls == [ParsedCall(name: "read", arguments: arguments.compact)])
            }
        }
    }

    /// A string with any text in it comes back from the forms with tags, whatever it holds but their own tags.
    @Test func `strings of every kind come back from tags`() {
        var random = RandomOutputs(seed: 6)
        for _ in 0..<1000 {
            let value = ["\0", "</parameter>", "</arg_value>"].reduce(random.text()) { $0.replacing($1, with: "") }
            let wanted = [ParsedCall(name: "bash", arguments: JSON.object(["command": .string(value)]).compact)]
            for raw in [
                "<tool_call>\n<function=bash>\n<parameter=command>\n\(value)\n</parameter>\n</function>\n</tool_call>",
                "<minimax:tool_call>\n<invoke name=\"bash\">\n<parameter name=\"command\">\n\(value)\n</parameter>\n</invoke>\n</minimax:tool_call>",
                "<tool_call>bash\n<arg_key>command</arg_key>\n<arg_value>\n\(value)\n</arg_value>\n</tool_call>",
            ] {
                #expect(Self.reader.read(raw, isCut: false).calls == wanted)
            }
        }
    }

    @Test func `a call inside a closed thought is none, one that ends a thought is`() {
        let call = "<tool_call>\n{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}\n</tool_call>"
        let replies = ReplyReader(Reading(thought: .think, isThoughtOpen: true), formatStops: [], userStops: [])
        func read(_ raw: String) -> CallReader.Read {
            Self.reader.read(replies.read(raw, askedTokens: 512, wantedTokens: nil))
        }
        let thought = read("Perhaps \(call)\n</think>\nNo.")
        #expect(thought == CallReader.Read(content: "No.", calls: [], isBroken: false))
        #expect(read("I need the file.\n\(call)").calls.map(\.name) == ["read"])
    }

    @Test func `what Harmony's channels say to tools is called`() {
        let replies = ReplyReader(Reading(hasChannels: true), formatStops: ["<|call|>"], userStops: [])
        func read(_ raw: String, askedTokens: Int = 512) -> CallReader.Read {
            Self.reader.read(replies.read(raw, askedTokens: askedTokens, wantedTokens: nil))
        }
        let header = "<|channel|>commentary to=functions"
        let words = "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant"
        #expect(
            read("\(words)\(header).Read <|constrain|>json<|message|>{'path': 'a'}<|call|>")
                == CallReader.Read(
                    content: "I look.",
                    calls: [ParsedCall(name: "read", arguments: #"{"path":"a"}"#)],
                    isBroken: false
                )
        )
        #expect(read("\(header).list_files<|message|><|call|>").calls.map(\.arguments) == ["{}"])
        #expect(
            read("\(header).fetch<|message|>{}<|call|>") == CallReader.Read(content: "{}", calls: [], isBroken: true)
        )
        #expect(read("\(header).read<|message|>{\"path\": \"a").isBroken)
        #expect(read("\(header).todo<|message|>{\"items\": []").calls.count == 1)
        #expect(read("\(header).todo<|message|>{\"items\": []", askedTokens: 8).calls == [])
    }

    @Test func `what a prompt has opened the answer with belongs to the call`() {
        let replies = ReplyReader(Reading(isContinuation: true), formatStops: [], userStops: [])
        func read(_ raw: String, prefill: String) -> CallReader.Read {
            Self.reader.read(replies.read(raw, askedTokens: 512, wantedTokens: nil), prefill: prefill)
        }
        let wanted = [ParsedCall(name: "read", arguments: #"{"path":"a"}"#)]
        #expect(
            read(" \"read\", \"arguments\": {\"path\": \"a\"}}", prefill: "<tool_call>\n{\"name\":").calls == wanted
        )
        let named = "<tool_call>\n{\"name\": \"read\", \"arguments\": "
        #expect(read("{\"path\": \"a\"}}\n</tool_call>", prefill: named).calls == wanted)
        #expect(read("{\"path\": \"a\"}", prefill: named).calls == wanted)
        #expect(read("I cannot do that.", prefill: named).isBroken)
        #expect(
            read("<parameter=path>\na\n</parameter>\n</function>", prefill: "<tool_call>\n<function=read>\n").calls
                == wanted
        )
        let glm = "<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n"
        #expect(read(glm, prefill: "<tool_call>read\n").calls == wanted)
        #expect(read("I cannot.", prefill: "<tool_call>read\n").isBroken)
        let harmony = "<|start|>assistant to=functions.read<|channel|>commentary json<|message|>"
        #expect(read("{\"path\": \"a\"}", prefill: harmony).calls == wanted)
    }
}
