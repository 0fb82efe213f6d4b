import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// Every recorded exchange with the real Horde, asked of the simulated one.
struct ReplayTests {
    @Test(arguments: Recording.all)
    func `the simulator answers as the real Horde did`(_ recording: Recording) throws {
        guard Situation.skipped[recording.name] == nil else { return }
        let replay = Replay(recording)
        replay.prepare()
        for (index, exchange) in recording.exchanges.enumerated() {
            if index == 1 { replay.repeatFirst() }
            let answer = replay.answer(exchange)
            let place: Comment = "\(recording.name), exchange \(index) at +\(exchange.at) s"
            #expect(Int(answer.status.code) == exchange.status, place)
            let isBodiless = exchange.method == "HEAD"
            if !isBodiless {
                #expect(replay.canonical(answer) == replay.canonical(recorded: exchange), place)
            }
            let fields = exchange.answerFields
            #expect(answer.fields[.contentType] == fields["content-type"]?.string, place)
            #expect(answer.fields[FieldNames.rateLimit] == fields["x-ratelimit-limit"]?.string, place)
            #expect((answer.fields[FieldNames.retryAfter] != nil) == (fields["retry-after"] != nil), place)
            #expect((answer.fields[FieldNames.rateRemaining] != nil) == (fields["x-ratelimit-remaining"] != nil), place)
            #expect(Replay.methods(answer.fields[.allow]) == Replay.methods(fields["allow"]?.string), place)
        }
        let sent = replay.state.webhooks.deliveries.map { Canonical.text($0.body, masking: Replay.webhookMask) }
        // The recordings have each attempt to deliver; what was to be delivered is in them once per text.
        let ids = recording.webhooks.map { (try? JSON(parsing: $0))?["id"]?.string }
        let recorded = recording.webhooks.indices.filter { ids.firstIndex(of: ids[$0]) == $0 }
            .map { Canonical.text(Array(recording.webhooks[$0].utf8), masking: Replay.webhookMask) }
        #expect(sent == recorded)
    }

    @Test func `nearly all of the recordings are replayed`() {
        let count = Recording.all.count - Situation.skipped.count
        print("replayed \(count) of \(Recording.all.count) recordings")
        for (name, reason) in Situation.skipped.sorted(by: { $0.key < $1.key }) {
            print("not replayed: \(name): \(reason)")
        }
        #expect(Recording.all.count == 143)
        #expect(count >= 110)
    }
}

/// One recording against one fresh Horde.
private final class Replay {
    static let webhookMask: Set<String> = ["id", "request"]

    let state: HordeState
    private let recording: Recording
    private let situation: Situation
    /// The simulated ids of the recorded ones and of the steps' names.
    private var ids: [String: String] = [:]

    init(_ recording: Recording) {
        self.recording = recording
        situation = Situation.table[recording.name] ?? Situation()
        var script = Situation.script
        script.pickupSeconds = situation.pickupSeconds
        state = HordeState(script: script, idSeed: 7)
    }

    func prepare() {
        for step in situation.before {
            switch step {
            case .submit(let seconds, let body, let key, let address, let name):
                var call = Call(method: .post, path: "/api/v2/generate/text/async", body: Array(body.utf8))
                call.fields[.contentType] = "application/json"
                call.fields[FieldNames.apiKey] = key
                call.remoteAddress = address
                let answer = state.answer(call, now: situation.start - seconds)
                let id = (try? JSON(parsing: answer.body))?["id"]?.string
                ids[name ?? recordedID(recording.exchanges.first?.target ?? "")] = id
            case .delete(let seconds, let name):
                let id = ids[name.isEmpty ? recordedID(recording.exchanges.first?.target ?? "") : name] ?? ""
                let call = Call(method: .delete, path: "/api/v2/generate/text/status/\(id)")
                #expect(state.answer(call, now: situation.start - seconds).status == .ok)
            }
        }
    }

    func repeatFirst() {
        guard let first = recording.exchanges.first else { return }
        for _ in 0..<situation.repeats { _ = answer(first) }
    }

    func answer(_ exchange: Recording.Exchange) -> Answer {
        let halves = exchange.target.split(separator: "?", maxSplits: 1).map(String.init)
        var call = Call(method: HTTPRequest.Method(rawValue: exchange.method) ?? .get, path: replaced(halves[0]))
        call.path = call.path.split(separator: "%2F", omittingEmptySubsequences: false).joined(separator: "/")
            .split(separator: "%20", omittingEmptySubsequences: false).joined(separator: " ")
        call.query = Call.query(parsing: halves.count > 1 ? halves[1] : nil)
        for field in exchange.fields {
            if let name = HTTPField.Name(field.name) { call.fields[name] = field.value }
        }
        call.body = Array((Situation.body(recording.name, exchange.body) ?? "").utf8)
        let answer = state.answer(call, now: situation.start + exchange.at)
        if exchange.method == "POST", let new = (try? JSON(parsing: answer.body))?["id"]?.string,
            let old = (try? JSON(parsing: exchange.answer))?["id"]?.string
        {
            ids[old] = new
        }
        return answer
    }

    func canonical(_ answer: Answer) -> String { Canonical.text(answer.body, masking: mask) }

    func canonical(recorded exchange: Recording.Exchange) -> String {
        var text = exchange.answer
        for (old, new) in ids where old.utf8.count == 36 {
            text = text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
        }
        return Canonical.text(Array(text.utf8), masking: mask)
    }

    /// What a user owns and what was made lately depends on all that went before; what a text costs does not, but the
    /// recorded echo holds a hash in place of its prompt.
    private var mask: Set<String> {
        switch recording.name {
        case let name where name.contains("user"), let name where name == "echo_no_params": ["kudos"]
        case "stats_text_totals": ["requests", "tokens"]
        default: []
        }
    }

    private func replaced(_ path: String) -> String {
        let old = recordedID(path)
        guard let new = ids[old] else { return path }
        return path.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }

    private func recordedID(_ target: String) -> String {
        target.split(separator: "/").last.map(String.init) ?? ""
    }

    static func methods(_ allow: String?) -> Set<String>? {
        allow.map { Set($0.split(separator: ",").map { $0.filter { $0 != " " } }) }
    }
}
