/// What opencode has to know of a model that Horde's workers serve now.
package struct OpenCodeModel: Equatable, Sendable {
    /// The name by which a request asks for it.
    package var name: String
    /// The largest context that a live worker offers, in tokens.
    package var contextTokens: Int
    /// The longest answer that can be had, in tokens.
    package var answerTokens: Int
    /// Whether it can be told of tools; a base model, which only goes on with a text, cannot.
    package var hasTools: Bool
    /// Whether it can be made to think.
    package var hasReasoning: Bool
    /// How many generations its workers can do at once.
    package var threads: Int
    /// The speed of one generation, in tokens a second; 0 where nobody knows.
    package var tokensPerSecond: Double
    /// How long a new generation would wait, in seconds; nil where nobody knows.
    package var etaSeconds: Int?
    /// The generations waiting; nil where nobody knows.
    package var queuedJobs: Int?

    /// A model from its parts.
    package init(
        name: String,
        contextTokens: Int,
        answerTokens: Int,
        hasTools: Bool = true,
        hasReasoning: Bool = false,
        threads: Int = 1,
        tokensPerSecond: Double = 0,
        etaSeconds: Int? = nil,
        queuedJobs: Int? = nil
    ) {
        self.name = name
        self.contextTokens = contextTokens
        self.answerTokens = answerTokens
        self.hasTools = hasTools
        self.hasReasoning = hasReasoning
        self.threads = threads
        self.tokensPerSecond = tokensPerSecond.isFinite ? tokensPerSecond : 0
        self.etaSeconds = etaSeconds
        self.queuedJobs = queuedJobs
    }
}

extension OpenCodeModel {
    /// `limit.output`, never more than half of the context.
    ///
    /// opencode keeps that much of the context free for the answer and compacts when the rest is full. A limit of 0, or of
    /// the whole context, leaves no room for a prompt, and opencode compacts after every step.
    var outputTokens: Int { min(answerTokens, contextTokens / 2) }

    /// Whether the configuration can have it.
    ///
    /// Both limits have to be above 0. opencode replaces `{env:…}` and `{file:…}` everywhere in its configuration, so that a
    /// name with a brace, which any worker may choose, could read a file of the user's. Control characters are no part of
    /// a name, and a JavaScript object cannot hold the last one as a key.
    var isSafe: Bool {
        let isPlain = name.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "{") }
        return outputTokens > 0 && !name.isEmpty && isPlain && name != "__proto__"
    }

    /// Whether opencode should rather work with this model than with another one.
    func isBetterChoice(than other: OpenCodeModel) -> Bool {
        func rank(_ model: OpenCodeModel) -> [Double] {
            [
                model.hasTools ? 0 : 1, -Double(model.threads), Self.wait(model.etaSeconds),
                Self.wait(model.queuedJobs),
                -model.tokensPerSecond,
            ]
        }
        return Self.precedes((rank(self), name), (rank(other), other.name))
    }

    /// Whether this model answers sooner than another one, for titles and the like.
    func isFaster(than other: OpenCodeModel) -> Bool {
        func rank(_ model: OpenCodeModel) -> [Double] {
            [-model.tokensPerSecond, Self.wait(model.etaSeconds), -Double(model.threads)]
        }
        return Self.precedes((rank(self), name), (rank(other), other.name))
    }

    /// What nobody knows counts as the longest.
    private static func wait(_ value: Int?) -> Double { value.map { Double($0) } ?? .infinity }

    /// The first difference decides, the name where there is none, so that a choice never depends on the order.
    private static func precedes(
        _ left: (rank: [Double], name: String),
        _ right: (rank: [Double], name: String)
    ) -> Bool {
        left.rank == right.rank ? left.name < right.name : left.rank.lexicographicallyPrecedes(right.rank)
    }
}
