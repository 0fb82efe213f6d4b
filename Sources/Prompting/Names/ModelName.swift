/// A model's name on Horde without what says nothing about the model.
///
/// `koboldcpp/TheDrummer_Cydonia-24B-v4.3-Q4_K_M.gguf` becomes `thedrummer-cydonia-24b-v4.3`: worker programs put their
/// own name in front, and who quantised the model puts the precision behind.
struct ModelName: Equatable, Sendable {
    /// What to take off, from `model-names.json`.
    struct Noise: Decodable, Sendable {
        /// First path components that name a worker program.
        let backends: Set<String>
        /// Endings of files.
        let fileEndings: [String]
        /// Words that name a precision, each with the separator before it.
        let precisions: NameExpression

        private enum CodingKeys: CodingKey {
            case backends, fileEndings, precisions
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            backends = try container.decode(Set<String>.self, forKey: .backends)
            fileEndings = try container.decode([String].self, forKey: .fileEndings)
            let words = try container.decode([String].self, forKey: .precisions).joined(separator: "|")
            precisions = try NameExpression("[-.](?:\(words))(?=$|[-.])")
        }
    }

    /// Names are not longer than Horde's own column for them, in characters (API.md 1.2).
    private static let charactersMax = 255
    /// Taking a word off can bring the halves of another together; real names need two rounds, and hostile ones get
    /// no more than this.
    private static let roundsMax = 4

    /// The whole name, with the maker in front if it was given: `mistralai/mistral-nemo-instruct-2407`.
    let full: String
    /// Its last path component.
    let last: String

    /// The whole name as one component, as those who quantise models write it: `mistralai-mistral-nemo-instruct-2407`.
    var dashed: String { full.replacing("/", with: "-") }

    init(_ name: String, without noise: Noise) {
        // Cut again, as some letters are two in lower case.
        let lower = Self.lookedAt(Self.lookedAt(name).lowercased())
        var plain = String(lower.map { $0 == "_" || $0 == " " ? "-" : $0 })
        // A user's own model is announced as `name::user#id`.
        if let owner = plain.firstRange(of: "::") { plain.removeSubrange(owner.lowerBound...) }
        if let ending = noise.fileEndings.first(where: plain.hasSuffix) { plain.removeLast(ending.count) }
        var path = plain.split(separator: "/").map(String.init)
        while path.count > 1, noise.backends.contains(path[0]) {
            path.removeFirst()
        }
        let parts = path.map { Self.withoutPrecision($0, noise) }
        full = parts.joined(separator: "/")
        last = parts.last ?? ""
    }

    /// The part of a name that is looked at: names come from strangers, and no model has a longer one.
    static func lookedAt(_ name: String) -> String {
        name.utf8.count <= charactersMax ? name : String(name.unicodeScalars.prefix(charactersMax))
    }

    /// Drops the words of precision and keeps what follows them.
    private static func withoutPrecision(_ part: String, _ noise: Noise) -> String {
        var part = part
        for _ in 1...roundsMax {
            let shorter = noise.precisions.removed(from: part)
            if shorter == part { break }
            part = shorter
        }
        return part
    }
}
