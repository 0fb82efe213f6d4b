package import EventLoop

/// A job that a process has left behind at Horde.
package struct Orphan: Equatable, Sendable {
    package let id: String
    /// By which a submission is recognised that asks for the same text; nil where none can.
    package let claim: [UInt8]?
    /// When its process was last alive, in seconds since 1970.
    package let leftAt: Int
}

/// What has become of a job.
enum JobChange: Sendable {
    /// Horde has it. What it can be claimed by is made when it is written, on the writer's thread.
    case holds(claim: (@Sendable () -> [UInt8])?)
    case ended
}

/// The jobs that are at Horde and have not ended, on disk: what a killed process leaves to the next one.
///
/// This target knows ids, and not what a job is for. The loop leaves changes in the `Mailbox`; the thread of
/// `JournalWriter` writes them into the `JournalFile` of this process. See decision 13.
@LoopActor
package final class Journal {
    /// What is heard of it.
    package enum News: Sendable {
        /// It can be written, and these jobs were found; comes first, or else `.failed`.
        case opened([Orphan])
        /// It cannot be written; said once until `.mended`.
        case failed(JournalProblem)
        case mended
    }

    private let mailbox: Mailbox
    private var waiter: UnsafeContinuation<Void, Never>?
    private var isClosed = false

    /// Begins to open it, on a thread of its own.
    ///
    /// - Parameters:
    ///   - directory: where it lies.
    ///   - origin: names the AI Horde whose jobs these are.
    ///   - onNews: told on the loop.
    package init(directory: String, origin: String, onNews: @escaping @Sendable @LoopActor (News) -> Void) {
        let mailbox = Mailbox()
        self.mailbox = mailbox
        JournalWriter.start(directory: directory, origin: origin, mailbox: mailbox) { news in
            EventLoop.perform { onNews(news) }
        } onEnd: { [weak self] in
            EventLoop.perform { self?.ended() }
        }
    }

    /// Horde has the job; without a claim nobody can come back for it.
    package func holds(_ id: String, claim: (@Sendable () -> [UInt8])? = nil) {
        mailbox.put(id, .holds(claim: claim))
    }

    /// The job is over.
    package func ended(_ id: String) {
        mailbox.put(id, .ended)
    }

    /// Writes what is left, and removes the file when no job is in it.
    package func close() async {
        guard !isClosed else { return }
        mailbox.close()
        await withUnsafeContinuation { waiter = $0 }
    }

    private func ended() {
        isClosed = true
        waiter?.resume()
        waiter = nil
    }
}
