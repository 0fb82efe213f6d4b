import HTTPTypes
import Horde

/// Whose kudos a request spends.
enum ClientKey {
    /// The key that a client brought, when it has the shape of a Horde key; else the server's own.
    ///
    /// Clients insist on some key: `none`, `sk-…` and the like are no Horde keys, and are neither sent nor refused.
    static func of(_ fields: HTTPFields, else serverKey: HordeKey) -> HordeKey {
        guard let authorization = fields[.authorization] else { return serverKey }
        let parts = authorization.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return serverKey }
        return HordeKey(String(parts[1].drop { $0 == " " })) ?? serverKey
    }
}
