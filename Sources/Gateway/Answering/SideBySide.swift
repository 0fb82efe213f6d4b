import EventLoop

/// Does several things at once and waits for all; when one fails the others are cancelled, and its failure is thrown.
///
/// Tasks, since a task group here, as Swift 6.3.1 optimises it, was seen to end before its children had.
@LoopActor
func sideBySide(
    _ count: Int,
    _ work: @escaping @Sendable @LoopActor (Int) async throws(PartFailure) -> Void
) async throws(PartFailure) {
    if count == 1 { try await work(0) } else { try await inTasks(count, work) }
}

@LoopActor
private func inTasks(
    _ count: Int,
    _ work: @escaping @Sendable @LoopActor (Int) async throws(PartFailure) -> Void
) async throws(PartFailure) {
    let siblings = Siblings()
    siblings.tasks = (0..<count).map { index in
        EventLoop.task {
            do throws(PartFailure) { try await work(index) } catch { siblings.fail(error) }
        }
    }
    await withTaskCancellationHandler {
        for task in siblings.tasks { await task.value }
    } onCancel: {
        EventLoop.perform { siblings.cancel() }
    }
    if let failure = siblings.failure { throw failure }
}

@LoopActor
private final class Siblings {
    var tasks: [Task<Void, Never>] = []
    private(set) var failure: PartFailure?

    nonisolated init() {}

    func fail(_ failure: PartFailure) {
        guard self.failure == nil else { return }
        self.failure = failure
        cancel()
    }

    func cancel() {
        for task in tasks { task.cancel() }
    }
}
