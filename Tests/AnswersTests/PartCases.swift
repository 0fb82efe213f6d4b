import FoundationEssentials

/// One answer of `Data/parts.json`, which `Data/make-parts.py` cut at exact numbers of real tokens.
struct CutAnswer: Sendable {
    enum Truth: Sendable, Equatable { case cut, finished, empty, loopBegun, again }

    struct Part: Sendable {
        let text: String
        let truth: Truth
    }

    let tokenizer: String
    /// The names of the texts that it was made of.
    let names: [String]
    let askedTokens: Int
    let parts: [Part]

    /// The kind of text: the first part of its name.
    var kind: String { String(names[0].prefix { $0 != "-" }) }

    /// Whether the thresholds were chosen without it.
    let isTestOnly: Bool

    private struct File: Decodable {
        let testOnly: [String]
        let sources: [[String]]
        let rows: [Row]
    }

    private struct Row: Decodable {
        let tokenizer: String
        let source: Int
        let asked: Int
        let ends: [Int]
        let again: Again?

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            tokenizer = try list.decode(String.self)
            source = try list.decode(Int.self)
            _ = try list.decode(String.self)
            asked = try list.decode(Int.self)
            ends = try list.decode([Int].self)
            again = try list.decodeIfPresent(Again.self)
        }
    }

    private struct Again: Decodable {
        let text: String?
        let parts: [[[Int]]]?
    }

    static func all(from here: String = #filePath) throws -> [CutAnswer] {
        let tests = here.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
        let folders = ["\(tests)/AnswersTests/Data/texts", "\(tests)/PromptingTests/Data/token-texts"]
        let file = try JSONDecoder().decode(
            File.self,
            from: contents(of: ["\(tests)/AnswersTests/Data/parts.json"])
        )
        let sources = try file.sources.map { try joined($0, in: folders) }
        return file.rows.map { row in
            let names = file.sources[row.source]
            return CutAnswer(
                row,
                names: names,
                source: sources[row.source],
                isTestOnly: file.testOnly.contains(names[0])
            )
        }
    }

    private init(_ row: Row, names: [String], source: [UInt8], isTestOnly: Bool) {
        tokenizer = row.tokenizer
        self.names = names
        self.isTestOnly = isTestOnly
        askedTokens = row.asked
        let isCut = row.ends.last == -1
        let ends = isCut ? row.ends.dropLast() : row.ends[...]
        var parts = zip(ends, ends.dropFirst()).map { Part(text: Self.text(source[$0..<$1]), truth: .cut) }
        if !isCut, let last = parts.popLast() { parts.append(Part(text: last.text, truth: .finished)) }
        if let text = row.again?.text { parts.append(Part(text: text, truth: .empty)) }
        let again = row.again?.parts ?? []
        for (index, copies) in again.enumerated() {
            let text = copies.map { String(repeating: Self.text(source[$0[0]..<$0[1]]), count: $0[2]) }.joined()
            parts.append(Part(text: text, truth: index < again.count - 1 ? .loopBegun : .again))
        }
        self.parts = parts
    }

    private static func joined(_ names: [String], in folders: [String]) throws -> [UInt8] {
        try names.reduce(into: []) { bytes, name in
            if !bytes.isEmpty {
                while let last = bytes.last, last <= UInt8(ascii: " ") { bytes.removeLast() }
                bytes += "\n\n".utf8
            }
            bytes += try contents(of: folders.map { "\($0)/\(name).txt" })
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func contents(of paths: [String]) throws -> Data {
        guard let data = paths.lazy.compactMap({ FileManager.default.contents(atPath: $0) }).first else {
            throw Missing(paths: paths)
        }
        return data
    }

    private struct Missing: Error {
        let paths: [String]
    }
}
