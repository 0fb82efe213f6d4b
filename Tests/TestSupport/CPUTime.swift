import Glibc

/// The processor's time of the calling thread, which other programs on the machine do not lengthen as they do a clock's.
package enum CPUTime {
    /// What `body` takes.
    package static func measure(_ body: () -> Void) -> Duration {
        let start = now
        body()
        return now - start
    }

    private static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
