package import HTTPServer
import HTTPTypes
package import Horde
import OpenAI
import Secrets

/// Who may use the server, and with whose AI Horde key.
package struct AccessPolicy: Sendable {
    package enum Mode: String, CaseIterable, Sendable {
        /// Everybody who reaches it, which nobody but this machine may.
        case open
        /// Who brings an AI Horde key of their own.
        case passthrough
        /// Who has one of the local keys.
        case keys
    }

    package var mode: Mode
    package var localKeys: [LocalKey]
    /// Used for clients that have no AI Horde key of their own.
    package var serverKey: HordeKey
    /// Proxies that are believed whom they forward.
    package var trustedProxies: [AddressRange] = []

    package init(_ mode: Mode = .open, localKeys: [LocalKey] = [], serverKey: HordeKey) {
        self.mode = mode
        self.localKeys = localKeys
        self.serverKey = serverKey
    }

    /// What a request may use.
    struct Grant {
        let hordeKey: HordeKey
        /// The local key that it came with.
        var localKey: LocalKey?
    }

    /// What this key opens; nil for one that opens nothing.
    ///
    /// A client's key goes to AI Horde only where it has the shape of one, and never where local keys are asked for.
    func grant(_ key: Secret?) -> Grant? {
        switch mode {
        case .open:
            // Clients insist on some key: `none`, `sk-…` and the like are no Horde keys, and are neither sent nor refused.
            Grant(hordeKey: key.flatMap { HordeKey($0.revealed) } ?? serverKey)
        case .passthrough: key.flatMap { HordeKey($0.revealed) }.map { Grant(hordeKey: $0) }
        case .keys:
            key.flatMap(localKey).map { Grant(hordeKey: $0.hordeKey ?? serverKey, localKey: $0) }
        }
    }

    /// Compares with each of them, whole, so that the time it takes tells nothing.
    private func localKey(_ key: Secret) -> LocalKey? {
        guard LocalKey.isOne(key) else { return nil }
        let digest = SHA256.digest(key)
        return localKeys.reduce(nil) { found, candidate in
            SHA256.isSame(candidate.digest, digest) ? candidate : found
        }
    }

    /// What somebody is told whose key opens nothing.
    func refusal(_ key: Secret?) -> APIError {
        let wanted = mode == .keys ? "a key of this server" : "an AI Horde key of your own"
        return key == nil
            ? .invalidKey("No API key was sent. This server takes \(wanted).")
            : .invalidKey("Incorrect API key provided. This server takes \(wanted).")
    }
}

/// The key that a client has sent as OpenAI's clients do (RFC 6750, 2.1).
enum BearerKey {
    static func of(_ fields: HTTPFields) -> Secret? {
        guard let authorization = fields[.authorization] else { return nil }
        let parts = authorization.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return Secret(String(parts[1].drop { $0 == " " }))
    }
}
