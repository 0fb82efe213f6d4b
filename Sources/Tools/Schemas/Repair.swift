import JSONText
package import OpenAI

extension StructuredOutput {
    /// The messages that follow an answer to ask for a correct one; none for an answer that is not asked for again.
    ///
    /// They go to the end of the conversation, the answer as the assistant's and the complaint as the user's.
    package func repair(_ result: Result, of answer: String) -> [ChatMessage] {
        switch result {
        case .valid, .cut: return []
        case .invalid(let text, let problems):
            let first = problems.prefix(3).joined(separator: "; ")
            return [
                ChatMessage(role: .assistant, content: text),
                ChatMessage(role: .user, content: "That JSON is invalid: \(first). Send the corrected JSON only."),
            ]
        case .none:
            let complaint = ChatMessage(role: .user, content: "That is not JSON. Send the JSON only.")
            // What is no JSON need not be read again whole.
            let shown = String(answer.trimmed.unicodeScalars.prefix(Self.shownScalarsMax))
            return shown.isEmpty ? [complaint] : [ChatMessage(role: .assistant, content: shown), complaint]
        }
    }

    private static let shownScalarsMax = 1_000

    /// The index of the best of several answers, the first of those that are as good; nil if there are none.
    ///
    /// Valid is best, then what has the fewest problems, then what was cut, then what holds no JSON.
    package static func best(of results: [Result]) -> Int? {
        results.indices.min { (rank(results[$0]), $0) < (rank(results[$1]), $1) }
    }

    private static func rank(_ result: Result) -> Int {
        switch result {
        case .valid: 0
        case .invalid(_, let problems): min(problems.count, 1_000)
        case .cut: 1_001
        case .none: 1_002
        }
    }
}
