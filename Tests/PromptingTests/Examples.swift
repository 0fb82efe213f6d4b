import FoundationEssentials
import Prompting
import Testing

/// The format of this name; a test that asks for one that is missing fails with a sentence.
func format(_ name: String) throws -> PromptFormat {
    try #require(FormatTable.builtIn[name], "chat-formats.json has no format \(name)")
}

/// The format of this name with another reasoning style, as a rule for a model's name may ask for.
func format(_ name: String, reasoning style: String) throws -> PromptFormat {
    struct File: Decodable {
        let reasoning: [ReasoningStyle]
    }
    let file = try JSONDecoder().decode(File.self, from: contents(of: "/Sources/Prompting/Resources/chat-formats.json"))
    var format = try format(name)
    format.reasoning = try #require(file.reasoning.first { $0.name == style }, "There is no style \(style)")
    return format
}

/// A file of this package, by its path in it.
func contents(of path: String) throws -> Data {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    return try Data(contentsOf: URL(filePath: root + path))
}

extension Conversation {
    /// A conversation told as pairs: `.of((.system, "…"), (.user, "…"))`.
    static func of(_ turns: (Turn.Role, String)...) -> Conversation {
        Conversation(turns: turns.map { Turn(role: $0.0, text: $0.1) })
    }

    /// Renders in a built-in format and returns the text.
    func text(in name: String) throws -> String {
        try format(name).render(self, today: "2026-11-25").text
    }
}

extension String {
    /// How often a text stands in this one, byte for byte and overlapping.
    func occurrences(of text: some StringProtocol) -> Int {
        let bytes = Array(utf8)
        let wanted = Array(text.utf8)
        guard let first = wanted.first else { return 0 }
        return bytes.indices.count { bytes[$0] == first && bytes[$0...].starts(with: wanted) }
    }
}
