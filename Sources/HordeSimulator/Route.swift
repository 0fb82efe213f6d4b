import HTTPTypes

/// The parts of Horde that are simulated.
///
/// The worker's side (pop, submit) is not: workers live inside.
enum Route: Equatable {
    case submit
    case status(id: String)
    case models
    case model(String)
    case workers
    case worker(id: String)
    case workerNamed(String)
    case performance
    case heartbeat
    case modes
    case findUser
    case user(id: String)
    case textTotals
    case textModels

    /// The route of a decoded path, if there is one.
    ///
    /// A model name with a slash has none, encoded or not, and neither has a status without an id (models_single.json,
    /// status_404_no_id.json).
    init?(path: String) {
        // The two that clients call again and again.
        if path == "/api/v2/generate/text/async" {
            self = .submit
            return
        }
        if path.hasPrefix(Self.statusPath) {
            let id = path.dropFirst(Self.statusPath.utf8.count)
            if id.utf8.count == 36, !id.utf8.contains(UInt8(ascii: "/")) {
                self = .status(id: String(id))
                return
            }
        }
        guard path.hasPrefix("/api/v2/") else { return nil }
        let parts = path.dropFirst(8).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains("") else { return nil }
        switch (parts.first ?? "", parts.count) {
        case ("generate", 3) where parts[1...] == ["text", "async"]: self = .submit
        case ("generate", 4) where parts[1...2] == ["text", "status"]: self = .status(id: parts[3])
        case ("status", 2) where parts[1] == "models": self = .models
        case ("status", 3) where parts[1] == "models": self = .model(parts[2])
        case ("status", 2) where parts[1] == "performance": self = .performance
        case ("status", 2) where parts[1] == "heartbeat": self = .heartbeat
        case ("status", 2) where parts[1] == "modes": self = .modes
        case ("workers", 1): self = .workers
        case ("workers", 2): self = .worker(id: parts[1])
        case ("workers", 3) where parts[1] == "name": self = .workerNamed(parts[2])
        case ("find_user", 1): self = .findUser
        case ("users", 2): self = .user(id: parts[1])
        case ("stats", 3) where parts[1...] == ["text", "totals"]: self = .textTotals
        case ("stats", 3) where parts[1...] == ["text", "models"]: self = .textModels
        default: return nil
        }
    }

    private static let statusPath = "/api/v2/generate/text/status/"

    var methods: [HTTPRequest.Method] {
        switch self {
        case .submit: [.post]
        case .status: [.delete, .get, .head]
        default: [.head, .get]
        }
    }

    /// The `Allow` header, which has OPTIONS everywhere.
    var allow: String {
        (methods.map(\.rawValue) + ["OPTIONS"]).joined(separator: ", ")
    }

    /// The limit of every route but the submit (API.md section 2), and whether each path has a window of its own.
    var limit: (limit: RateLimit, isPerPath: Bool)? {
        switch self {
        case .submit, .heartbeat: nil
        case .status: (RateLimit(amount: 60, seconds: 60), true)
        case .user: (RateLimit(amount: 60, seconds: 60), true)
        case .worker, .modes: (RateLimit(amount: 30, seconds: 60), false)
        default: (RateLimit(amount: 90, seconds: 60), false)
        }
    }

    /// Names the route without what varies in its path.
    var name: String {
        switch self {
        case .submit: "submit"
        case .status: "status"
        case .models: "models"
        case .model: "model"
        case .workers: "workers"
        case .worker: "worker"
        case .workerNamed: "worker by name"
        case .performance: "performance"
        case .heartbeat: "heartbeat"
        case .modes: "modes"
        case .findUser: "find_user"
        case .user: "user"
        case .textTotals: "text totals"
        case .textModels: "text models"
        }
    }
}
