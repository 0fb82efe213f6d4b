/// A worker as a script describes it.
///
/// `name` (required), `models` (required, exact names), `max_length` (512), `max_context_length` (8192),
/// `tokens_per_second` (that of `--tokens-per-second`), `threads` (1), `maintenance` (false), `trusted` (true),
/// `parameters` (billions; read from the model's name, "11B", where absent), `bridge_agent` (KoboldCpp's),
/// `id` (a UUID; made from the name where absent), `trims_stop` (false: the text ends with the stop string, as KoboldCpp
/// before 1.82 and the recordings have it; true: it ends before), `pickup_seconds` (the script's: how long a request
/// waits for this worker's next poll), `comes_after_seconds` (0: when it appears, after the script was installed),
/// `leaves_after` (never: goes offline once it has brought so many texts), `dies_after` (never: takes one more job after
/// so many texts and is not heard of again).
struct WorkerRole: Sendable, Equatable {
    var name: String
    var models: [String]
    var maxLength = 512
    var maxContextLength = 8192
    var tokensPerSecond: Double?
    var threads = 1
    var isInMaintenance = false
    var isTrusted = true
    var parameters: Double?
    var bridgeAgent = "KoboldCppEmbedWorker:2:https://github.com/LostRuins/koboldcpp"
    var id: String
    var trimsStop = false
    var pickupSeconds: Double?
    var comesAfterSeconds = 0.0
    var leavesAfter: Int?
    var diesAfter: Int?

    init(name: String, models: [String]) {
        self.name = name
        self.models = models
        var random = SplitMix(seed: SplitMix.seed(from: name))
        id = random.uuid()
    }

    init(_ reader: inout ScriptReader) throws(SimulatorScript.Invalid) {
        guard let name = try reader.string("name") else { throw reader.invalid("name", "a string") }
        guard let models = try reader.strings("models") else { throw reader.invalid("models", "an array of strings") }
        self.init(name: name, models: models)
        maxLength = try reader.count("max_length") ?? maxLength
        maxContextLength = try reader.count("max_context_length") ?? maxContextLength
        tokensPerSecond = try reader.number("tokens_per_second")
        if let speed = tokensPerSecond, speed <= 0 { throw reader.invalid("tokens_per_second", "positive") }
        threads = try reader.count("threads") ?? threads
        isInMaintenance = try reader.bool("maintenance") ?? false
        isTrusted = try reader.bool("trusted") ?? true
        parameters = try reader.number("parameters")
        bridgeAgent = try reader.string("bridge_agent") ?? bridgeAgent
        id = try reader.string("id") ?? id
        trimsStop = try reader.bool("trims_stop") ?? false
        pickupSeconds = try reader.seconds("pickup_seconds")
        comesAfterSeconds = try reader.seconds("comes_after_seconds") ?? 0
        leavesAfter = try reader.count("leaves_after")
        diesAfter = try reader.count("dies_after")
    }

    /// What serves where no script names workers: one of each prompt family, different limits, room for load.
    static let standard: [WorkerRole] = [
        make("Lantern", "koboldcpp/Qwen2.5-14B-Instruct", 512, 8192),
        make("Mill Pond", "koboldcpp/Mistral-Nemo-12B-Instruct-2407", 768, 16384),
        make("Old Harbor", "koboldcpp/Fimbulvetr-11B-v2", 400, 4096),
        make("North Rack", "aphrodite/NousResearch/Hermes-3-Llama-3.1-8B", 512, 8192, "AI Horde Worker~aphrodite~oai"),
        make("Long Shelf", "koboldcpp/Mistral-Small-3.2-24B-Instruct-2506", 1024, 32768),
    ]

    private static func make(
        _ name: String,
        _ model: String,
        _ maxLength: Int,
        _ maxContextLength: Int,
        _ agent: String? = nil
    ) -> WorkerRole {
        var role = WorkerRole(name: name, models: [model])
        role.maxLength = maxLength
        role.maxContextLength = maxContextLength
        role.threads = 8
        if let agent { role.bridgeAgent = agent + ":26.1.0:https://github.com/Haidra-Org/AI-Horde-Worker" }
        return role
    }
}

/// A user as a script describes one.
///
/// `key` (required), `username` ("user#N"), `kudos` (25, the floor of a registered account: nothing to spend),
/// `concurrency` (30; without limits any number), `trusted`, `service`, `deleted` (false). The anonymous key `0000000000`
/// may be named as well; it has -50 kudos, its floor, and a concurrency of 500 (classes/__init__.py:97).
struct AccountRole: Sendable, Equatable {
    var key: String
    var username: String?
    var kudos: Double
    /// Jobs that may wait; nil where the script does not say.
    var concurrency: Int?
    var isTrusted = false
    var isService = false
    var isDeleted = false

    /// The balance that a registered account never goes below (U:522-528).
    static let registeredFloor = 25.0

    init(key: String) {
        let isAnonymous = key == Account.anonymousKey
        self.key = key
        kudos = isAnonymous ? -50 : Self.registeredFloor
    }

    init(_ reader: inout ScriptReader) throws(SimulatorScript.Invalid) {
        guard let key = try reader.string("key") else { throw reader.invalid("key", "a string") }
        self.init(key: key)
        username = try reader.string("username")
        kudos = try reader.number("kudos") ?? kudos
        concurrency = try reader.count("concurrency")
        isTrusted = try reader.bool("trusted") ?? false
        isService = try reader.bool("service") ?? false
        isDeleted = try reader.bool("deleted") ?? false
    }
}
