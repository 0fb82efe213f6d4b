import FoundationEssentials
import JSONText

// Horde's answers to a submission and to a poll, read without Foundation's decoder where they are what they always are:
// a job is asked about dozens of times, and each answer keeps everybody else waiting while it is read.

extension Decodable {
    /// Reads an answer by our own reader, or by Foundation's decoder where that is no use.
    ///
    /// Ours refuses more: U+0000 in a text, half a surrogate pair, a field of an odd type. What a worker has written is
    /// no reason to lose it, so the decoder has the last word.
    static func read(_ body: [UInt8], _ quick: (JSON) -> Self?) -> Self? {
        if let json = try? JSON(parsing: body), let value = quick(json) { return value }
        if let value = try? JSONDecoder().decode(Self.self, from: Data(body)) { return value }
        // A worker that cuts its text inside a character leaves half of one.
        guard let mended = LoneSurrogates.replaced(in: body) else { return nil }
        return try? JSONDecoder().decode(Self.self, from: Data(mended))
    }
}

extension GenerationStatus {
    /// Takes a status in its usual form; nil says nothing about any other.
    init?(_ json: JSON) {
        guard let fields = json.object, fields.hasUniqueKeys,
            let generations = fields["generations"]?.array, let finished = fields["finished"]?.integer,
            let processing = fields["processing"]?.integer, let waiting = fields["waiting"]?.integer,
            let done = fields["done"]?.bool, let faulted = fields["faulted"]?.bool,
            let queuePosition = fields["queue_position"]?.integer, let isPossible = fields["is_possible"]?.bool
        else { return nil }
        var texts: [Generation] = []
        texts.reserveCapacity(generations.count)
        for generation in generations {
            guard let text = Generation(generation) else { return nil }
            texts.append(text)
        }
        var waitTime: WaitTime?
        if let wait = fields["wait_time"] {
            guard let seconds = wait.integer else { return nil }
            waitTime = WaitTime(seconds: min(max(seconds, 0), 86_400))
        }
        var kudos: Kudos?
        if let told = fields["kudos"] {
            guard let amount = told.double else { return nil }
            kudos = Kudos(amount)
        }
        self.init(
            generations: texts,
            finished: finished,
            processing: processing,
            waiting: waiting,
            done: done,
            faulted: faulted,
            queuePosition: queuePosition,
            isPossible: isPossible,
            waitTime: waitTime,
            kudos: kudos
        )
    }
}

extension Generation {
    fileprivate init?(_ json: JSON) {
        guard let fields = json.object, fields.hasUniqueKeys, let text = fields["text"]?.string else { return nil }
        let state = fields["state"]?.string
        let workerName = fields["worker_name"]?.string
        self.init(
            text: text,
            model: fields["model"]?.string,
            isCensored: state == "censored" || state == "csam",
            worker: fields["worker_id"]?.string.map { WorkerReference(id: $0, name: workerName ?? $0) }
        )
    }
}

/// What Horde answers to a submission that it takes.
struct Accepted: Decodable, Equatable {
    let id: String
}

extension Accepted {
    /// Takes an answer in its usual form; nil says nothing about any other.
    init?(_ json: JSON) {
        guard let fields = json.object, fields.hasUniqueKeys, let id = fields["id"]?.string else { return nil }
        self.init(id: id)
    }
}

extension JSON {
    /// A number that is written as an integer; how far others count as one is the decoder's to say.
    fileprivate var integer: Int? {
        if case .number(let number) = self { Int(number.text) } else { nil }
    }
}

extension JSONObject {
    /// Whether no key comes twice, among the few that Horde writes.
    ///
    /// Which of two values counts is the decoder's to say, and so is what has too many keys to compare them all.
    fileprivate var hasUniqueKeys: Bool {
        guard members.count <= 64 else { return false }
        for (index, member) in members.enumerated() where members[..<index].contains(where: { $0.key == member.key }) {
            return false
        }
        return true
    }
}
