import HordeSimulator
import Testing

@testable import Horde

/// The whole of the decision on a clock of its own: minutes pass in no time.
struct AdmissionQueueTests {
    private static func key(_ number: Int) -> HordeKey {
        let digits = "\(number)"
        guard let key = HordeKey(String(repeating: "k", count: 22 - digits.count) + digits) else {
            preconditionFailure()
        }
        return key
    }

    private func turn(_ key: HordeKey, jobs: Int = 1, quick: Bool = false, continued: Bool = false) -> SubmitTurn {
        SubmitTurn(key: key, jobs: jobs, isQuick: quick, isContinued: continued)
    }

    /// Submits what is in line until nobody's turn comes any more, and lets workers take each job after a while.
    private func run(
        _ queue: inout AdmissionQueue<Int>,
        from start: ContinuousClock.Instant,
        keys: [Int: HordeKey],
        jobs: [Int: Int] = [:],
        takenAfter: Duration = .zero
    ) -> [(element: Int, at: Duration)] {
        var now = start
        var turns: [(Int, Duration)] = []
        var taken: [(ContinuousClock.Instant, Int)] = []
        while true {
            while let first = taken.first, first.0 <= now {
                taken.removeFirst()
                if let key = keys[first.1] { queue.began(jobs[first.1] ?? 1, of: key) }
            }
            switch queue.next(at: now) {
            case .submits(let element):
                turns.append((element, now - start))
                taken.append((now + takenAfter, element))
            case .waits(let pause):
                let event = taken.first.map { $0.0 - now }
                guard let step = [pause, event].compactMap(\.self).min() else { return turns }
                now += step
            }
        }
    }

    @Test func `an account has no more jobs waiting than it may, and others go on meanwhile`() {
        var queue = AdmissionQueue<Int>(submitsPerMinute: 0)
        let (full, other) = (Self.key(1), Self.key(2))
        var keys: [Int: HordeKey] = [:]
        for number in 0..<100 {
            keys[number] = full
            _ = queue.add(number, turn(full))
        }
        keys[100] = other
        _ = queue.add(100, turn(other))
        let turns = run(&queue, from: .now, keys: keys, takenAfter: .seconds(10))
        #expect(turns.filter { $0.at == .zero }.count == Limits.accountJobsMax + 1)
        #expect(turns.first { $0.element == 100 }?.at == .zero)
        #expect(turns.count == 101)
    }

    @Test func `what Horde tells of an account is kept to`() {
        var queue = AdmissionQueue<Int>(submitsPerMinute: 0)
        let now = ContinuousClock.now
        let key = Self.key(1)
        for number in 0..<100 { _ = queue.add(number, turn(key)) }
        var submitted = 0
        func submitAll() { while case .submits = queue.next(at: now) { submitted += 1 } }
        submitAll()
        #expect(submitted == 30 && queue.deservesAsking(key))
        queue.learned(50, of: key)
        submitAll()
        #expect(submitted == 50 && !queue.deservesAsking(key))
        #expect(queue.waitingJobs == 50)
    }

    @Test func `an order of more texts than the account may have waiting goes when nothing else waits`() {
        var queue = AdmissionQueue<Int>(submitsPerMinute: 0)
        let now = ContinuousClock.now
        let key = Self.key(1)
        _ = queue.add(1, turn(key))
        if case .waits = queue.next(at: now) { Issue.record("the first one waits") }
        queue.learned(5, of: key)
        _ = queue.add(2, turn(key, jobs: 20))
        if case .submits = queue.next(at: now) { Issue.record("the account is full") }
        queue.began(1, of: key)
        if case .waits = queue.next(at: now) { Issue.record("nothing else waits") }
    }

