/// Which rules of the script have been used how often; the rules themselves never change.
struct RuleCounts {
    private var replyUses: [Int]
    private var repliesTaken: [Int]
    private var faultMatches: [Int]
    private var partCounts: [PartCounts]
    private let script: SimulatorScript

    init(_ script: SimulatorScript) {
        self.script = script
        replyUses = Array(repeating: 0, count: script.replies.count)
        repliesTaken = replyUses
        faultMatches = Array(repeating: 0, count: script.faults.count)
        partCounts = Array(repeating: PartCounts(), count: script.replies.count)
    }

    /// The rule for a new request, which keeps it for all its attempts.
    mutating func rule(for submission: Submission) -> BoundRule? {
        for (index, rule) in script.replies.enumerated()
        where rule.matches(submission) && replyUses[index] < rule.times ?? .max {
            replyUses[index] += 1
            let part = rule.text.map { partCounts[index].part(of: submission.prompt, $0, rules: rule.parts) }
            return BoundRule(rule: rule, index: index, part: part)
        }
        return nil
    }

    /// The next text of a rule, if it has any.
    mutating func nextReply(_ bound: BoundRule) -> String? {
        guard !bound.rule.replies.isEmpty else { return nil }
        // A request may outlive the script that its rule comes from.
        guard script.replies.indices.contains(bound.index), script.replies[bound.index] == bound.rule else {
            return bound.rule.replies.last
        }
        let taken = repliesTaken[bound.index]
        repliesTaken[bound.index] += 1
        return bound.rule.replies[min(taken, bound.rule.replies.count - 1)]
    }

    /// The rule that this exchange falls to, if any.
    mutating func fault(for call: Call) -> FaultRule? {
        for (index, rule) in script.faults.enumerated() where rule.matches(call) {
            let matches = faultMatches[index]
            if let times = rule.times, matches >= rule.skip + times { continue }
            faultMatches[index] += 1
            if matches >= rule.skip { return rule }
        }
        return nil
    }
}

extension HordeState {
    /// The scripted fault that an exchange falls to, if any.
    func fault(for call: Call) -> FaultRule? {
        let fault = rules.fault(for: call)
        if fault != nil { ledger.counters.scriptedFaults += 1 }
        return fault
    }
}

/// A reply rule with its place in the script, and the part of its long text that a request asks for.
struct BoundRule: Equatable {
    let rule: ReplyRule
    let index: Int
    let part: TextPart?
}
