// How late the poll schedule is over the mix of jobs that its tests use, as JSON: what `Scripts/bench schedule` tells.
//
// Compiled together with the schedule and the tests' mix, in one module.

@main
enum PollScheduleBenchmark {
    static func main() {
        let trial = PollScheduleTrial(PollScheduleMix.jobs(4000), PollScheduleTrial.schedule)
        print(
            #"{"jobs": \#(trial.lags.count), "lag_ms": \#(1000 * trial.lag), "reads_per_second": \#(trial.readsPerSecond), "#
                + #""reads_per_window_max": \#(trial.readsPerWindowMax)}"#
        )
    }
}
