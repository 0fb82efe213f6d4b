/// A regular expression as a tree.
indirect enum PatternTree: Sendable {
    case empty
    case set(ScalarSet)
    case assertion(SchemaPattern.Assertion)
    case sequence([PatternTree])
    case alternatives([PatternTree])
    /// Repeated; without an upper bound where `most` is nil.
    case repeated(PatternTree, least: Int, most: Int?)
}

/// Turns the tree of an expression into the program that is followed through a text.
struct PatternCompiler {
    private var program: [SchemaPattern.Instruction] = []
    /// Every visit counts, since what is repeated may be empty and add no instruction.
    private var visitsLeft = SchemaLimits.patternInstructionsMax

    /// The program; nil where it would be too large.
    static func program(of tree: PatternTree) -> [SchemaPattern.Instruction]? {
        var compiler = PatternCompiler()
        guard compiler.add(tree) else { return nil }
        compiler.program.append(.match)
        return compiler.program
    }

    /// Adds what matches a tree; false where there is no room.
    private mutating func add(_ tree: PatternTree) -> Bool {
        visitsLeft -= 1
        guard visitsLeft > 0, program.count < SchemaLimits.patternInstructionsMax else { return false }
        switch tree {
        case .empty: return true
        case .set(let set): program.append(.scalar(set))
        case .assertion(let assertion): program.append(.assert(assertion))
        case .sequence(let parts): return parts.allSatisfy { add($0) }
        case .alternatives(let branches): return add(branches: branches)
        case .repeated(let part, let least, let most): return add(part, least: least, most: most)
        }
        return true
    }

    private mutating func add(branches: [PatternTree]) -> Bool {
        var exits: [Int] = []
        for branch in branches.dropLast() {
            let fork = program.count
            program.append(.match)
            guard add(branch) else { return false }
            exits.append(program.count)
            program.append(.match)
            program[fork] = .either(fork + 1, program.count)
        }
        guard let last = branches.last, add(last) else { return false }
        for exit in exits { program[exit] = .jump(program.count) }
        return true
    }

    private mutating func add(_ part: PatternTree, least: Int, most: Int?) -> Bool {
        for _ in 0..<least {
            guard add(part) else { return false }
        }
        guard let most else {
            let fork = program.count
            program.append(.match)
            guard add(part) else { return false }
            program.append(.jump(fork))
            program[fork] = .either(fork + 1, program.count)
            return true
        }
        var forks: [Int] = []
        for _ in least..<max(least, most) {
            forks.append(program.count)
            program.append(.match)
            guard add(part) else { return false }
        }
        for fork in forks { program[fork] = .either(fork + 1, program.count) }
        return true
    }
}
