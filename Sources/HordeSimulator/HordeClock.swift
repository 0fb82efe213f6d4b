/// How the simulated Horde's time goes together with everybody else's: `--clock-speed`.
///
/// Horde's windows, workers and expiry count seconds of its own, which are shorter than real ones where it lives faster.
/// Whatever it tells clients to wait for is told in real seconds.
struct HordeClock {
    /// Unix time of the zero of Horde's clock.
    var epoch = 0.0
    /// Seconds of Horde in one real second.
    var speed = 1.0

    /// The real length of a time of Horde's.
    func realSeconds(_ seconds: Double) -> Double { seconds / speed }

    /// What the limiter tells about a window: the Unix second of its end, and the seconds until then.
    ///
    /// flask-limiter rounds the end up and `Retry-After` down from that, so that at speed 1 the wait may be told up to a
    /// second too short, as Horde does. At another speed it is rounded up: a client that obeys is never too early.
    func windowEnd(_ end: Double, now: Double) -> (reset: Int, retryAfter: Int) {
        let reset = Int(epoch + realSeconds(end)) + 1
        let wait = speed == 1 ? Double(reset) - (epoch + now) : realSeconds(end - now).rounded(.up)
        return (reset, max(0, Int(wait)))
    }
}
