import HTTPServer
import Logging

/// One line for each exchange, when it is over.
///
/// Never a prompt, an answer, a key, a job's id or a query.
enum AccessLog {
    static func write(_ summary: ExchangeSummary, to logger: Logger) {
        logger.info(
            "request",
            metadata: [
                "id": "\(summary.id)",
                "method": "\(summary.method)",
                "path": "\(summary.path)",
                "status": "\(summary.status.map { "\($0)" } ?? "-")",
                "bytes": "\(summary.sentBytes)",
                "ms": "\(summary.duration.wholeMilliseconds)",
                "client": "\(summary.remoteAddress)",
                "end": summary.isWhole ? "whole" : "cut",
            ]
        )
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
