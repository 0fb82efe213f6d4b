// Fuzzes what is made of Horde's answers to a submission and to the reads of a job.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//     -enable-upcoming-feature InternalImportsByDefault -I Tests/Fuzz/modules Tests/Fuzz/horde-status.swift \
//     Sources/JSONText/*.swift Sources/HTTPClient/ResponseHead.swift \
//     Sources/Horde/{GenerationStatus,GenerationStatus+JSON,GenerationOrder,GenerationTerms,HordeError}.swift \
//     Sources/Horde/{JobWatch,JobPatience,Limits,LoneSurrogates}.swift \
//     Sources/Horde/Dispatch/{JobForecast,JobOutlook,PollSchedule,ReadBudget}.swift -o /tmp/fuzz-horde-status
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-horde-status -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/horde-status
//
// An input is the answers to one job's reads, each a status, the fields of its head, an empty line and a body; a line
// `~` is between two.

import FoundationEssentials

// What the sources take of HTTPClient and HTTPTypes, which need libcurl and a package.

package enum HTTPClient {
    package struct Response {
        let status: Int
        let body: [UInt8]
        let fields: HTTPFields
    }
}

enum TransferError: Error {
    case timedOut, cancelled, overloaded
    case unreachable(reason: String)
    case brokenOff(reason: String)
    case malformed(reason: String)
    case tooLarge(bytesMax: Int)
}

package struct HTTPField {
    package struct Name: Hashable {
        let canonicalName: String
        static let retryAfter = Name(canonicalName: "retry-after")

        private init(canonicalName: String) { self.canonicalName = canonicalName }

        init?(_ text: String) {
            guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 58 }) else { return nil }
            canonicalName = text.lowercased()
        }
    }

    let name: Name
    let value: String
}

package struct HTTPFields {
    private var all: [HTTPField] = []

    mutating func append(_ field: HTTPField) { all.append(field) }

    subscript(values name: HTTPField.Name) -> [String] { all.filter { $0.name == name }.map(\.value) }

    subscript(name: HTTPField.Name) -> String? {
        let values = self[values: name]
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }
}

/// Always holds: no crash; a status and an id are read as Foundation's decoder reads them, an id can stand in a path,
/// and an error has no words of Horde's but its code; a job is read neither too often nor too seldom, whatever it
/// tells.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHordeStatus(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let answers = answers(Array(UnsafeBufferPointer(start: start, count: count)))
    for answer in answers {
        checkReading(answer)
        check(HordeError(answer), of: answer)
    }
    let news = answers.map(news)
    // One of four lives for each input, since a life takes long.
    let isAway = count & 2 > 0
    if count & 1 > 0 {
        watch(news, GenerationTerms(), count: 1, isAway: isAway)
    } else {
        watch(news, GenerationTerms(startLimit: .seconds(20), impossibleReadsMax: 2), count: 3, isAway: isAway)
    }
    return 0
}

private func answers(_ input: [UInt8]) -> [HTTPClient.Response] {
    var answers: [HTTPClient.Response] = []
    var lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    while !lines.isEmpty, answers.count < 40 {
        let part = lines.prefix { !$0.elementsEqual([UInt8(ascii: "~")]) }
        lines = lines.dropFirst(part.count + 1)
        let head = part.prefix { !$0.isEmpty }
        let status = head.first.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 200
        let fields = ResponseHead(bytes: Array(head.dropFirst().joined(separator: [10])))
        checkFields(fields)
        let body = Array(part.dropFirst(head.count + 1).joined(separator: [10]))
        answers.append(HTTPClient.Response(status: status, body: body, fields: fields.fields))
    }
    return answers
}

/// One field read alone is what it is among all.
private func checkFields(_ head: ResponseHead) {
    for name in ["retry-after", "X-RateLimit-Limit", "content-type"].compactMap(HTTPField.Name.init) {
        precondition(head[name] == head.fields[values: name].first, "A field has two values.")
        precondition(head[name]?.utf8.contains(10) != true, "A field has two lines.")
    }
}

