import EventLoop
import HTTPClient
import HTTPServer
import Horde
import Metrics
import OpenAI

extension MetricsPage {
    func writeHorde(_ figures: Horde.Figures, to page: inout Exposition) {
        let counts = figures.counts
        page.counter(
            "interposer_horde_requests_total",
            "Calls of AI Horde.",
            samples: counts.calls.all.map { entry in
                let code = entry.labels.status.map { "\($0)" } ?? "error"
                return (["endpoint": entry.labels.endpoint.rawValue, "code": code], Double(entry.value))
            }
        )
        page.histogram(
            "interposer_horde_request_duration_seconds",
            "How long calls of AI Horde took.",
            counts.callDurations.all.map { (["endpoint": $0.labels.rawValue], $0.value) }
        )
        page.counter(
            "interposer_horde_jobs_total",
            "Jobs that were waited for and have ended.",
            samples: counts.jobs.all.map {
                (["model": $0.labels.model, "outcome": $0.labels.outcome.rawValue], Double($0.value))
            }
        )
        page.histogram(
            "interposer_horde_job_duration_seconds",
            "From when AI Horde took a job to its text.",
            counts.jobDurations.all.map { (["model": $0.labels], $0.value) }
        )
        page.gauge(
            "interposer_horde_queue_position",
            "The last place in AI Horde's queue that a job of ours has.",
            samples: board.queuePositions.map { (["model": $0.key], Double($0.value)) }
        )
        page.gauge("interposer_horde_waiting_jobs", "Jobs that no worker has yet.", figures.waitingJobs)
        let remaining = figures.submitsPerMinute.map { perMinute -> [(Exposition.Labels, Double)] in
            [(["bucket": "address"], Double(max(0, perMinute - figures.submitsOfMinute)))]
        }
        page.gauge(
            "interposer_horde_rate_limit_remaining",
            "What may be submitted in a minute, less the submissions of the last one.",
            samples: remaining ?? []
        )
        page.counter(
            "interposer_horde_rate_limited_total",
            "Submissions that AI Horde refused for their rate.",
            figures.submits.rateLimited
        )
        page.gauge(
            "interposer_horde_breaker_state",
            "0: AI Horde is asked; 1: it has failed again and again, and nothing is submitted; 2: the next one tries.",
            figures.breaker.rawValue
        )
        page.counter(
            "interposer_horde_kudos_spent_total",
            "Kudos that AI Horde has told for jobs.",
            samples: [(.none, counts.spentKudos)]
        )
        page.counter("interposer_webhooks_total", "Calls of AI Horde's that belonged to a job.", figures.webhooks)
        page.counter("interposer_webhooks_unknown_total", "Calls that belonged to none.", figures.unknownWebhooks)
    }

    func writeModels(to page: inout Exposition) {
        // Two that are cut alike would be one series twice.
        let models = catalog.current.entries.map(\.listing).filter { ModelLabel.of($0.id) == $0.id }
            .sorted { $0.horde.workers > $1.horde.workers }
            .prefix(Limits.metricModelsMax)
        page.gauge(
            "interposer_model_workers",
            "Workers that serve a model.",
            samples: models.map { (["model": $0.id], Double($0.horde.workers)) }
        )
        page.gauge(
            "interposer_model_eta_seconds",
            "When a model's queue is through, as AI Horde says.",
            samples: models.compactMap { model in model.horde.etaSeconds.map { (["model": model.id], Double($0)) } }
        )
        page.gauge(
            "interposer_models_snapshot_age_seconds",
            "The age of the list of models.",
            samples: catalog.ageSeconds.map { [(.none, Double($0))] } ?? []
        )
    }

    func writeProcess(_ figures: Horde.Figures, to page: inout Exposition) {
        let isStale = if case .fresh = catalog.state { false } else { true }
        let degraded = [("models", isStale), ("horde", figures.isResting), ("journal", heir.isJournalFailing)]
        page.gauge(
            "interposer_degraded",
            "1 while something is not at its best.",
            samples: degraded.map { (["what": $0.0], $0.1 ? 1 : 0) }
        )
        page.histogram(
            "interposer_loop_lag_seconds",
            "How long turns of the event loop took: what comes meanwhile waits for so long at most.",
            [(.none, EventLoop.turns)]
        )
        page.gauge(
            "interposer_build_info",
            "1, with the versions of what runs.",
            samples: [
                (
                    [
                        "version": Version.current, "libcurl": HTTPClient.libraryVersion,
                        "libmicrohttpd": HTTPServer.libraryVersion,
                    ], 1
                )
            ]
        )
        let process = ProcessFigures.current
        page.counter(
            "process_cpu_seconds_total",
            "Processor time of the user's and the system's.",
            samples: [(.none, process.cpuSeconds)]
        )
        page.gauge(
            "process_resident_memory_bytes",
            "Memory that the process has.",
            samples: process.residentBytes.map { [(.none, Double($0))] } ?? []
        )
        page.gauge(
            "process_open_fds",
            "Descriptors that are open.",
            samples: process.descriptors.map { [(.none, Double($0))] } ?? []
        )
        page.gauge("process_max_fds", "Descriptors that may be open.", process.descriptorsMax)
        page.gauge(
            "process_start_time_seconds",
            "When the process began, since the Unix epoch.",
            process.startSeconds
        )
    }
}
