import OpenAI
import Prompting

/// What the name of a model in a request means.
enum NameReading: Sendable {
    /// Spellings of one live model, by their places.
    case model([Int])
    case virtual(VirtualModel)
    case alias(ModelAliases.Alias)
    /// What the elements of a list mean.
    case list([NameReading])
}

extension Catalog {
    /// Reads a name as clients write it.
    ///
    /// In this order: a virtual model, an alias, a live name, a live name in another case, a list, a shortened name.
    /// Ours go first, because any worker may call its model as it likes and must not take them over.
    ///
    /// - Throws: the error for a name that means nothing here, or several models.
    func reading(of name: String) throws(APIError) -> NameReading {
        guard name.utf8.count <= Limits.modelBytesMax else { throw .modelNotFound(name) }
        if let reading = certainReading(of: name) { return reading }
        return name.contains(",") ? try list(name) : try shortened(name)
    }

    /// What needs no guess.
    func certainReading(of name: String) -> NameReading? {
        certainReading(of: name, lowercased: name.lowercased())
    }

    /// The same, for a name whose lower case is known.
    func certainReading(of name: String, lowercased: String) -> NameReading? {
        if let virtual = virtual(lowercased) { return .virtual(virtual) }
        if let alias = aliases[lowercased: lowercased] { return .alias(alias) }
        let places = names.same(as: name, lowercased: lowercased)
        return places.isEmpty ? nil : .model(places)
    }

    private func shortened(_ name: String) throws(APIError) -> NameReading {
        switch names.spellings(of: formats.identity(ofModel: name)) {
        case .model(let places): return .model(places)
        case .several(let places):
            throw .modelNotFound(name, suggestions: places.prefix(Limits.suggestionsMax).map { entries[$0].name })
        case .nothing: throw unknownModel(name)
        }
    }

    /// Names separated by commas; white space around them and empty ones do not matter.
    private func list(_ name: String) throws(APIError) -> NameReading {
        let elements = name.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
        guard elements.count <= Limits.listedNamesMax else {
            throw .invalidValue("model", expected: "at most \(Limits.listedNamesMax) names")
        }
        guard !elements.isEmpty else { throw .modelNotFound(name) }
        var readings: [NameReading] = []
        var unread: [String] = []
        var seen: Set<String> = []
        for element in elements where seen.insert(element).inserted {
            if let reading = certainReading(of: element) {
                readings.append(reading)
            } else if case .model(let places) = names.spellings(of: formats.identity(ofModel: element)) {
                readings.append(.model(places))
            } else {
                unread.append(element)
            }
        }
        switch unread.count {
        case 0: return .list(readings)
        // Alone, it is worth the search for what may have been meant.
        case 1: return try shortened(unread[0])
        default: throw .modelsNotFound(unread.prefix(Limits.unknownNamesMax))
        }
    }
}

extension APIError {
    /// 404: no models of these names.
    fileprivate static func modelsNotFound(_ names: some Collection<String>) -> APIError {
        let shown = names.map { "`\($0.count > 200 ? $0.prefix(200) + "…" : $0[...])`" }
        let message =
            "The models \(shown.dropLast().joined(separator: ", ")) and \(shown[shown.count - 1]) do not exist or you "
            + "do not have access to them."
        return APIError(status: 404, message: message, param: "model", code: "model_not_found")
    }
}

extension Substring {
    /// Without white space at both ends.
    var trimmed: String {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
