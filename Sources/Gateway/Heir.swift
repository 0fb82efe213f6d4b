import EventLoop
import Glibc
import Horde
import Journal
import Logging

/// What becomes of the journal's news: the jobs of a killed process are Horde's, the rest is for the log.
@LoopActor
final class Heir {
    weak var horde: Horde?
    private(set) var isJournalFailing = false
    private let logger: Logger

    init(_ logger: Logger) {
        self.logger = logger
    }

    func heard(_ news: Journal.News) {
        switch news {
        case .opened(let orphans):
            guard !orphans.isEmpty else { return }
            logger.notice("jobs of a killed process found", metadata: ["jobs": "\(orphans.count)"])
            horde?.inherit(orphans, at: time(nil))
        case .failed(let problem):
            isJournalFailing = true
            logger.warning("no journal", metadata: ["reason": "\(problem)"])
        case .mended:
            isJournalFailing = false
            logger.notice("the journal is back")
        }
    }
}
