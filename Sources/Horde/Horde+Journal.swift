package import EventLoop
package import Journal
package import Secrets

/// What is needed to find a job again that an earlier process has left.
package struct JobRecords: Sendable {
    let journal: Journal
    let digest: KeyedDigest

    /// - Parameters:
    ///   - journal: has a row for each job at Horde.
    ///   - digest: salted alike in each process, so that the rows of one mean something to the next.
    package init(journal: Journal, digest: KeyedDigest) {
        self.journal = journal
        self.digest = digest
    }

    /// Opens the records in a directory; what cannot be had is told, and done without.
    @LoopActor
    package init(
        directory: String,
        origin: HordeURL,
        onNews: @escaping @Sendable @LoopActor (Journal.News) -> Void
    ) {
        // The journal tells why, when it cannot be made either.
        try? StateDirectory.make(directory)
        self.init(
            journal: Journal(directory: directory, origin: origin.description, onNews: onNews),
            digest: KeyedDigest(saltFile: directory + "/salt") ?? KeyedDigest()
        )
    }

    /// Writes what is left to be written.
    package func close() async { await journal.close() }
}

extension Horde {
    /// Takes care of jobs whose process is gone: those that nobody can come back for are deleted at once, the others when
    /// their time is over.
    ///
    /// - Parameters:
    ///   - orphans: what the journal has found.
    ///   - now: in seconds since 1970, as the orphans tell it.
    package func inherit(_ orphans: [Orphan], at now: Int) {
        for orphan in orphans {
            guard let ticket = Ticket(orphan.id) else { continue }
            // A clock that was set back must not keep a job for longer than a client has.
            let patience = Limits.returnSecondsMax - .seconds(max(now - orphan.leftAt, 0))
            guard let claim = orphan.claim, patience > .zero else {
                abandon(ticket, .none(of: dispatcher), bill())
                continue
            }
            inherited.keep(ticket, claim: claim, for: patience) { [weak self] in
                guard let self else { return }
                abandon(ticket, .none(of: dispatcher), bill())
            }
        }
    }

    /// Deletes the jobs that were kept for clients of an earlier process, because this one stops as well.
    package func abandonInherited() {
        for ticket in inherited.removeAll() { abandon(ticket, .none(of: dispatcher), bill()) }
    }

    /// A client that comes back at once must not be faster than the disk.
    @inline(never)
    func inheritanceIsKnown() async {
        if let journal = records?.journal, !journal.isRead { await journal.read() }
    }

    /// The job that an earlier process has begun for the same order, with its waiting jobs.
    ///
    /// They do not count against the account again: Horde's own count decides.
    func inheritedTicket(for pending: PendingOrder) -> Ticket? {
        guard !inherited.isEmpty, let claim = claim(of: pending) else { return nil }
        return inherited.take(claim())
    }

    /// Notes that Horde has a job, and by what a client finds it again.
    func record(_ ticket: Ticket, of pending: PendingOrder) {
        records?.journal.holds(ticket.id, claim: claim(of: pending))
    }

    /// Notes that nobody can come back for a job.
    func recordUnclaimable(_ ticket: Ticket) {
        records?.journal.holds(ticket.id)
    }

    /// Notes that a job is over at Horde.
    func ended(_ ticket: Ticket) {
        records?.journal.ended(ticket.id)
    }

    /// By what an order is recognised; nil where it goes on with a text, which an end of the process loses.
    private func claim(of pending: PendingOrder) -> (@Sendable () -> [UInt8])? {
        guard let digest = records?.digest, !pending.terms.isContinued else { return nil }
        return { [order = pending.order, key = pending.key] in digest.claim(of: order, key) }
    }
}

extension KeyedDigest {
    /// The same for the same order of the same account, wherever Horde is to call.
    func claim(of order: GenerationOrder, _ key: HordeKey) -> [UInt8] {
        var order = order
        order.webhook = nil
        return digest(Array(key.secret.revealed.utf8) + [0] + order.body)
    }
}
