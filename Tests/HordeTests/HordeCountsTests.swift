import Metrics
import Testing

@testable import Horde

struct HordeCountsTests {
    private static let text = Generation(text: "Hello.", model: "koboldcpp/A")

    @Test(
        arguments: [
            (.success([text]), ["x"], "koboldcpp/A", .done), (.success([]), ["x"], "x", .lost),
            (.success([Generation(text: "", model: "m", isCensored: true)]), ["x"], "m", .done),
            (.success([Generation(text: "", model: "m")]), ["x"], "m", .lost),
            (.failure(.faulted), ["x"], "x", .faulted), (.failure(.impossible), ["x", "y"], "several", .impossible),
            (.failure(.left), ["x"], "x", .cancelledClient), (.failure(.cancelled), ["x"], "x", .cancelledClient),
            (.failure(.deadlinePassed), ["x"], "x", .cancelledDeadline), (.failure(.expired), ["x"], "x", .lost),
            (.failure(.notStarted), ["x", "y"], "several", .withdrawn),
        ] as [(Result<[Generation], HordeError>, [String], String, HordeCounts.Outcome)]
    )
    func `a job is counted by who wrote it, or might have, and by what became of it`(
        texts: Result<[Generation], HordeError>,
        models: [String],
        model: String,
        outcome: HordeCounts.Outcome
    ) {
        var counts = HordeCounts()
        counts.ended(texts, of: models, after: .seconds(7))
        #expect(counts.jobs.all.map(\.labels) == [HordeCounts.Ended(model: model, outcome: outcome)])
        #expect(counts.jobDurations.all.map(\.value.sum) == (outcome == .done ? [7] : []))
    }

    @Test func `of more models than are kept those stay that were counted last`() {
        var counts = HordeCounts()
        for number in 0..<1000 { counts.ended(.failure(.faulted), of: ["m\(number)"], after: .zero) }
        #expect(counts.jobs.all.count <= Limits.modelOutcomeSeriesMax + 1)
        #expect(counts.jobs.all.reduce(0) { $0 + $1.value } == 1000)
        #expect(counts.jobs.all.contains { $0.labels.model == "m999" })
    }
}

struct SubmitFiguresTests {
    @Test func `submissions count for the minute in which they were`() {
        var figures = SubmitFigures()
        for second in [0, 0, 1, 30, 59] { figures.admitted(.quick, after: .zero, at: second) }
        #expect(figures.lastMinute(at: 59) == 5)
        #expect(figures.lastMinute(at: 60) == 3)
        #expect(figures.lastMinute(at: 61) == 2)
        #expect(figures.lastMinute(at: 90) == 1)
        #expect(figures.lastMinute(at: 10_000) == 0)
        figures.admitted(.slow, after: .zero, at: 10_000)
        #expect(figures.lastMinute(at: 10_059) == 1 && figures.lastMinute(at: 10_060) == 0)
    }
}
