import EventLoop
import HTTPServer
import HTTPTypes
import Horde
import JSONText
import OpenAI

/// The answers whose clients have left, for the time in which these may come back.
///
/// opencode and the SDKs ask again after a broken connection or a 5xx, with the same bytes. Only a run that its client has
/// left is found here, so that two clients who ask the same at once, or one who asks anew for what it was given, get two answers.
@LoopActor
final class KeptRuns {
    private struct Kept {
        let number: Int
        let run: CompletionRun
        let bytes: Int
        let timer: TimerID
    }
    private var kept: [RequestFingerprint: [Kept]] = [:]
    private var count = 0
    private var bytes = 0
    private var lastNumber = 0
    private var isClosed = false

    nonisolated init() {}

    func keep(_ run: CompletionRun, for fingerprint: RequestFingerprint) {
        guard !isClosed, run.isWorthKeeping else { return run.discard() }
        lastNumber += 1
        let number = lastNumber
        let timer = EventLoop.schedule(after: Limits.returnSecondsMax) { [weak self] in
            self?.remove(number, for: fingerprint)?.discard()
        }
        let entry = Kept(number: number, run: run, bytes: run.bytes, timer: timer)
        kept[fingerprint, default: []].append(entry)
        count += 1
        bytes += entry.bytes
        while count > Limits.keptRunsMax || bytes > Limits.keptBytesMax, discardOldest() {}
    }

    /// The run that a client with this request has left, which is now its own again.
    func take(_ fingerprint: RequestFingerprint) -> CompletionRun? {
        guard let first = kept[fingerprint]?.first else { return nil }
        return remove(first.number, for: fingerprint)
    }

    /// Ends all of them, and whatever comes later, because the server stops.
    func close() {
        isClosed = true
        while discardOldest() {}
    }

    private func discardOldest() -> Bool {
        let oldest = kept.min { ($0.value.first?.number ?? .max) < ($1.value.first?.number ?? .max) }
        guard let (fingerprint, entries) = oldest, let first = entries.first else { return false }
        remove(first.number, for: fingerprint)?.discard()
        return true
    }

    @discardableResult
    private func remove(_ number: Int, for fingerprint: RequestFingerprint) -> CompletionRun? {
        guard let index = kept[fingerprint]?.firstIndex(where: { $0.number == number }),
            let entry = kept[fingerprint]?.remove(at: index)
        else { return nil }
        if kept[fingerprint]?.isEmpty ?? false { kept[fingerprint] = nil }
        EventLoop.cancel(entry.timer)
        count -= 1
        bytes -= entry.bytes
        return entry.run
    }
}

/// What tells that two requests are the same one: endpoint, key and every byte of the body.
///
/// The body counts by its length and a hash of 64 bits, with the seed that each process draws (SipHash): nobody outside can
/// make two bodies meet, and of the thousand that are kept at most none does by chance.
struct RequestFingerprint: Hashable, Sendable {
    private let form: CompletionForm
    private let key: HordeKey
    private let authorization: String?
    private let bodyBytes: Int
    private let bodyHash: Int

    init(_ form: CompletionForm, _ request: Request, _ key: HordeKey) {
        self.form = form
        self.key = key
        authorization = request.fields[.authorization]
        bodyBytes = request.body.count
        var hasher = Hasher()
        request.body.withUnsafeBytes { hasher.combine(bytes: $0) }
        bodyHash = hasher.finalize()
    }
}
