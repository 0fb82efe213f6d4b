import EventLoop
import Gateway
import HTTPServer
import Horde
import Logging

/// One thing that an operator may choose about `serve`: its key, and how a text becomes its value and is shown again.
///
/// `Setting+Table.swift` has all of them. Flags, the environment and the file differ only in where the text comes from.
struct Setting: Sendable {
    /// As it stands in the file, with a dot for each part it lies in.
    let key: String
    /// The flag of `serve` that sets it too.
    let flag: String?
    /// Variables of the environment that set it too, beside `variable`.
    let otherVariables: [String]
    /// What a value is: "a number from 1 to 9".
    let expected: String
    let isList: Bool
    let isSecret: Bool
    /// Whether a running server takes a new value; the others take a new start.
    let isReloadable: Bool
    /// Takes in a value; false when it is none.
    let set: @Sendable (inout ServeSettings, [String]) -> Bool
    /// The value in one line.
    let show: @Sendable (ServeSettings) -> String

    /// The variable of the environment that sets it.
    var variable: String { "INTERPOSER_" + key.uppercased().map { $0 == "." ? "_" : String($0) }.joined() }

    init(
        _ key: String,
        _ expected: String,
        flag: String? = nil,
        otherVariables: [String] = [],
        isList: Bool = false,
        isSecret: Bool = false,
        isReloadable: Bool = false,
        show: @escaping @Sendable (ServeSettings) -> String,
        set: @escaping @Sendable (inout ServeSettings, [String]) -> Bool
    ) {
        self.key = key
        self.expected = expected
        self.flag = flag
        self.otherVariables = otherVariables
        self.isList = isList
        self.isSecret = isSecret
        self.isReloadable = isReloadable
        self.set = set
        self.show = show
    }
}

extension Setting {
    func isChanged(from old: ServeSettings, to new: ServeSettings) -> Bool {
        show(old) != show(new) || (isSecret && old.hordeKey != new.hordeKey)
    }
}

/// What an operator has chosen about `serve`, and what it is where nothing is chosen.
struct ServeSettings: Sendable {
    /// nil is the socket that is handed over, or else `ServeSettings.usualListen`.
    var listen: ListenAddress?
    var hordeURL = HordeURL.aihorde
    var hordeKey: HordeKey?
    var hordeKeyFile: String?
    /// nil is as many as Horde lets this address submit.
    var submitsPerMinute: Int?
    var publicURL: PublicURL?
    var http = HTTPServer.Limits()
    var crossOrigin = CrossOriginPolicy()
    var answerTimes = AnswerTimes()
    /// nil goes by the models' queues.
    var failoverAfter: Duration?
    var drainTimeout = Duration.seconds(300)
    var drainDelay = Duration.zero
    /// A file with formats of the user's own.
    var formats: String?
    var aliases = ModelAliases()
    /// nil is text on a terminal, and else JSON.
    var logForm: LogForm?
    var logLevel = Logger.Level.info
    var accessMode = AccessPolicy.Mode.open
    var localKeys: [LocalKey] = []
    var metrics = MetricsPlace.usual
    /// Files in PEM form, both or none.
    var certificate: String?
    var certificateKey: String?

    static let usualListen = ListenAddress(host: "127.0.0.1", port: 8080)
}
