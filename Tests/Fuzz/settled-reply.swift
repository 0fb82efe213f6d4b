// Fuzzes `ReplyReader.settled`: what is certain of a text that may go on.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer Tests/Fuzz/settled-reply.swift \
//     Sources/Prompting/Reading/{ReplyReader,Reply,Reading,SettledReply,Thought,Channel*,FlattenedChannels}.swift \
//     Sources/Prompting/Reading/{StopSearch,HashedBytes,ByteText,RestoredChannels}.swift \
//     Sources/Prompting/{Limits,WhiteSpace,Tokens/*}.swift \
//     -o /tmp/fuzz-settled-reply
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-settled-reply -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/settled-reply
//
// It runs where the repository lies. An input is lines: first the stops, one a line, then an empty line, then the text.
// `~` in the text stands for as many letters as no header has, `^` for 4096, and the place of each `\` is a cut.

import FoundationEssentials

/// What the package embeds, read from the file.
enum PackageResources {
    static let token_weights_json: [UInt8] = {
        let path = "Sources/Prompting/Resources/token-weights.json"
        guard let bytes = FileManager.default.contents(atPath: path) else { fatalError("There is no \(path) here.") }
        return Array(bytes)
    }()
}

private let granite = ThoughtTags(
    open: "[THINK]",
    close: "[/THINK]",
    answerOpen: "<response>",
    answerClose: "</response>"
)
private let readings = [
    Reading(isRaw: true),
    Reading(isContinuation: true),
    Reading(thought: .think, beginsLine: true, turnOpeners: ["### User:"], assistantOpener: "### Assistant:"),
    Reading(thought: granite),
    Reading(thought: .think, isThoughtExpected: true, isThoughtOpen: true),
    Reading(thought: .think, isThoughtExpected: true),
    Reading(thought: .think, isThoughtOpen: true, isContinuation: true),
    Reading(hasChannels: true, turnOpeners: ["<|start|>user<|message|>"]),
    Reading(isThoughtExpected: true, hasChannels: true),
    Reading(hasChannels: true, isContinuation: true),
]

/// Always holds: what is certain is a beginning of what is read of this text and of any that begins with it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSettledReply(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    let bytes = Array(input.utf8)
    let lineEnd = UInt8(ascii: "\n")
    let split = bytes.indices.first { $0 > 0 && bytes[$0] == lineEnd && bytes[$0 - 1] == lineEnd } ?? 0
    let stops = bytes[..<split].split(separator: lineEnd).map { String(decoding: $0, as: UTF8.self) }
    var texts = [""]
    var text = ""
    for scalar in String(decoding: bytes[split...], as: UTF8.self).unicodeScalars {
        switch scalar {
        case "~": text += String(repeating: "a", count: 280)
        case "^": text += String(repeating: "b", count: 4096)
        case "\\": texts.append(text)
        default: text.unicodeScalars.append(scalar)
        }
        // Every place is a cut near the start.
        if text.utf8.count < 24 { texts.append(text) }
    }
    texts.append(text)

    for reading in readings {
        check(ReplyReader(reading, formatStops: [], userStops: stops), texts)
        check(ReplyReader(reading, formatStops: stops, userStops: ["\n\n"]), texts)
    }
    return 0
}

private func check(_ reader: ReplyReader, _ texts: [String]) {
    var before = SettledReply(reasoning: "", content: "")
    for text in texts {
        let settled = reader.settled(text)
        let read = reader.read(text, askedTokens: 10_000_000, wantedTokens: nil)
        precondition(read.content.utf8.starts(with: settled.content.utf8), "The answer begins otherwise.")
        precondition((read.reasoning ?? "").utf8.starts(with: settled.reasoning.utf8), "The thought begins otherwise.")
        precondition(settled.content.utf8.starts(with: before.content.utf8), "Less of the answer is certain.")
        precondition(settled.reasoning.utf8.starts(with: before.reasoning.utf8), "Less of the thought is certain.")
        before = settled
    }
}
