import HTTPTypes

/// Which web pages may call the server (CORS), and under which names it answers (DNS rebinding).
///
/// The default allows every origin, as local servers of OpenAI's API do, and never the credentials that a browser would add
/// by itself. A page may then spend the server's own key; where that matters, lists of origins and hosts are opt-in.
package struct CrossOriginPolicy: Sendable {
    /// Exact origins; nil allows every one.
    package var origins: [String]?
    /// Exact values of `Host`, with or without the port; nil allows every one.
    package var hosts: [String]?

    package init(origins: [String]? = nil, hosts: [String]? = nil) {
        self.origins = origins
        self.hosts = hosts
    }

    /// What every answer carries for the origin that asked.
    func fields(for request: HTTPFields) -> HTTPFields {
        guard let origins else { return Self.anyOrigin }
        // Caches must not give one origin's answer to another.
        guard let origin = request[.origin], origins.contains(origin) else { return [.vary: "Origin"] }
        return Self.exposed.with(.accessControlAllowOrigin, origin).with(.vary, "Origin")
    }

    private static let exposed: HTTPFields = [
        .accessControlExposeHeaders: "x-request-id, retry-after, x-should-retry"
    ]
    private static let anyOrigin = exposed.with(.accessControlAllowOrigin, "*")

    /// The answer to a browser that asks before it sends.
    func preflight(_ request: HTTPFields) -> HTTPFields {
        fields(for: request)
            .with(.accessControlAllowMethods, "GET, POST, OPTIONS")
            .with(
                .accessControlAllowHeaders,
                request[.accessControlRequestHeaders] ?? "authorization, content-type, x-request-id"
            )
            .with(.accessControlMaxAge, "86400")
    }

    /// Whether the server answers to this name, which is only asked for where names are told apart.
    func allows(host: @autoclosure () -> String?) -> Bool {
        guard let hosts else { return true }
        // Names of hosts have no case (RFC 9110, 4.2.3).
        guard let host = host()?.lowercased() else { return false }
        return hosts.contains { allowed in
            let allowed = allowed.lowercased()
            return host == allowed || host.hasPrefix(allowed + ":")
        }
    }
}

extension HTTPFields {
    fileprivate func with(_ name: HTTPField.Name, _ value: String) -> HTTPFields {
        var fields = self
        fields[name] = value
        return fields
    }
}
