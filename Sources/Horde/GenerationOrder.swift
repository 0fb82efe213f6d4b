/// What is submitted: the body of `POST /api/v2/generate/text/async`.
///
/// Fields that are nil are left out: Horde answers 400 to an explicit null. How it is written is in
/// `GenerationOrder+JSON.swift`.
package struct GenerationOrder: Equatable, Sendable {
    package var prompt: String
    /// The names of which any may serve it, exactly as workers declare them.
    package var models: [String]
    package var params: Parameters
    /// Whether only workers of trusted owners may serve it; Horde's default is false.
    package var trustedWorkers: Bool?
    /// Whether slow workers may serve it; Horde's default is true, and false always needs kudos in hand.
    package var slowWorkers: Bool?
    /// Whether only validated backends may serve it; what is in effect without it is false, whatever the schema says.
    package var validatedBackends: Bool?
    /// Whether Horde may cut `max_length` to what is free, of which its answer tells nothing; its default is false.
    package var allowDowngrade: Bool?
    /// The ids of the only workers that may serve it; Horde drops all but the first five, and refuses unknown ones.
    package var workers: [String]?
    /// Whether `workers` are those that may not; Horde's default is false.
    package var workerBlacklist: Bool?
    /// Where Horde calls with each text; it refuses what is not https.
    var webhook: String?

    /// An order that leaves the choice of workers to Horde.
    package init(prompt: String, models: [String], params: Parameters) {
        self.prompt = prompt
        self.models = models
        self.params = params
    }

    /// The most workers that Horde heeds.
    static let workersMax = 5

    /// Keeps these workers from taking it, as far as the list has room; a list of the only ones that may becomes shorter
    /// by them, but never empty.
    package mutating func avoid(_ avoided: Set<String>) {
        guard !avoided.isEmpty else { return }
        if let workers, workerBlacklist != true {
            let rest = workers.filter { !avoided.contains($0) }
            if !rest.isEmpty { self.workers = rest }
        } else {
            let listed = workers ?? []
            workers = Array((listed + avoided.subtracting(listed).sorted()).prefix(Self.workersMax))
            workerBlacklist = true
        }
    }

    /// `params` of the submission, with the ranges that Horde enforces.
    package struct Parameters: Equatable, Sendable {
        /// Generations, 1 to 20, each a job of its own.
        package var n: Int
        /// Tokens of the answer, 16 to 4096.
        package var maxLength: Int
        /// Tokens of prompt and answer together, 80 to 1048576.
        package var maxContextLength: Int
        /// 0 to 5.
        package var temperature: Double?
        /// 0.001 to 1.
        package var topP: Double?
        package var stopSequence: [String]
        /// 0 to 200; 0 turns it off.
        package var topK: Int?
        /// 0 to 1; workers receive 0 without it.
        package var minP: Double?
        /// 0 to 1.
        package var topA: Double?
        /// 0 to 1.
        package var typical: Double?
        /// 0 to 1.
        package var tfs: Double?
        /// 1 to 3.
        package var repetitionPenalty: Double?
        /// 0 to 4096 tokens.
        package var repetitionPenaltyRange: Int?
        /// 0 to 10.
        package var repetitionPenaltySlope: Double?
        /// 0 to 5; workers receive 0 without it.
        package var dynatempRange: Double?
        /// 0 to 5; workers receive 1 without it.
        package var dynatempExponent: Double?
        /// 0 to 10; workers receive 0 without it.
        package var smoothingFactor: Double?
        /// At least seven different numbers.
        package var samplerOrder: [Int]?

        /// Parameters that leave every other sampler to the worker.
        package init(
            n: Int,
            maxLength: Int,
            maxContextLength: Int,
            temperature: Double? = nil,
            topP: Double? = nil,
            stopSequence: [String] = []
        ) {
            self.n = n
            self.maxLength = maxLength
            self.maxContextLength = maxContextLength
            self.temperature = temperature
            self.topP = topP
            self.stopSequence = stopSequence
        }
    }
}

/// The id that Horde gives for an order.
///
/// Whoever has it can read the answer and cancel the job, so it never leaves this process.
struct Ticket: Hashable, Sendable {
    let id: String

    /// Takes what Horde sent when it can stand in a path.
    init?(_ id: String) {
        guard (1...64).contains(id.utf8.count),
            id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        else { return nil }
        self.id = id
    }
}
