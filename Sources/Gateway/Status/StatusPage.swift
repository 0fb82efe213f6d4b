import FoundationEssentials
import HTTPServer
import HTTPTypes
import OpenAI
import Secrets

/// `/status`: the report as a page that renews itself, without a script and without anything from elsewhere.
enum StatusPage {
    static func response(_ report: StatusReport) -> JSONResponse {
        JSONResponse(.ok, fields: fields, bytes: Array(html(report).utf8))
    }

    private static let refreshSeconds: StaticString = "5"

    private static let fields: HTTPFields = [
        .contentType: "text/html; charset=utf-8",
        .cacheControl: "no-store",
        // Names come from strangers: even one that got past the escaping could load, run and send nothing.
        .contentSecurityPolicy: "default-src 'none'; style-src 'sha256-\(styleDigest)'; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'",
        .xContentTypeOptions: "nosniff",
        .named("Referrer-Policy"): "no-referrer",
    ]

    private static let styleDigest = Data(SHA256.digest(Secret("\(style)"))).base64EncodedString()

    static func html(_ report: StatusReport) -> String {
        var page = HTMLText()
        page.mark("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>interposer: ")
        page.write(report.state.rawValue)
        page.mark("</title><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        page.mark("<meta name=\"color-scheme\" content=\"light dark\"><meta http-equiv=\"refresh\" content=\"")
        page.mark(refreshSeconds)
        page.mark("\"><style>")
        page.mark(style)
        page.mark("</style></head><body><main>")
        writeState(report, to: &page)
        writeConnect(report, to: &page)
        writeModels(report, to: &page)
        writeRunning(report, to: &page)
        writeFailures(report, to: &page)
        writeLimits(report, to: &page)
        page.mark("</main></body></html>\n")
        return page.text
    }

    private static func writeState(_ report: StatusReport, to page: inout HTMLText) {
        page.mark("<header class=\"")
        page.write(report.state.rawValue)
        page.element("\"><h1>", report.state.words, "</h1>")
        page.element("<p>", report.reason, "</p></header>")
    }

    private static func writeConnect(_ report: StatusReport, to page: inout HTMLText) {
        page.mark("<section><h2>Connect</h2><p>Base URL for any client of OpenAI’s API:</p>")
        page.element("<pre tabindex=\"0\">", report.baseURL, "</pre>")
        page.mark("<p>opencode, in a project’s folder:</p>")
        page.element(
            "<pre tabindex=\"0\">",
            "curl -o opencode.json \(report.baseURL.dropLast(3))/opencode.json",
            "</pre></section>"
        )
    }

    private static let modelsMax = 100

    private static func writeModels(_ report: StatusReport, to page: inout HTMLText) {
        page.element("<section><h2>Models</h2><p>", "\(report.models.count) that workers serve now", "")
        if let age = report.modelsAgeSeconds { page.write(", as of \(age) s ago") }
        page.mark(
            ".</p><div tabindex=\"0\"><table><thead><tr><th>Model<th>Workers<th>Queue<th>Wait<th>Context</tr></thead><tbody>"
        )
        for model in report.models.prefix(modelsMax) {
            page.element("<tr><th scope=\"row\">", model.id, "</th>")
            page.element("<td>", "\(model.horde.workers)", "</td>")
            page.element("<td>", model.horde.queuedJobs.map { "\($0)" } ?? "–", "</td>")
            page.element("<td>", model.horde.etaSeconds.map { "\($0) s" } ?? "–", "</td>")
            page.element("<td>", "\(model.contextLength)", "</td></tr>")
        }
        page.mark("</tbody></table></div></section>")
    }

