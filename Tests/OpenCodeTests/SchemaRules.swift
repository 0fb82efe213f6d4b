import JSONText
import OpenAI

/// What opencode's schema demands of a configuration, as far as a generator of a provider meets it.
///
/// One wrong type, a `null` or, in older versions, an unknown key at the top, and opencode does not start.
enum SchemaRules {
    /// What is wrong with a configuration; empty when opencode takes it.
    static func problems(in json: JSON) -> [String] {
        guard let root = json.object else { return ["the configuration is no object"] }
        let known = ["$schema", "model", "small_model", "provider"]
        var problems = root.members.filter { !known.contains($0.key) }.map { "unknown key \($0.key)" }
        problems += nulls(in: json, path: "")
        if root["$schema"]?.string == nil { problems.append("$schema is no string") }
        let providers = root["provider"]?.object?.members ?? []
        if providers.isEmpty { problems.append("no provider") }
        for provider in providers { problems += problemsOfProvider(provider.key, provider.value) }
        for key in ["model", "small_model"] {
            guard let value = root[key] else { continue }
            problems += problemsOfReference(key, value, providers)
        }
        return problems
    }

    private static func nulls(in json: JSON, path: String) -> [String] {
        switch json {
        case .null: ["\(path) is null"]
        case .array(let elements): elements.flatMap { nulls(in: $0, path: path + "[]") }
        case .object(let object): object.members.flatMap { nulls(in: $0.value, path: path + "." + $0.key) }
        default: []
        }
    }

    /// A reference is split at its first slash, and has to name a model that is there.
    private static func problemsOfReference(_ key: String, _ value: JSON, _ providers: [JSONObject.Member]) -> [String]
    {
        guard let text = value.string, let slash = text.firstIndex(of: "/") else { return ["\(key) is no reference"] }
        let provider = providers.last { $0.key == String(text[..<slash]) }?.value
        let name = String(text[text.index(after: slash)...])
        return provider?["models"]?[name] == nil ? ["\(key) names a model that is not there"] : []
    }

    private static func problemsOfProvider(_ id: String, _ json: JSON) -> [String] {
        var problems: [String] = []
        if id.contains(".") || ["openai", "opencode"].contains(where: id.hasPrefix) {
            problems.append("\(id) is special")
        }
        for key in ["npm", "name"] where json[key]?.string == nil { problems.append("\(key) is no string") }
        guard let options = json["options"]?.object else { return problems + ["no options"] }
        for key in ["baseURL", "apiKey"] where options[key]?.string == nil { problems.append("\(key) is no string") }
        for key in ["timeout", "headerTimeout"] where options[key]?.bool != false && (options[key]?.int ?? 0) < 1 {
            problems.append("\(key) is neither false nor a number above 0")
        }
        if (options["chunkTimeout"]?.int ?? 0) < 1 { problems.append("chunkTimeout is no number above 0") }
        guard let models = json["models"]?.object else { return problems + ["no models"] }
        if Set(models.members.map(\.key)).count != models.members.count { problems.append("a model is there twice") }
        return problems + models.members.flatMap { problemsOfModel($0.key, $0.value) }
    }

    private static func problemsOfModel(_ key: String, _ json: JSON) -> [String] {
        var problems: [String] = []
        if json["name"]?.string == nil { problems.append("name is no string") }
        for flag in ["tool_call", "reasoning", "temperature"] where json[flag]?.bool == nil {
            problems.append("\(flag) is no boolean")
        }
        // Both limits, whole, and room left for a prompt: otherwise opencode compacts after every step.
        let context = json["limit"]?["context"]?.int ?? 0
        let output = json["limit"]?["output"]?.int ?? 0
        if context < 1 || output < 1 || min(output, 32_000) >= context {
            problems.append("limits \(context), \(output)")
        }
        // Older versions want both of them.
        for way in ["input", "output"] {
            let kinds = json["modalities"]?[way]?.array?.compactMap(\.string) ?? []
            let allowed = ["text", "audio", "image", "video", "pdf"]
            if kinds.isEmpty || !kinds.allSatisfy(allowed.contains) { problems.append("modalities.\(way)") }
        }
        return problems.map { "\(key): \($0)" }
    }
}
