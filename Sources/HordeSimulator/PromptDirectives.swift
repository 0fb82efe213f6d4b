/// Orders to the simulated worker inside a prompt, as in the recordings: `[[reply:TEXT]]`, `[[latency:SECONDS]]`,
/// `[[fail:N]]`, `[[state:faulted|censored|csam]]`, `[[len:TOKENS]]`, `[[echo]]`, `[[echo_prompt]]`, `[[hang]]`,
/// `[[empty]]`.
///
/// The last one of a kind counts, because a chat's prompt repeats the turns before.
struct PromptDirectives: Equatable {
    var reply: String?
    var latencySeconds: Double?
    var failures: Int?
    var state: String?
    var lengthTokens: Int?
    var echoes = false
    var echoesPrompt = false
    var hangs = false
    var isEmpty = false

    init(parsing prompt: String) {
        var prompt = prompt
        let directives = prompt.withUTF8 { bytes in
            var found: [String] = []
            var start = 0
            while let open = Self.position(ofTwo: UInt8(ascii: "["), in: bytes, from: start),
                let close = Self.position(ofTwo: UInt8(ascii: "]"), in: bytes, from: open)
            {
                found.append(String(decoding: bytes[(open + 2)..<close], as: UTF8.self))
                start = close + 2
            }
            return found
        }
        for directive in directives { take(directive) }
    }

    /// Where a byte stands twice in a row.
    private static func position(ofTwo byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var start = start
        while let index = Bytes.position(of: byte, in: bytes, from: start) {
            guard index + 1 < bytes.count else { return nil }
            if bytes[index + 1] == byte { return index }
            start = index + 1
        }
        return nil
    }

    private mutating func take(_ directive: String) {
        let parts = directive.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? String(parts[1]) : ""
        switch parts[0] {
        case "reply": reply = value
        case "latency": latencySeconds = Double(value)
        case "fail": failures = Int(value)
        case "state": state = value
        case "len": lengthTokens = Int(value)
        case "echo": echoes = true
        case "echo_prompt": echoesPrompt = true
        case "hang": hangs = true
        case "empty": isEmpty = true
        default: break
        }
    }
}
