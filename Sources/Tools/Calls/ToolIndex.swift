import OpenAI

/// The tools of a request by the names that models make of theirs.
struct ToolIndex: Sendable {
    private let exact: [String: ToolSignature]
    /// By names in lower case with `_` for `-`; only those that one tool has.
    private let folded: [String: ToolSignature]
    /// The names by their last byte, longest first: for finding one that stands before a bracket.
    private let byLastByte: [UInt8: [[UInt8]]]

    private static let prefixes = ["functions.", "function.", "default_api.", "tools.", "call:"]

    init(_ tools: [Tool]) {
        let signatures = tools.map(ToolSignature.init)
        exact = Dictionary(signatures.map { ($0.name, $0) }) { first, _ in first }
        let groups = Dictionary(grouping: exact.values) { Self.fold($0.name) }
        folded = groups.compactMapValues { $0.count == 1 ? $0.first : nil }
        let names = exact.keys.map { Array($0.utf8) }.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
        byLastByte = Dictionary(grouping: names) { $0[$0.count - 1] }
    }

    var isEmpty: Bool {
        exact.isEmpty
    }

    /// The tool that a model means: `Functions.Read-File:0` is `read_file`.
    func tool(named written: String) -> ToolSignature? {
        var name = written.trimmed[...]
        while let quote = name.first, name.count > 1, quote == name.last, "\"'`".contains(quote) {
            name = name.dropFirst().dropLast()
        }
        if let tool = tool(exactly: name) { return tool }
        if name.hasSuffix("()") { name = name.dropLast(2) }
        if let colon = name.lastIndex(of: ":"), name[colon...].dropFirst().utf8.allSatisfy(\.isDigit) {
            name = name[..<colon]
        }
        for prefix in Self.prefixes where name.hasPrefix(prefix) {
            if let tool = tool(exactly: name.dropFirst(prefix.count)) { return tool }
        }
        return tool(exactly: name)
    }

    private func tool(exactly name: Substring) -> ToolSignature? {
        exact[String(name)] ?? folded[Self.fold(String(name))]
    }

    private static func fold(_ name: String) -> String {
        let bytes = name.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The longest name that ends at a place, at its start.
    func nameStart(_ bytes: [UInt8], endingAt end: Int, isWanted: (Int) -> Bool) -> Int? {
        guard end > 0, let names = byLastByte[bytes[end - 1]] else { return nil }
        let found = names.first { name in
            name.count <= end && bytes[(end - name.count)..<end].elementsEqual(name) && isWanted(end - name.count)
        }
        return found.map { end - $0.count }
    }

    /// Where the longest beginning of a name stands that the end of a text has cut, perhaps behind the kind of the tool.
    func begunName(in bytes: [UInt8], behind kinds: [[UInt8]]) -> Int? {
        guard let last = bytes.last else { return nil }
        var countMax = 0
        func take(_ text: [UInt8], upTo end: Int) {
            for count in stride(from: min(end, bytes.count), to: countMax, by: -1)
            where text[count - 1] == last && bytes.suffix(count).elementsEqual(text.prefix(count)) {
                countMax = count
                return
            }
        }
        for kind in kinds { take(kind, upTo: kind.count) }
        for name in byLastByte.values.joined() {
            take(name, upTo: name.count - 1)
            for kind in kinds { take(kind + name, upTo: kind.count + name.count - 1) }
        }
        return countMax > 0 ? bytes.count - countMax : nil
    }

    /// Whether a tool's name begins with a text, perhaps behind a prefix that models add.
    func hasName(beginningWith text: String) -> Bool {
        let text = Self.fold(text)
        return ([""] + Self.prefixes).contains { prefix in
            let name = text.dropFirst(prefix.count)
            return prefix.hasPrefix(text)
                || (text.hasPrefix(prefix) && exact.keys.contains { Self.fold($0).hasPrefix(name) })
        }
    }
}
