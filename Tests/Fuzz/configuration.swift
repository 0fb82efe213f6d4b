// Fuzzes what is read of an operator's configuration by our own code: the file of formats, patterns and aliases of
// models, addresses, URLs and keys.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//     -enable-upcoming-feature InternalImportsByDefault -I Tests/Fuzz/modules Tests/Fuzz/configuration.swift \
//     Sources/Prompting/*.swift Sources/Prompting/*/*.swift Sources/Gateway/Models/{ModelAliases,ModelLimits}.swift \
//     Sources/Gateway/Models/ShellPattern.swift Sources/HTTPServer/{ListenAddress,AddressRange,IPAddress}.swift \
//     Sources/Horde/{HordeURL,HordeKey}.swift Sources/Secrets/Secret.swift Tests/Fuzz/shared/Regexes.swift \
//     Tests/Benchmarks/whole-request/PromptingResources.swift -o /tmp/fuzz-configuration
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-configuration -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/configuration
//
// It runs where the repository lies. An input is read as each of these: as the file of formats; as a URL, an address, a
// range and a key; and by lines, the first a pattern or an alias, the others names for it.

import FoundationEssentials

// What the aliases take of the rest of the gateway.

enum Limits {}

enum VirtualModel { static let prefix = "horde/" }

/// Always holds: no crash; a file of formats is taken and says what it says, or its error names the field; a pattern
/// matches what a slow and simple matcher matches; what is read as an address, a URL or a key is one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    checkFormats(bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(9).map(String.init)
    checkPattern(lines[0], lines.dropFirst())
    checkAliases(lines)
    guard count < 300 else { return 0 }
    checkAddress(text)
    checkURL(text)
    checkKey(text)
    return 0
}

private func checkFormats(_ bytes: [UInt8]) {
    guard let overrides = try? JSONDecoder().decode(FormatOverrides.self, from: Data(bytes)) else { return }
    // Each name that is new takes a while, and so does each expression.
    guard overrides.models.count + overrides.rules.count <= 6 else { return }
    do throws(FormatTableError) {
        let table = try FormatTable.builtIn.with(overrides)
        precondition(Set(overrides.formats.map(\.name)).isSubset(of: table.names), "A format is not there.")
        precondition(Set(FormatTable.builtIn.names).isSubset(of: table.names), "A format of ours is gone.")
        for (model, format) in overrides.models where model.utf8.count <= 255 {
            let choice = table.format(forModel: model)
            precondition(choice.source == .override && choice.format.name == format, "A model has another format.")
        }
        for name in overrides.rules.map(\.match) + ["aphrodite/Qwen/Qwen3-32B"] {
            let choice = table.format(forModel: name)
            precondition(table[choice.format.name] != nil, "A format that there is not.")
        }
        for format in overrides.formats { render(format, in: table) }
    } catch {
        precondition(error.description.contains("formats."), "An error without its place.")
    }
}

/// Whatever the format, a conversation can be written in it, and its answers end with its stops.
private func render(_ format: PromptFormat, in table: FormatTable) {
    guard let format = table[format.name] else { return }
    let turns = [("system", Turn.Role.system), ("user", .user), ("assistant", .assistant), ("tool", .tool)].map {
        Turn(role: $1, text: String($0), callID: "1", callName: "read")
    }
    for count in 1...turns.count {
        let conversation = Conversation(turns: Array(turns.prefix(count)), definitions: "x")
        let prompt = format.render(conversation, today: "2026-11-29")
        precondition(prompt.tokens > 0 && prompt.format == format.name)
        precondition(prompt.stops.starts(with: format.stops) || format.reasoning.hasChannels, "Its stops are gone.")
    }
}

private func checkPattern(_ text: String, _ names: some Sequence<String>) {
    let pattern = ShellPattern(text)
    let pieces = Array(text.lowercased().unicodeScalars)
    guard pieces.count <= 40 else { return }
    for name in names {
        let name = Array(name.lowercased().unicodeScalars.prefix(40))
        precondition(pattern.matches(name) == matches(pieces[...], name[...]), "A pattern matches otherwise.")
    }
}

