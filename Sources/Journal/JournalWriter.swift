import CLinux
import Glibc

/// The thread that writes the journal: it may wait for the disk, and nobody waits for it.
///
/// When the disk fails it goes on keeping in mind which jobs there are, and from time to time tries to write them all anew.
final class JournalWriter {
    private let directory: String
    private let origin: String
    private let mailbox: Mailbox
    private let tell: @Sendable (Journal.News) -> Void
    private var file: JournalFile?
    /// All jobs that Horde has, as far as is known here; what they can be claimed by is on the disk alone.
    private var jobs: Set<String> = []
    private var failedAt: ContinuousClock.Instant?

    private init(
        _ directory: String,
        _ origin: String,
        _ mailbox: Mailbox,
        _ tell: @escaping @Sendable (Journal.News) -> Void
    ) {
        self.directory = directory
        self.origin = origin
        self.mailbox = mailbox
        self.tell = tell
    }

    /// Starts the thread, which ends when the mailbox is closed and calls `onEnd` before.
    ///
    /// - Returns: the thread, which is to be joined; nil when there is none, and `onEnd` was called already.
    static func start(
        directory: String,
        origin: String,
        mailbox: Mailbox,
        tell: @escaping @Sendable (Journal.News) -> Void,
        onEnd: @escaping @Sendable () -> Void
    ) -> pthread_t? {
        let body = Body {
            JournalWriter(directory, origin, mailbox, tell).run()
            onEnd()
        }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, Limits.stackBytes)
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(body)
        let code = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context.toOpaque()
        )
        if code == 0 { return thread }
        context.release()
        tell(.failed(JournalProblem("a thread for it", code)))
        onEnd()
        return nil
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private func run() {
        do throws(JournalProblem) {
            try open()
        } catch {
            failed(error)
        }
        while true {
            let delivery = mailbox.take(within: jobs.isEmpty ? -1 : Limits.aliveMillisecondsMax)
            remember(delivery.changes)
            do throws(JournalProblem) {
                try write(delivery)
            } catch {
                failed(error)
            }
            guard !delivery.isLast else { break }
        }
        file?.removeIfEmpty()
    }

    private func open() throws(JournalProblem) {
        let file = try JournalFile(directory: directory, origin: origin)
        self.file = file
        tell(.opened(file.orphans))
        // They are the loop's now, which tells what becomes of them.
        jobs.formUnion(file.orphans.map(\.id))
    }

    private func remember(_ changes: [String: JobChange]) {
        for (id, change) in changes {
            if case .ended = change { jobs.remove(id) } else { jobs.insert(id) }
        }
    }

    private func write(_ delivery: Mailbox.Delivery) throws(JournalProblem) {
        if delivery.isIncomplete { throw JournalProblem("\(directory): the disk is too slow") }
        if let failedAt {
            guard ContinuousClock.now - failedAt >= Limits.retryPause || delivery.isLast else { return }
            self.failedAt = .now
            if file == nil { try open() }
            try file?.rewrite(jobs)
            self.failedAt = nil
            tell(.mended)
        } else if delivery.changes.isEmpty {
            try file?.touch()
        } else {
            try file?.write(delivery.changes)
        }
    }

    private func failed(_ problem: JournalProblem) {
        let isKnown = failedAt != nil
        failedAt = .now
        if !isKnown { tell(.failed(problem)) }
    }
}
