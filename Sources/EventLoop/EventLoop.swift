import CLinux
import Glibc
import Synchronization

/// One thread, one epoll set, and the jobs of every task that belongs to it.
///
/// This target knows nothing of HTTP. It turns "descriptor ready", "time passed" and "signal came" into ordinary
/// `async` Swift: the loop is a Swift executor, so a function that awaits simply goes on when its event arrives, on
/// this thread. Read `LoopActor.swift` next (the isolation), then `Poller.swift` (descriptors), `Timers.swift`,
/// `Signals.swift`.
///
/// One turn: run the jobs that are ready, fire due timers, do what both have left for the end of the turn, and only then
/// decide how long to sleep: each of them may have made a job ready, and a loop that had asked earlier would sleep on it.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // @unchecked Sendable because `ready`, `isInsideJob`, `endings` and `exitStatus` are touched by the loop's own
    // thread alone (asserted by `checkIsolated`), `thread` is atomic and `inbox` is a mutex.

    /// The process's only loop.
    package static let shared = EventLoop()

    let poller = Poller()
    let timers = Timers()
    private var ready: [UnownedJob] = []
    private var isInsideJob = false
    private var exitStatus: CInt?
    private var endings: [[@LoopActor () -> Void]] = [[], []]
    private let thread = Atomic<UInt>(0)
    private let inbox = Mutex(Inbox())

    private struct Inbox {
        var jobs: [UnownedJob] = []
        var hasThread = false
    }

    /// When at the end of a turn something is done.
    package enum Ending: Int {
        /// What may bring about more: answers that are sent, connections that are resumed.
        case work = 0
        /// What the work left to be written, once for all of it.
        case output = 1
    }

    private init() {
        // A peer that is gone is told by the return value of a write, never by a signal that would end the process.
        signal(SIGPIPE, SIG_IGN)
    }

    // MARK: Running

    /// Runs the loop on the calling thread until `main` returns, and gives back what `main` returned.
    ///
    /// For a program's own main thread: nothing else may have used the loop before.
    package static func run(_ main: @escaping @Sendable @LoopActor () async -> CInt) -> CInt {
        shared.inbox.withLock { inbox in
            precondition(!inbox.hasThread, "the loop already runs on a thread of its own")
            inbox.hasThread = true
        }
        shared.adoptCurrentThread()
        task { shared.exitStatus = await main() }
        while true {
            if let status = shared.exitStatus { return status }
            shared.turn()
        }
    }

    /// A program that never called `run`, such as a test, gets a thread for the loop with its first job.
    private func startThread() {
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { _ in
                EventLoop.shared.adoptCurrentThread()
                while true { EventLoop.shared.turn() }
            },
            nil
        )
        precondition(code == 0, "the event loop needs a thread: \(String(cString: strerror(code)))")
        pthread_detach(thread)
    }

    private func adoptCurrentThread() {
        thread.store(UInt(pthread_self()), ordering: .releasing)
    }

    private func turn() {
        runReady()
        LoopActor.assumeIsolated { timers.fireDue() }
        LoopActor.assumeIsolated { endTurn() }
        var wait = LoopActor.assumeIsolated { timers.untilNext }
        collectInbox()
        // A job may also have been the last one that `run` waits for.
        if !ready.isEmpty || exitStatus != nil || endings.contains(where: { !$0.isEmpty }) { wait = .zero }
        poller.wait(atMost: wait)
    }

    /// Does what was left for the end of the turn; what that leaves itself is for the end of the next one.
    @LoopActor private func endTurn() {
        for ending in endings.indices where !endings[ending].isEmpty {
            var actions: [@LoopActor () -> Void] = []
            swap(&actions, &endings[ending])
            for action in actions { action() }
            // The memory is kept, for there are such actions in nearly every turn.
            actions.removeAll(keepingCapacity: true)
            if endings[ending].isEmpty { swap(&actions, &endings[ending]) }
        }
    }

    /// Runs the jobs that are ready now, in their order; jobs that these make ready wait for the next call.
    ///
    /// Called once a turn, and by a server that has just started a handler and wants it to begin at once: a handler
    /// that finishes without waiting then costs no second pass. Called from inside a job it does nothing.
    package func runReady() {
        checkIsolated()
        guard !isInsideJob else { return }
        collectInbox()
        isInsideJob = true
        defer { isInsideJob = false }
        var batch: [UnownedJob] = []
        swap(&batch, &ready)
        for job in batch {
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
        if ready.isEmpty {
            batch.removeAll(keepingCapacity: true)
            swap(&batch, &ready)
        }
    }

    private func collectInbox() {
        inbox.withLock { inbox in
            guard !inbox.jobs.isEmpty else { return }
            ready.append(contentsOf: inbox.jobs)
            inbox.jobs.removeAll(keepingCapacity: true)
        }
    }

    /// Calls `action` once, before the loop sleeps next.
    @LoopActor package static func atEndOfTurn(_ ending: Ending = .work, _ action: @escaping @LoopActor () -> Void) {
        shared.endings[ending.rawValue].append(action)
    }

    // MARK: Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            ready.append(job)
            return
        }
        let needsThread = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.hasThread = true }
            return !inbox.hasThread
        }
        if needsThread { startThread() }
        poller.wake()
    }

    /// Whether the caller is on the loop's thread.
    package var isCurrent: Bool { thread.load(ordering: .acquiring) == UInt(pthread_self()) }

    package func checkIsolated() { precondition(isCurrent, "this code belongs to the event loop's thread") }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }
}