    private static func writeRunning(_ report: StatusReport, to page: inout HTMLText) {
        page.element("<section><h2>Requests</h2><p>", "\(report.runningCount) being answered.", "</p>")
        if !report.running.isEmpty {
            page.mark(
                "<div tabindex=\"0\"><table><thead><tr><th>Model<th>Since<th>Where it stands<th>Id</tr></thead><tbody>"
            )
            for running in report.running {
                page.element("<tr><th scope=\"row\">", running.model, "</th>")
                page.element("<td>", "\(running.seconds) s", "</td>")
                page.element("<td>", running.stage, "</td>")
                page.element("<td>", running.id, "</td></tr>")
            }
            page.mark("</tbody></table></div>")
        }
        page.mark("</section>")
    }

    private static func writeFailures(_ report: StatusReport, to page: inout HTMLText) {
        page.mark("<section><h2>Errors</h2>")
        if report.failures.isEmpty { page.mark("<p>None since the start.</p>") }
        for failure in report.failures {
            page.element("<article><h3>", "\(failure.status) \(failure.code)", "</h3>")
            page.element("<p>", "\(failure.count) ×, the last \(failure.secondsAgo) s ago: \(failure.message)", "</p>")
            if let remedy = failure.remedy { page.element("<p><strong>", remedy, "</strong></p>") }
            page.mark("</article>")
        }
        page.mark("</section>")
    }

    private static func writeLimits(_ report: StatusReport, to page: inout HTMLText) {
        page.mark("<section><h2>AI Horde and this process</h2><dl>")
        let process = report.process
        let figures = [
            ("Submissions in line", "\(report.waitingSubmissions)"),
            ("Jobs without a worker yet", "\(report.waitingJobs)"),
            ("Submissions taken", "\(report.submits)"),
            ("Refused for their rate", "\(report.rateLimited)"),
            ("Up", "\(process.uptimeSeconds) s"),
            ("Memory", process.residentBytes.map { "\($0 / 1_048_576) MiB" } ?? "–"),
            ("Descriptors", "\(process.descriptors.map { "\($0)" } ?? "–") of \(process.descriptorsMax)"),
            ("Processor", "\(Int(process.cpuSeconds)) s"),
            ("Version", Version.current),
        ]
        for (name, value) in figures {
            page.element("<div><dt>", name, "</dt>")
            page.element("<dd>", value, "</dd></div>")
        }
        page.mark("</dl></section>")
    }

    private static let style: StaticString = """
        :root{--ink:#1c2024;--soft:#5b6570;--paper:#fbfbf9;--card:#fff;--line:#d9dcdf;--ok:#1a7f4b;--degraded:#9a6200;\
        --down:#b3261e}\
        @media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--soft:#9aa4ae;--paper:#14171a;--card:#1c2024;--line:#343b42;\
        --ok:#4cc38a;--degraded:#f0b449;--down:#ff8a80}}\
        *{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);\
        font:16px/1.5 system-ui,sans-serif}main{max-width:72rem;margin:0 auto;padding:1rem}\
        header{border-left:.5rem solid var(--ok);padding:.25rem 1rem;margin-bottom:1rem}header.degraded{border-color:var(--degraded)}\
        header.down,header.stopping{border-color:var(--down)}h1{font-size:1.75rem;margin:0}h2{font-size:1.1rem;margin:0 0 .5rem}\
        h3{font-size:1rem;margin:.5rem 0 0}p{margin:.25rem 0;overflow-wrap:anywhere}\
        section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin-bottom:1rem}\
        section>div{overflow-x:auto}pre{background:var(--paper);border:1px solid var(--line);border-radius:.25rem;padding:.5rem;\
        overflow-x:auto;margin:.25rem 0}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\
        th,td{text-align:right;padding:.25rem .5rem;border-bottom:1px solid var(--line);white-space:nowrap}\
        th:first-child{text-align:left;font-weight:500;white-space:normal;overflow-wrap:anywhere;min-width:9rem}\
        thead th{color:var(--soft);font-size:.85rem;font-weight:400}\
        dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.25rem 1.5rem;margin:0}\
        dl div{display:flex;justify-content:space-between;border-bottom:1px solid var(--line)}dt{color:var(--soft)}dd{margin:0}\
        :focus-visible{outline:2px solid var(--ok)}
        """
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
