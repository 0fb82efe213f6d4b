package import JSONText

// The answers of GET /v1/models and GET /v1/models/{id}: OpenAI's four keys first, then those that other clients look
// for, then what only AI Horde has to say.

/// A model as clients see it.
package struct Model: Equatable, Sendable {
    /// What Horde's workers offer of a model at the moment; nil where nobody knows.
    package struct Supply: Equatable, Sendable {
        /// How many workers serve the model.
        package var workers: Int
        /// How many generations they can do at once.
        package var threads: Int
        /// The speed of one generation.
        package var tokensPerSecond: Double?
        /// The tokens waiting to be generated.
        package var queuedTokens: Int?
        /// The generations waiting.
        package var queuedJobs: Int?
        /// How long a new one would wait.
        package var etaSeconds: Int?
        /// The prompt format, named as in chat-formats.json.
        package var format: String?
        /// Why that one: the rule, or where else it was found.
        package var formatSource: String?
        /// The models that a virtual one stands for now; nil for a model that is one itself.
        package var models: [String]?

        /// An offer from its parts.
        package init(
            workers: Int,
            threads: Int,
            tokensPerSecond: Double? = nil,
            queuedTokens: Int? = nil,
            queuedJobs: Int? = nil,
            etaSeconds: Int? = nil,
            format: String? = nil,
            formatSource: String? = nil,
            models: [String]? = nil
        ) {
            self.workers = workers
            self.threads = threads
            self.tokensPerSecond = tokensPerSecond
            self.queuedTokens = queuedTokens
            self.queuedJobs = queuedJobs
            self.etaSeconds = etaSeconds
            self.format = format
            self.formatSource = formatSource
            self.models = models
        }

        /// The object under `horde`; what nobody knows is left out.
        package var json: JSON {
            let all: JSONObject = [
                "workers": JSON(workers),
                "threads": JSON(threads),
                "tokens_per_second": JSON(tokensPerSecond),
                "queued_tokens": JSON(queuedTokens),
                "queued_jobs": JSON(queuedJobs),
                "eta_seconds": JSON(etaSeconds),
                "format": JSON(format),
                "format_source": JSON(formatSource),
                "virtual": models == nil ? .null : true,
                "models": models.map { .array($0.map { .string($0) }) } ?? .null,
            ]
            return .object(JSONObject(all.members.filter { !$0.value.isNull }))
        }
    }

    /// The name by which clients ask for the model.
    package var id: String
    /// When it was first seen, in seconds since 1970.
    package var created: Int
    /// Who offers it.
    package var ownedBy: String
    /// The most that a prompt and its answer may have together, in tokens.
    package var contextLength: Int
    /// The most that one answer may have, in tokens.
    package var maxCompletionTokens: Int
    /// What Horde has of it.
    package var horde: Supply

    /// A model from its parts.
    package init(
        id: String,
        created: Int,
        ownedBy: String,
        contextLength: Int,
        maxCompletionTokens: Int,
        horde: Supply
    ) {
        self.id = id
        self.created = created
        self.ownedBy = ownedBy
        self.contextLength = contextLength
        self.maxCompletionTokens = maxCompletionTokens
        self.horde = horde
    }

    /// The `model` object; the lengths stand under each name by which some client looks for them.
    package var json: JSON {
        [
            "id": .string(id),
            "object": "model",
            "created": JSON(created),
            "owned_by": .string(ownedBy),
            "context_length": JSON(contextLength),
            "max_context_length": JSON(contextLength),
            "context_window": JSON(contextLength),
            "max_completion_tokens": JSON(maxCompletionTokens),
            "max_output_tokens": JSON(maxCompletionTokens),
            "horde": horde.json,
        ]
    }
}

/// The models on offer.
package struct ModelList: Equatable, Sendable {
    /// The models, in the order shown.
    package var models: [Model]

    /// A list in the order in which clients shall show it.
    package init(_ models: [Model]) {
        self.models = models
    }

    /// The `list` object.
    package var json: JSON {
        ["object": "list", "data": .array(models.map(\.json))]
    }
}
