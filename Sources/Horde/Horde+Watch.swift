import EventLoop
import HTTPClient

extension Horde {
    /// Asks for the job's status until it is over; `JobWatch` decides when, and what that tells.
    ///
    /// - Returns: what was written.
    /// - Throws: what became of the job instead; it is deleted already when the error says so.
    func watch(_ job: Job) async throws(HordeError) -> [Generation] {
        let audience = job.audience
        while true {
            try await audience.sleep(for: job.pause(), orUntil: job.hint)
            if let pause = job.pauseAfterCall() { try await audience.sleep(for: pause) }
            if audience.isLate {
                guard !job.written.isEmpty else { throw .deadlinePassed }
                // Some of several choices are worth more than none.
                abandon(job.ticket, job.waiting, job.bill)
                return job.written
            }
            do throws(HordeError) {
                if let texts = try await read(job) { return texts }
            } catch {
                if let pause = try job.failed(error) { try await audience.sleep(for: pause) }
            }
        }
    }

    /// One read; the texts when the job is over.
    ///
    /// - Throws: that it has failed, or what became of the job instead of texts.
    @inline(never)
    private func read(_ job: Job) async throws(HordeError) -> [Generation]? {
        try heard(try await send(nextRead(of: job)), job)
    }

    @inline(never)
    private func nextRead(of job: Job) -> Call {
        job.beginRead() ? deletion(of: job.ticket) : reading(of: job.ticket, timeout: job.readTimeout)
    }

    @inline(never)
    private func heard(_ response: HTTPClient.Response, _ job: Job) throws(HordeError) -> [Generation]? {
        let texts = try job.heard(try GenerationStatus(response))
        if texts != nil { ended(job.ticket) }
        return texts
    }
}
