import ArgumentParser
import EventLoop
import Gateway
import Glibc
import HTTPServer
import Logging

/// `interposer serve`.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve OpenAI's API from AI Horde.",
        discussion: """
            Clients use http://HOST:PORT/v1 as their base URL. With access: open, a client's own AI Horde key, sent as \
            its API key, is used for its requests, and any other key means the server's.
            Each option can also be set in the environment or in a file: see interposer config show.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() throws {
        let settled = try options.settle()
        let configuration = try settled.gateway(listeningOn: try place(settled.settings.listen))
        try Program.run { [options] in
            DescriptorLimit.raise()
            Self.prepareLog(settled.settings)
            let logger = Logger(label: "interposer") { _ in LoopLogHandler() }
            let manager = ServiceManager(
                notifySocket: Environment["NOTIFY_SOCKET"],
                watchdogMicroseconds: Environment["WATCHDOG_USEC"],
                watchdogProcess: Environment["WATCHDOG_PID"]
            )
            let reload = Reload(options, from: settled, manager: manager, logger: logger)
            let signals = TerminationSignals(onHangup: { reload.run() })
            let gateway = try Gateway(configuration, logger: logger, output: .standardError, manager: manager)
            try settled.checkAccess(listeningOn: gateway.address)
            reload.gateway = gateway
            StandardError.write("listening on \(gateway.place)")
            manager.ready(gateway.summary)
            manager.feedWatchdog()
            await gateway.run { await signals.next() }
        }
    }

    /// Text is for a terminal; the journal, and whatever else reads a log, takes fields.
    @LoopActor
    private static func prepareLog(_ settings: ServeSettings) {
        let isJournal = Environment.isLoggedByJournal
        LogOutput.standardError.hasPriorities = isJournal
        let usual = isJournal ? LogForm.journal : isatty(STDERR_FILENO) == 1 ? .text : .json
        LogOutput.standardError.begin(settings.logForm ?? usual)
        LogLevel.current = settings.logLevel
    }

    /// Where an operator wants it to listen, else on what systemd hands over.
    private func place(_ listen: ListenAddress?) throws -> ListenPlace {
        let descriptors = Environment.handedOverDescriptors
        switch (listen, descriptors.count) {
        case (let listen?, 0): return .address(listen)
        case (nil, 0): return .address(ServeSettings.usualListen)
        case (nil, 1): return .handedOver(descriptors[0])
        case (nil, let count): throw ValidationError("\(count) sockets were handed over; the server listens on one.")
        case (_?, _): throw ValidationError("A socket was handed over, so that --listen has no meaning.")
        }
    }
}
