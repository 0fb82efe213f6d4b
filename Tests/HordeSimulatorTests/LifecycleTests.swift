import JSONText
import Testing

@testable import HordeSimulator

/// A request from submit to expiry, told as interleavings with a clock in hand.
struct LifecycleTests {
    @Test func `a request waits, is worked on and is done`() throws {
        let bench = Bench()
        let id = try bench.ask("[[latency:2]] [[reply:hello]]")
        #expect(bench.status(id).counts == [0, 0, 0, 1])
        bench.now = 1
        #expect(bench.status(id).counts == [0, 1, 0, 0])
        bench.now = 3
        let status = bench.status(id)
        #expect(status.counts == [1, 0, 0, 0])
        #expect(status.isDone == true)
        #expect(status["generations"]?[0]?["text"] == "hello")
    }

    @Test func `of two jobs the first text is told while the second runs`() throws {
        let bench = Bench()
        let id = try bench.ask("[[latency:2]]", n: 2)
        bench.now = 3
        let status = bench.status(id)
        #expect(status.counts == [1, 1, 0, 0])
        #expect(status.isDone == false)
        #expect(status["generations"]?.array?.count == 1)
    }

    @Test func `done is told too early after two faults`() throws {
        let bench = Bench()
        let id = try bench.ask("[[fail:2]] [[latency:5]] [[reply:third]]")
        bench.now = 11
        let early = bench.status(id)
        #expect(early.isDone == true)
        #expect(early.counts == [0, 1, 2, 0])
        #expect(early["generations"] == [])
        bench.now = 17
        #expect(bench.status(id)["generations"]?[0]?["text"] == "third")
    }

    @Test func `three faults make the request faulted at the next sweep, and nobody takes it again`() throws {
        let bench = Bench(start: 30)
        let id = try bench.ask("[[state:faulted]] [[latency:3]]")
        bench.now = 45
        #expect(bench.status(id)["faulted"] == false)
        bench.now = 61
        let faulted = bench.status(id)
        #expect(faulted["faulted"] == true)
        #expect(faulted.isDone == true)
        let pops = bench.state.ledger.counters.pops
        bench.now = 120
        _ = bench.status(id)
        #expect(bench.state.ledger.counters.pops == pops)
        #expect(bench.state.openJobs == 0)
    }

    @Test func `a hung job is given up by the first sweep after 150 seconds`() throws {
        let bench = Bench(start: 10)
        let id = try bench.ask("[[hang]]")
        bench.now = 179
        #expect(bench.status(id).counts == [0, 1, 0, 0])
        bench.now = 180
        #expect(bench.status(id).counts == [0, 0, 1, 1])
        bench.now = 181
        #expect(bench.status(id).counts == [0, 1, 1, 0])
    }

    @Test func `a worker that comes back after its job was given up changes nothing`() throws {
        let bench = Bench(start: 1)
        let id = try bench.ask("[[latency:200]] [[reply:late]]")
        bench.now = 202
        #expect(bench.status(id).counts == [0, 1, 1, 0])
        bench.now = 382
        // The second attempt took too long as well; the third runs.
        #expect(bench.status(id).counts == [0, 1, 2, 0])
    }

    @Test func `deleting what waits answers the state before, and done never comes`() throws {
        let bench = Bench()
        let id = try bench.ask("x", model: "nobody/7B")
        #expect(bench.delete(id).counts == [0, 0, 0, 1])
        #expect(bench.status(id).counts == [0, 0, 0, 0])
        #expect(bench.status(id).isDone == false)
        #expect(bench.delete(id).isDone == false)
        #expect(bench.state.openJobs == 0)
    }

    @Test func `deleting does not stop a job that runs`() throws {
        let bench = Bench()
        let id = try bench.ask("[[latency:2]] [[reply:too late]]")
        bench.now = 1
        _ = bench.delete(id)
        bench.now = 3
        #expect(bench.status(id)["generations"]?[0]?["text"] == "too late")
        #expect(bench.status(id).isDone == true)
    }

    @Test func `a fault brings a deleted request back to life, and a second delete ends it`() throws {
        let bench = Bench()
        let id = try bench.ask("[[fail:1]] [[latency:2]]")
        bench.now = 1
        _ = bench.delete(id)
        bench.now = 2.3
        #expect(bench.status(id).counts == [0, 0, 1, 1])
        _ = bench.delete(id)
        bench.now = 30
        #expect(bench.status(id).counts == [0, 0, 1, 0])
        #expect(bench.status(id).isDone == true)
    }

    @Test(arguments: [true, false])
    func `a request is forgotten 20 to 21 minutes after its last event`(isServed: Bool) throws {
        let bench = Bench(start: 30)
        let id = try bench.ask("[[reply:x]] [[latency:1]]", model: isServed ? "m/7B" : "nobody/7B")
        bench.now = 30 + 1200
        #expect(bench.status(id)["rc"] == nil)
        bench.now = 30 + 1270
        #expect(bench.status(id)["rc"] == "RequestNotFound")
        #expect(bench.delete(id)["rc"] == "RequestNotFound")
        #expect(bench.state.requests.isEmpty)
    }

    @Test func `the position is 0 until the next whole second, then counts from 1 by priority`() throws {
        let bench = Bench(start: 0.2)
        let first = try bench.ask("x", model: "nobody/7B", key: Account.anonymousKey)
        let second = try bench.ask("x", model: "nobody/7B")
        bench.now = 0.9
        #expect(bench.status(first)["queue_position"] == 0)
        bench.now = 1
        // The anonymous one came first, but ranks below a registered user's.
        #expect(bench.status(first)["queue_position"] == 2)
        #expect(bench.status(second)["queue_position"] == 1)
        _ = bench.delete(second)
        bench.now = 2
        #expect(bench.status(first)["queue_position"] == 1)
        #expect(bench.status(second)["queue_position"] == 0)
    }

    @Test func `whoever waits gains on newcomers with more kudos`() {
        let waiting = QueueOrder(priority: -50, submittedAt: 0, sequence: 1)
        #expect(QueueOrder(priority: 25, submittedAt: 9, sequence: 2) < waiting)
        #expect(waiting < QueueOrder(priority: 25, submittedAt: 20, sequence: 3))
    }

    @Test func `a worker with free threads does not wait behind requests for others`() throws {
        let bench = Bench()
        for _ in 0..<10 { _ = try bench.ask("x", model: "nobody/7B") }
        let id = try bench.ask("[[latency:9]]")
        bench.now = 1
        #expect(bench.status(id).counts == [0, 1, 0, 0])
    }
}
