import JSONText
import OpenAI
import OpenCode
import Testing

/// What holds for every file, whatever stands in it.
@Suite struct MergePropertyTests {
    private static let count: UInt64 = 1500

    @Test func `the new text means the merged document, and the old bytes are where they were`() throws {
        var edited = 0
        for seed in 0..<Self.count {
            var random = RandomJSONC(seed: seed)
            let old = random.document()
            let oldValue = try Value(of: old)
            let edits: JSONCEdits
            do throws(OpenCodeFileProblem) {
                edits = try twoModels.edits(of: old)
            } catch {
                Issue.record("\(error) in \(String(decoding: old, as: UTF8.self))")
                continue
            }
            let new = edits.applied(to: old)
            let shown = Comment(rawValue: "\(seed): \(String(decoding: old, as: UTF8.self))")
            #expect(try Value(of: new) == oldValue.merged(), shown)
            #expect(try twoModels.merged(into: new) == nil, shown)
            #expect(keepsTheRest(old, new, edits), shown)
            #expect(onlyOursIsReplaced(old, oldValue, edits), shown)
            if !edits.isEmpty { edited += 1 }
        }
        #expect(edited > Self.count / 2)
    }

    /// Every byte between two replacements stands in the new text, moved by what came before it.
    private func keepsTheRest(_ old: [UInt8], _ new: [UInt8], _ edits: JSONCEdits) -> Bool {
        var oldPlace = 0
        var newPlace = 0
        for replacement in edits.replacements {
            let length = replacement.span.lowerBound - oldPlace
            guard length >= 0, new[newPlace...].prefix(length) == old[oldPlace..<replacement.span.lowerBound] else {
                return false
            }
            newPlace += length
            guard new[newPlace...].starts(with: replacement.bytes) else { return false }
            newPlace += replacement.bytes.count
            oldPlace = replacement.span.upperBound
        }
        return new[newPlace...] == old[oldPlace...]
    }

    /// What is replaced is white space, our provider as it stood, or a model of ours.
    private func onlyOursIsReplaced(_ old: [UInt8], _ value: Value, _ edits: JSONCEdits) -> Bool {
        edits.replacements.map { Array(old[$0.span]) }.allSatisfy { bytes in
            if bytes.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) { return true }
            guard let replaced = try? Value(of: bytes) else { return false }
            if case .plain(.string(let text)) = replaced, text.hasPrefix("horde/") { return true }
            return replaced == value["provider"]?["horde"]
        }
    }
}

/// A document without order, as a program sees it: of a repeated key the last one counts.
private indirect enum Value: Equatable {
    case object([String: Value])
    case array([Value])
    case plain(JSON)

    /// Reads a text; one without a value is an empty object, to which the `$schema` of a new file is added.
    init(of text: [UInt8]) throws {
        let json = try? OpenCodeTests.json(of: text)
        self = json.map { Value($0) } ?? .object(["$schema": .plain("https://opencode.ai/config.json")])
    }

    init(_ json: JSON) {
        switch json {
        case .object(let object):
            self = .object(Dictionary(object.members.map { ($0.key, Value($0.value)) }) { _, last in last })
        case .array(let elements): self = .array(elements.map { Value($0) })
        default: self = .plain(json)
        }
    }

    subscript(key: String) -> Value? {
        get { if case .object(let members) = self { members[key] } else { nil } }
        set {
            var members: [String: Value] = if case .object(let members) = self { members } else { [:] }
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The members of an object, none of another value.
    var members: [String: Value] { if case .object(let members) = self { members } else { [:] } }

    /// What the file has to mean afterwards, said once more and in other words.
    func merged() -> Value {
        let ours = Value(twoModels.json)
        var result = self
        for key in ["model", "small_model"] {
            if case .plain(.string(let text))? = self[key] {
                if text == "horde/gone" { result[key] = ours[key] }
            } else if self[key] == nil {
                result[key] = ours[key]
            }
        }
        var horde = ours["provider"]?["horde"] ?? .object([:])
        let old = self["provider"]?["horde"]
        for (key, value) in old?.members ?? [:] where horde[key] == nil { horde[key] = value }
        var options = horde["options"] ?? .object([:])
        for (key, value) in old?["options"]?.members ?? [:] where options[key] == nil { options[key] = value }
        if case .plain(.string(let key))? = old?["options"]?["apiKey"], !key.isEmpty {
            options["apiKey"] = .plain(.string(key))
        }
        horde["options"] = options
        var models = horde["models"] ?? .object([:])
        for name in models.members.keys {
            for (key, value) in old?["models"]?[name]?.members ?? [:] where models[name]?[key] == nil {
                models[name]?[key] = value
            }
        }
        horde["models"] = models
        var providers = self["provider"] ?? .object([:])
        providers["horde"] = horde
        result["provider"] = providers
        return result
    }
}
