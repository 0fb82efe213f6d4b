/// One piece of text that a worker wrote.
package struct Generation: Decodable, Equatable, Sendable {
    package let text: String
    /// Who wrote it: the model's name as its worker declares it.
    package let model: String?
    /// Horde's `state` is `censored` or `csam`.
    package let isCensored: Bool
    /// Which worker wrote it.
    package let worker: WorkerReference?

    package init(text: String, model: String? = nil, isCensored: Bool = false, worker: WorkerReference? = nil) {
        self.text = text
        self.model = model
        self.isCensored = isCensored
        self.worker = worker
    }

    enum CodingKeys: String, CodingKey {
        case text, model, state
        case workerID = "worker_id"
        case workerName = "worker_name"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        text = try fields.decode(String.self, forKey: .text)
        model = try? fields.decodeIfPresent(String.self, forKey: .model)
        let state = try? fields.decodeIfPresent(String.self, forKey: .state)
        isCensored = state == "censored" || state == "csam"
        let workerID = try? fields.decodeIfPresent(String.self, forKey: .workerID)
        let workerName = try? fields.decodeIfPresent(String.self, forKey: .workerName)
        worker = workerID.map { WorkerReference(id: $0, name: workerName ?? $0) }
    }
}

/// A worker, as its texts name it.
package struct WorkerReference: Hashable, Sendable {
    /// What a request names it by.
    package let id: String
    /// What its owner calls it.
    package let name: String

    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

/// Where a job stands, as `GET` and `DELETE /api/v2/generate/text/status/{id}` tell it.
struct GenerationStatus: Decodable, Equatable, Sendable {
    var generations: [Generation] = []
    var finished = 0
    var processing = 0
    var waiting = 0
    var done = false
    var faulted = false
    var queuePosition = 0
    var isPossible = true
    var waitTime: WaitTime?
    var kudos: Kudos?

    enum CodingKeys: String, CodingKey {
        case generations, finished, processing, waiting, done, faulted, kudos
        case queuePosition = "queue_position"
        case waitTime = "wait_time"
        case isPossible = "is_possible"
    }

    /// Horde's estimate; nil where it is no number, as nothing depends on it.
    struct WaitTime: Decodable, Equatable, Sendable {
        let seconds: Int?

        init(seconds: Int?) { self.seconds = seconds }

        init(from decoder: any Decoder) throws {
            let number = try? decoder.singleValueContainer().decode(Double.self)
            seconds = number.flatMap { Int(exactly: min(max($0, 0), 86_400).rounded()) }
        }
    }

    /// What the job has cost so far; nil where it is no number, as with the time.
    struct Kudos: Decodable, Equatable, Sendable {
        /// Within 0...1e9.
        let amount: Double?

        init(_ amount: Double?) {
            self.amount = amount.flatMap { (0...1e9).contains($0) ? $0 : nil }
        }

        init(from decoder: any Decoder) throws {
            self.init(try? decoder.singleValueContainer().decode(Double.self))
        }
    }

    enum Verdict: Equatable {
        case waiting(JobProgress)
        /// There will be no more text; what there is may be fewer than were asked for.
        case ended([Generation])
        case faulted
    }

    /// Decides whether the job is over.
    ///
    /// `done` alone says nothing: Horde counts faulted attempts as finished, so a job whose third attempt is being
    /// written already calls itself done, with no text; and one that was cancelled while it waited never does.
    func verdict(count: Int) -> Verdict {
        if generations.count >= count { return .ended(generations) }
        if faulted { return generations.isEmpty ? .faulted : .ended(generations) }
        if waiting == 0, processing == 0 { return .ended(generations) }
        return .waiting(
            JobProgress(
                queuePosition: queuePosition,
                isRunning: processing > 0,
                isPossible: isPossible || processing > 0,
                // Of what waits it says nothing: a unit error makes that count as none.
                remainingSeconds: processing > 0 ? waitTime?.seconds : nil
            )
        )
    }

    /// Whether a worker has it, and could yet give it back to the queue.
    ///
    /// A DELETE answers with how the job stood before it; what was waiting then is gone with it.
    var isRunning: Bool { processing > 0 }
}

/// What Horde tells about a job that is not over.
package struct JobProgress: Equatable, Sendable {
    /// Jobs of all models before this one, plus one; 0 when none waits, or for about a second after the submission.
    package let queuePosition: Int
    /// A worker has it.
    package let isRunning: Bool
    let isPossible: Bool
    /// How long Horde thinks its workers will take, were all texts as long as they may be, in seconds within 0...86400.
    ///
    /// nil where none has it or Horde does not tell; 0 once that time has passed.
    package let remainingSeconds: Int?

    package init(queuePosition: Int, isRunning: Bool, isPossible: Bool = true, remainingSeconds: Int? = nil) {
        self.queuePosition = queuePosition
        self.isRunning = isRunning
        self.isPossible = isPossible
        self.remainingSeconds = remainingSeconds
    }
}
