import EventLoop
import Logging
import Synchronization

/// swift-log on the loop's own output, without a system call for each line.
struct LoopLogHandler: LogHandler {
    var logLevel: Logger.Level {
        get { LogLevel.current }
        set { LogLevel.current = newValue }
    }
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var pairs = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }
        pairs.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { pairs["error.message"] = "\(error)" }
        let (level, message, source) = (event.level.rawValue, "\(event.message)", event.source)
        let fields = pairs.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        EventLoop.perform {
            LogOutput.standardError.line(level, message, from: source) { line in
                for (key, value) in fields { line.add(key, value) }
            }
        }
    }
}

/// What is logged: this level, and what is worse.
///
/// All loggers have the same, which a reload can change.
enum LogLevel {
    private static let stored = Mutex(Logger.Level.info)

    static var current: Logger.Level {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
