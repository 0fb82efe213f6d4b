/// What a worker will make of one attempt, decided when it takes the job: the rule for this part of a long text first,
/// then the script's rule, then the directives in the prompt, then the defaults.
struct AttemptPlan {
    enum Outcome {
        case text(String, state: String)
        case fault
        /// The worker never comes back; only the sweep ends the attempt.
        case never
    }

    let outcome: Outcome
    /// How long the worker takes.
    let seconds: Double

    /// What is left to the plan's caller: the next text of the script's rule, and a seed for the plausible ones, which
    /// costs a look at the whole prompt.
    struct Material {
        let nextReply: () -> String?
        let seed: () -> UInt64
    }

    /// A fault takes this long at least: with neither latency nor pickup it would come again and again at one time.
    static let faultSecondsMin = 0.01

    init(_ request: GenerationRequest, number: Int, worker: SimulatedWorker, _ material: Material) {
        let directives = request.submission.directives
        let rule = request.rule?.rule
        let part = request.rule?.part?.rule
        let state = part?.state ?? rule?.state ?? directives.state ?? "ok"
        if part?.hangs ?? false || rule?.hangs ?? false || directives.hangs {
            outcome = .never
            seconds = 0
            return
        }
        let latency = part?.latencySeconds ?? rule?.latencySeconds ?? directives.latencySeconds
        if state == "faulted" || number <= part?.failures ?? rule?.failures ?? directives.failures ?? 0 {
            outcome = .fault
            seconds = max(Self.faultSecondsMin, latency ?? 0.5)
            return
        }
        let piece = request.rule?.piece(tokensMax: request.submission.maxLength)
        var text = piece ?? material.nextReply() ?? Self.text(request.submission, worker, seed: material.seed)
        text = Self.cut(text, at: request.submission.stops, keepsStop: !worker.role.trimsStop)
        outcome = .text(text, state: state)
        let tokens = piece == nil ? (Bytes.scalarCount(text) + 3) / 4 : TextTokens.count(text)
        seconds = latency ?? Double(tokens) / worker.speed
    }

    private static func text(_ order: Submission, _ worker: SimulatedWorker, seed: () -> UInt64) -> String {
        let directives = order.directives
        if let reply = directives.reply { return reply }
        if directives.isEmpty { return "" }
        if directives.echoesPrompt { return order.prompt }
        if directives.echoes { return HordeText.string(order.payload(model: worker.model(for: order))) }
        return PlausibleText.make(seed: seed(), tokensMax: order.maxLength, wish: directives.lengthTokens)
    }

    /// The text up to the stop string that comes first; empty ones stop nothing (echo_stop_edge.json).
    static func cut(_ text: String, at stops: [String], keepsStop: Bool) -> String {
        var text = text
        return text.withUTF8 { bytes in
            var end = bytes.count
            var earliest = bytes.count
            for var stop in stops where !stop.isEmpty {
                let length = stop.utf8.count
                guard let start = stop.withUTF8({ Bytes.position(of: UnsafeRawBufferPointer($0), in: bytes) }) else {
                    continue
                }
                let stopEnd = keepsStop ? start + length : start
                // Where two begin at the same place, generation ends with the shorter.
                if start < earliest || (start == earliest && stopEnd < end) {
                    earliest = start
                    end = stopEnd
                }
            }
            return String(decoding: bytes[..<end], as: UTF8.self)
        }
    }
}

extension BoundRule {
    /// What a job writes of the rule's long text; nil where the rule has none.
    fileprivate func piece(tokensMax: Int) -> String? {
        guard let text = rule.text, let part else { return nil }
        if let reply = part.rule?.reply { return reply }
        if part.rule?.isEmpty ?? false { return "" }
        return text.piece(from: part.progress, tokensMax: tokensMax, share: part.rule?.share ?? 1)
    }
}
