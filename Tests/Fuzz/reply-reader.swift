// Fuzzes `ReplyReader` and `TokenEstimator` with what a worker may send.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer Tests/Fuzz/reply-reader.swift \
//     Sources/Prompting/Reading/{ReplyReader,Reply,Reading,SettledReply,Thought,Channel*,FlattenedChannels}.swift \
//     Sources/Prompting/Reading/{StopSearch,HashedBytes,ByteText,RestoredChannels}.swift \
//     Sources/Prompting/{Limits,WhiteSpace,Tokens/*}.swift \
//     -o /tmp/fuzz-reply-reader
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-reply-reader -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/reply-reader
//
// It runs where the repository lies. An input is lines: first the stops, one a line, then an empty line, then the
// worker's text.

import FoundationEssentials

/// What the package embeds, read from the file.
enum PackageResources {
    static let token_weights_json: [UInt8] = {
        let path = "Sources/Prompting/Resources/token-weights.json"
        guard let bytes = FileManager.default.contents(atPath: path) else { fatalError("There is no \(path) here.") }
        return Array(bytes)
    }()
}

private let readings = [
    Reading(),
    Reading(isContinuation: true),
    Reading(thought: .think, turnOpeners: ["### User:"], assistantOpener: "### Assistant:"),
    Reading(
        thought: ThoughtTags(open: "[THINK]", close: "[/THINK]", answerOpen: "<response>", answerClose: "</response>")
    ),
    Reading(thought: .think, isThoughtOpen: true),
    Reading(thought: .think, isThoughtOpen: true, isContinuation: true),
    Reading(hasChannels: true, turnOpeners: ["<|start|>user<|message|>"]),
    Reading(hasChannels: true, isContinuation: true),
]

/// Always holds: no crash, no stop in the answer, the parts are parts of the text, a limit is kept.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReplyReader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    let bytes = Array(input.utf8)
    let lineEnd = UInt8(ascii: "\n")
    let split = bytes.indices.first { $0 > 0 && bytes[$0] == lineEnd && bytes[$0 - 1] == lineEnd } ?? 0
    let stops = bytes[..<split].split(separator: lineEnd).map { String(decoding: $0, as: UTF8.self) }
    let text = String(decoding: bytes[split...], as: UTF8.self)

    for reading in readings {
        let ofUser = ReplyReader(reading, formatStops: [], userStops: stops)
        let ofFormat = ReplyReader(reading, formatStops: stops, userStops: [])
        for (asked, wanted) in [(16, 5), (64, 64), (4096, nil)] as [(Int, Int?)] {
            check(ofUser.read(text, askedTokens: asked, wantedTokens: wanted), asked, wanted)
            let reply = ofFormat.read(text, askedTokens: asked, wantedTokens: wanted)
            check(reply, asked, wanted)
            for part in [reply.content, reply.reasoning ?? ""] where !reading.hasChannels {
                precondition(stops.allSatisfy { !contains(part, $0) }, "A part holds a stop of the format's.")
                precondition(contains(text, part), "A part is no part of the text.")
            }
            let isStopped = stops.contains { contains(text, $0) }
            let isPlain = reading == readings[1]
            precondition(!isPlain || !isStopped || wanted == 5 || reply.reason == .stop, "A stop is no length.")
            precondition(!isPlain || text.utf8.starts(with: reply.content.utf8), "A continuation begins elsewhere.")
        }
        let content = ofUser.read(text, askedTokens: 4096, wantedTokens: nil).content
        precondition(stops.allSatisfy { !contains(content, $0) }, "The answer holds a stop.")
    }
    return 0
}

private func check(_ reply: Reply, _ asked: Int, _ wanted: Int?) {
    let limit = min(wanted ?? asked, asked)
    precondition((0...limit).contains(reply.tokens), "More tokens than were asked for.")
    precondition((0...reply.tokens).contains(reply.reasoningTokens), "More reasoning than there is.")
    precondition(reply.reasoning != "", "An empty thought is none.")
    let estimator = TokenEstimator(tokenizer: "")
    let parts = estimator.tokens(in: reply.content) + estimator.tokens(in: reply.reasoning ?? "")
    precondition(wanted != 5 || parts <= 5, "The client's limit is not kept.")
}

/// Whether a text holds another, byte for byte.
private func contains(_ text: String, _ part: String) -> Bool {
    let text = Array(text.utf8)
    let part = Array(part.utf8)
    guard part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
}
