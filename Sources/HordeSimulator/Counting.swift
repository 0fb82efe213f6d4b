import JSONText

/// What `GET /simulator/counters` tells.
extension HordeState {
    var countersJSON: JSON {
        let counters = ledger.counters
        let lags = ledger.lags
        return [
            "submits": JSON(counters.submits),
            "submits_in_one_minute_max": JSON(counters.submitsPerMinute.most),
            "accepted": JSON(counters.accepted),
            "status_reads": JSON(counters.statusReads),
            "deletes": JSON(counters.deletes),
            "too_many_requests": JSON(counters.tooMany),
            "too_many_by_limit": .object(
                JSONObject(counters.tooManyByLimit.sorted { $0.key < $1.key }.map { .init(key: $0, value: JSON($1)) })
            ),
            "too_many_prompts": JSON(counters.tooManyPrompts),
            "kudos_refusals": JSON(counters.kudosRefusals),
            "max_length_max": JSON(counters.longest),
            "open_jobs": JSON(openJobs),
            "running_deleted": JSON(runningDeleted),
            "status_reads_of_one_id_in_60_s_max": JSON(counters.mostPolls),
            "pops": JSON(counters.pops),
            "texts": JSON(counters.texts),
            "faults": JSON(counters.faults),
            "scripted_faults": JSON(counters.scriptedFaults),
            "lags": JSON(lags.count),
            "lag_ms_sum": .thousandths(lags.sum),
            "lag_ms_max": .thousandths(lags.most),
            "waited_seconds_sum": .thousandths(lags.waitedSeconds),
            "webhooks_delivered": JSON(webhooks.counts.delivered),
            "webhooks_failed": JSON(webhooks.counts.failed),
            "webhooks_dropped": JSON(webhooks.counts.dropped),
        ]
    }

    /// Requests of which something may still come, and which somebody may still wait for: what is left of these when
    /// no client is there any more was left behind.
    ///
    /// Counted by looking at all that are open: only the control surface asks.
    var openJobs: Int {
        requests.open.reduce(0) { $0 + ($1.isRunningDeleted ? 0 : 1) }
    }

    /// Deleted requests that a worker still writes for.
    var runningDeleted: Int {
        requests.open.reduce(0) { $0 + ($1.isRunningDeleted ? 1 : 0) }
    }
}

extension JSON {
    /// A number with three places after the point.
    static func thousandths(_ value: Double) -> JSON { JSON((value * 1000).rounded() / 1000) }
}
