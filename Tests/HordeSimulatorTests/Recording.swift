import FoundationEssentials
import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// One recorded conversation with the real Horde, as `Recordings/transcripts.json` keeps it.
struct Recording: Sendable, CustomTestStringConvertible {
    struct Exchange: Sendable {
        /// Seconds after the first exchange.
        let at: Double
        let method: String
        let target: String
        let fields: [(name: String, value: String)]
        let body: String?
        let status: Int
        let answerFields: JSONObject
        let answer: String
    }

    let name: String
    let exchanges: [Exchange]
    let webhooks: [String]

    var testDescription: String { name }

    /// All of them, in the order of their names.
    static let all: [Recording] = {
        let path = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        guard let data = try? Data(contentsOf: URL(filePath: "/\(path)/Recordings/transcripts.json")),
            let list = try? JSON(parsing: Array(data))
        else { return [] }
        return (list.array ?? []).map(Recording.init)
    }()

    private init(_ json: JSON) {
        name = json["name"]?.string ?? ""
        webhooks = (json["webhooks"]?.array ?? []).compactMap { $0["body"]?.string }
        exchanges = (json["exchanges"]?.array ?? []).map { exchange in
            Exchange(
                at: exchange["at"]?.double ?? 0,
                method: exchange["method"]?.string ?? "",
                target: exchange["target"]?.string ?? "",
                fields: (exchange["fields"]?.object?.members ?? []).map { ($0.key, $0.value.string ?? "") },
                body: exchange["body"]?.string,
                status: exchange["status"]?.int ?? 0,
                answerFields: exchange["answer_fields"]?.object ?? JSONObject(),
                answer: exchange["answer"]?.string ?? ""
            )
        }
    }
}

/// JSON as text in which the order of keys and everything that depends on history is the same.
enum Canonical {
    /// Members whose value no simulator can repeat: ids, times, and sums over what went on before.
    private static let masked: Set<String> = [
        "worker_id", "wait_time", "kudos_details", "records", "active_generations", "worker_ids", "worker_count",
        "requests_fulfilled", "kudos_rewards", "performance", "uptime", "uncompleted_jobs", "account_age",
        "queued_text_requests", "queued_tokens", "past_minute_tokens",
    ]

    static func text(_ bytes: [UInt8], masking more: Set<String> = []) -> String {
        guard let json = try? JSON(parsing: bytes) else { return String(decoding: bytes, as: UTF8.self) }
        return text(json, key: "", masked.union(more))
    }

    private static func text(_ json: JSON, key: String, _ masked: Set<String>) -> String {
        if masked.contains(key) { return "*" }
        switch json {
        case .object(let object):
            let members = object.members.filter { $0.key != "active_generations" }.sorted { $0.key < $1.key }
            let texts = members.map { "\($0.key): \(text($0.value, key: $0.key, masked))" }
            return "{" + texts.joined(separator: ", ") + "}"
        case .array(let elements):
            return "[" + elements.map { text($0, key: "", masked) }.sorted().joined(separator: ", ") + "]"
        case .string(let string) where key == "text": return generated(string)
        case .string(let string) where key == "id" && AccountBook.isWellShaped(string): return "*"
        case .string(let string): return "\"\(string)\""
        default: return HordeText.string(json)
        }
    }

    /// Made-up text is as good as any other; an echo is compared as JSON, less the prompt that the recordings hash.
    private static func generated(_ string: String) -> String {
        if let echo = try? JSON(parsing: string), echo["_model"] != nil { return text(echo, key: "", ["prompt"]) }
        let isMadeUp = string.hasPrefix("old and") || string.hasPrefix("harbor while")
        return isMadeUp || AttemptPlanTests.isPlausible(string) ? "made up" : "\"\(string)\""
    }
}
