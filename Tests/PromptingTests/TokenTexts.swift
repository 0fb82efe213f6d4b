import FoundationEssentials

/// The texts in `Data/token-texts` with their true numbers of tokens.
///
/// `Data/count-tokens.py` counted them with the tokenizers' own vocabularies and tells how to do it again. Of the
/// eight, llama3, qwen, command-r and gemma were checked against the counts that llama.cpp's tests expect.
struct TokenText: Sendable {
    /// The name of its file without the ending; the part before the first hyphen is the kind of text.
    let name: String
    let text: String
    /// The number of tokens by tokenizer.
    let tokens: [String: Int]

    var kind: String { String(name.prefix { $0 != "-" }) }

    private struct File: Decodable {
        let counts: [String: [String: Int]]
    }

    static func all(from here: String = #filePath) throws -> [TokenText] {
        let folder = here.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Data"
        let counts = try JSONDecoder().decode(File.self, from: contents(of: folder + "/token-counts.json")).counts
        return try counts.sorted { $0.key < $1.key }.map { file, tokens in
            let text = String(decoding: try contents(of: "\(folder)/token-texts/\(file)"), as: UTF8.self)
            return TokenText(name: String(file.prefix { $0 != "." }), text: text, tokens: tokens)
        }
    }

    private static func contents(of path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else { throw Missing(path: path) }
        return data
    }

    private struct Missing: Error {
        let path: String
    }
}
