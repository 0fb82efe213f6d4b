// How late the poll schedule is over the mix of jobs that its tests use, as JSON: what `Scripts/bench schedule` tells.
//
// Compiled together with the schedule and the tests' mix, in one module.

@main
enum PollScheduleBenchmark {
    static func main() {
        let submission = ContinuousClock.now
        let trial = PollScheduleTrial(PollScheduleMix.jobs(4000)) { job in
            var schedule = PollSchedule(
                forecast: job.forecast,
                answerTokens: job.askedTokens,
                count: 1,
                submittedAt: submission
            )
            return { schedule.next(after: $0, at: submission + .seconds($1)) / .seconds(1) }
        }
        print(
            #"{"jobs": \#(trial.lags.count), "lag_ms": \#(1000 * trial.lag), "reads_per_second": \#(trial.readsPerSecond), "#
                + #""reads_per_window_max": \#(trial.readsPerWindowMax)}"#
        )
    }
}
