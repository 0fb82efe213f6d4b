extension HordeState {
    /// What Horde's background threads do once a minute (TH:230-281): expired requests go, jobs that no worker brought
    /// back are given up, requests with too many failures are marked.
    func sweep(now: Double) {
        for request in requests.takeExpired(now: now) { remove(request, now: now) }
        for request in requests.open {
            for attempt in request.attempts where attempt.startedAt + GenerationRequest.jobSeconds <= now {
                fault(request, attempt, now: now)
            }
            if request.faultedAttempts >= GenerationRequest.faultsMax, !request.isFaulted { markFaulted(request) }
            closeIfOver(request, now: now)
        }
        // Threads that were taken from what is gone have not looked for work since.
        for worker in workers { fill(worker, now: now) }
        upfrontQueue = requests.open.reduce(0) { $0 + $1.waiting + $1.attempts.count }
        windows.sweep(now: now)
        liftedAddresses = liftedAddresses.filter { $0.value > now }
        statistics.prune(now: now)
    }

    private func remove(_ request: GenerationRequest, now: Double) {
        for attempt in request.attempts { attempt.worker.busyThreads -= 1 }
        request.attempts = []
        request.isRemoved = true
        request.endedAt = request.endedAt ?? now
        setSlots(request, 0)
        releaseHold(request, request.heldKudos)
    }

    /// A faulted request's jobs are offered to nobody and count for nobody, but one that runs may still come in.
    private func markFaulted(_ request: GenerationRequest) {
        request.account.countWaiting(-request.slotsLeft, models: request.submission.models)
        request.isFaulted = true
        lanes.remove(request)
    }
}
