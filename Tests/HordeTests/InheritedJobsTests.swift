import EventLoop
import TestSupport
import Testing

@testable import Horde

@Suite @LoopActor struct InheritedJobsTests {
    private func ticket(_ id: String) throws -> Ticket { try #require(Ticket(id)) }

    @Test func `a job is given to who asks for the same, and once`() throws {
        let jobs = InheritedJobs()
        jobs.keep(try ticket("one"), claim: [1], for: .seconds(60)) {}
        #expect(jobs.take([2]) == nil)
        #expect(jobs.take([1])?.id == "one")
        #expect(jobs.take([1]) == nil && jobs.isEmpty)
    }

    @Test func `two clients that had asked the same get a job each`() throws {
        let jobs = InheritedJobs()
        for id in ["one", "two"] { jobs.keep(try ticket(id), claim: [1], for: .seconds(60)) {} }
        #expect([jobs.take([1])?.id, jobs.take([1])?.id] == ["one", "two"])
        #expect(jobs.isEmpty)
    }

    @Test func `what nobody claims in time is told, and each by itself`() async throws {
        let jobs = InheritedJobs()
        var ended: [String] = []
        jobs.keep(try ticket("short"), claim: [1], for: .milliseconds(20)) { ended.append("short") }
        jobs.keep(try ticket("long"), claim: [1], for: .seconds(60)) { ended.append("long") }
        #expect(await eventually { !ended.isEmpty })
        #expect(ended == ["short"] && jobs.take([1])?.id == "long")
    }

    @Test func `a server that stops gives up all of them, and nothing ends later`() async throws {
        let jobs = InheritedJobs()
        var isLate = false
        for id in ["one", "two"] { jobs.keep(try ticket(id), claim: [1], for: .milliseconds(20)) { isLate = true } }
        #expect(Set(jobs.removeAll().map(\.id)) == ["one", "two"] && jobs.isEmpty)
        try await EventLoop.sleep(for: .milliseconds(60))
        #expect(!isLate)
    }
}
