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

    /// A request that is being answered.
    struct Running {
        let id: String
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

    var state: State
    /// Why it is not well, or a word about it being so.
    var reason: String
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
    var rateLimited: Int
    var process: ProcessFigures

    var json: JSON {
        [
            "state": .string(state.rawValue),
            "reason": .string(reason),
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
                "rate_limited": JSON(rateLimited),
            ],
            "process": process.json,
        ]
    }
}

extension StatusReport.Running {
    fileprivate var json: JSON {
        ["id": .string(id), "model": .string(model), "seconds": JSON(seconds), "stage": .string(stage)]
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
