import Testing

@testable import Metrics

struct DistributionTests {
    @Test func `a value counts for each bound that it does not pass, and for all`() {
        var distribution = Distribution([0.5, 1, 5])
        for value in [0.1, 0.5, 0.7, 5, 100] { distribution.add(value) }
        distribution.add(.milliseconds(800))
        #expect(distribution.cumulative == [2, 4, 5] && distribution.count == 6)
        #expect(abs(distribution.sum - 107.1) < 1e-9)
    }

    @Test func `what is nothing has counts all the same`() {
        let distribution = Distribution([1])
        #expect(distribution.cumulative == [0] && distribution.count == 0 && distribution.sum == 0)
    }
}

struct SeriesTests {
    @Test func `each begins with what all begin with, and of too many the oldest becomes part of the rest`() {
        var series = Series<String, Int>(of: 10, countMax: 3) { _ in "rest" }
        series.count("a") { $0 += 1 }
        series.count("b") { $0 += 1 }
        series.count("a") { $0 += 1 }
        series.count("c") { $0 += 5 }
        #expect(Dictionary(series.all.map { ($0.labels, $0.value) }) { $1 } == ["a": 12, "b": 11, "c": 15])
        series.count("d") { $0 += 1 }
        #expect(Dictionary(series.all.map { ($0.labels, $0.value) }) { $1 } == ["a": 12, "c": 15, "d": 11, "rest": 21])
        series.count("e") { $0 += 1 }
        #expect(Dictionary(series.all.map { ($0.labels, $0.value) }) { $1 }["rest"] == 33)
    }
}
