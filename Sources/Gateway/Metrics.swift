import EventLoop
import HTTPTypes
import Horde

/// `GET /metrics`: what waits and what was asked of Horde, in Prometheus' text form.
///
/// No name in it comes from outside.
@LoopActor
enum Metrics {
    static func page(of horde: Horde, running: Int) -> JSONResponse {
        let figures = horde.figures
        var text = MetricsText()
        text.gauge("interposer_http_in_flight", "Completions that are being written.", running)
        text.gauge("interposer_queue_length", "Submissions that wait for their turn.", figures.waitingSubmissions)
        text.histogram(
            "interposer_queue_wait_seconds",
            "How long submissions waited for their turn.",
            bounds: zip(SubmitFigures.waitBounds, figures.submits.waits).map { ($0 / .seconds(1), $1) },
            sum: figures.submits.waitSum / .seconds(1),
            count: figures.submits.waitCount
        )
        text.counter("interposer_queue_refused_total", "Requests that the full line refused.", figures.submits.refusals)
        text.gauge("interposer_horde_waiting_jobs", "Jobs that no worker has yet.", figures.waitingJobs)
        text.gauge(
            "interposer_horde_resting",
            "1 while nothing is submitted because Horde has failed again and again.",
            figures.isResting ? 1 : 0
        )
        text.counter("interposer_horde_submits_total", "Submissions that Horde took.", figures.submits.accepted)
        text.counter(
            "interposer_horde_rate_limited_total",
            "Submissions that Horde refused for their rate.",
            figures.submits.rateLimited
        )
        text.counter("interposer_horde_status_reads_total", "Reads of jobs' status.", figures.statusReads)
        text.counter("interposer_webhooks_total", "Calls of Horde's that belonged to a job.", figures.webhooks)
        text.counter("interposer_webhooks_unknown_total", "Calls that belonged to none.", figures.unknownWebhooks)
        return JSONResponse(
            .ok,
            fields: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            bytes: Array(text.text.utf8)
        )
    }
}

/// Prometheus' text form, version 0.0.4.
struct MetricsText {
    private(set) var text = ""

    mutating func gauge(_ name: String, _ help: String, _ value: Int) { family(name, help, "gauge", value) }

    mutating func counter(_ name: String, _ help: String, _ value: Int) { family(name, help, "counter", value) }

    /// - Parameters:
    ///   - name: with its unit.
    ///   - help: one sentence.
    ///   - bounds: each with how many were no larger.
    ///   - sum: of all.
    ///   - count: of all.
    mutating func histogram(_ name: String, _ help: String, bounds: [(Double, Int)], sum: Double, count: Int) {
        head(name, help, "histogram")
        for (bound, below) in bounds { text += "\(name)_bucket{le=\"\(bound)\"} \(below)\n" }
        text += "\(name)_bucket{le=\"+Inf\"} \(count)\n\(name)_sum \(sum)\n\(name)_count \(count)\n"
    }

    private mutating func family(_ name: String, _ help: String, _ kind: String, _ value: Int) {
        head(name, help, kind)
        text += "\(name) \(value)\n"
    }

    private mutating func head(_ name: String, _ help: String, _ kind: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }
}
