import JSONText
import OpenAI

/// How the server is at a moment, for a person: what `/status` shows and `/status.json` says.
///
/// No prompt, answer or key is in it.
struct StatusReport {
    /// What the server is able to do, the worst last.
    enum State: String {
        case ok, degraded, down, stopping
    }

    /// Who looks.
    enum Viewer: Equatable {
        /// Whoever runs the server.
        case owner
        /// The holder of a local key, who sees what is theirs.
        case key(String)
        case stranger
    }

    /// A request that is being answered.
    struct Running {
        /// The request's, as in the log and in x-request-id.
        let id: String
        /// The name of the local key that pays.
        let key: String?
        let model: String
        let seconds: Int
        /// In words: "in line, 3 ahead, about 9 s".
        let stage: String
    }

    /// Failures of one kind, since the start.
    struct Failure {
        let code: String
        let status: Int
        let message: String
        let count: Int
        let secondsAgo: Int
        let remedy: String?
    }

    /// What AI Horde has told of kudos.
    struct Kudos {
        /// Since the start, by all keys.
        let spent: Double
        /// Whose key the server has, and what that account holds; nil where that is nobody or not known yet.
        let account: String?
        let balance: Double?
    }

    /// What the holder of a local key has used.
    struct Key {
        let name: String
        let answers: Int
        let concurrencyMax: Int?
        let tokensToday: Int
        let dailyTokensMax: Int?
        let kudosToday: Double
        let dailyKudosMax: Int?
    }

    var state: State
    /// Why it is not well, or a word about it being so.
    var reason: String
    /// Since when that has been so.
    var stateSeconds: Int
    /// Where clients reach the API, with the /v1 at the end.
    var baseURL: String
    var models: [Model]
    /// The age of the list of models; nil where that is not known.
    var modelsAgeSeconds: Int?
    var running: [Running]
    /// Those beyond `running`.
    var runningCount: Int
    var failures: [Failure]
    var waitingSubmissions: Int
    var waitingJobs: Int
    var submits: Int
    /// Of the last minute, and how many may be; nil where there is no limit.
    var submitsOfMinute: Int
    var submitsPerMinute: Int?
    var rateLimited: Int
    var kudos: Kudos
    /// Of a server with local keys.
    var keys: [Key]
    var process: ProcessFigures

    var json: JSON {
        [
            "state": .string(state.rawValue),
            "reason": .string(reason),
            "state_seconds": JSON(stateSeconds),
            "version": .string(Version.current),
            "base_url": .string(baseURL),
            "models": .array(models.map(\.json)),
            "models_age_seconds": JSON(modelsAgeSeconds),
            "requests": ["running": JSON(runningCount), "list": .array(running.map(\.json))],
            "failures": .array(failures.map(\.json)),
            "horde": [
                "waiting_submissions": JSON(waitingSubmissions),
                "waiting_jobs": JSON(waitingJobs),
                "submits": JSON(submits),
                "submits_of_minute": JSON(submitsOfMinute),
                "submits_per_minute": JSON(submitsPerMinute),
                "rate_limited": JSON(rateLimited),
            ],
            "kudos": [
                "spent": JSON(kudos.spent), "account": JSON(kudos.account), "balance": JSON(kudos.balance),
            ],
            "keys": .array(keys.map(\.json)),
            "process": process.json,
        ]
    }
}

extension StatusReport.Running {
    fileprivate var json: JSON {
        [
            "id": .string(id), "key": JSON(key), "model": .string(model), "seconds": JSON(seconds),
            "stage": .string(stage),
        ]
    }
}

extension StatusReport.Key {
    fileprivate var json: JSON {
        [
            "name": .string(name),
            "answers": JSON(answers),
            "max_concurrent": JSON(concurrencyMax),
            "tokens_today": JSON(tokensToday),
            "daily_tokens": JSON(dailyTokensMax),
            "kudos_today": JSON(kudosToday),
            "daily_kudos": JSON(dailyKudosMax),
        ]
    }
}

extension StatusReport.Failure {
    fileprivate var json: JSON {
        [
            "code": .string(code),
            "status": JSON(status),
            "message": .string(message),
            "count": JSON(count),
            "seconds_ago": JSON(secondsAgo),
            "remedy": JSON(remedy),
        ]
    }
}

extension ProcessFigures {
    fileprivate var json: JSON {
        [
            "uptime_seconds": JSON(uptimeSeconds),
            "resident_bytes": JSON(residentBytes),
            "descriptors": JSON(descriptors),
            "descriptors_max": JSON(descriptorsMax),
            "cpu_seconds": JSON(cpuSeconds),
        ]
    }
}
