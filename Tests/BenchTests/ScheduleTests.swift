import Testing

@testable import Bench

@Suite struct ScheduleTests {
    @Test func `without a rate a client begins at once, until the end or the count is reached`() {
        var byTime = Schedule(rate: nil, requestsMax: nil, end: 10)
        #expect(byTime.next(at: 0) == 0)
        #expect(byTime.next(at: 9.9) == 9.9)
        #expect(byTime.next(at: 10) == nil)
        var byCount = Schedule(rate: nil, requestsMax: 2, end: nil)
        #expect(byCount.next(at: 5) == 5)
        #expect(byCount.next(at: 5) == 5)
        #expect(byCount.next(at: 5) == nil)
        #expect(byCount.begun == 2)
    }

    @Test func `with a rate the times are fixed, however late a client asks`() {
        var schedule = Schedule(rate: 4, requestsMax: nil, end: 1)
        #expect([0, 0, 0.9, 5].map { schedule.next(at: $0) } == [0, 0.25, 0.5, 0.75])
        #expect(schedule.next(at: 5) == nil)
        #expect(schedule.begun == 4)
    }
}
