/// The ways in which tools are called, as far as the writing of prompts knows them: by name, with the texts that a message
/// could forge.
///
/// What they look like is known to the target `Tools`.
package enum ToolMarkup {
    static let hermes = "hermes"
    static let none = "none"

    /// The names that a format or a rule may give, sorted.
    package static var names: [String] { own.keys.sorted() }

    /// Tags of the Hermes convention, which calls of all models are read in.
    private static let shared = ["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]

    /// What the calls behind an answer's words begin with, in any of the ways that write them as text.
    static let callOpeners = ["<tool_call>", "<minimax:tool_call>"]

    /// What a way has on top: the tags that begin a call or a part of it, and those that tokenizers know.
    ///
    /// Closing tags that are ordinary in XML files (`</function>`) end nothing that a message could stand in, and are let through: an
    /// agent that edits such a file needs it as it is.
    private static let own: [String: [String]] = [
        hermes: [], none: [], "harmony": [],
        "qwen-xml": ["<function=", "<parameter="],
        "qwen-xml-json": ["<function=", "<parameter="],
        "glm-xml": ["<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"],
        "glm-xml-compact": ["<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"],
        "minimax-xml": ["<minimax:tool_call>", "</minimax:tool_call>", "<invoke name="],
    ]

    /// The texts that no message of a user and no result of a tool may hold in a prompt of this way.
    static func tags(of name: String) -> [String] {
        shared + (own[name] ?? [])
    }
}
