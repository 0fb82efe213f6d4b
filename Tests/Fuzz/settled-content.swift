// Fuzzes what `CallReader` says of answers that are still being written, or that their length has ended.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//     -enable-upcoming-feature InternalImportsByDefault -I Tests/Fuzz/modules Tests/Fuzz/settled-content.swift \
//     Sources/Tools/Calls/*.swift Sources/{JSONText,OpenAI}/*.swift -o /tmp/fuzz-settled-content
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-settled-content -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/settled-content
//
// An input is two bytes that name a place, and a model's answer, which is cut there.

private let tools: [Tool] = ["read", "edit", "list_files", "get-time"].map { name in
    let parameters: JSON = [
        "properties": ["path": ["type": "string"]], "required": name == "edit" ? ["path"] : [],
    ]
    return Tool(name: name, definition: ["function": ["name": .string(name), "parameters": parameters]])
}
private let reader = CallReader(tools: tools)

/// Always holds: what is settled of the cut answer is what the whole begins with, and what more of it is settled later;
/// what is left without the begun call is a beginning of the text, and its content begins with what was settled.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSettledContent(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard count > 2 else { return 0 }
    let text = Array(String(decoding: input[2...], as: UTF8.self).utf8)
    var end = (Int(input[0]) << 8 | Int(input[1])) % (text.count + 1)
    // A text is cut between characters.
    while end > 0, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
    let whole = String(decoding: text, as: UTF8.self)
    let cut = String(decoding: text[..<end], as: UTF8.self)
    let settled = reader.settledContent(cut)
    for isCut in [false, true] {
        let content = reader.read(whole, isCut: isCut).content
        precondition(begins(content, with: settled), "What was settled is not the beginning of the content.")
    }
    precondition(reader.settledContent(whole).utf8.starts(with: settled.utf8), "What was settled is taken back.")
    let left = reader.withoutBegunCall(cut)
    precondition(cut.utf8.starts(with: left.utf8), "What is left is no beginning of the text.")
    precondition(begins(reader.read(left, isCut: true).content, with: settled), "What was settled is left out.")
    return 0
}

private func begins(_ content: String, with settled: String) -> Bool {
    content.utf8.drop { $0 == 32 || (9...13).contains($0) }.starts(with: settled.utf8)
}
