import EventLoop
import Logging

/// swift-log on the loop's own output: lines of the form that its default handler writes, without a system call for each.
struct LoopLogHandler: LogHandler {
    var logLevel = Logger.Level.info
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
        let level = event.level.rawValue
        var text = ""
        for (key, value) in pairs.sorted(by: { $0.key < $1.key }) { text += " \(key)=\(value)" }
        text += " [\(event.source)] \(event.message)"
        EventLoop.perform { [text] in LogOutput.standardError.line(level) { $0 += text.utf8 } }
    }
}
