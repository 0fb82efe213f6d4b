import Testing

@testable import Horde

struct StartWatchTests {
    @Test func `no pause goes on beyond the limit, and every one may once a worker has begun`() {
        let submission = ContinuousClock.now
        var start = StartWatch(limit: .seconds(10), at: submission)
        #expect(start.shortened(.seconds(8), at: submission) == .seconds(8))
        #expect(start.shortened(.seconds(8), at: submission + .seconds(7)) == .seconds(3))
        #expect(start.shortened(.seconds(8), at: submission + .seconds(11)) == .zero)
        #expect(!start.isOver(at: submission + .seconds(9)) && start.isOver(at: submission + .seconds(10)))
        start.hasBegun()
        #expect(start.shortened(.seconds(8), at: submission + .seconds(11)) == .seconds(8))
        #expect(StartWatch(limit: nil, at: submission).shortened(.seconds(8), at: submission) == .seconds(8))
    }
}
