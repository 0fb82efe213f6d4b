package import Horde
package import Secrets

/// A key that this server gives out itself; kept as a digest, so that whoever reads the configuration cannot use it.
package struct LocalKey: Equatable, Sendable {
    /// For logs and messages; unique.
    package let name: String
    /// SHA-256 of the key.
    package let digest: [UInt8]
    /// Whose kudos its requests spend; nil is the server's own.
    package var hordeKey: HordeKey?
    package var terms = Terms()

    /// What its holder may ask for.
    package struct Terms: Equatable, Sendable {
        /// Answers at a time.
        package var concurrencyMax: Int?
        /// Tokens read and written from midnight to midnight, UTC.
        package var dailyTokensMax: Int?
        /// Names and patterns of the models that may be asked for, as clients write them; nil is every one.
        package var models: [String]?

        package init() {}

        /// Whether all of the models that a request names may be asked for.
        func allows(_ name: String) -> Bool {
            guard let models else { return true }
            return name.split(separator: ",").allSatisfy { part in
                let part = part.trimmed.lowercased()
                return models.contains { allowed in
                    let allowed = allowed.lowercased()
                    return allowed == part
                        || (ShellPattern.isPattern(allowed)
                            && ShellPattern(allowed).matches(Array(part.unicodeScalars)))
                }
            }
        }
    }

    package init(name: String, digest: [UInt8]) {
        self.name = name
        self.digest = digest
    }

    /// 256 random bits: long enough to need no salt, and of a length that no AI Horde key has.
    package static func random() -> Secret {
        Secret(prefix + RandomText.of(length: randomLength))
    }

    private static let prefix = "sk-interposer-"
    /// Letters and digits that hold 256 bits together.
    private static let randomLength = 43

    /// Whether a text has the shape of a local key.
    static func isOne(_ key: Secret) -> Bool {
        key.revealed.utf8.count == prefix.utf8.count + randomLength && key.revealed.hasPrefix(prefix)
    }
}