    @Test func `a refused account pauses, twice as long each time, and holds nobody else`() {
        var queue = AdmissionQueue<Int>(submitsPerMinute: 0)
        let start = ContinuousClock.now
        let (busy, other) = (Self.key(1), Self.key(2))
        for number in 0..<3 { _ = queue.add(number, turn(busy)) }
        _ = queue.add(9, turn(other))
        guard case .submits(0) = queue.next(at: start) else { return void("the first goes") }
        queue.began(1, of: busy)
        queue.refused(busy, .tooManyPrompts, at: start)
        guard case .submits(9) = queue.next(at: start) else { return void("the other key goes") }
        guard case .waits(.milliseconds(750)?) = queue.next(at: start) else { return void("a pause") }
        guard case .submits(1) = queue.next(at: start + .seconds(1)) else { return void("the second goes") }
        queue.began(1, of: busy)
        queue.refused(busy, .tooManyPrompts, at: start + .seconds(1))
        guard case .waits(.milliseconds(1500)?) = queue.next(at: start + .seconds(1)) else {
            return void("twice the pause")
        }
    }

    @Test func `a full line lets in who has less than a share of it`() {
        var queue = AdmissionQueue<Int>(submitsPerMinute: 1)
        let now = ContinuousClock.now
        let (heavy, light) = (Self.key(1), Self.key(2))
        for number in 0..<Limits.waitingSubmitsMax { _ = queue.add(number, turn(heavy)) }
        #expect(queue.expectation(for: heavy, at: now).isFull)
        #expect(!queue.expectation(for: light, at: now).isFull)
        #expect(queue.expectation(for: light, at: now).ahead == 1)
        for number in 0..<Limits.waitingSubmitsMax { _ = queue.add(number, turn(light)) }
        #expect(queue.expectation(for: Self.key(3), at: now).isFull)
    }

    @Test func `who does not find room in the line comes back later also where no pace is kept`() {
        var queue = AdmissionQueue<Int>(submitsPerMinute: 0)
        for number in 0..<Limits.waitingSubmitsMax { _ = queue.add(number, turn(Self.key(1))) }
        let expectation = queue.expectation(for: Self.key(1), at: .now)
        #expect(queue.untilShortEnough(expectation, patience: .seconds(60)) == Limits.fullLinePause)
    }

    @Test func `thirty minutes at full budget meet no refusal in Horde's windows, and use what they allow`() {
        var queue = AdmissionQueue<Int>(submitsPerMinute: nil)
        let start = ContinuousClock.now
        var random = SeededGenerator(seed: 7)
        var now = start
        var (submitted, refused) = (0, 0)
        var windows = FixedWindows()
        let key = Self.key(1)
        queue.learned(1_000_000, of: key)
        while now < start + .seconds(1800) {
            if queue.count < 3 { for number in 0..<3 { _ = queue.add(number, turn(key)) } }
            switch queue.next(at: now) {
            case .submits:
                submitted += 1
                // On the way to Horde a submission takes between 20 and 60 ms.
                let arrival = now + .milliseconds(20) + random.duration(upTo: .milliseconds(40))
                if !windows.takes(at: (arrival - start) / .seconds(1)) { refused += 1 }
                queue.accepted(key, limitPerSecond: 2, at: now)
                queue.began(1, of: key)
            case .waits(let pause):
                // Timers are up to two milliseconds late.
                now += (pause ?? .zero) + random.duration(upTo: .milliseconds(2))
            }
        }
        #expect(refused == 0)
        #expect(Double(submitted) >= 0.95 * 30 * 90)
    }

    private func void(_ comment: Comment) { Issue.record(comment) }
}

/// Horde's limiter: 2 a second and 90 a minute, in windows that begin with their first hit.
private struct FixedWindows {
    private var second = (end: 0.0, hits: 0)
    private var minute = (end: 0.0, hits: 0)

    mutating func takes(at time: Double) -> Bool {
        if second.end <= time { second = (time + 1, 0) }
        second.hits += 1
        guard second.hits <= 2 else { return false }
        if minute.end <= time { minute = (time + 60, 0) }
        minute.hits += 1
        return minute.hits <= 90
    }
}
