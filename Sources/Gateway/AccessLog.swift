import EventLoop
import HTTPServer
import Horde

/// One line for each exchange, when it is over.
///
/// Never a prompt, an answer, a key, a job's id, a webhook's token or a query. The line has the form that swift-log gives the others; it is
/// put together here, because there is one for each request and sorting a dictionary for each costs more than answering.
@LoopActor
struct AccessLog {
    let output: LogOutput

    func write(_ summary: ExchangeSummary) {
        output.line("info") { line in
            line += " bytes=".utf8
            line.append(decimal: summary.sentBytes)
            line += " client=".utf8
            line += summary.remoteAddress.utf8
            line += (summary.isWhole ? " end=whole id=" : " end=cut id=").utf8
            line += summary.id.utf8
            line += " method=".utf8
            line += summary.method.utf8
            line += " ms=".utf8
            line.append(decimal: summary.duration.wholeMilliseconds)
            line += " path=".utf8
            line += Self.shown(summary.path).utf8
            line += " status=".utf8
            if let status = summary.status { line.append(decimal: status) } else { line.append(UInt8(ascii: "-")) }
            line += " [Gateway] request".utf8
        }
    }

    /// The token of a webhook's path is a secret between Horde and this server.
    private static func shown(_ path: String) -> String {
        path.hasPrefix(WebhookToken.pathPrefix) ? WebhookToken.pathPrefix + "-" : path
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, in digits.
    fileprivate mutating func append(decimal number: Int) {
        let end = count
        var rest = number.magnitude
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[end...].reverse()
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int {
        Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