/// As Foundation reads it, with halves of characters or without: what a worker has written is no reason to lose it.
private func checkReading(_ answer: HTTPClient.Response) {
    let status = GenerationStatus.read(answer.body, GenerationStatus.init)
    let whole = withoutHalves(answer.body)
    let decoded = decode(GenerationStatus.self, answer.body) ?? whole.flatMap { decode(GenerationStatus.self, $0) }
    precondition(status == decoded, "A status is read in two ways.")
    precondition((0...86_400).contains(status?.waitTime?.seconds ?? 0), "A wait without end.")
    let accepted = Accepted.read(answer.body, Accepted.init)
    let id = decode(Accepted.self, answer.body) ?? whole.flatMap { decode(Accepted.self, $0) }
    precondition(accepted == id, "An id is read in two ways.")
    guard let ticket = accepted.flatMap({ Ticket($0.id) }) else { return }
    precondition(ticket.id == accepted?.id && (1...64).contains(ticket.id.utf8.count), "Another id.")
    let isPlain = ticket.id.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || byte == UInt8(ascii: "-")
    }
    precondition(isPlain, "An id that leads elsewhere.")
}

private func decode<Value: Decodable>(_: Value.Type, _ body: [UInt8]) -> Value? {
    try? JSONDecoder().decode(Value.self, from: Data(body))
}

/// The body with marks for halves of characters; nil where it has none.
private func withoutHalves(_ body: [UInt8]) -> [UInt8]? {
    guard let mended = LoneSurrogates.replaced(in: body) else { return nil }
    precondition(mended.count == body.count && LoneSurrogates.replaced(in: mended) == nil, "Halves are left.")
    for place in body.indices where mended[place] != body[place] {
        // Only digits of an escape are, and these begin with a D.
        let escape = body[max(place - 5, 0)...place].lastIndex(of: UInt8(ascii: "u")) ?? 0
        precondition(mended[escape...].starts(with: "uFFFD".utf8), "Something else is another one.")
        precondition(escape > 0 && body[escape - 1] == UInt8(ascii: "\\") && body[escape + 1] | 32 == 100)
    }
    return mended
}

/// What an error carries is a number or a word of the body's `rc`; the message may be the key that was sent.
private func check(_ error: HordeError, of answer: HTTPClient.Response) {
    struct Body: Decodable { let message, rc: String? }
    let body = try? JSONDecoder().decode(Body.self, from: Data(answer.body))
    switch error {
    case .forbidden(let code), .refused(let code?):
        precondition(code == body?.rc && (1...64).contains(code.utf8.count), "A code that Horde has not sent.")
        let isWord = code.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || byte == UInt8(ascii: ".")
        }
        precondition(isWord, "A code that is no word.")
    case .rateLimited(let seconds): precondition((1...60).contains(seconds), "No time to wait.")
    case .kudosUpfront(let tokens):
        precondition(body?.rc == "KudosUpfront", "Another refusal.")
        if let tokens { precondition(body?.message?.contains("\(tokens.magnitude)") == true, "Not Horde's number.") }
    case .malformedAnswer(let status), .serverFailed(let status): precondition(status == answer.status)
    case .maintenance, .tooManyPrompts, .invalidKey, .expired, .refused: break
    default: preconditionFailure("An error that no answer can be.")
    }
}

/// What a read has told, as `Horde` has it.
private func news(_ answer: HTTPClient.Response) -> Result<GenerationStatus, HordeError> {
    guard answer.status == 200, let status = GenerationStatus.read(answer.body, GenerationStatus.init) else {
        return .failure(HordeError(answer))
    }
    return .success(status)
}

/// A job's life with these answers, over and over while they leave it waiting.
private func watch(
    _ answers: [Result<GenerationStatus, HordeError>],
    _ terms: GenerationTerms,
    count: Int,
    isAway: Bool
) {
    var now = ContinuousClock.now
    let deadline = now + .seconds(600)
    var reads: [ContinuousClock.Instant] = []
    var job = JobWatch(terms, answerTokens: 200, count: count, isSafetyNet: count > 1, at: now)
    for answer in (0..<100).lazy.map({ answers[$0 % answers.count] }) where now < deadline {
        let pause = job.pause(isAway: isAway, until: deadline, at: now)
        precondition(pause >= .zero && pause <= .seconds(90), "A pause that nobody waits for.")
        now += pause
        _ = job.beginRead(isAway: isAway, at: now)
        reads.append(now)
        now += .milliseconds(40)
        precondition(reads.count { $0 > now - .seconds(60) } <= 60, "More reads than Horde allows.")
        do throws(HordeError) {
            guard case .goesOn(let progress) = try job.heard(try answer.get(), at: now) else { return }
            precondition((0...86_400).contains(progress.remainingSeconds ?? 0), "A job without end.")
            precondition(job.written.count < count, "A job goes on that has all its texts.")
        } catch {
            do throws(HordeError) {
                guard let pause = try job.failed(error, at: now) else { continue }
                precondition(pause > .zero && pause <= .seconds(90), "It is asked again at once, or never.")
                now += pause
            } catch {
                return
            }
        }
    }
}
