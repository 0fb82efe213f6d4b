import EventLoop
import Gateway
import HTTPServer
import Logging

/// What SIGHUP does: the configuration is read again, and takes effect as far as a running server can change.
///
/// A configuration in which something is wrong changes nothing.
@LoopActor
final class Reload {
    private let options: ServeOptions
    private var current: SettledSettings
    private let manager: ServiceManager
    private let logger: Logger
    /// The server, once there is one.
    weak var gateway: Gateway?

    init(_ options: ServeOptions, from settled: SettledSettings, manager: ServiceManager, logger: Logger) {
        self.options = options
        current = settled
        self.manager = manager
        self.logger = logger
    }

    func run() {
        guard let gateway, !gateway.isStopping else { return }
        manager.reloading()
        do throws(ConfigurationError) {
            let settled = try options.settle()
            let configuration = try settled.gateway(listeningOn: .address(gateway.address))
            try settled.checkAccess(listeningOn: gateway.address)
            LogLevel.current = settled.settings.logLevel
            gateway.reload(configuration)
            tell(settled)
            current = settled
        } catch {
            logger.error("not reloaded", metadata: ["reason": "\(error)"])
        }
        manager.ready(gateway.summary)
    }

    /// Tells what has changed, and what of that has to wait for a new start.
    private func tell(_ settled: SettledSettings) {
        let (old, new) = (current.settings, settled.settings)
        let changed = Setting.all.filter { $0.isChanged(from: old, to: new) }
        let names =
            changed.map(\.key) + (old.aliases == new.aliases ? [] : ["models.aliases"])
            + (old.localKeys == new.localKeys ? [] : ["keys"])
        logger.info("reloaded", metadata: ["changed": .string(names.joined(separator: ","))])
        // Another certificate is taken, but not whether there is one: clients would find the other thing than they were told.
        let togglesTLS = (old.certificate == nil) != (new.certificate == nil)
        let fixed = changed.filter { !$0.isReloadable || togglesTLS && $0.key.hasPrefix("tls.") }.map(\.key)
            .joined(separator: ",")
        if !fixed.isEmpty { logger.warning("needs a restart", metadata: ["settings": .string(fixed)]) }
    }
}