/// The same as the documentation has it, piece by piece, however long that takes.
private func matches(_ pattern: ArraySlice<Unicode.Scalar>, _ name: ArraySlice<Unicode.Scalar>) -> Bool {
    // All places that may be reached with the pattern so far.
    var places = Set([name.startIndex])
    var rest = pattern
    while let scalar = rest.popFirst(), !places.isEmpty {
        if scalar == "*" {
            if let first = places.min() { places = Set(first...name.endIndex) }
            continue
        }
        let set = scalar == "[" ? takeSet(&rest) : nil
        places = Set(
            places.compactMap { place in
                guard place < name.endIndex else { return nil }
                let isMatch = set.map { $0.contains(name[place]) } ?? (scalar == "?" || scalar == name[place])
                return isMatch ? place + 1 : nil
            }
        )
    }
    return places.contains(name.endIndex)
}

private struct CharacterSet {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false
    func contains(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0 ~= scalar.value } != isNegated }
}

/// What stands in brackets; nil, and nothing is taken, where they are not closed.
private func takeSet(_ rest: inout ArraySlice<Unicode.Scalar>) -> CharacterSet? {
    var set = CharacterSet()
    var place = rest.startIndex
    if place < rest.endIndex, rest[place] == "!" || rest[place] == "^" {
        set.isNegated = true
        place += 1
    }
    while place < rest.endIndex {
        if rest[place] == "]", !set.ranges.isEmpty {
            rest = rest[(place + 1)...]
            return set
        }
        let first = rest[place].value
        if place + 2 < rest.endIndex, rest[place + 1] == "-", rest[place + 2] != "]" {
            let last = rest[place + 2].value
            set.ranges.append(min(first, last)...max(first, last))
            place += 3
        } else {
            set.ranges.append(first...first)
            place += 1
        }
    }
    return nil
}

/// An alias is there in any case, or there is a reason; of two of one name only the first is there.
private func checkAliases(_ lines: [String]) {
    var aliases = ModelAliases()
    for line in lines {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let entries = parts.dropFirst().flatMap { $0.split(separator: "|", omittingEmptySubsequences: false) }.prefix(4)
        let before = aliases.all.count
        do throws(ModelAliasProblem) {
            try aliases.add(parts[0], entries.map(String.init))
            let alias = aliases[lowercased: parts[0].lowercased()]
            precondition(alias?.name == parts[0] && alias?.entries.count == entries.count, "An alias is not there.")
            precondition(!parts[0].isEmpty && !parts[0].contains(",") && aliases.all.count == before + 1)
        } catch {
            precondition(aliases.all.count == before && !error.description.isEmpty, "A half of an alias.")
        }
    }
}

/// An address or a range that is written down is read as the same.
private func checkAddress(_ text: String) {
    do throws(ListenError) {
        let address = try ListenAddress(parsing: text)
        let again = try ListenAddress(parsing: address.description)
        precondition(again == address, "Another address.")
        precondition(!address.host.contains { $0.isWhitespace || "[]".contains($0) }, "A host that is none.")
        if let path = address.path {
            precondition(path.hasPrefix("/") && text.hasSuffix(path), "Another path.")
        } else {
            precondition(text.hasSuffix("\(address.port)") || text.last?.isNumber == true, "Another port.")
        }
    } catch {
        precondition(error == .malformedAddress(text), "An address is taken and written as none.")
    }
    guard let range = AddressRange(text), let slash = text.firstIndex(of: "/") else { return }
    guard let address = IPAddress(String(text[..<slash])) else { preconditionFailure("A range without an address.") }
    precondition(range.contains(address), "A range without its own address.")
}

private func checkURL(_ text: String) {
    guard let url = HordeURL(text)?.description else { return }
    precondition(url.hasPrefix("https://") || url.hasPrefix("http://"), "No URL.")
    // A host may be called api.
    let isWithoutPath = ["https://api", "http://api"].contains(url) || !url.hasSuffix("/api")
    precondition(text.hasPrefix(url) && !url.hasSuffix("/") && isWithoutPath, "The URL is another one.")
    precondition(url.utf8.allSatisfy { $0 > 32 && $0 < 127 } && !url.contains("?") && !url.contains("#"), "More.")
}

/// A key is what it was, and never shows.
private func checkKey(_ text: String) {
    guard let key = HordeKey(text) else { return }
    precondition(key.secret.revealed == text && !"\(key) \(String(reflecting: key))".contains(text), "It shows.")
    let bytes = Array(text.utf8)
    precondition([10, 22, 36].contains(bytes.count), "No key is so long.")
    let isWord = bytes.allSatisfy { (48...57) ~= $0 || (65...90) ~= $0 & 0xDF || $0 == 45 || $0 == 95 }
    precondition(isWord && key.isAnonymous == (text == "0000000000"), "A key that is none.")
}
