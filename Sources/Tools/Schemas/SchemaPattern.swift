/// A regular expression of a schema, in the dialect of ECMA-262 that JSON Schema names.
///
/// It is matched by following all ways through it at once, which takes at most the length of the text times that of the
/// program. Swift's own `Regex` tries one way after the other: an expression such as `(a+)+$` from a client would keep
/// the server busy for years. What only trying can do, looking around and back references, is taken as matching.
struct SchemaPattern: Sendable {
    /// One instruction of the program.
    enum Instruction: Sendable {
        case scalar(ScalarSet)
        case either(Int, Int)
        case jump(Int)
        case assert(Assertion)
        case match
    }

    /// What holds between two scalars.
    enum Assertion: Sendable {
        case start, end, wordBoundary, noWordBoundary
    }

    private let program: [Instruction]
    /// Whether every part of the expression is checked; otherwise it matches more texts than it says.
    let isExact: Bool

    /// An expression; nil where it cannot be read or is too large.
    init?(_ text: String) {
        var parser = PatternParser(text)
        guard let tree = parser.whole(), let program = PatternCompiler.program(of: tree) else { return nil }
        self.program = program
        isExact = parser.isExact
    }

    /// What matching costs at most, in the steps of `SchemaLimits`.
    func steps(for text: String) -> Int {
        text.utf8.count / 32 * program.count + program.count / 8 + text.utf8.count / 8
    }

    /// Whether it matches anywhere in the text.
    func matches(_ text: String) -> Bool {
        var threads = Threads(count: program.count)
        var next = Threads(count: program.count)
        let scalars = Array(text.unicodeScalars)
        for position in 0...scalars.count {
            if follow(from: 0, at: position, in: scalars, &threads) { return true }
            guard position < scalars.count else { break }
            let scalar = scalars[position].value
            for index in threads.waiting {
                guard case .scalar(let set) = program[index], set.contains(scalar) else { continue }
                if follow(from: index + 1, at: position + 1, in: scalars, &next) { return true }
            }
            swap(&threads, &next)
            next.removeAll()
        }
        return false
    }

    /// Adds the instructions that wait for a scalar on all ways from a place; true where a way ends in a match.
    private func follow(
        from start: Int,
        at position: Int,
        in scalars: [Unicode.Scalar],
        _ threads: inout Threads
    ) -> Bool {
        threads.open.append(start)
        while let index = threads.open.popLast() {
            guard threads.visit(index) else { continue }
            switch program[index] {
            case .match: return true
            case .scalar: threads.waiting.append(index)
            case .jump(let target): threads.open.append(target)
            case .either(let first, let second): threads.open += [second, first]
            case .assert(let assertion):
                if Self.holds(assertion, at: position, in: scalars) { threads.open.append(index + 1) }
            }
        }
        return false
    }

    private static func holds(_ assertion: Assertion, at position: Int, in scalars: [Unicode.Scalar]) -> Bool {
        switch assertion {
        case .start: return position == 0
        case .end: return position == scalars.count
        case .wordBoundary, .noWordBoundary:
            let before = position > 0 && ScalarSet.word.contains(scalars[position - 1].value)
            let after = position < scalars.count && ScalarSet.word.contains(scalars[position].value)
            return (before != after) == (assertion == .wordBoundary)
        }
    }

    /// The ways that are followed at one place of the text.
    private struct Threads {
        var waiting: [Int] = []
        var open: [Int] = []
        private var marks: [UInt32]
        private var mark: UInt32 = 1

        init(count: Int) {
            marks = Array(repeating: 0, count: count)
        }

        /// Whether an instruction is new here.
        mutating func visit(_ index: Int) -> Bool {
            guard marks[index] != mark else { return false }
            marks[index] = mark
            return true
        }

        mutating func removeAll() {
            waiting.removeAll(keepingCapacity: true)
            open.removeAll(keepingCapacity: true)
            mark &+= 1
        }
    }
}
