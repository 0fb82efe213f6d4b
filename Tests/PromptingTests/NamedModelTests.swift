import FoundationEssentials
import Testing

@testable import Prompting

/// A model of Horde's own reference (AI-Horde-text-model-reference, June 2026), from `Data/text-models.tsv`.
struct NamedModel: Sendable, CustomTestStringConvertible {
    let name: String
    /// Its `instruct_format`, in the words of whoever entered it; empty for most.
    let label: String
    let base: String

    var testDescription: String { name }

    /// The formats that the labels mean; `Mistral` alone is any of Mistral's.
    static let formats = [
        "chatml": "chatml", "alpaca": "alpaca", "llama 3": "llama3", "llama3": "llama3", "llama 3 instruct": "llama3",
        "llama 3 chat": "llama3", "mistral": "mistral-", "mistral v3": "mistral-v3",
        "mistral v3 tekken": "mistral-v3-tekken", "mistral v7 tekken": "mistral-v7-tekken", "metharme": "metharme",
        "gemma": "gemma", "gemma 4": "gemma4", "glm-4": "glm4", "commandr": "command-r",
    ]

    static let all: [NamedModel] = {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        guard let data = try? Data(contentsOf: URL(filePath: "/\(folder)/Data/text-models.tsv")) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) + ["", ""]
            return NamedModel(name: fields[0], label: fields[1], base: fields[2])
        }
    }()

    static let labelled = all.filter { !$0.label.isEmpty }

    /// The name as workers announce it that serve this model in one form or another.
    var spellings: [String] {
        let last = name.split(separator: "/").last.map(String.init) ?? name
        let joined = name.replacing("/", with: "_")
        return [
            name, "aphrodite/\(name)", "koboldcpp/\(last)", "koboldcpp/\(joined)-Q4_K_M.gguf", "Someone/\(last)-AWQ",
        ]
    }

    func isRight(_ format: String) -> Bool {
        let label = label.split(separator: " ").joined(separator: " ").lowercased()
        guard let expected = Self.formats[label] else { return false }
        return expected.hasSuffix("-") ? format.hasPrefix(expected) : format == expected
    }
}

@Suite struct NamedModelTests {
    private let table = FormatTable.builtIn.nameTable

    @Test func `the reference is read whole`() {
        #expect(NamedModel.all.count == 723)
        #expect(NamedModel.labelled.count == 127)
    }

    @Test func `every model with a label is spoken to as the label says, however its name is spelled`() {
        var right = 0
        for model in NamedModel.labelled {
            #expect(table.decision(for: model.name).source == .reference, "\(model.name)")
            for spelling in model.spellings {
                let decision = table.decision(for: spelling)
                #expect(model.isRight(decision.format), "\(spelling): \(decision.format)")
                right += model.isRight(decision.format) ? 1 : 0
            }
        }
        print("labels with the reference: \(share(right, of: NamedModel.labelled.count * 5))")
    }

    /// A label that names no version leaves it to the rules.
    @Test func `the version of a Mistral without one is what the rules say`() {
        for model in NamedModel.labelled where model.label == "Mistral" {
            #expect(byRules(model.name).format == table.decision(for: model.name).format, "\(model.name)")
        }
    }

    @Test func `the rules alone agree with nearly every label`() {
        let wrong = NamedModel.labelled.filter { !$0.isRight(byRules($0.name).format) }
        print("labels by rules alone: \(share(127 - wrong.count, of: 127)); wrong: \(wrong.map(\.name))")
        #expect(wrong.count * 100 <= NamedModel.labelled.count * 3)
    }

    @Test func `nearly every name has a rule that knows it`() {
        let rules = NamedModel.all.map { byRules($0.name).rule }
        let guesses = rules.filter { $0?.isGuess == true }.count
        let unknown = rules.filter { $0 == nil }.count
        let known = rules.count - guesses - unknown
        print("names by a rule: \(share(known, of: rules.count)); by size: \(guesses); by none: \(unknown)")
        #expect(known * 100 >= rules.count * 97)
    }

    /// Where this fails, `baselines` of `model-names.json` wants an entry.
    @Test func `no model that only its base would tell is without an entry`() {
        for model in NamedModel.all where table.decision(for: model.name).source == .fallback {
            #expect(model.base.isEmpty, "\(model.name): \(model.base)")
        }
    }

    private func byRules(_ text: String) -> (rule: NameRule?, format: String) {
        let name = ModelName(text, without: table.noise)
        let rule = table.rule(for: name)
        return (rule, rule.map { table.format(by: $0, name) } ?? table.fallback)
    }

    private func share(_ part: Int, of whole: Int) -> String {
        "\(part) of \(whole), \(Double(part * 1000 / whole) / 10) %"
    }
}
