import FoundationEssentials
import Gateway
import Horde
import Testing

@testable import CLI

@Suite struct SettingSourcesTests {
    /// A file with this text, for as long as it is used.
    private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml").path
        try Data(text.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    private func settled(
        flags: [String: [String]] = [:],
        environment: [String: String] = [:],
        file text: String? = nil
    ) throws -> SettledSettings {
        guard let text else { return try SettingSources(flags: flags, environment: environment, file: nil).settle() }
        return try withFile(text) { path in
            let file = try ConfigurationFile(path: path)
            return try SettingSources(flags: flags, environment: environment, file: file).settle()
        }
    }

    /// What is wrong, without the path of the file.
    private func problem(_ text: String, environment: [String: String] = [:]) throws -> String {
        try withFile(text) { path in
            do {
                let file = try ConfigurationFile(path: path)
                _ = try SettingSources(environment: environment, file: file).settle()
            } catch let error as ConfigurationError {
                return error.description.replacing(path, with: "FILE")
            }
            return "nothing"
        }
    }

    @Test func `flags come first, then the environment, then the file, then the usual`() throws {
        let environment = [
            "INTERPOSER_DRAIN_DELAY": "2", "INTERPOSER_DRAIN_TIMEOUT": "20", "INTERPOSER_ANSWERS_TIMEOUT": "",
        ]
        let file = "drain: {delay: 1, timeout: 10}\nanswers: {timeout: 30}\n"
        let settled = try settled(flags: ["drain.delay": ["3"]], environment: environment, file: file)
        #expect(settled.settings.drainDelay == .seconds(3))
        #expect(settled.settings.drainTimeout == .seconds(20))
        #expect(settled.settings.answerTimes.whole == .seconds(30))
        #expect(settled.settings.answerTimes.part == .seconds(600))
        #expect(settled.sources["drain.delay"] == "--drain-delay")
        #expect(settled.sources["drain.timeout"] == "INTERPOSER_DRAIN_TIMEOUT")
        #expect(settled.sources["answers.timeout"]?.hasSuffix(".yaml:2") == true)
        #expect(settled.sources["answers.part_timeout"] == nil)
    }

    @Test func `each setting can be set by its variable and by its key, and shown as it was set`() throws {
        let texts = [
            "listen": "127.0.0.1:99", "access": "keys", "log.format": "json",
            "log.level": "debug", "metrics.listen": "main", "formats": "a.json", "horde.url": "http://h",
            "horde.api_key": "0000000000",
            "horde.api_key_file": "key", "horde.public_url": "https://h/a", "http.allowed_origins": "a, b",
            "http.allowed_hosts": "a, b", "http.trusted_proxies": "10.0.0.0/8, 192.0.2.1",
            "http.max_header_bytes": "2048", "http.max_body_bytes": "2048", "http.max_unsent_bytes": "20000",
        ]
        for setting in Setting.all {
            let text = texts[setting.key] ?? "11"
            let separated = text.replacing(", ", with: ",")
            let byVariable = try settled(environment: [setting.variable: separated])
            let parts = setting.key.split(separator: ".").map(String.init)
            let value = setting.isList ? "[\(text)]" : "\"\(text)\""
            let yaml = parts.count == 1 ? "\(parts[0]): \(value)\n" : "\(parts[0]):\n  \(parts[1]): \(value)\n"
            let byKey = try settled(file: yaml)
            let expected = setting.isSecret ? "(secret)" : text
            #expect(setting.show(byVariable.settings) == expected, "\(setting.variable)")
            #expect(setting.show(byKey.settings).hasSuffix(expected), "\(setting.key)")
            #expect(setting.isChanged(from: ServeSettings(), to: byKey.settings), "\(setting.key)")
            #expect(byVariable.sources[setting.key] == setting.variable)
        }
    }

    @Test func `variables with names of their own count where ours do not stand`() throws {
        let both = ["AI_HORDE_URL": "http://a", "INTERPOSER_HORDE_URL": "http://b"]
        #expect(try settled(environment: both).settings.hordeURL.description == "http://b")
        let one = try settled(environment: ["AI_HORDE_URL": "http://a"], file: "horde: {url: 'http://c'}\n")
        #expect(one.settings.hordeURL.description == "http://a")
        #expect(one.sources["horde.url"] == "AI_HORDE_URL")
    }

    @Test func `of a key and a file with a key the source that comes first counts, and one has to choose`() throws {
        let key = "0000000000"
        let fromFlag = try settled(flags: ["horde.api_key_file": ["f"]], environment: ["AI_HORDE_API_KEY": key])
        #expect(fromFlag.settings.hordeKey == nil && fromFlag.settings.hordeKeyFile == "f")
        let fromVariable = try settled(environment: ["AI_HORDE_API_KEY": key], file: "horde: {api_key_file: f}\n")
        #expect(fromVariable.settings.hordeKey != nil && fromVariable.settings.hordeKeyFile == nil)
        #expect(throws: ConfigurationError.self) {
            try settled(environment: ["AI_HORDE_API_KEY": key, "AI_HORDE_API_KEY_FILE": "f"])
        }
    }

    @Test(arguments: [
        ("http:\n  max_fields: 5\n", "FILE:2: 'http.max_fields' has to be a number from 10 to 1000, not '5'."),
        ("http:\n\n  max_field: 5\n", "FILE:3: 'max_field' is no key of 'http'; did you mean 'max_fields'?"),
        ("hrode:\n  url: a\n", "FILE:1: 'hrode' is no key; did you mean 'horde'?"),
        ("drain: 7\n", "FILE:1: 'drain' has keys: 'timeout', 'delay'."),
        ("drain: {x: 7}\n", "FILE:1: 'x' is no key of 'drain'; known are 'timeout', 'delay'."),
        ("horde: {api_key: secret-of-mine}\n", "FILE:1: 'horde.api_key' has to be an AI Horde key."),
        ("listen:\n", "FILE:1: 'listen' has to be HOST:PORT or unix:/PATH."),
        ("listen: [a, b]\n", "FILE:1: 'listen' has to be HOST:PORT or unix:/PATH."),
        ("models: {alias: {}}\n", "FILE:1: 'alias' is no key of 'models'; did you mean 'aliases'?"),
        ("- a\n", "FILE: The file is not a list of keys."),
    ])
    func `what is wrong in a file is told with its line, and what may have been meant`(
        text: String,
        words: String
    ) throws {
        #expect(try problem(text) == words)
    }

    @Test func `what is wrong elsewhere is told with its place`() throws {
        let variable = try problem("", environment: ["INTERPOSER_LISTEN": "here"])
        #expect(variable == "INTERPOSER_LISTEN: The value has to be HOST:PORT or unix:/PATH, not 'here'.")
        do {
            _ = try settled(flags: ["listen": ["here"]])
            Issue.record("taken")
        } catch let error as ConfigurationError {
            #expect(
                error.description == "--listen: The value has to be HOST:PORT or unix:/PATH, not 'here'."
                    && error.isUsage
            )
        }
    }

    @Test func `nothing is chosen without a word`() throws {
        let usual = try settled(file: "")
        #expect(usual.sources.isEmpty)
        for setting in Setting.all { #expect(!setting.isChanged(from: ServeSettings(), to: usual.settings)) }
    }
}
