import JSONText

/// A submit that has passed the schema and the parser.
struct Submission {
    private(set) var prompt: String
    /// The known parameters as sent; the rest is dropped, as Horde does before a worker sees it (API.md 1.4).
    let params: JSONObject
    let models: [String]
    let workers: [String]
    let isBlacklist: Bool
    let needsTrusted: Bool
    let needsValidated: Bool
    var allowsSlow: Bool
    let allowsDowngrade: Bool
    let isDryRun: Bool
    let disablesBatching: Bool
    let webhook: String?
    let style: String?
    let proxiedAccount: String?
    let hasExtraImages: Bool
    let count: Int
    var maxLength: Int
    let maxContextLength: Int
    let stops: [String]
    let directives: PromptDirectives

    /// Reads a body in Horde's order: JSON at all, the schema, then the parser with the key before the prompt.
    init(_ call: Call) throws(Refusal) {
        guard call.hasJSONBody else { throw .unreadable }
        let body: JSON
        do throws(JSON.SyntaxError) {
            body = try JSON(parsing: call.body)
        } catch {
            // Horde finds both of these only when it stores the request; the answers are the same.
            switch error.kind {
            case .nul: throw .nulByte
            case .loneSurrogate: throw .serverError
            default: throw .unreadable
            }
        }
        let violations = SubmitSchema.violations(body)
        guard violations.isEmpty else { throw .schema(violations) }
        guard call.apiKey != nil else {
            throw .schema([.missing("apikey", "The API Key corresponding to a registered user.", in: "HTTP headers")])
        }
        guard let prompt = body["prompt"]?.string else {
            throw .schema([.missing("prompt", "The prompt to generate from.", in: "JSON body")])
        }
        self.init(prompt: prompt, body)
    }

    private init(prompt: String, _ body: JSON) {
        let sent = body["params"]?.object ?? JSONObject()
        self.prompt = prompt
        params = JSONObject(sent.members.filter { SubmitSchema.params[$0.key] != nil })
        models = body["models"].strings
        // All are checked, only the first five count, and nobody is told (WP:186-195).
        workers = body["workers"].strings
        isBlacklist = body["worker_blacklist"]?.bool ?? false
        needsTrusted = body["trusted_workers"]?.bool ?? false
        // The schema documents true, but the parser's default is what reaches the database (KM:307, M:97-106).
        needsValidated = body["validated_backends"]?.bool ?? false
        allowsSlow = body["slow_workers"]?.bool ?? true
        allowsDowngrade = body["allow_downgrade"]?.bool ?? false
        isDryRun = body["dry_run"]?.bool ?? false
        disablesBatching = body["disable_batching"]?.bool ?? false
        webhook = body["webhook"]?.string
        style = body["style"]?.string
        proxiedAccount = body["proxied_account"]?.string
        hasExtraImages = body["extra_source_images"]?.array.map { !$0.isEmpty } ?? false
        count = sent["n"]?.int ?? 1
        maxLength = sent["max_length"]?.int ?? 80
        maxContextLength = sent["max_context_length"]?.int ?? 2048
        stops = sent["stop_sequence"].strings
        directives = PromptDirectives(parsing: prompt)
    }

    /// Lets go of the prompt, which is most of what a request holds, once nothing asks for it any more.
    mutating func dropPrompt() { prompt = "" }

    /// What a worker gets when it takes one job: the known parameters with Horde's defaults (KM:252-270), sorted as
    /// the recordings' worker echoed them.
    func payload(model: String) -> JSON {
        var values: [String: JSON] = [
            "_model": .string(model), "prompt": .string(prompt), "min_p": 0.0, "smoothing_factor": 0.0,
            "dynatemp_range": 0.0, "dynatemp_exponent": 1.0,
        ]
        for member in params.members {
            let isFloat = SubmitSchema.params[member.key]?.isFloat ?? false
            values[member.key] = isFloat ? JSON(member.value.double ?? 0) : member.value
        }
        values["n"] = 1
        values["max_length"] = JSON(maxLength)
        values["max_context_length"] = JSON(maxContextLength)
        return .object(JSONObject(values.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) }))
    }

    /// The checks of the parameters among each other (validation.py:33-48).
    func checkParams() throws(Refusal) {
        if maxLength > maxContextLength {
            throw .badRequest("TokenOverflow", "You cannot request more tokens than your context length.")
        }
        if let order = params["sampler_order"]?.array, Set(order.compactMap(\.int)).count < 7 {
            throw .badRequest(
                "MissingFullSamplerOrder",
                "When sending a custom sampler order, you need to specify all possible samplers in the order"
            )
        }
        let distinct = Set(stops)
        if distinct.count > 128 {
            throw .badRequest("TooManyStopSequences", "Too many stop sequences specified (max allowed is 128).")
        }
        if distinct.reduce(0, { $0 + $1.unicodeScalars.count }) > 2000 {
            throw .badRequest(
                "ExcessiveStopSequence",
                "Your total stop sequence length exceeds the allowed limit (2000 chars)."
            )
        }
    }
}

extension JSON? {
    /// The strings of an array; nothing where there is none.
    var strings: [String] {
        self?.array?.compactMap(\.string) ?? []
    }
}

extension Refusal.Violation {
    fileprivate static func missing(_ name: String, _ help: String, in place: String) -> Self {
        .init(path: name, text: "\(help) Missing required parameter in the \(place)")
    }
}
