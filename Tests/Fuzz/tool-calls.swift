// Fuzzes `CallReader` and `LenientJSON` with what a model may write.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//     -enable-upcoming-feature InternalImportsByDefault -I Tests/Fuzz/modules Tests/Fuzz/tool-calls.swift \
//     Sources/Tools/Calls/*.swift Sources/{JSONText,OpenAI}/*.swift -o /tmp/fuzz-tool-calls
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-tool-calls -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/tool-calls
//
// An input is a model's answer.

private let names = ["read", "edit", "list_files", "get-time"]
private let tools: [Tool] = names.map { name in
    let properties: JSON = [
        "path": ["type": "string"], "limit": ["type": "integer"],
        "all": ["anyOf": [["type": "boolean"], ["type": "null"]]],
        "items": ["type": "array"], "any": [:],
    ]
    let parameters: JSON = ["properties": properties, "required": name == "edit" ? ["path"] : []]
    return Tool(name: name, definition: ["function": ["name": .string(name), "parameters": parameters]])
}
private let reader = CallReader(tools: tools)

/// Always holds: no crash; calls are of the tools and their arguments JSON; without calls the text is the content; what
/// is whole JSON reads as JSON's own reader has it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzToolCalls(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    for isCut in [false, true] {
        let read = reader.read(text, isCut: isCut)
        check(read)
        precondition(!read.calls.isEmpty || read.content.utf8.elementsEqual(text.utf8), "Words are lost.")
    }
    check(reader.read("<tool_call>\n{\"name\": \"read\", \"arguments\": " + text, isCut: false))
    checkLenient(text)
    return 0
}

private func check(_ read: CallReader.Read) {
    precondition(read.calls.count <= 64, "More calls than may be.")
    precondition(!read.isBroken || read.calls.isEmpty, "Calls and broken.")
    for call in read.calls {
        precondition(names.contains(call.name), "A tool that the request does not have.")
        guard let arguments = try? JSON(parsing: call.arguments) else { preconditionFailure("No JSON.") }
        precondition(arguments.object != nil, "No object.")
    }
}

private func checkLenient(_ text: String) {
    let strict = try? JSON(parsing: text)
    let value = LenientJSON.read(text)
    if let strict {
        precondition(value?.json == strict && value?.ending == .complete, "JSON reads otherwise.")
    }
    for value in [value, LenientJSON.firstContainer(in: text)].compactMap({ $0 }) {
        precondition(value.end <= text.utf8.count, "An end outside of the text.")
        guard let again = try? JSON(parsing: value.json.compact) else { preconditionFailure("No JSON.") }
        precondition(again == value.json, "Written JSON reads otherwise.")
    }
}
