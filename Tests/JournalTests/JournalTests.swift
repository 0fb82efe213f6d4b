import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Journal

@Suite @LoopActor struct JournalTests {
    /// A directory of a test's own, and what a journal there has told.
    @LoopActor
    private final class Bench {
        let directory: String
        var news: [Journal.News] = []

        init() throws {
            var template = Array("/tmp/interposer-journal-XXXXXX".utf8CString)
            directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        }

        func open(_ origin: String = "http://a") -> Journal {
            Journal(directory: directory, origin: origin) { [weak self] news in self?.news.append(news) }
        }

        /// The jobs that a journal finds which is opened now.
        func heirs(of origin: String = "http://a") async throws -> (orphans: [Orphan], journal: Journal) {
            let before = news.count
            let journal = open(origin)
            #expect(await eventually { news.count > before })
            guard case .opened(let orphans)? = news.last else {
                Issue.record("not opened: \(news)")
                return ([], journal)
            }
            return (orphans.sorted { $0.id < $1.id }, journal)
        }

        var files: [String] {
            guard let stream = opendir(directory) else { return [] }
            defer { closedir(stream) }
            var names: [String] = []
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name.hasSuffix(".sqlite") { names.append(name) }
            }
            return names
        }
    }

    @Test func `what has not ended is found by the next, with its claim`() async throws {
        let bench = try Bench()
        let first = try await bench.heirs().journal
        first.holds("one") { [1, 2, 3] }
        first.holds("two") { [4] }
        first.holds("three")
        first.ended("two")
        await first.close()
        let (orphans, second) = try await bench.heirs()
        #expect(orphans.map(\.id) == ["one", "three"])
        #expect(orphans.map(\.claim) == [[1, 2, 3], nil])
        #expect(orphans.allSatisfy { abs($0.leftAt - time(nil)) < 100 })
        #expect(bench.files.count == 1, "the first one's file is gone: \(bench.files)")
        for orphan in orphans { second.ended(orphan.id) }
        await second.close()
        #expect(bench.files.isEmpty)
        #expect(try await bench.heirs().orphans.isEmpty)
    }

    @Test func `nobody can claim what is held anew without a claim`() async throws {
        let bench = try Bench()
        let first = try await bench.heirs().journal
        first.holds("one") { [1] }
        first.holds("one")
        await first.close()
        #expect(try await bench.heirs().orphans.map(\.claim) == [nil])
    }

    @Test func `an orphan that is left again keeps its claim, and the time at which it was left`() async throws {
        let bench = try Bench()
        let first = try await bench.heirs().journal
        first.holds("one") { [7] }
        await first.close()
        let (found, second) = try await bench.heirs()
        await second.close()
        #expect(try await bench.heirs().orphans == found)
    }

    @Test func `a journal whose owner lives is left alone`() async throws {
        let bench = try Bench()
        let first = try await bench.heirs().journal
        first.holds("one")
        let (orphans, second) = try await bench.heirs()
        #expect(orphans.isEmpty)
        second.holds("two")
        await second.close()
        first.ended("one")
        await first.close()
        #expect(try await bench.heirs().orphans.map(\.id) == ["two"])
    }

    @Test func `the jobs of another Horde are another's`() async throws {
        let bench = try Bench()
        let first = try await bench.heirs(of: "http://a").journal
        first.holds("one")
        await first.close()
        #expect(try await bench.heirs(of: "http://b").orphans.isEmpty)
        #expect(try await bench.heirs(of: "http://a").orphans.map(\.id) == ["one"])
    }

    @Test(arguments: ["not a database", ""])
    func `a file that is none of ours stops nobody`(content: String) async throws {
        let bench = try Bench()
        let file = try #require(fopen(bench.directory + "/jobs-http---a-broken.sqlite", "w"))
        fputs(content, file)
        fclose(file)
        #expect(try await bench.heirs().orphans.isEmpty)
    }

    @Test func `a directory that cannot be written is told once, and nothing waits for it`() async throws {
        var told: [Journal.News] = []
        let journal = Journal(directory: "/proc/none-such/state", origin: "http://a") { told.append($0) }
        for id in 0..<100 { journal.holds("\(id)") }
        #expect(await eventually { !told.isEmpty })
        await journal.close()
        #expect(told.count == 1)
        guard case .failed(let problem)? = told.first else {
            Issue.record("it was opened")
            return
        }
        #expect(problem.description.contains("/proc/none-such"))
    }

    @Test func `only its owner may read it`() async throws {
        let bench = try Bench()
        let directory = bench.directory + "/deep/state"
        let journal = Journal(directory: directory, origin: "http://a") { bench.news.append($0) }
        #expect(await eventually { !bench.news.isEmpty })
        var status = stat()
        #expect(stat(directory, &status) == 0 && status.st_mode & 0o777 == 0o700)
        journal.holds("one")
        await journal.close()
        let heir = Journal(directory: directory, origin: "http://a") { bench.news.append($0) }
        #expect(await eventually { bench.news.count == 2 })
        for name in try #require(Self.list(directory)) {
            #expect(stat(directory + "/" + name, &status) == 0 && status.st_mode & 0o077 == 0, "\(name)")
        }
        await heir.close()
    }

    private static func list(_ directory: String) -> [String]? {
        guard let stream = opendir(directory) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.first != "." { names.append(name) }
        }
        return names
    }
}
