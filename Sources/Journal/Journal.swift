package import EventLoop
import Glibc

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
    private var thread: pthread_t?
    private var waiter: UnsafeContinuation<Void, Never>?
    private var isClosed = false
    /// Whether it is known what earlier processes have left, or that this cannot be known.
    package private(set) var isRead = false
    private var readers: [UnsafeContinuation<Void, Never>] = []

    /// Begins to open it, on a thread of its own.
    ///
    /// - Parameters:
    ///   - directory: where it lies.
    ///   - origin: names the AI Horde whose jobs these are.
    ///   - onNews: told on the loop.
    package init(directory: String, origin: String, onNews: @escaping @Sendable @LoopActor (News) -> Void) {
        let mailbox = Mailbox()
        self.mailbox = mailbox
        thread = JournalWriter.start(directory: directory, origin: origin, mailbox: mailbox) { [weak self] news in
            EventLoop.perform {
                onNews(news)
                self?.wasRead()
            }
        } onEnd: { [weak self] in
            EventLoop.perform { self?.ended() }
        }
    }

    /// Returns when it is known what earlier processes have left; a disk that takes longer is not waited for.
    package func read() async {
        if isRead { return }
        let timer = EventLoop.schedule(after: Limits.readSecondsMax) { [weak self] in self?.wasRead() }
        await withUnsafeContinuation { continuation in
            if isRead { continuation.resume() } else { readers.append(continuation) }
        }
        EventLoop.cancel(timer)
    }

    private func wasRead() {
        isRead = true
        for reader in readers { reader.resume() }
        readers = []
    }

    /// Horde has the job; without a claim nobody can come back for it.
    package func holds(_ id: String, claim: (@Sendable () -> [UInt8])? = nil) {
        mailbox.put(id, .holds(claim: claim))
    }

    /// The job is over.
    package func ended(_ id: String) {
        mailbox.put(id, .ended)
    }

    /// Writes what is left, and removes the file when no job is in it; a disk that takes longer is not waited for.
    package func close() async {
        guard !isClosed else { return }
        mailbox.close()
        let timer = EventLoop.schedule(after: Limits.closeSecondsMax) { [weak self] in self?.wasClosed() }
        await withUnsafeContinuation { waiter = $0 }
        EventLoop.cancel(timer)
    }

    private func ended() {
        isClosed = true
        // It is past its last word. What libraries keep for a thread must be gone before they clean up after the process.
        if let thread { pthread_join(thread, nil) }
        thread = nil
        wasClosed()
    }

    private func wasClosed() {
        waiter?.resume()
        waiter = nil
    }
}
