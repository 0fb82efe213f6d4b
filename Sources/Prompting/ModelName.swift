/// A model's name on Horde without what says nothing about the model.
///
/// `koboldcpp/TheDrummer_Cydonia-24B-v4.3-Q4_K_M.gguf` becomes `thedrummer-cydonia-24b-v4.3`: worker programs put their
/// own name in front, and who quantised the model puts the precision behind.
struct ModelName: Equatable {
    /// The words to take off, from `chat-formats.json`.
    struct Noise: Decodable, Sendable {
        /// First path components that name a worker program.
        let backends: [String]
        /// Endings of files.
        let fileEndings: [String]
        /// Words that name a precision; `#` is a run of digits.
        let precisions: [String]
        /// Words that go with a precision that they follow (`k` and `m` of `q4_k_m`).
        let precisionDetails: [String]
    }

    /// Names are not longer than Horde's own column for them, in characters (API.md 1.2).
    private static let charactersMax = 255

    /// The whole name, with the maker in front if it was given: `mistralai/mistral-nemo-instruct-2407`.
    let full: String
    /// Its last path component.
    let last: String

    init(_ name: String, without noise: Noise) {
        var path = name.prefix(Self.charactersMax).lowercased().split(separator: "/")
        while path.count > 1, noise.backends.contains(String(path[0])) {
            path.removeFirst()
        }
        let parts = path.map { Self.plain($0, without: noise) }
        full = parts.joined(separator: "/")
        last = parts.last ?? ""
    }

    private static func plain(_ part: Substring, without noise: Noise) -> String {
        var part = String(part.map { $0 == "_" || $0 == " " ? "-" : $0 })
        for ending in noise.fileEndings where part.hasSuffix(ending) {
            part.removeLast(ending.count)
        }
        return withoutPrecision(part, noise)
    }

    /// Drops the words of precision, each with the separator before it, and keeps what follows them.
    private static func withoutPrecision(_ part: String, _ noise: Noise) -> String {
        let words = words(of: part)
        var kept: [String] = []
        var isDetail = false
        for (index, word) in words.enumerated() {
            let bare = String(word.drop { $0 == "-" || $0 == "." })
            let isBitsPerWeight = shape(of: bare) == "#bpw"
            let isWholeBits =
                index + 1 < words.count && shape(of: bare) == "#" && shape(of: words[index + 1]) == ".#bpw"
            let isPrecision =
                index > 0
                && (isBitsPerWeight || isWholeBits || noise.precisions.contains(shape(of: bare))
                    || noise.precisions.contains(bare)
                    || (isDetail && noise.precisionDetails.contains(bare)))
            if !isPrecision { kept.append(word) }
            isDetail = isPrecision
        }
        return kept.joined()
    }

    /// The words of a name, each with the separators before it.
    private static func words(of part: String) -> [String] {
        var words: [String] = []
        var wasSeparator = false
        for character in part {
            let isSeparator = character == "-" || character == "."
            if words.isEmpty || (isSeparator && !wasSeparator) {
                words.append("")
            }
            words[words.count - 1].append(character)
            wasSeparator = isSeparator
        }
        return words
    }

    /// A word with `#` for each run of digits.
    private static func shape(of word: String) -> String {
        var shape = ""
        for character in word {
            let isDigit = character.asciiValue?.isDigit ?? false
            if !isDigit || shape.last != "#" { shape.append(isDigit ? "#" : character) }
        }
        return shape
    }
}
