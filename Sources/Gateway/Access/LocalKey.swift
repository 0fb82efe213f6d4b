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
        /// Kudos, as Horde tells them, from midnight to midnight, UTC.
        package var dailyKudosMax: Int?
        /// Names and patterns of the models that may be asked for, as clients write them; nil is every one.
        package var models: [String]?

        package init() {}

        /// Whether a request may be answered.
        ///
        /// A name that stands in the list is allowed whatever it means. For others it is not the text that counts, which
        /// may be short for several models, but the models that would answer.
        ///
        /// - Parameters:
        ///   - name: what the request asks for, with commas between several.
        ///   - candidates: the models that may answer it.
        /// - Returns: whether each of them, or each name, is in the list.
        func allows(_ name: String, candidates: [String]) -> Bool {
            guard let models = models?.map({ $0.lowercased() }) else { return true }
            func matches(_ name: String) -> Bool {
                models.contains {
                    $0 == name || (ShellPattern.isPattern($0) && ShellPattern($0).matches(Array(name.unicodeScalars)))
                }
            }
            let parts = name.split(separator: ",").map { $0.trimmed.lowercased() }
            // No model can be called as the virtual ones are.
            let isListed = parts.allSatisfy {
                models.contains($0) || ($0.hasPrefix(VirtualModel.prefix) && matches($0))
            }
            return !parts.isEmpty && isListed
                || !candidates.isEmpty && candidates.allSatisfy { matches($0.lowercased()) }
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
