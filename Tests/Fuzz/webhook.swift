// Fuzzes who is told of a call to `/hooks/…`.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//     -enable-upcoming-feature InternalImportsByDefault -I Tests/Fuzz/modules Tests/Fuzz/webhook.swift \
//     Sources/Horde/Dispatch/Webhooks.swift Sources/Horde/{HordeURL,Limits}.swift -o /tmp/fuzz-webhook
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-webhook -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/webhook
//
// An input is lines: the public URL first, then what happens. `+3` is a job of three texts, `-2` and `=2` its end
// without and with texts for the job with this number, and `!` the end of all waits. Every other line is a token that
// is called with; `$2` in it stands for that of a job, and `%2` for the same with another letter that Swift takes for
// its K.

// What the webhooks take of the loop.

package typealias LoopActor = MainActor

@LoopActor
enum EventLoop {
    static var waits: [@LoopActor () -> Void] = []

    static func schedule(after delay: Duration, _ action: @escaping @LoopActor () -> Void) {
        precondition(delay > .zero, "A wait that is none.")
        waits.append(action)
    }
}

/// A job as it has to be: what it is told, and no more.
private struct Job {
    let hint: WebhookHint
    var callsLeft: Int
    /// Whether a call has come since its last look.
    var isCalled = false
    var isOver = false
}

/// Always holds: a call finds a job if and only if its token is that job's, to the last byte, and the job expects one
/// more; and nobody else hears of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWebhook(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    MainActor.assumeIsolated { run(input.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)) }
    return 0
}

@MainActor
private func run(_ lines: [String]) {
    let url = publicURL(lines[0])
    let webhooks = Webhooks(publicURL: url)
    var jobs: [Job] = []
    EventLoop.waits = []
    var (known, unknown) = (0, 0)
    for line in lines.dropFirst().prefix(200) {
        let number = Int(line.dropFirst()) ?? -1
        switch line.first {
        case "+" where (1...20).contains(number) && jobs.count < 9: jobs.append(job(webhooks, url, texts: number))
        case "-" where jobs.indices.contains(number), "=" where jobs.indices.contains(number):
            // What has texts may still be called for a while.
            if line.first == "-" { jobs[number].isOver = true }
            webhooks.ended(jobs[number].hint, hasText: line.first == "=")
            EventLoop.waits.append { [number] in jobs[number].isOver = jobs[number].isOver || line.first == "=" }
        case "!":
            let waits = EventLoop.waits
            EventLoop.waits = []
            for wait in waits { wait() }
        default:
            let token = token(line, jobs)
            let place = jobs.firstIndex { Array($0.hint.token.utf8) == Array(token.utf8) }
            let isExpected = place.map { !jobs[$0].isOver && jobs[$0].callsLeft > 0 } ?? false
            precondition(webhooks.deliver(token) == isExpected, "Another job is told, or nobody.")
            if isExpected { known += 1 } else { unknown += 1 }
            if isExpected, let place {
                jobs[place].callsLeft -= 1
                jobs[place].isCalled = true
            }
        }
        precondition(webhooks.deliveredCount == known && webhooks.unknownCount == unknown, "It is counted otherwise.")
    }
    for job in jobs { precondition(job.hint.takePending() == job.isCalled, "A job does not know that it was called.") }
}

/// The usual one where the text is none.
private func publicURL(_ text: String) -> PublicURL {
    if let url = PublicURL(text) {
        precondition(url.description.hasPrefix("https://") && !url.description.hasSuffix("/"), "Horde calls no such.")
        return url
    }
    guard let url = PublicURL("https://horde.example.org") else { preconditionFailure("An https URL is refused.") }
    return url
}

@MainActor
private func job(_ webhooks: Webhooks, _ url: PublicURL, texts: Int) -> Job {
    var hint = webhooks.expect(texts)
    // One whose token has the letter that is replaced.
    while !hint.token.utf8.contains(UInt8(ascii: "K")) { hint = webhooks.expect(texts) }
    precondition(hint.url == "\(url)/hooks/\(hint.token)" && hint.token.utf8.count == 24, "Another address.")
    return Job(hint: hint, callsLeft: texts)
}

@MainActor
private func token(_ line: String, _ jobs: [Job]) -> String {
    var token = line
    for (number, job) in jobs.enumerated() {
        token = token.replacing("$\(number)", with: job.hint.token)
        token = token.replacing("%\(number)", with: job.hint.token.replacing("K", with: "\u{212A}"))
    }
    return token
}
