// How long a long conversation takes to become a prompt, its tokens counted, and a model's name to lead to a format.
//
//     Scripts/bench parts
import FoundationEssentials

/// What the package embeds, read from the files: this program is built without the package manager.
enum PackageResources {
    static let chat_formats_json = contents("Sources/Prompting/Resources/chat-formats.json")
    static let model_names_json = contents("Sources/Prompting/Resources/model-names.json")
    static let token_weights_json = contents("Sources/Prompting/Resources/token-weights.json")

    static func contents(_ path: String) -> [UInt8] {
        guard let bytes = FileManager.default.contents(atPath: path) else { fatalError("There is no \(path) here.") }
        return Array(bytes)
    }
}

/// A conversation of about 300 KB out of a real text, in turns of 3 KB.
private func conversation(from file: String) -> Conversation {
    let text = String(
        decoding: PackageResources.contents("Tests/PromptingTests/Data/token-texts/\(file)"),
        as: UTF8.self
    )
    var bytes = Array(text.utf8)
    while bytes.count < 300_000 { bytes += text.utf8 }
    var turns: [Turn] = []
    var start = 0
    while start < 300_000 {
        let role: Turn.Role = turns.isEmpty ? .system : turns.count.isMultiple(of: 2) ? .assistant : .user
        turns.append(
            Turn(role: role, text: String(decoding: bytes[start..<min(start + 3000, bytes.count)], as: UTF8.self))
        )
        start += 3000
    }
    turns.append(Turn(role: .user, text: "Go on."))
    return Conversation(turns: turns)
}

/// The median of many runs, in milliseconds.
private func median(_ runs: Int = 51, _ body: () -> Void) -> Double {
    let times = (0..<runs).map { _ in ContinuousClock().measure(body) }.sorted()
    return times[runs / 2] / .milliseconds(1)
}

private func rounded(_ milliseconds: Double) -> String { String(Int((milliseconds * 1000).rounded())) }

@main enum PromptingBenchmark {
    static func main() {
        print("a conversation of 300 KB: to prompt and count (of which the count), median of 51 runs, microseconds")
        for (file, formats) in [
            ("english-harbour.txt", ["chatml", "llama3"]),
            ("code-event-loop-swift.txt", ["chatml", "mistral-v7-tekken"]),
            ("json-chat-request.txt", ["alpaca"]),
        ] {
            let conversation = conversation(from: file)
            for name in formats {
                guard let format = FormatTable.builtIn[name] else { fatalError("There is no format \(name).") }
                let text = format.render(conversation, today: "2026-01-31").text
                let estimator = TokenEstimator(tokenizer: format.tokenizer)
                var count = 0
                let both = median { count += format.render(conversation, today: "2026-01-31").tokens }
                let counting = median { count += estimator.tokens(in: text) }
                print("  \(file), \(name), \(text.utf8.count) bytes: \(rounded(both)) (\(rounded(counting)))")
            }
        }
        var names = 0
        let table = FormatTable.builtIn
        let first = median(1) {
            for number in 0..<200 {
                names += table.format(forModel: "koboldcpp/Some-Tune-\(number)-12B.i1-Q4_K_M").format.name.count
            }
        }
        let again = median(51) {
            for number in 0..<200 {
                names += table.format(forModel: "koboldcpp/Some-Tune-\(number)-12B.i1-Q4_K_M").format.name.count
            }
        }
        print("200 names of models: \(rounded(first)) the first time, \(rounded(again)) later (microseconds)")
    }
}
