extension Limits {
    /// Names that one job of a virtual model, an alias or a list has at most: more workers would not start it sooner.
    static let namesPerGroupMax = 8
    /// Spellings of one model in one job: more than any model has had.
    static let spellingsMax = 32
    /// Tries for one request; each waits for the deadline of the one before.
    static let groupsMax = 4
    /// Names in a request's list, each of which costs a look at every live name.
    static let listedNamesMax = 64
    /// A `model` that is longer, in bytes, is no name and no list of names.
    static let modelBytesMax = 16 * 1024
    /// Unknown names of a list that an error repeats.
    static let unknownNamesMax = 5
    /// Aliases of the configuration, entries of one, and what a name has at Horde, in Unicode scalars.
    static let aliasesMax = 1024
    static let aliasEntriesMax = 64
    static let nameScalarsMax = 255
    /// Patterns and virtual models in all aliases: each looks at every live model whenever the lists are made.
    static let aliasSearchesMax = 512
    /// The longest answer that a chain of jobs gives, in tokens; half of the context where that is less.
    static let chainedTokensMax = 32_768
}

/// What the ranking of models goes by (docs/MODELS.md).
enum RankingRule {
    /// The answer whose time is estimated, in tokens.
    static let answerTokens = 300.0
    /// Parameters of a model whose name does not tell, in billions.
    static let billionsAssumed = 7.0
    /// What is added to each time before sizes are weighed against times, in seconds: below it a second is no matter.
    static let patienceSeconds = 15.0
    /// Coding models with fewer parameters, in billions, are no better at code than a larger model of any kind.
    static let coderBillionsMin = 7.0
    /// A model may take so many times as long as the fastest one of its group.
    static let slownessMax = 2.0
    /// A model has so much of what the best one of its group has, in size or in balance.
    static let shareMin = 2.0 / 3.0
}
