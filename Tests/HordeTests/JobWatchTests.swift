import Testing

@testable import Horde

struct JobWatchTests {
    private static let start = ContinuousClock.now
    private static let deadline = at(600)
    private static let text = Generation(text: "hi")

    private static func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func watch(_ terms: GenerationTerms = GenerationTerms(), count: Int = 1) -> JobWatch {
        JobWatch(terms, answerTokens: 80, count: count, isSafetyNet: false, at: Self.start)
    }

    private func status(_ texts: [Generation] = [], waiting: Int = 0, processing: Int = 0) -> GenerationStatus {
        var status = GenerationStatus()
        (status.generations, status.waiting, status.processing) = (texts, waiting, processing)
        return status
    }

    @Test func `the first read is due after half a second, and never after the deadline`() {
        var watch = watch()
        #expect(watch.pause(isAway: false, until: Self.deadline, at: Self.start) == .milliseconds(500))
        #expect(watch.pause(isAway: false, until: Self.at(0.2), at: Self.start) == .milliseconds(200))
        #expect(watch.pause(isAway: false, until: Self.at(-1), at: Self.start) == .zero)
        #expect(watch.beginRead(isAway: false, at: Self.at(1)) == false)
    }

    @Test func `what nobody waits for is withdrawn at once, and ends unless a worker has it`() throws {
        var watch = watch()
        #expect(watch.pause(isAway: true, until: Self.deadline, at: Self.at(0.1)) == .zero)
        #expect(watch.beginRead(isAway: true, at: Self.at(0.1)) == true)
        let news = try watch.heard(status(processing: 1), at: Self.at(0.2))
        #expect(news == .goesOn(JobProgress(queuePosition: 0, isRunning: true)))
        // Deleted, it is looked after seldom.
        #expect(watch.pause(isAway: true, until: Self.deadline, at: Self.at(0.2)) >= Limits.awayReadInterval)
        #expect(watch.beginRead(isAway: true, at: Self.at(9)) == true)
        #expect(throws: HordeError.left) { try watch.heard(status(waiting: 1), at: Self.at(9)) }
    }

    @Test func `a deletion that failed is repeated as soon as a read would be`() throws {
        var watch = watch()
        _ = watch.pause(isAway: true, until: Self.deadline, at: Self.at(0.1))
        _ = watch.beginRead(isAway: true, at: Self.at(0.1))
        #expect(try watch.failed(.serverFailed(status: 502), at: Self.at(0.2)) == nil)
        let pause = watch.pause(isAway: true, until: Self.deadline, at: Self.at(0.2))
        #expect(pause > .zero && pause < Limits.awayReadInterval)
    }

    @Test func `who is back when the answer to the deletion comes still loses what no worker had`() {
        var watch = watch()
        _ = watch.beginRead(isAway: true, at: Self.at(1))
        _ = watch.pause(isAway: false, until: Self.deadline, at: Self.at(1.1))
        #expect(throws: HordeError.left) { try watch.heard(status(waiting: 1), at: Self.at(1.2)) }
    }

    @Test func `an order that no worker begins in time is withdrawn, and goes on where one has begun just then`() throws
    {
        var watch = watch(GenerationTerms(startLimit: .seconds(10)))
        #expect(watch.beginRead(isAway: false, at: Self.at(9)) == false)
        #expect(watch.beginRead(isAway: false, at: Self.at(10)) == true)
        _ = try watch.heard(status(processing: 1), at: Self.at(10.1))
        #expect(watch.beginRead(isAway: false, at: Self.at(99)) == false)

        var other = self.watch(GenerationTerms(startLimit: .seconds(10)))
        _ = other.beginRead(isAway: false, at: Self.at(10))
        #expect(throws: HordeError.notStarted) { try other.heard(status(waiting: 1), at: Self.at(10.1)) }
    }

    @Test func `a DELETE that fails is repeated after the pause of a read`() throws {
        var watch = watch(GenerationTerms(startLimit: .seconds(10)))
        _ = watch.beginRead(isAway: false, at: Self.at(10))
        let pause = try watch.failed(.unreachable(reason: ""), at: Self.at(10.1))
        #expect(try #require(pause) > .zero)
        #expect(watch.pause(isAway: false, until: Self.deadline, at: Self.at(12)) == .zero)
    }

    @Test func `an impossible job is withdrawn where others may be asked, and given up where there are none`() throws {
        var watch = watch(GenerationTerms(impossibleReadsMax: 2))
        #expect(try watch.failed(.impossible, at: Self.at(1)) == nil)
        #expect(watch.beginRead(isAway: false, at: Self.at(1)) == true)
        #expect(throws: HordeError.impossible) { try watch.heard(status(waiting: 1), at: Self.at(1.1)) }

        var other = self.watch()
        #expect(throws: HordeError.impossible) { try other.failed(.impossible, at: Self.at(1)) }
    }

    @Test func `of several texts those that are there are kept when the rest is withdrawn`() throws {
        var watch = watch(count: 2)
        _ = watch.beginRead(isAway: true, at: Self.at(1))
        let news = try watch.heard(status([Self.text], waiting: 1), at: Self.at(1.1))
        #expect(news == .over([Self.text]) && watch.written == [Self.text])
    }
}
