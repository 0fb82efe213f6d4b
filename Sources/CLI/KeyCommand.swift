import ArgumentParser
import Gateway
import Secrets

/// `interposer key`.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make keys that clients of this server use.",
        subcommands: [New.self]
    )

    /// `interposer key new`.
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key: prints it once, with the entry for the configuration.",
            discussion: """
                The key goes to the one who will use it, the entry into the file, below 'keys'; the entry has a digest, from \
                which nobody gets the key. The server has to run with access: keys.
                """
        )

        @Argument(help: "Whose key it is, for logs and messages.")
        var name: String

        func validate() throws {
            guard !name.isEmpty, name.utf8.count <= 64, name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw ValidationError("NAME is a short name without blanks.")
            }
        }

        func run() {
            let key = LocalKey.random()
            StandardOutput.write(key.revealed)
            StandardOutput.write(
                """

                # interposer.yaml
                access: keys
                keys:
                  - name: "\(name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))"
                    digest: \(SHA256.written(SHA256.digest(key)))
                    # What its holder may ask for, where it is not everything:
                    # max_concurrent: 4
                    # daily_tokens: 200000
                    # daily_kudos: 5000
                    # models: ["*Qwen*", "horde/auto"]
                    # Whose kudos it spends, where it is not the server's:
                    # horde_key_file: \(name).horde-key
                """
            )
        }
    }
}
