import HTTPTypes
import JSONText
import OpenAI

/// What the server says about itself.
enum Health {
    /// `GET /`: for a person or a script that found the port.
    static let about = JSONResponse(
        .ok,
        [
            "name": "interposer",
            "version": .string(Version.current),
            "description": "An OpenAI-compatible server in front of AI Horde.",
            "endpoints": [
                "/v1/chat/completions", "/v1/completions", "/v1/models", "/opencode.json", "/openapi.json", "/health",
                "/readyz", "/status", "/status.json", "/metrics",
            ],
        ]
    )

    /// `GET /health`: the process lives and its loop turns; nothing else is looked at.
    static let alive = JSONResponse(.ok, ["status": "ok"])

    /// `GET /readyz`: whether a request would find a model.
    ///
    /// Horde being away does not count: a list that is held stands.
    static func readiness(_ models: ModelCatalog.State, isStopping: Bool) -> JSONResponse {
        if isStopping {
            return JSONResponse(.serviceUnavailable, ["status": "stopping", "reason": "The server is stopping."])
        }
        switch models {
        case .fresh: return JSONResponse(.ok, ["status": "ready", "models": "fresh"])
        case .stale: return JSONResponse(.ok, ["status": "ready", "models": "stale"])
        case .none(let why):
            let reason = why.map { "No model list yet: \($0)." } ?? "No model list yet: Horde has not answered."
            return JSONResponse(.serviceUnavailable, ["status": "waiting", "reason": .string(reason)])
        }
    }
}

/// The version of the product.
package enum Version {
    package static let current = "0.1.0"
}
