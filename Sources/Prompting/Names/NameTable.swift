/// Which format a model's name asks for: `model-names.json`, with what a user's configuration says in front.
///
/// Horde gives a model's name and nothing else, so the name decides. In this order: the user's word on this very name,
/// the user's rules, Horde's reference of models, the rules for families (the first that matches), those on the model's
/// base where the reference names one, and the fallback. Where no rule says how the model thinks, `thinkers` may.
struct NameTable: Decodable, Sendable {
    let fallback: String
    let noise: ModelName.Noise
    /// The makers' own releases, which may want the system text elsewhere than fine-tunes of them do.
    let officialNames: NamePattern
    let profiles: [String: PromptFormat.Profile]
    let rules: [NameRule]
    /// Models that think although the rule for their family does not say so, best first.
    let thinkers: [Thinker]
    /// Formats that Horde's reference of models tells.
    private let reference: ModelReference
    /// The models that others are tunes of.
    private let baselines: ModelReference
    private var ownFormats: [String: String] = [:]
    private var ownRules: [NameRule] = []

    private enum CodingKeys: CodingKey {
        case fallback, noise, officialNames, profiles, rules, thinkers, reference, baselines
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        fallback = try container.decode(String.self, forKey: .fallback)
        noise = try container.decode(ModelName.Noise.self, forKey: .noise)
        officialNames = try container.decode(NamePattern.self, forKey: .officialNames)
        profiles = try container.decode([String: PromptFormat.Profile].self, forKey: .profiles)
        rules = try container.decode([NameRule].self, forKey: .rules)
        thinkers = try container.decode([Thinker].self, forKey: .thinkers)
        let named = try container.decode([String: [String]].self, forKey: .reference)
        let formats = named.flatMap { format, names in names.map { ($0, format) } }
        reference = ModelReference(Dictionary(formats) { min($0, $1) }, without: noise)
        let bases = try container.decode([String: String].self, forKey: .baselines)
        baselines = ModelReference(bases, without: noise)
    }

    /// The same table with a user's entries in front, instead of those it had.
    func with(models: [String: String], rules: [NameRule]) -> NameTable {
        var table = self
        table.ownFormats = models
        table.ownRules = rules
        return table
    }

    /// What a name asks for; never fails.
    func decision(for text: String) -> NameDecision {
        let name = ModelName(text, without: noise)
        let isOfficial = officialNames.matches(name.full) || officialNames.matches(name.last)
        let rule = rule(for: name)
        let builtIn =
            known(text, name, rule)
            ?? rule.map { NameDecision(format: format(by: $0, name), source: .rule($0.id), as: $0) }
            ?? based(text, name)
        var decision =
            own(text, name, rule) ?? builtIn.map { thinking($0, name) }
            ?? NameDecision(format: fallback, source: .fallback)
        decision.isOfficial = isOfficial
        return decision
    }

    /// What the user's configuration says.
    ///
    /// A user who names the format that the model's rule names too keeps what else the rule knows; any other is to be
    /// taken at its word.
    private func own(_ text: String, _ name: ModelName, _ rule: NameRule?) -> NameDecision? {
        let decision: NameDecision
        if let format = ownFormats[text] {
            decision = NameDecision(format: format, source: .override)
        } else if let own = ownRules.first(where: { $0.matches(name.last) || $0.matches(name.full) }) {
            decision = NameDecision(format: own.format, source: .rule(own.id), as: own)
        } else {
            return nil
        }
        guard let rule, decision.reasoning == nil, decision.format == format(by: rule, name) else { return decision }
        var known = NameDecision(format: decision.format, source: decision.source, as: rule)
        known.tools = decision.tools ?? known.tools
        return thinking(known, name)
    }

    /// The same decision with the style of the thinker that the name is one of, where no rule gave a style.
    private func thinking(_ decision: NameDecision, _ name: ModelName) -> NameDecision {
        guard decision.reasoning == nil else { return decision }
        var decision = decision
        decision.reasoning = thinkers.first { $0.match.matches(name.last) || $0.match.matches(name.full) }?.reasoning
        return decision
    }

    /// What Horde's reference says: it knows the turns, and only the rule knows how the model thinks.
    private func known(_ text: String, _ name: ModelName, _ rule: NameRule?) -> NameDecision? {
        reference.fact(of: text, name).map { NameDecision(format: $0, source: .reference, as: rule) }
    }

    private func based(_ text: String, _ name: ModelName) -> NameDecision? {
        guard let base = baselines.fact(of: text, name) else { return nil }
        let baseName = ModelName(base, without: noise)
        return rule(for: baseName).map {
            NameDecision(format: format(by: $0, baseName), source: .baseline($0.id), as: $0)
        }
    }

    /// The rule for a name: the maker's name may tell what the model's own does not; a guess by size is after both.
    func rule(for name: ModelName) -> NameRule? {
        rules.first { $0.isGuess != true && $0.matches(name.last) }
            ?? (name.full == name.last ? nil : rules.first { $0.isGuess != true && $0.matches(name.full) })
            ?? guess(by: name)
    }

    private func guess(by name: ModelName, like rule: NameRule? = nil) -> NameRule? {
        rules.first { $0.isGuess == true && rule?.isSameFamily($0.format) != false && $0.matches(name.last) }
    }

    func format(by rule: NameRule, _ name: ModelName) -> String {
        guard rule.sizeFirst == true, let guess = guess(by: name, like: rule) else { return rule.format }
        return guess.format
    }
}

/// What a name asks for, by the names of format, reasoning style, profile and way of calling tools.
struct NameDecision: Equatable, Sendable {
    let format: String
    let source: FormatChoice.Source
    /// `nil` for the format's own.
    var reasoning: String?
    let profile: String?
    /// `nil` for the format's own.
    var tools: String?
    /// Whether the model is its maker's own release.
    var isOfficial = false

    init(format: String, source: FormatChoice.Source, as rule: NameRule? = nil) {
        self.format = format
        self.source = source
        reasoning = rule?.reasoning
        profile = rule?.profile
        tools = rule?.tools
    }
}
