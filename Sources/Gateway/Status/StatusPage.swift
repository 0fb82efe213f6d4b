import HTTPServer
import HTTPTypes
import OpenAI

/// `/status`: the report as a page that renews itself, without a script and without anything from elsewhere.
enum StatusPage {
    /// - Parameters:
    ///   - report: what is shown.
    ///   - query: of the URL; `still` is a page that does not renew itself, for who reads with care.
    /// - Returns: the page.
    static func response(_ report: StatusReport, query: String?) -> JSONResponse {
        JSONResponse(.ok, fields: fields, bytes: Array(html(report, isStill: query == "still").utf8))
    }

    private static let refreshSeconds: StaticString = "10"

    private static let fields: HTTPFields = [
        .contentType: "text/html; charset=utf-8",
        .cacheControl: "no-store",
        // Names come from strangers: even one that got past the escaping could load, run and send nothing.
        .contentSecurityPolicy: "default-src 'none'; style-src 'sha256-\(StatusStyle.digest)'; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'",
        .xContentTypeOptions: "nosniff",
        .named("Referrer-Policy"): "no-referrer",
    ]

    static func html(_ report: StatusReport, isStill: Bool = false) -> String {
        var page = HTMLText()
        page.mark("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>interposer: ")
        page.write(report.state.rawValue)
        page.mark("</title><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        page.mark("<meta name=\"color-scheme\" content=\"light dark\">")
        if !isStill {
            page.mark("<meta http-equiv=\"refresh\" content=\"")
            page.mark(refreshSeconds)
            page.mark("\">")
        }
        page.mark("<style>")
        page.mark(StatusStyle.text)
        page.mark("</style></head><body><main>")
        writeState(report, to: &page)
        writeConnect(report, to: &page)
        writeModels(report, to: &page)
        writeRunning(report, to: &page)
        writeFailures(report, to: &page)
        writeLimits(report, to: &page)
        writeProcess(report.process, to: &page)
        writeLinks(isStill, to: &page)
        page.mark("</main></body></html>\n")
        return page.text
    }

    private static func writeState(_ report: StatusReport, to page: inout HTMLText) {
        page.mark("<header class=\"")
        page.write(report.state.rawValue)
        page.element("\"><p class=\"name\">interposer ", Version.current, "</p>")
        page.element("<h1>", report.state.words, "</h1>")
        page.element("<p>", "\(report.reason) So it has been for \(duration(report.stateSeconds)).", "</p>")
        if let latest = report.failures.first {
            let count = report.failures.reduce(0) { $0 + $1.count }
            let requests = count == 1 ? "One request has" : "\(count) requests have"
            page.element("<p>", "\(requests) failed, the last one \(duration(latest.secondsAgo)) ago.", "</p>")
        }
        page.mark("</header>")
    }

    /// What else there is, and whether this page renews itself.
    private static func writeLinks(_ isStill: Bool, to page: inout HTMLText) {
        page.mark("<nav><a href=\"")
        page.mark(isStill ? "?\">Renew this page by itself" : "?still\">Keep this page as it is")
        page.mark("</a> <a href=\"/status.json\">The same in JSON</a> <a href=\"/openapi.json\">OpenAPI</a></nav>")
    }

    private static func writeConnect(_ report: StatusReport, to page: inout HTMLText) {
        page.mark("<section><h2>Connect</h2><p>Base URL for any client of OpenAI’s API:</p>")
        page.element("<pre>", report.baseURL, "</pre>")
        page.mark("<p>opencode, in a project’s folder:</p>")
        page.element(
            "<pre>",
            "curl -o opencode.json \(report.baseURL.dropLast(3))/opencode.json",
            "</pre></section>"
        )
    }

    private static let modelsMax = 100

