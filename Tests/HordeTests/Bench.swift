import EventLoop
import HTTPClient
import HTTPServer
import HordeSimulator
import TestSupport
import Testing

@testable import Horde

/// Our Horde client in front of a simulated Horde, over real sockets.
@LoopActor
final class Bench {
    let simulator: HordeSimulator
    let client = HTTPClient()
    let horde: Horde

    typealias Outcome = Result<[Generation], HordeError>

    /// A user with room for everything.
    nonisolated static let key = "A-key-of-22-characters"
    /// One whose every submission is one too many.
    nonisolated static let busyKey = "busy-key-22-characters"
    nonisolated static let deletedKey = "gone-key-22-characters"
    nonisolated static let unknownKey = "bad-key-22-characters_"

    nonisolated static let submitPath = "/api/v2/generate/text/async"
    nonisolated static let statusPath = "/api/v2/generate/text/status/*"

    init(_ script: String = Bench.script(), submitsPerMinute: Int = 0, hasLimits: Bool = false) throws {
        simulator = try HordeSimulator(
            .init(
                listen: ListenAddress(parsing: "127.0.0.1:0"),
                hasLimits: hasLimits,
                script: SimulatorScript(parsing: Array(script.utf8))
            )
        )
        let url = try #require(HordeURL("http://\(simulator.address)"))
        horde = Horde(
            .init(url: url, submitsPerMinute: submitsPerMinute, clientAgent: "tests:1:none"),
            client: client
        )
    }

    /// One fast worker for "m/7B", and what the test adds.
    nonisolated static func script(_ more: String = "", pickupSeconds: Double = 0.01) -> String {
        """
        {"workers": [{"name": "W", "models": ["m/7B"], "threads": 2000}], "pickup_seconds": \(pickupSeconds),
         "keys": [{"key": "\(key)", "concurrency": 1000000}, {"key": "\(busyKey)", "concurrency": 0},
                  {"key": "\(deletedKey)", "deleted": true}]\(more.isEmpty ? "" : ", \(more)")}
        """
    }

    /// The script whose only speciality is one rule about what goes wrong on the wire.
    nonisolated static func fault(_ path: String, _ rule: String) -> String {
        script(#""faults": [{"path": "\#(path)", \#(rule)}]"#)
    }

    func generate(
        _ prompt: String = "[[reply:hi]]",
        n: Int = 1,
        model: String = "m/7B",
        maxLength: Int = 80,
        stops: [String] = [],
        key: String = Bench.key,
        within limit: Duration = .seconds(20),
        audience: Audience? = nil,
        terms: GenerationTerms = GenerationTerms(),
        onProgress: @escaping @LoopActor (GenerationProgress) -> Void = { _ in },
        onSpent: @escaping @LoopActor (Double) -> Void = { _ in }
    ) async -> Outcome {
        let order = GenerationOrder(
            prompt: prompt,
            models: [model],
            params: .init(n: n, maxLength: maxLength, maxContextLength: 2048, stopSequence: stops)
        )
        do throws(HordeError) {
            guard let key = HordeKey(key) else { throw .invalidKey }
            return .success(
                try await horde.generate(
                    PendingOrder(
                        order,
                        key: key,
                        for: audience ?? Audience(until: .now + limit),
                        terms: terms,
                        onSpent: onSpent,
                        onProgress: onProgress
                    )
                )
            )
        } catch {
            return .failure(error)
        }
    }

    /// The same in a task of its own; what it tells goes to `log`.
    func start(
        _ prompt: String = "[[reply:hi]]",
        model: String = "m/7B",
        within limit: Duration = .seconds(20),
        audience: Audience? = nil,
        terms: GenerationTerms = GenerationTerms(),
        log: ProgressLog = ProgressLog()
    ) -> Task<Outcome, Never> {
        EventLoop.task { [self] in
            await generate(prompt, model: model, within: limit, audience: audience, terms: terms) {
                log.steps.append($0)
            }
        }
    }

    /// The script's worker, whose id comes from its name.
    let worker = WorkerReference(id: "c52253f2-476c-401f-ab55-491583342725", name: "W")

    /// The only job, as the simulator saw it; the first when there are several.
    var job: HordeSimulator.Job? { simulator.jobs.first }

    func stop() async {
        await horde.settle(within: .seconds(2))
        await simulator.stop()
    }
}

/// What one generation told on its way.
@LoopActor
final class ProgressLog {
    var steps: [GenerationProgress] = []
    nonisolated init() {}

    var submissions: Int { steps.count { $0 == .submitting } }
    var isAccepted: Bool { steps.contains(.accepted) }
    var isPending: Bool {
        steps.contains { if case .pending = $0 { true } else { false } }
    }
}

extension Result where Success == [Generation], Failure == HordeError {
    var texts: [String]? { try? get().map(\.text) }

    var error: HordeError? {
        if case .failure(let error) = self { error } else { nil }
    }
}

extension Dispatcher {
    var waitingCount: Int { waitingCounts.values.reduce(0, +) }
}

/// What kudos were told.
@LoopActor
final class Purse {
    var spent = 0.0
    nonisolated init() {}
}
