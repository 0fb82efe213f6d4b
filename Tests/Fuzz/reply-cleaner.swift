// Fuzzes `ReplyCleaner`, `Ending` and `TokenEstimate` with what a worker may send.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer Tests/Fuzz/reply-cleaner.swift \
//     Sources/Prompting/{ReplyCleaner,Ending,WhiteSpace,TokenEstimate,TokenScanner,ControlMarker,CodePoint}.swift \
//     -o /tmp/fuzz-reply-cleaner
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-reply-cleaner -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/reply-cleaner
//
// An input is lines: first the stops, one a line, then an empty line, then the worker's text.

/// Always holds: no crash, no stop in the answer, the answer is a part of the text, a limit is kept.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReplyCleaner(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    let bytes = Array(input.utf8)
    let lineEnd = UInt8(ascii: "\n")
    let split = bytes.indices.first { $0 > 0 && bytes[$0] == lineEnd && bytes[$0 - 1] == lineEnd } ?? 0
    let stops = bytes[..<split].split(separator: lineEnd).map { String(decoding: $0, as: UTF8.self) }
    let text = String(decoding: bytes[split...], as: UTF8.self)

    for isContinuation in [false, true] {
        let reply = ReplyCleaner(stops: stops).clean(text, isContinuation: isContinuation)
        for stop in stops {
            precondition(!contains(reply.text, stop), "The answer holds a stop.")
        }
        precondition(contains(text, reply.text), "The answer is no part of the text.")
        precondition(reply.isStopped == stops.contains { contains(text, $0) }, "A stop was missed or made up.")
        precondition(!isContinuation || text.utf8.starts(with: reply.text.utf8), "A continuation begins elsewhere.")
        for (asked, wanted) in [(16, 5), (64, 64), (4096, nil)] as [(Int, Int?)] {
            let ending = Ending(of: reply, askedTokens: asked, wantedTokens: wanted)
            precondition(reply.text.utf8.starts(with: ending.text.utf8), "The end was not cut at the end.")
            precondition((0...asked).contains(ending.tokens), "More tokens than were asked for.")
            precondition(!reply.isStopped || ending.reason == .stop || wanted == 5, "A stop is no length.")
            precondition(wanted != 5 || TokenEstimate.tokens(in: ending.text) <= 5, "The client's limit is not kept.")
        }
    }
    return 0
}

/// Whether a text holds another, byte for byte.
private func contains(_ text: String, _ part: String) -> Bool {
    let text = Array(text.utf8)
    let part = Array(part.utf8)
    guard part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
}
