import Glibc

/// What texts cost (API.md 1.6, 1.7 and 8).
enum KudosPrices {
    /// The tokens up to which nobody needs kudos in hand, before clamping (TWP:104-105).
    ///
    /// Python rounds halves to even.
    static func freeTokens(threads: Int, queue: Int) -> Int {
        512 + 5 * threads - Int((0.9 * Double(queue)).rounded(.toNearestOrEven))
    }

    /// What a request needs in hand: the largest of the named models counts, an unknown one as 1 (K:117-127).
    static func upfront(_ order: Submission, parameters: [Double?]) -> (kudos: Double, text: String) {
        guard let largest = parameters.map({ $0 ?? 1 }).max() else {
            return (Double(20 * order.count), String(20 * order.count))
        }
        let kudos = hundredths(Double(order.maxLength) * largest / 21) * Double(order.count)
        return (kudos, hundredths(kudos).description)
    }

    /// The answer to a dry run, which is not what the job will really cost (TWP:129-155, WP:615-618).
    static func dryRun(_ order: Submission, parameters: [Double]) -> Double {
        let context = contextFactor(Double(order.maxContextLength))
        let cost =
            parameters.max().map { Double(order.maxLength) * sizeFactor($0) * $0 * context / 100 }
            ?? Double(order.maxLength) * 13 * context / 100
        return ((cost + 1) * Double(order.count) + 1).rounded(.toNearestOrEven)
    }

    /// What one text costs, and what its worker gets (TPG:53-79).
    static func job(_ order: Submission, text: String, worker: SimulatedWorker, parameters: Double?) -> Double {
        let tokens = Double(jobTokens(text, maxLength: order.maxLength))
        let context = contextFactor(Double(jobTokens(order.prompt, maxLength: order.maxLength)))
        guard let parameters else {
            return hundredths(worker.role.isTrusted ? tokens * context * 0.027 : context)
        }
        let backend = worker.isValidated ? 1 : 0.3
        return hundredths(tokens * sizeFactor(parameters) * parameters / 125 * backend * context)
    }

    /// Horde's count of tokens: a quarter of the characters, from 20 up to the length asked for (TPG:120-131).
    static func jobTokens(_ text: String, maxLength: Int) -> Int {
        min(maxLength, max(20, (Bytes.scalarCount(text) + 3) / 4))
    }

    /// The billions of parameters that a model's name tells: 11 for "Fimbulvetr-11B-v2", 56 for "8x7B".
    static func parameters(inName name: String) -> Double? {
        for part in name.split(whereSeparator: { "/-_ :".contains($0) }) where part.last == "b" || part.last == "B" {
            let factors = part.dropLast().split(separator: "x").map { Double($0) }
            guard !factors.isEmpty, !factors.contains(nil) else { continue }
            return factors.reduce(1) { $0 * ($1 ?? 1) }
        }
        return nil
    }

    private static func contextFactor(_ tokens: Double) -> Double {
        min(30, max(0.1, 1.2 + pow(2.2, log2(tokens / 1024))))
    }

    private static func sizeFactor(_ parameters: Double) -> Double {
        pow(max(parameters, 13) / 13, 0.2)
    }

    static func hundredths(_ value: Double) -> Double {
        (value * 100).rounded(.toNearestOrEven) / 100
    }
}
