import EventLoop
import Gateway
import Horde
import OpenAI
import OpenCode

/// Keeps a configuration file of opencode like what AI Horde offers, and says in a line what changed.
@LoopActor
final class OpenCodeRefresh {
    typealias Look = @LoopActor () async throws(HordeError) -> OpenCodeDocument

    private let file: OpenCodeFile
    private let minContext: Int
    private let look: Look
    /// What kept the last look from its end; nil when nothing did.
    private var trouble: String?

    init(file: OpenCodeFile, minContext: Int, look: @escaping Look) {
        self.file = file
        self.minContext = minContext
        self.look = look
    }

    /// Looks once; that no model is online is a warning and no failure.
    func once() async throws {
        do {
            if let line = try await refresh() { StandardError.write(line) }
        } catch let error as NoModels {
            StandardError.write("warning: \(error)")
        }
    }

    /// Looks until the task is cancelled.
    ///
    /// What is wrong is said when it begins, and not again while it stays the same.
    func again(every interval: Duration) async {
        while !Task.isCancelled {
            do {
                let line = try await refresh()
                if let line { StandardError.write(line) }
                if trouble != nil, line == nil { StandardError.write("\(file.path): up to date again") }
                trouble = nil
            } catch {
                // A look that is given up because the program ends is no trouble.
                if Task.isCancelled { return }
                let message = (error as? HordeError).map { APIError($0).message } ?? "\(error)"
                if message != trouble { StandardError.write("warning: \(message)") }
                trouble = message
            }
            try? await EventLoop.sleep(for: interval)
        }
    }

    /// Brings the file up to date; returns what there is to say, nil when nothing changed.
    private func refresh() async throws -> String? {
        let document = try await look()
        guard !document.isEmpty else { throw NoModels(minContext: minContext) }
        guard try file.put(document) else { return nil }
        let count = document.references.count
        return "\(file.path): written, with \(count) \(count == 1 ? "model" : "models"), the best choice being "
            + (document.model ?? "none")
    }
}
