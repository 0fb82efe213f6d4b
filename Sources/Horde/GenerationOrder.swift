/// What is submitted: the body of `POST /api/v2/generate/text/async`.
///
/// Fields that are nil are left out: Horde answers 400 to an explicit null.
package struct GenerationOrder: Encodable, Equatable, Sendable {
    package var prompt: String
    /// The names of which any may serve it, exactly as workers declare them.
    package var models: [String]
    package var params: Parameters

    package init(prompt: String, models: [String], params: Parameters) {
        self.prompt = prompt
        self.models = models
        self.params = params
    }

    /// `params` of the submission, with the ranges that Horde enforces.
    package struct Parameters: Encodable, Equatable, Sendable {
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

        // KoboldCpp bans the end-of-text token when the first is true; the others delete or rewrite characters.
        let useDefaultBadwordsids = false
        let frmtadsnsp = false
        let frmtrmblln = false
        let frmtrmspch = false
        let frmttriminc = false
        let singleline = false

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

        enum CodingKeys: String, CodingKey {
            case n, temperature, frmtadsnsp, frmtrmblln, frmtrmspch, frmttriminc, singleline
            case maxLength = "max_length"
            case maxContextLength = "max_context_length"
            case topP = "top_p"
            case stopSequence = "stop_sequence"
            case useDefaultBadwordsids = "use_default_badwordsids"
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
