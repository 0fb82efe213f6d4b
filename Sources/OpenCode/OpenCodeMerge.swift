import JSONText
import OpenAI

/// What becomes of a configuration file when a document is put into it.
///
/// Only these change: our provider; `model` and `small_model` where they are absent, or name a model of ours that is gone.
/// What a person added to our provider, to its options or to a live model stays there, and so does another `apiKey`.
/// Every other byte stays as it is, comments included.
extension OpenCodeDocument {
    /// The text of the file with this document in it; nil when nothing changes, as for a document without models.
    ///
    /// A text without any value, empty or of comments alone, gets the whole document at its end. Of a key that is there
    /// twice the last one counts, as it does in opencode.
    /// A byte order mark and the ends of lines are kept.
    /// - Throws: where the text is no JSONC, or has something else than an object where one has to be.
    package func merged(into text: [UInt8]) throws(OpenCodeFileProblem) -> [UInt8]? {
        let edits = try self.edits(of: text)
        return edits.isEmpty ? nil : edits.applied(to: text)
    }

    /// What is to be replaced in the text of the file, in the order of the places.
    package func edits(of text: [UInt8]) throws(OpenCodeFileProblem) -> JSONCEdits {
        let file = try JSONCFile(text)
        guard !isEmpty else { return JSONCEdits() }
        guard let root = file.root else { return file.appending(json) }
        guard case .object(let members) = root.content else { throw .notAnObject(key: nil) }

        var edits = JSONCEdits()
        var added: [JSONObject.Member] = []
        for (key, chosen) in [("model", model), ("small_model", smallModel)] {
            guard let chosen else { continue }
            guard let old = members.last(key) else {
                added.append(JSONObject.Member(key: key, value: .string(chosen)))
                continue
            }
            if isGone(old.value.json.string, in: root.json) { edits.add(file.replacing(old, with: .string(chosen))) }
        }
        if let old = members.last("provider") {
            edits.add(try self.edits(ofProviders: old, in: file))
        } else {
            added.append(JSONObject.Member(key: "provider", value: [Self.providerID: .object(provider)]))
        }
        edits.add(file.inserting(added, into: root))
        return edits
    }

    private func edits(ofProviders providers: JSONCMember, in file: JSONCFile) throws(OpenCodeFileProblem) -> JSONCEdits
    {
        guard case .object(let members) = providers.value.content else { throw .notAnObject(key: "provider") }
        guard let old = members.last(Self.providerID) else {
            let member = JSONObject.Member(key: Self.providerID, value: .object(provider))
            return file.inserting([member], into: providers.value)
        }
        let before = old.value.json
        let after = JSON.object(Self.block(provider, over: before))
        return before.hasSameMembers(as: after) ? JSONCEdits() : file.replacing(old, with: after)
    }

    /// Whether a reference names a model of ours that there is no more.
    private func isGone(_ reference: String?, in file: JSON) -> Bool {
        let prefix = Self.providerID + "/"
        guard let reference, reference.hasPrefix(prefix) else { return false }
        let own = Self.owned(file["provider"]?[Self.providerID] ?? .null, besides: JSONObject())
        return !references.contains(reference) && !own.contains { prefix + $0.key == reference }
    }

    /// The entries of a person's own: those with an `id`, which ours never have, under another name than a live model's.
    private static func owned(_ old: JSON, besides models: JSONObject) -> [JSONObject.Member] {
        (old["models"]?.object?.members ?? []).filter { models[$0.key] == nil && $0.value["id"]?.string != nil }
    }

    /// Our provider with what a person added to the one that stands in the file.
    private static func block(_ ours: JSONObject, over old: JSON) -> JSONObject {
        var block = ours.completed(by: old)
        if let options = ours["options"]?.object {
            var merged = options.completed(by: old["options"])
            if let key = old["options"]?["apiKey"]?.string, !key.isEmpty { merged["apiKey"] = .string(key) }
            block["options"] = .object(merged)
        }
        if let models = ours["models"]?.object {
            let entries = models.members.map { member in
                let entry = member.value.object?.completed(by: old["models"]?[member.key])
                return JSONObject.Member(key: member.key, value: entry.map { .object($0) } ?? member.value)
            }
            block["models"] = .object(JSONObject(entries + owned(old, besides: models)))
        }
        return block
    }
}

extension JSONObject {
    /// These members, and behind them those of another object whose keys are not among them.
    fileprivate func completed(by other: JSON?) -> JSONObject {
        var result = self
        for member in other?.object?.members ?? [] where result[member.key] == nil {
            // Asked for by its key, because the last of a repeated one counts.
            result[member.key] = other?[member.key]
        }
        return result
    }
}

extension JSON {
    /// Whether two values are the same to a program that does not look at the order of keys.
    ///
    /// The other one repeats none, but for what it took from this one as it stands.
    fileprivate func hasSameMembers(as other: JSON) -> Bool {
        if self == other { return true }
        switch (self, other) {
        case (.object(let left), .object(let right)):
            return left.members.count == right.members.count
                && right.members.allSatisfy { left[$0.key]?.hasSameMembers(as: $0.value) ?? false }
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.hasSameMembers(as: $1) }
        default: return false
        }
    }
}
