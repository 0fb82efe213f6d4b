import Testing

@testable import Horde

@Suite struct CircuitBreakerTests {
    private let start = ContinuousClock.now

    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for _ in 0..<5 { breaker.failed(at: start) }
        return breaker
    }

    @Test func `it rests after five failures in a row, and not after fewer`() {
        var breaker = CircuitBreaker()
        for _ in 0..<4 { breaker.failed(at: start) }
        #expect(breaker.rest(at: start) == nil)
        breaker.failed(at: start)
        #expect(breaker.rest(at: start) == .seconds(5))
        #expect(breaker.rest(at: start + .seconds(4)) == .seconds(1))
        #expect(breaker.rest(at: start + .seconds(5)) == nil)
    }

    @Test func `an answer in between begins the count anew`() {
        var breaker = CircuitBreaker()
        for _ in 0..<4 { breaker.failed(at: start) }
        breaker.succeeded(at: start)
        for _ in 0..<4 { breaker.failed(at: start) }
        #expect(breaker.rest(at: start) == nil)
    }

    @Test func `after its rest one submission tries, and the others wait for what comes of it`() {
        var breaker = opened()
        let later = start + .seconds(5)
        breaker.began(at: later)
        #expect(breaker.rest(at: later) == .seconds(20))
        breaker.succeeded(at: later)
        #expect(breaker.rest(at: later) == nil)
    }

    @Test func `one of which nothing is heard is followed by another`() {
        var breaker = opened()
        breaker.began(at: start + .seconds(5))
        #expect(breaker.rest(at: start + .seconds(24)) == .seconds(1))
        #expect(breaker.rest(at: start + .seconds(25)) == nil)
    }

    @Test func `each try that fails makes the rest longer, up to half a minute`() {
        var breaker = opened()
        var now = start + .seconds(5)
        for rest in [10, 20, 30, 30] {
            breaker.began(at: now)
            breaker.failed(at: now)
            #expect(breaker.rest(at: now) == .seconds(rest))
            now += .seconds(rest)
        }
    }

    @Test func `calls that fail while it rests change nothing`() {
        var breaker = opened()
        for _ in 0..<100 { breaker.failed(at: start + .seconds(1)) }
        #expect(breaker.rest(at: start + .seconds(5)) == nil)
    }

    @Test func `while it rests any answer ends that`() {
        var breaker = opened()
        breaker.succeeded(at: start)
        #expect(breaker.rest(at: start) == nil)
    }

    @Test func `it tells since when Horde has been left alone, or has not`() {
        var breaker = CircuitBreaker()
        breaker.succeeded(at: start)
        #expect(breaker.changed == nil)
        breaker = opened()
        #expect(breaker.changed == start)
        breaker.began(at: start + .seconds(5))
        breaker.failed(at: start + .seconds(6))
        #expect(breaker.changed == start, "a try that fails is no change")
        breaker.succeeded(at: start + .seconds(20))
        breaker.succeeded(at: start + .seconds(30))
        #expect(breaker.changed == start + .seconds(20))
    }
}
