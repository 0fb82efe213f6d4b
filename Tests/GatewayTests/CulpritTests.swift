import Horde
import Prompting
import Testing

@testable import Gateway

/// Which workers a job is kept from when it is submitted again.
@Suite struct CulpritTests {
    private static let names = ["m/7B"]

    private func catalog(_ uncompleted: [String: Int]) -> Catalog {
        let workers = uncompleted.map { id, count in
            Worker(id: id, models: Self.names, maxLength: 512, maxContextLength: 4096, uncompletedJobs: count)
        }
        let other = Worker(id: "other", models: ["n/7B"], maxLength: 512, maxContextLength: 4096, uncompletedJobs: 9)
        return Catalog(supply: Catalog.Supply(workers: workers + [other]), formats: .builtIn, created: 0)
    }

    @Test func `a worker of the model that has given up jobs meanwhile is one, and no newcomer`() {
        let before = catalog(["a": 3, "b": 0])
        let after = catalog(["a": 4, "b": 0, "c": 7])
        #expect(after.unreliable(since: before, of: Self.names) == ["a"])
        #expect(after.unreliable(since: after, of: Self.names) == [])
    }

    @Test func `a text goes on with every spelling of its model, that of its own worker first`() {
        let names = LiveModels.workers.flatMap(\.models)
        let spellings = LiveModels.catalog(LiveModels.workers).spellings(of: LiveModels.cydonia, among: names)
        #expect(spellings.first == LiveModels.cydonia)
        #expect(Set(spellings).isSuperset(of: [LiveModels.cydonia, LiveModels.cydoniaOther]))
        #expect(!spellings.contains(LiveModels.stheno) && Set(spellings).count == spellings.count)
    }

    @Test func `none is kept away where no other is left`() {
        let two = catalog(["a": 0, "b": 0])
        #expect(two.sparing(["a"], of: Self.names) == ["a"])
        #expect(two.sparing(["a", "b"], of: Self.names) == [])
        #expect(two.sparing(["a", "b", "other"], of: ["m/7B", "n/7B"]) == [])
        #expect(two.sparing([], of: Self.names) == [])
    }
}
