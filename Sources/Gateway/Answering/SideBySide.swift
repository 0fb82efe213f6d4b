import EventLoop
import OpenAI

/// Does several things at once and waits for all; when one fails the others are cancelled, and its error is thrown.
///
/// Tasks, since a task group here, as Swift 6.3.1 optimises it, was seen to end before its children had.
@LoopActor
func sideBySide(_ works: [@Sendable @LoopActor () async -> APIError?]) async throws(APIError) {
    if works.count == 1 {
        if let error = await works[0]() { throw error }
        return
    }
    let siblings = Siblings()
    let tasks = works.map { work in
        EventLoop.task {
            if let error = await work() { siblings.fail(error) }
        }
    }
    siblings.tasks = tasks
    await withTaskCancellationHandler {
        for task in tasks { await task.value }
    } onCancel: {
        tasks.forEach { $0.cancel() }
    }
    if let failure = siblings.failure { throw failure }
}

@LoopActor
private final class Siblings {
    var tasks: [Task<Void, Never>] = []
    private(set) var failure: APIError?

    nonisolated init() {}

    func fail(_ error: APIError) {
        guard failure == nil else { return }
        failure = error
        tasks.forEach { $0.cancel() }
    }
}
