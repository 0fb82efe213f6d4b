import FoundationEssentials
import Testing

/// What every file under `Sources` keeps to, checked by reading the files.
@Suite struct TidyTests {
    @Test func `the sources keep to the rules`() throws {
        let files = try SourceFile.all()
        #expect(files.count > 100)
        for problem in files.flatMap(Rules.problems) { Issue.record("\(problem)") }
    }

    @Test func `every target has a row in the table of arrows, and every row a target`() throws {
        #expect(Set(try SourceFile.all().map(\.target)) == Set(Rules.arrows.keys))
    }

    @Test(arguments: [
        ("OpenAI", "import Horde", "imports Horde"),
        ("Prompting", "package import OpenAI", "imports OpenAI"),
        ("Horde", "@preconcurrency import struct Gateway.Reply", "imports Gateway"),
        ("Gateway", "@testable import CLI", "imports CLI"),
        ("Gateway", "import Foundation", "import Foundation"),
        ("Gateway", "public import Foundation // why not", "import Foundation"),
        ("Gateway", "let value = try! parse()", "try!"),
        ("Gateway", "DispatchQueue.main.async {}", "DispatchQueue"),
        ("Gateway", "try await Task.sleep(for: .seconds(1))", "Task.sleep"),
        ("Gateway", "print(value)", "print("),
        ("Gateway", "Swift.print(value)", "print("),
        ("Gateway", "_Concurrency.Task { work() }", "Task {"),
        ("Gateway", "Task { await work() }", "Task {"),
        ("Gateway", "let task = Task { @LoopActor in work() }", "Task {"),
        ("Gateway", "Task.detached { work() }", "Task {"),
        ("Gateway", "Task<Void, Never>(priority: .high) { work() }", "Task {"),
        ("Gateway", "final class Box: @unchecked Sendable {}", "@unchecked"),
        ("Gateway", "nonisolated(unsafe) let a = b", "nonisolated(unsafe)"),
        ("Gateway", "unsafeBitCast(a, to: B.self)", "unsafeBitCast"),
        (
            "Gateway", "// because\n" + String(repeating: "\n", count: 8) + "unsafeBitCast(a, to: B.self)",
            "unsafeBitCast"
        ),
        ("Gateway", String(repeating: "//\n", count: 251), "251 lines"),
    ])
    func `a planted violation is found`(target: String, text: String, found: String) {
        let problems = Rules.problems(in: SourceFile(target: target, name: "Planted.swift", text: text))
        #expect(problems.count == 1)
        #expect(problems.allSatisfy { $0.contains(found) })
    }

    @Test(arguments: [
        ("Gateway", "import Horde\npackage import OpenAI\nimport FoundationEssentials\nimport Glibc"),
        ("EventLoop", "Task { await work() }"),
        ("Gateway", "// never try! and never print(it), DispatchQueue or Task.sleep"),
        ("Gateway", "private struct Task {\nfunc f() -> Task {\nvar task: Task {"),
        ("Gateway", "fingerprint(value)\nvalue.debugPrint(a)"),
        ("Gateway", "unsafeBitCast(a, to: B.self)" + String(repeating: "\n", count: 8) + "// because it is"),
        ("Gateway", "// because it is" + String(repeating: "\n", count: 8) + "nonisolated(unsafe) let a = b"),
        ("Gateway", String(repeating: "//\n", count: 250)),
    ])
    func `what is allowed is not found`(target: String, text: String) {
        #expect(Rules.problems(in: SourceFile(target: target, name: "Fine.swift", text: text)) == [])
    }
}

/// One file of ours.
struct SourceFile: Sendable {
    let target: String
    let name: String
    let lines: [String]

    init(target: String, name: String, text: String) {
        (self.target, self.name) = (target, name)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        self.lines = lines
    }

    /// Every Swift file under `Sources`, wherever the package is built: its directories may be links.
    static func all(from here: String = #filePath) throws -> [SourceFile] {
        let root = here.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Sources"
        let manager = FileManager.default
        var files: [SourceFile] = []
        for target in try manager.contentsOfDirectory(atPath: root) where !target.hasPrefix(".") {
            for path in try manager.subpathsOfDirectory(atPath: "\(root)/\(target)") where path.hasSuffix(".swift") {
                let bytes = try #require(manager.contents(atPath: "\(root)/\(target)/\(path)"))
                let text = String(decoding: bytes, as: UTF8.self)
                files.append(SourceFile(target: target, name: path, text: text))
            }
        }
        return files
    }
}

