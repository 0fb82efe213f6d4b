import HTTPTypes
import JSONText

/// What the workers make of some prompts.
///
/// `match` (a substring of the prompt; absent: every prompt), `model` (one of the request's names), `reply` (the text)
/// or `replies` (one text per generation, the last one again and again), `latency_seconds`, `fail` (so many first
/// attempts of each request fault), `state` ("ok", "faulted", "censored", "csam"), `hang` (true: never submitted),
/// `times` (used for so many requests). What is absent is left to the directives in the prompt and to the defaults.
///
/// `text` (wins over `reply`): a long text that is written piece by piece, see `LongText`. With it: `part_jitter` (0 to
/// 1: the share of `max_length` by which a job may be shorter) and `part_seed`, `cuts` (byte offsets that no job writes
/// across), `hides` (texts that are not returned), `parts` (an object of `PartRule`, by the number of the part).
struct ReplyRule: Sendable, Equatable {
    var match: String?
    var model: String?
    var replies: [String] = []
    var text: LongText?
    var parts: [Int: PartRule] = [:]
    var latencySeconds: Double?
    var failures: Int?
    var state: String?
    var hangs = false
    var times: Int?

    init(_ reader: inout ScriptReader) throws(SimulatorScript.Invalid) {
        match = try reader.string("match")
        model = try reader.string("model")
        let reply = try reader.string("reply")
        replies = try reader.strings("replies") ?? reply.map { [$0] } ?? []
        if let text = try reader.string("text") {
            self.text = try Self.longText(text, &reader)
            parts =
                try reader.numbered("parts") { (reader) throws(SimulatorScript.Invalid) in try PartRule(&reader) }
                ?? [:]
        }
        latencySeconds = try reader.seconds("latency_seconds")
        failures = try reader.count("fail")
        state = try reader.state("state")
        hangs = try reader.bool("hang") ?? false
        times = try reader.count("times")
    }

    private static func longText(
        _ text: String,
        _ reader: inout ScriptReader
    ) throws(SimulatorScript.Invalid) -> LongText {
        let hides = try reader.strings("hides") ?? []
        let cuts = try reader.counts("cuts") ?? []
        let jitter = try reader.share("part_jitter") ?? 0
        let seed = UInt64(try reader.count("part_seed") ?? 0)
        do throws(LongText.Invalid) {
            return try LongText(text, hides: hides, cuts: cuts, jitter: jitter, seed: seed)
        } catch {
            throw reader.invalid("cuts", "byte offsets between characters inside `text`, outside what it hides")
        }
    }

    func matches(_ submission: Submission) -> Bool {
        if let match, !Bytes.contains(submission.prompt, match) { return false }
        if let model, !submission.models.contains(model) { return false }
        return true
    }
}

/// What is to go wrong with whole HTTP exchanges.
///
/// `path` (exact, or a beginning that ends with `*`; absent: every path of Horde), `method`, `skip` (let so many
/// through first), `times` (then act so often; absent: always), `delay_seconds` (before the answer), `status` (the
/// answer's; absent: Horde answers as ever, after the delay), `body` (a string as it is, any other JSON written out),
/// `content_type`, `headers` (an object of strings), `drop` (true: the connection is cut instead of an answer),
/// `process` (true: Horde does what was asked before its answer is replaced or lost).
struct FaultRule: Sendable, Equatable {
    var path: String?
    var method: String?
    var skip = 0
    var times: Int?
    var delaySeconds = 0.0
    var status: Int?
    var body: JSON?
    var contentType: String?
    var headers: [(name: String, value: String)] { headerFields.map { ($0.key, $0.value.string ?? "") } }
    var drops = false
    var isProcessed = false
    private var headerFields: [JSONObject.Member] = []

    init(_ reader: inout ScriptReader) throws(SimulatorScript.Invalid) {
        path = try reader.string("path")
        method = try reader.string("method")
        skip = try reader.count("skip") ?? 0
        times = try reader.count("times")
        delaySeconds = try reader.seconds("delay_seconds") ?? 0
        status = try reader.count("status")
        if let status, !(200...599).contains(status) { throw reader.invalid("status", "from 200 to 599") }
        body = reader.value("body")
        contentType = try reader.string("content_type")
        if let fields = reader.value("headers") {
            guard let object = fields.object, object.members.allSatisfy({ $0.value.string != nil }) else {
                throw reader.invalid("headers", "an object of strings")
            }
            headerFields = object.members
        }
        drops = try reader.bool("drop") ?? false
        isProcessed = try reader.bool("process") ?? false
    }

    func matches(_ call: Call) -> Bool {
        if let method, method != call.method.rawValue { return false }
        guard let path else { return true }
        return path.hasSuffix("*") ? call.path.hasPrefix(path.dropLast()) : call.path == path
    }

    /// The answer that replaces Horde's, if the rule has one.
    var answer: Answer? {
        guard let status else { return nil }
        let bytes: [UInt8]
        let type: String
        switch body {
        case .string(let text):
            bytes = Array(text.utf8)
            type = "text/html; charset=utf-8"
        case .some(let json):
            bytes = HordeText.bytes(json)
            type = Answer.jsonType
        case nil:
            bytes = []
            type = "text/html; charset=utf-8"
        }
        var answer = Answer(HTTPResponse.Status(code: status), contentType: contentType ?? type, body: bytes)
        for header in headers {
            if let name = HTTPField.Name(header.name) { answer.fields[name] = header.value }
        }
        return answer
    }
}
