import JSONText
package import OpenAI

/// What `response_format` asks of a prompt and of the answer to it: the instruction, the text that the answer is opened
/// with, and the way from what the model wrote to JSON that is valid, or to the turns that ask for better.
package struct StructuredOutput: Sendable {
    /// How often an answer is asked for again: what two corrections do not mend, a third seldom does.
    package static let repairsMax = 2

    /// What an answer holds.
    package enum Result: Equatable, Sendable {
        /// JSON that is valid, as compact text.
        case valid(String)
        /// JSON that the length cut off, closed without its incomplete last member; the answer ends by `length`.
        ///
        /// It may lack what the schema requires. Asking again would be cut again.
        case cut(String)
        /// The best that there is, and what is wrong with it, the first first; the text need not be JSON.
        case invalid(String, problems: [String])
        /// Nothing that looks like JSON.
        case none
    }

    /// What stands last in the system text.
    package let instruction: String
    /// What the answer is opened with, after thinking is closed: `{`, `[`, or nothing where the schema leaves it open.
    package let prefill: String

    private let schema: JSONSchema

    /// What a format asks; nil for text, which asks nothing.
    ///
    /// - Throws: a 400 that names the field, for a schema that is none.
    package init?(_ format: ResponseFormat) throws(APIError) {
        switch format {
        case .text: return nil
        case .jsonObject: try self.init(schema: nil, name: nil, description: nil)
        case .jsonSchema(let named):
            try self.init(schema: named.schema, name: named.name, description: named.description)
        }
    }

    private init(schema json: JSON?, name: String?, description: String?) throws(APIError) {
        schema = try JSONSchema(json ?? ["type": "object"])
        prefill = schema.opening
        let noun = prefill == "{" ? "JSON object" : prefill == "[" ? "JSON array" : "JSON value"
        var lines = [
            "Reply with a single valid \(noun) and nothing else: no introduction, no explanation, no code fence."
        ]
        if var json {
            // The dialect of the schema tells a model nothing.
            if case .object(var object) = json {
                object["$schema"] = nil
                json = .object(object)
            }
            let title = [name, description].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
            lines.append("It has to match this JSON Schema\(title.isEmpty ? "" : " (\(title))"):")
            lines.append(json.compact)
            lines.append("Use exactly the keys of the schema.")
        } else if let name {
            lines.append("It is \(description.map { "\(name): \($0)" } ?? name).")
        }
        instruction = lines.joined(separator: "\n")
    }
}

extension StructuredOutput {
    /// Reads an answer, which may come with the prefill in front or without it.
    ///
    /// `isCut` says that the output hit its length.
    package func read(_ text: String, isCut: Bool) -> Result {
        let trimmed = text.trimmed
        guard !trimmed.isEmpty, trimmed != prefill else { return .none }
        let searches = AnswerStart(text, after: prefill).texts.map { AnswerSearch($0, for: prefill) }
        var best: Candidate?
        for value in searches.flatMap(\.values) {
            let candidate = Candidate(value, schema)
            if candidate.problems.isEmpty { return .valid(candidate.text) }
            best = Candidate.better(best, candidate)
        }
        let takesContainers = schema.accepts([:]) || schema.accepts([])
        if !takesContainers, let scalar = scalar(text) { return .valid(scalar.text) }
        let rest = rest(searches, isCut: isCut, best)
        if rest == .none, let scalar = scalar(text) { return .valid(scalar.text) }
        return rest
    }

    /// What to make of an answer without a complete value that is valid.
    private func rest(_ searches: [AnswerSearch], isCut: Bool, _ best: Candidate?) -> Result {
        var best = best
        var cut: Candidate?
        for rest in searches.compactMap(\.rest) {
            var candidate = Candidate(rest.value, schema)
            if isCut, rest.reachesEnd {
                cut = Candidate.better(cut, candidate)
            } else if rest.isWhole, candidate.problems.isEmpty {
                return .valid(candidate.text)
            } else {
                if !rest.isWhole { candidate.problems.insert("it ends before it is complete", at: 0) }
                best = Candidate.better(best, candidate)
            }
        }
        if let best { return .invalid(best.text, problems: best.problems) }
        return cut.map { .cut($0.text) } ?? .none
    }

    /// An answer that is neither array nor object, where the schema takes one: JSON, or a text without its quotes.
    private func scalar(_ text: String) -> Candidate? {
        guard prefill.isEmpty else { return nil }
        // JSON that is passed on holds no NUL, as `JSON(parsing:)` has it.
        let text = AnswerFence.content(of: text).replacing("\0", with: "\u{FFFD}")
        guard !text.isEmpty else { return nil }
        let read = LenientJSON.read(text)
        let isAll = read.map { $0.end >= text.utf8.count } ?? false
        let values = (isAll ? [read?.json].compactMap { $0 } : []) + [.string(text)]
        return values.lazy.map { Candidate($0, schema) }.first { $0.problems.isEmpty }
    }

    /// One value that the answer may be.
    private struct Candidate {
        let text: String
        var problems: [String]

        init(_ value: JSON, _ schema: JSONSchema) {
            let coerced = schema.coerce(value)
            text = coerced.compact
            problems = schema.problems(in: coerced)
        }

        /// The one with fewer problems, the first of two with as many.
        static func better(_ first: Candidate?, _ second: Candidate) -> Candidate {
            guard let first, first.problems.count <= second.problems.count else { return second }
            return first
        }
    }
}
