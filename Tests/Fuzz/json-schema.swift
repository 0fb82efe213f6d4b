// Fuzzes `JSONSchema` and `StructuredOutput` with schemas of clients and answers of workers.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//     -enable-upcoming-feature InternalImportsByDefault -I Tests/Fuzz/modules Tests/Fuzz/json-schema.swift \
//     Sources/{JSONText,OpenAI}/*.swift Sources/Tools/Schemas/*.swift Sources/Tools/Calls/*.swift -o /tmp/fuzz-json-schema
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-json-schema -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/json-schema
//
// An input is a schema, an empty line, and the text of an answer.

/// Always holds: no crash, problems are few and short, what is valid stays, an answer that was read is JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSONSchema(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let lineEnd = UInt8(ascii: "\n")
    let split = bytes.indices.first { $0 > 0 && bytes[$0] == lineEnd && bytes[$0 - 1] == lineEnd } ?? bytes.count
    guard let json = try? JSON(parsing: Array(bytes[..<split])) else { return 0 }
    let text = String(decoding: bytes[split...].dropFirst(), as: UTF8.self)
    let named = ResponseFormat.NamedSchema(name: "x", schema: json)
    guard let output = try? StructuredOutput(.jsonSchema(named)) else { return 0 }
    // Without a schema that is one there is no output, and so there is one here.
    if let schema = try? JSONSchema(json) { check(schema, json, text) }
    for isCut in [false, true] {
        for answer in [text, output.prefill + text] { check(output, output.read(answer, isCut: isCut), of: answer) }
    }
    return 0
}

private func check(_ schema: JSONSchema, _ json: JSON, _ text: String) {
    // The schema itself is a value as well, and one that mutations keep readable.
    for value in [json, LenientJSON.read(text)?.json ?? .string(text)] {
        let problems = schema.problems(in: value)
        precondition(problems.count <= 8, "Too many problems.")
        let coerced = schema.coerce(value)
        precondition(!problems.isEmpty || coerced == value, "A valid value was changed.")
        precondition(schema.problems(in: coerced).count <= problems.count, "A value was made worse.")
    }
}

private func check(_ output: StructuredOutput, _ result: StructuredOutput.Result, of answer: String) {
    switch result {
    case .valid(let text):
        precondition((try? JSON(parsing: text)) != nil, "What is valid is not JSON.")
        precondition(output.repair(result, of: answer).isEmpty)
    case .cut(let text): precondition((try? JSON(parsing: text)) != nil, "What was cut is not JSON.")
    case .invalid(let text, let problems):
        precondition((try? JSON(parsing: text)) != nil, "What is invalid is not JSON.")
        precondition(!problems.isEmpty && output.repair(result, of: answer).count == 2)
    case .none: precondition(output.repair(result, of: answer).count <= 2)
    }
}