    private static func writeModels(_ report: StatusReport, to page: inout HTMLText) {
        let models = report.models.sorted { $0.id.lowercased() < $1.id.lowercased() }
        page.element("<section><h2>Models</h2><p>", "\(models.count) that workers serve now", "")
        if let age = report.modelsAgeSeconds { page.write(", as of \(duration(age)) ago") }
        if models.count > modelsMax { page.write("; the first \(modelsMax)") }
        page.mark(".</p>")
        beginTable(
            "models",
            [("Model", nil), ("Workers", nil), ("Queue", nil), ("Wait, about", nil), ("Context", nil)],
            to: &page
        )
        for model in models.prefix(modelsMax) {
            page.element("<tr><th scope=\"row\">", model.id, "</th>")
            page.element("<td>", "\(model.horde.workers)", "</td>")
            page.element("<td>", model.horde.queuedJobs.map { "\($0)" } ?? "–", "</td>")
            page.element("<td>", model.horde.etaSeconds.map { $0 == 0 ? "none" : duration($0) } ?? "–", "</td>")
            page.element("<td>", "\(model.contextLength)", "</td></tr>")
        }
        page.mark("</tbody></table></div></section>")
    }

    private static func writeRunning(_ report: StatusReport, to page: inout HTMLText) {
        page.element("<section><h2>Requests</h2><p>", "\(report.runningCount) being answered", "")
        if report.running.count < report.runningCount { page.write("; the \(report.running.count) oldest") }
        page.mark(".</p>")
        if !report.running.isEmpty {
            beginTable(
                "requests",
                [("Model", nil), ("Where it stands", "text"), ("Since", nil), ("Request", nil)],
                to: &page
            )
            for running in report.running {
                page.element("<tr><th scope=\"row\">", running.model, "</th>")
                page.element("<td class=\"text\">", running.stage, "</td>")
                page.element("<td>", duration(running.seconds), "</td>")
                page.element(
                    "<td class=\"id\">",
                    [running.key, running.id].compactMap(\.self).joined(separator: " "),
                    "</td></tr>"
                )
            }
            page.mark("</tbody></table></div>")
        }
        page.mark("</section>")
    }

    /// A table that scrolls where it is wider than the page.
    private static func beginTable(
        _ name: StaticString,
        _ columns: [(title: StaticString, kind: StaticString?)],
        to page: inout HTMLText
    ) {
        page.mark("<div tabindex=\"0\" role=\"region\" aria-label=\"")
        page.mark(name)
        page.mark("\"><table class=\"")
        page.mark(name)
        page.mark("\"><thead><tr>")
        for column in columns {
            page.mark("<th scope=\"col\"")
            if let kind = column.kind {
                page.mark(" class=\"")
                page.mark(kind)
                page.mark("\"")
            }
            page.mark(">")
            page.mark(column.title)
        }
        page.mark("</tr></thead><tbody>")
    }

    private static func writeFailures(_ report: StatusReport, to page: inout HTMLText) {
        page.mark("<section><h2>Errors</h2>")
        page.mark(
            report.failures.isEmpty ? "<p>None since the start.</p>" : "<p>Since the start, the latest first.</p>"
        )
        page.mark("<div class=\"errors\">")
        for failure in report.failures {
            let ago = "\(duration(failure.secondsAgo)) ago"
            page.element("<article><h3>", "\(failure.status) \(failure.code)", "")
            page.element(
                " <span>",
                failure.count == 1 ? "once, \(ago)" : "\(failure.count) times, last \(ago)",
                "</span></h3>"
            )
            page.element("<p>", failure.message, "</p>")
            if let remedy = failure.remedy { page.element("<p><strong>To do:</strong> ", remedy, "</p>") }
            page.mark("</article>")
        }
        page.mark("</div></section>")
    }
}

extension StatusReport.State {
    fileprivate var words: String {
        switch self {
        case .ok: "All is well"
        case .degraded: "Working, not at its best"
        case .down: "Not able to answer"
        case .stopping: "Stopping"
        }
    }
}
