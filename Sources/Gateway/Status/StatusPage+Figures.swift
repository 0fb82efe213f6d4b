/// The lower part of the page: what is used of each limit, and the process.
extension StatusPage {
    static func writeLimits(_ report: StatusReport, to page: inout HTMLText) {
        page.mark("<section><h2>Limits and kudos</h2>")
        if let perMinute = report.submitsPerMinute {
            writeMeter("Submissions of the last minute", Double(report.submitsOfMinute), of: perMinute, to: &page)
        }
        for key in report.keys {
            if let max = key.concurrencyMax {
                writeMeter("\(key.name): answers under way", Double(key.answers), of: max, to: &page)
            }
            if let max = key.dailyTokensMax {
                writeMeter("\(key.name): tokens of today", Double(key.tokensToday), of: max, to: &page)
            }
            if let max = key.dailyKudosMax {
                writeMeter("\(key.name): kudos of today", key.kudosToday, of: max, to: &page)
            }
        }
        let kudos = report.kudos
        writeFigures(
            [
                ("Submissions in line", "\(report.waitingSubmissions)"),
                ("Jobs without a worker yet", "\(report.waitingJobs)"),
                ("Submissions accepted", "\(report.submits)"),
                ("Refused for their rate", "\(report.rateLimited)"),
                ("Kudos spent", "\(Int(kudos.spent))"),
                (
                    kudos.account.map { "Kudos of \($0)" } ?? "Kudos of the server’s key",
                    kudos.balance.map { "\(Int($0))" } ?? "–"
                ),
            ],
            to: &page
        )
        page.mark("</section>")
    }

    /// A limit, and how much of it is used.
    private static func writeMeter(_ name: String, _ value: Double, of max: Int, to page: inout HTMLText) {
        page.element("<label>", name, "")
        page.element("<span>", "\(Int(value)) of \(max)", "</span>")
        page.mark("<meter min=\"0\" max=\"")
        page.write("\(max)")
        page.mark("\" high=\"")
        page.write("\(Double(max) * 0.9)")
        page.mark("\" optimum=\"0\" value=\"")
        page.write("\(value)")
        page.mark("\"></meter></label>")
    }

    static func writeProcess(_ process: ProcessFigures, to page: inout HTMLText) {
        page.mark("<section><h2>Process</h2>")
        writeFigures(
            [
                ("Up", duration(process.uptimeSeconds)),
                ("Memory", process.residentBytes.map { "\($0 / 1_048_576) MiB" } ?? "–"),
                ("Descriptors", "\(process.descriptors.map { "\($0)" } ?? "–") of \(process.descriptorsMax)"),
                ("Processor time", duration(Int(process.cpuSeconds))),
            ],
            to: &page
        )
        page.mark("</section>")
    }

    private static func writeFigures(_ figures: [(name: String, value: String)], to page: inout HTMLText) {
        page.mark("<dl>")
        for (name, value) in figures {
            page.element("<div><dt>", name, "</dt>")
            page.element("<dd>", value, "</dd></div>")
        }
        page.mark("</dl>")
    }

    /// In the two largest units that it has: "3 h 20 min".
    static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        case ..<86_400: "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }
}