enum Rules {
    /// The arrows of `Package.swift`: what of ours, and of C, each target may import.
    static let arrows: [String: Set<String>] = [
        "Metrics": [],
        "EventLoop": ["CLinux", "Metrics"],
        "HTTPServer": ["EventLoop", "CLinux", "CMicroHTTPD", "COpenSSL"],
        "HTTPClient": ["EventLoop", "CLinux", "CCurl"],
        "Secrets": ["COpenSSL"],
        "Journal": ["EventLoop", "CLinux", "CSQLite"],
        "JSONText": [],
        "OpenAI": ["JSONText"],
        "Prompting": [],
        "Answers": ["Prompting"],
        "Tools": ["OpenAI", "JSONText", "Prompting"],
        "OpenCode": ["OpenAI", "JSONText"],
        "Horde": ["HTTPClient", "JSONText", "Journal", "Secrets", "Metrics", "EventLoop"],
        "Gateway": [
            "Horde", "OpenAI", "JSONText", "Prompting", "Answers", "Tools", "OpenCode", "HTTPServer", "HTTPClient",
            "Journal", "EventLoop", "Metrics", "Secrets",
        ],
        "Bench": ["HTTPClient", "EventLoop", "JSONText"],
        "HordeSimulator": ["HTTPServer", "EventLoop", "JSONText"],
        "CLI": [
            "Gateway", "Bench", "HordeSimulator", "Horde", "HTTPClient", "HTTPServer", "OpenAI", "JSONText",
            "OpenCode", "Prompting", "EventLoop", "Secrets",
        ],
    ]
    private static let ours = Set(arrows.keys).union([
        "CLinux", "CMicroHTTPD", "CCurl", "CSQLite", "COpenSSL", "TestSupport",
    ])
    private static let linesMax = 250
    private static let reasonLinesMax = 8

    static func problems(in file: SourceFile) -> [String] {
        var problems: [String] = []
        if file.lines.count > linesMax {
            problems.append("\(file.target)/\(file.name): \(file.lines.count) lines, more than \(linesMax)")
        }
        for (index, line) in file.lines.enumerated() {
            let code = code(of: line)
            let found = wrongImport(code, in: file.target) + bannedWords(code, in: file.target)
            let unexplained = unexplained(code, at: index, in: file)
            problems += (found + unexplained).map { "\(file.target)/\(file.name):\(index + 1): \($0)" }
        }
        return problems
    }

    /// A line without its comment; `//` inside a string, as in a URL, has a colon before it.
    private static func code(of line: String) -> Substring {
        var end = line.startIndex
        while let slashes = line[end...].firstRange(of: "//") {
            if line[..<slashes.lowerBound].last != ":" { return line[..<slashes.lowerBound] }
            end = slashes.upperBound
        }
        return line[...]
    }

    private static func wrongImport(_ code: Substring, in target: String) -> [String] {
        let words = code.split(separator: " ")
        guard let keyword = words.firstIndex(of: "import"),
            words[..<keyword].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains(String($0)) })
        else { return [] }
        let name = words[(keyword + 1)...].first { !kinds.contains(String($0)) }
        guard let module = name?.split(separator: ".").first.map(String.init) else { return [] }
        if module == "Foundation" { return ["import Foundation: FoundationEssentials is enough"] }
        guard ours.contains(module), arrows[target]?.contains(module) != true else { return [] }
        return ["\(target) imports \(module), against the arrows"]
    }

    private static let accessLevels: Set = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]

    private static func bannedWords(_ code: Substring, in target: String) -> [String] {
        var found = ["try!", "DispatchQueue", "Task.sleep"].filter { code.contains($0) }
        if code.contains(#/\bprint\(/#.wordBoundaryKind(.simple)) { found.append("print(") }
        if target != "EventLoop", startsTask(code) { found.append("Task { outside EventLoop") }
        return found
    }

    /// A task of nobody's: not the declaration of a type of that name, nor what returns one.
    private static func startsTask(_ code: Substring) -> Bool {
        let isDeclaration = code.contains(#/(struct|class|enum|extension|->|:)\s+Task\s*\{/#)
        return !isDeclaration
            && code.contains(
                #/\bTask(\.detached|\.immediate)?(<[^>]*>)?\s*(\([^)]*\))?\s*\{/#.wordBoundaryKind(.simple)
            )
    }

    private static func unexplained(_ code: Substring, at index: Int, in file: SourceFile) -> [String] {
        let words = ["@unchecked", "nonisolated(unsafe)", "unsafeBitCast"].filter { code.contains($0) }
        guard !words.isEmpty else { return [] }
        let near = max(index - reasonLinesMax, 0)...min(index + reasonLinesMax, file.lines.count - 1)
        return file.lines[near].contains { $0.contains("because") } ? [] : words.map { "\($0) without a because" }
    }
}
