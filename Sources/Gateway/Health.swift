import HTTPTypes
import OpenAI

/// What the server says about itself.
enum Health {
    /// `GET /`: for a person or a script that found the port.
    static let about = Reply(
        .ok,
        [
            "name": "interposer",
            "version": .string(Version.current),
            "description": "An OpenAI-compatible server in front of AI Horde.",
            "endpoints": [
                "/v1/chat/completions", "/v1/completions", "/v1/models", "/health", "/readyz",
            ],
        ]
    )

    /// `GET /health`: the process lives and its loop turns; nothing else is looked at.
    static let alive = Reply(.ok, ["status": "ok"])

    /// `GET /readyz`: whether a request would find a model.
    ///
    /// Horde being away does not count: a list that is held stands.
    static func readiness(hasModels: Bool, why: String?, isStopping: Bool) -> Reply {
        if isStopping {
            return Reply(.serviceUnavailable, ["status": "stopping", "reason": "The server is stopping."])
        }
        if hasModels { return Reply(.ok, ["status": "ready"]) }
        let reason = why.map { "No model list yet: \($0)." } ?? "No model list yet: Horde has not answered."
        return Reply(.serviceUnavailable, ["status": "waiting", "reason": .string(reason)])
    }
}

/// The version of the product.
package enum Version {
    package static let current = "0.1.0"
}
