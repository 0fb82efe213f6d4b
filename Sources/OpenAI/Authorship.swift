import JSONText

/// Who wrote an answer, and how much it took: what is told of it under `horde`.
package struct Authorship: Equatable, Sendable {
    /// The names that one answer tells at most: a long one may have passed through very many hands.
    private static let namesMax = 32

    /// The models that wrote, as their workers name them, each once.
    package private(set) var models: [String] = []
    /// The workers that wrote, by name, each once.
    package private(set) var workers: [String] = []
    /// The jobs whose text is part of the answer or was read for it.
    package private(set) var jobs = 0
    /// How often the model was asked once more, because what it said could not be used.
    package var retries = Retries()

    /// Nobody, so far.
    package init(retries: Retries = Retries()) {
        self.retries = retries
    }

    /// Notes a job that gave a text; who wrote it may be unknown.
    package mutating func add(model: String?, worker: String?) {
        jobs += 1
        Self.add(model, to: &models)
        Self.add(worker, to: &workers)
    }

    /// All who wrote two answers.
    package static func + (left: Authorship, right: Authorship) -> Authorship {
        var sum = left
        sum.jobs += right.jobs
        for model in right.models { add(model, to: &sum.models) }
        for worker in right.workers { add(worker, to: &sum.workers) }
        sum.retries = left.retries + right.retries
        return sum
    }

    private static func add(_ name: String?, to names: inout [String]) {
        guard let name, names.count < namesMax, !names.contains(name) else { return }
        names.append(name)
    }

    /// The object under `horde`: `model` is the first that wrote, `models` is there where there are several; nil when
    /// there is nothing to tell.
    var json: JSON? {
        var object = JSONObject()
        if let first = models.first { object["model"] = .string(first) }
        if models.count > 1 { object["models"] = .array(models.map(JSON.string)) }
        if !workers.isEmpty { object["workers"] = .array(workers.map(JSON.string)) }
        if jobs > 0 { object["jobs"] = JSON(jobs) }
        if retries.count > 0 {
            object["retries"] = JSON(retries.count)
            object["retry_prompt_tokens"] = JSON(retries.promptTokens)
        }
        return object.members.isEmpty ? nil : .object(object)
    }
}
