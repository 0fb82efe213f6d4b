import EventLoop
import HTTPServer
import Horde

/// One line for each exchange, when it is over.
///
/// Never a prompt, an answer, a key, a job's id, a webhook's token or a query. It does not go through swift-log: there is one for
/// each request, and sorting a dictionary for each costs more than answering.
@LoopActor
struct AccessLog {
    let output: LogOutput

    func write(_ summary: ExchangeSummary) {
        output.line("info", "request", from: "Gateway") { fields in
            fields.add("request_id", summary.id)
            fields.add("method", summary.method)
            fields.add("path", Self.shown(summary.path))
            if let status = summary.status { fields.add("status", status) } else { fields.add("status", String?.none) }
            fields.add("duration_ms", summary.duration.wholeMilliseconds)
            fields.add("bytes", summary.sentBytes)
            fields.add("client", summary.remoteAddress)
            fields.add("end", summary.isWhole ? "whole" : "cut")
            for detail in summary.details { detail(&fields) }
        }
    }

    /// The token of a webhook's path is a secret between Horde and this server.
    private static func shown(_ path: String) -> String {
        path.hasPrefix(WebhookToken.pathPrefix) ? WebhookToken.pathPrefix + "-" : path
    }
}

extension Duration {
    var wholeMilliseconds: Int {
        Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
