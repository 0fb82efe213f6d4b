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
        let bytes = prompt.utf8
        var start = bytes.startIndex
        while let open = Self.position(of: UInt8(ascii: "["), in: bytes[start...]),
            let close = Self.position(of: UInt8(ascii: "]"), in: bytes[open...])
        {
            take(String(bytes[bytes.index(open, offsetBy: 2)..<close]) ?? "")
            start = bytes.index(close, offsetBy: 2)
        }
    }

    /// Where a byte stands twice in a row.
    private static func position(of byte: UInt8, in bytes: Substring.UTF8View) -> String.Index? {
        var rest = bytes
        while let index = rest.firstIndex(of: byte) {
            let next = bytes.index(after: index)
            guard next < bytes.endIndex else { return nil }
            if bytes[next] == byte { return index }
            rest = bytes[next...]
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
