/// What tests in the same process may know of the simulator; over HTTP it is `GET /simulator/jobs` and `…/counters`.
extension HordeSimulator {
    /// One accepted request.
    package struct Job: Sendable {
        package let id: String
        package let prompt: String
        package let models: [String]
        package let maxLength: Int
        package let maxContextLength: Int
        package let n: Int
        /// waiting, processing, done, faulted, cancelled or expired.
        package let state: String
        /// The names of the workers that took its jobs, in order.
        package let takenBy: [String]
        /// Which part of a rule's `text` this is, from 1, and how many bytes of it the prompt ends with.
        package let part: Int?
        package let partFrom: Int?
        package let texts: [String]
        /// Seconds since the simulator's start, as all times here.
        package let submittedAt: Double
        package let startedAt: Double?
        package let endedAt: Double?
        package let deletedAt: [Double]
        package let statusReads: Int
        package let kudos: Double

        init(_ request: GenerationRequest) {
            id = request.id
            prompt = request.submission.prompt
            models = request.submission.models
            maxLength = request.submission.maxLength
            maxContextLength = request.submission.maxContextLength
            n = request.submission.count
            state = request.stateName
            takenBy = request.takers
            part = request.rule?.part?.number
            partFrom = request.rule?.part?.progress
            texts = request.generations.map(\.text)
            submittedAt = request.submittedAt
            startedAt = request.startedAt
            endedAt = request.endedAt
            deletedAt = request.deletes
            statusReads = request.polls.total
            kudos = request.kudos
        }
    }

    /// How often what happened.
    package struct Counters: Sendable {
        package let submits: Int
        package let accepted: Int
        package let statusReads: Int
        package let deletes: Int
        /// Answers with 429, of the limiter and of TooManyPrompts.
        package let tooManyRequests: Int
        /// Answers with 403 KudosUpfront.
        package let kudosRefusals: Int
        /// The largest `max_length` submitted, in tokens; 0 before the first.
        package let maxLengthMax: Int
        /// Requests of which something may still come, without `runningDeleted`.
        package let openJobs: Int
        /// Deleted requests that a worker still writes for.
        package let runningDeleted: Int
        /// The most status reads of any one id within any 60 s.
        package let mostReadsOfOneIDPerMinute: Int

        init(_ state: HordeState) {
            let counters = state.ledger.counters
            submits = counters.submits
            accepted = counters.accepted
            statusReads = counters.statusReads
            deletes = counters.deletes
            tooManyRequests = counters.tooMany
            kudosRefusals = counters.kudosRefusals
            maxLengthMax = counters.longest
            openJobs = state.openJobs
            runningDeleted = state.runningDeleted
            mostReadsOfOneIDPerMinute = counters.mostPolls
        }
    }
}
