import Testing

@testable import Horde

struct JobPatienceTests {
    private static let start = ContinuousClock.now
    private static let impossible = JobProgress(queuePosition: 1, isRunning: false, isPossible: false)
    private static let possible = JobProgress(queuePosition: 1, isRunning: false)

    private static func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func `a job that no worker can take is given up after 45 seconds`() throws {
        var patience = JobPatience()
        try patience.heard(Self.impossible, at: Self.at(3))
        try patience.heard(Self.impossible, at: Self.at(47.9))
        #expect(throws: HordeError.impossible) { try patience.heard(Self.impossible, at: Self.at(48)) }
    }

    @Test func `a worker that comes in between begins it anew`() throws {
        var patience = JobPatience()
        try patience.heard(Self.impossible, at: Self.at(0))
        try patience.heard(Self.possible, at: Self.at(40))
        try patience.heard(Self.impossible, at: Self.at(50))
        try patience.heard(Self.impossible, at: Self.at(94))
        #expect(throws: HordeError.impossible) { try patience.heard(Self.impossible, at: Self.at(95)) }
    }

    @Test func `silence is borne for a minute, and any word ends it`() throws {
        var patience = JobPatience()
        let failure = HordeError.serverFailed(status: 502)
        try patience.heardNothing(failure, at: Self.at(0))
        try patience.heardNothing(failure, at: Self.at(59))
        try patience.heard(Self.possible, at: Self.at(60))
        try patience.heardNothing(failure, at: Self.at(61))
        try patience.heardNothing(.unreachable(reason: ""), at: Self.at(120))
        #expect(throws: failure) { try patience.heardNothing(failure, at: Self.at(121)) }
    }
}

extension JobPatienceTests {
    @Test func `where others may take its place a job is given up when it was called impossible twice in a row`() throws
    {
        var patience = JobPatience(impossibleReadsMax: 2)
        try patience.heard(Self.impossible, at: Self.at(0))
        try patience.heard(Self.possible, at: Self.at(1))
        try patience.heard(Self.impossible, at: Self.at(2))
        #expect(throws: HordeError.impossible) { try patience.heard(Self.impossible, at: Self.at(3)) }
    }

    @Test func `a worker that begins in time ends the wait for one`() {
        var watch = StartWatch(limit: .seconds(20), at: Self.at(0))
        #expect(!watch.isOver(at: Self.at(19.9)))
        #expect(watch.isOver(at: Self.at(20)))
        watch.hasBegun()
        #expect(!watch.isOver(at: Self.at(99)))
        #expect(!StartWatch(limit: nil, at: Self.at(0)).isOver(at: Self.at(9999)))
    }
}
