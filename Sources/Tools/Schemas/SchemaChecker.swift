import JSONText
import OpenAI

/// One look at a value through a schema, which collects what is wrong.
struct SchemaChecker {
    let nodes: [SchemaNode]
    /// What was found so far, in the alternative that is being tried.
    private(set) var found: [String] = []
    /// How often something was taken as valid that could not be checked.
    private var skips = 0
    private var stepsLeft = SchemaLimits.stepsMax
    private var path = SchemaPath()
    private var depth = 0
    /// After how many problems it stops: one is enough to know that a value is not valid.
    private var problemsMax = SchemaLimits.problemsMax
    /// Whether arrays and objects below the value are left out.
    private var isShallow = false
    /// The schemas that are being applied to the value that is looked at.
    private var entered: [Int] = []

    init(_ nodes: [SchemaNode]) {
        self.nodes = nodes
    }

    /// What is wrong with a value seen by itself.
    mutating func problems(_ index: Int, _ value: JSON) -> [String] {
        let outer = found
        found = []
        check(index, value)
        defer { found = outer }
        return found
    }

    /// Whether a value seen by itself has no problem.
    mutating func isValid(_ index: Int, _ value: JSON) -> Bool {
        let outer = problemsMax
        problemsMax = 1
        defer { problemsMax = outer }
        return problems(index, value).isEmpty
    }

    /// How much is wrong with a value apart from the arrays and objects in it: of several schemas for objects, one that
    /// wants another name or kind has something wrong here.
    mutating func shallowProblemCount(_ index: Int, _ value: JSON) -> Int {
        let outer = (problemsMax, isShallow)
        (problemsMax, isShallow) = (SchemaLimits.problemsMax, true)
        defer { (problemsMax, isShallow) = outer }
        return problems(index, value).count
    }

    /// Takes steps from what is left of them; false where too few are left, and what they were for is not done.
    mutating func spend(_ steps: Int) -> Bool {
        guard steps <= stepsLeft else {
            skips += 1
            return false
        }
        stepsLeft -= steps
        return true
    }

    mutating func report(_ problem: @autoclosure () -> String) {
        if found.count < problemsMax { found.append("\(path): \(problem())") }
    }

    mutating func check(_ index: Int, _ value: JSON, under step: SchemaPath.Step) {
        if isShallow, value.isContainer { return }
        let outer = entered
        entered = []
        path.steps.append(step)
        check(index, value)
        path.steps.removeLast()
        entered = outer
    }

    mutating func check(_ index: Int, _ value: JSON) {
        guard found.count < problemsMax, spend(1) else { return }
        // A schema that refers back to itself for the same value says nothing more.
        guard depth < SchemaLimits.depthMax, !entered.contains(index) else { return skips += 1 }
        depth += 1
        entered.append(index)
        defer {
            depth -= 1
            entered.removeLast()
        }
        let node = nodes[index]
        if node.isPartial { skips += 1 }
        if node.isNever { return report("not allowed here") }
        if let types = node.types, !types.accept(value) {
            let isFraction = types.contains(.integer) && value.double != nil
            return report("expected \(types.words), not \(isFraction ? "a number with a fraction" : value.kindName)")
        }
        checkChoices(node, value)
        checkValue(node, value)
        if let reference = node.reference { check(reference, value) }
        for part in node.allOf { check(part, value) }
        if !node.anyOf.isEmpty { checkAny(of: node.anyOf, value) }
        if !node.oneOf.isEmpty { checkOne(of: node.oneOf, value) }
        if let not = node.not { checkNot(not, value) }
    }

    private mutating func checkChoices(_ node: SchemaNode, _ value: JSON) {
        guard !node.choices.isEmpty else { return }
        let text = value.canonicalText
        guard spend(text.utf8.count / 16) else { return }
        for choices in node.choices where !choices.texts.contains(text) {
            report(choices.values.count == 1 ? "expected \(choices.words)" : "expected one of \(choices.words)")
        }
    }

    private mutating func checkValue(_ node: SchemaNode, _ value: JSON) {
        switch value {
        case .null, .bool: break
        case .number(let number): if let rules = node.number { check(number, rules) }
        case .string(let string): if let rules = node.string { check(string, rules) }
        case .array(let elements): if let rules = node.array { check(elements, rules) }
        case .object(let object): if let rules = node.object { check(object, rules) }
        }
    }

    /// Whether an expression matches; what it would take too long to find out is taken as a match.
    mutating func matches(_ pattern: SchemaPattern, _ text: String) -> Bool {
        guard spend(pattern.steps(for: text)) else { return true }
        if !pattern.isExact { skips += 1 }
        return pattern.matches(text)
    }
}

// MARK: Alternatives

extension SchemaChecker {
    private mutating func checkAny(of branches: [Int], _ value: JSON) {
        for branch in branches where isValid(branch, value) { return }
        reportNone(of: branches, value)
    }

    private mutating func reportNone(of branches: [Int], _ value: JSON) {
        // Whoever asks for one problem does not read it.
        guard problemsMax > 1 else { return report("matches none of the alternatives") }
        let types = branches.compactMap { self.types(of: $0) }
        let isOfKind = branches.contains { accepts($0, value) }
        if !isOfKind, types.count == branches.count {
            return report("expected \(types.reduce(into: SchemaTypes([])) { $0.formUnion($1) }.words)")
        }
        if let nearest = nearest(of: branches, value).first { check(nearest, value) }
    }

    /// The alternatives that a value comes nearest to first, those of its type before all others.
    mutating func nearest(of branches: [Int], _ value: JSON) -> [Int] {
        var ranked: [(branch: Int, rank: Int)] = []
        for branch in branches {
            let rank = accepts(branch, value) ? 0 : SchemaLimits.problemsMax + 1
            ranked.append((branch, rank + shallowProblemCount(branch, value)))
        }
        // The sort has to be stable, which it does not promise to be.
        return ranked.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            .map(\.element.branch)
    }

    private mutating func checkOne(of branches: [Int], _ value: JSON) {
        let skipsBefore = skips
        var matchCount = 0
        for branch in branches where isValid(branch, value) { matchCount += 1 }
        if matchCount == 0 { return reportNone(of: branches, value) }
        // An alternative that was not checked whole may not be a match at all.
        if matchCount > 1, skips == skipsBefore { report("matches \(matchCount) of the alternatives instead of one") }
    }

    private mutating func checkNot(_ index: Int, _ value: JSON) {
        let skipsBefore = skips
        if isValid(index, value), skips == skipsBefore { report("has a form that is not allowed") }
    }

    private func types(of index: Int) -> SchemaTypes? {
        var node = nodes[index]
        for _ in 0..<SchemaLimits.openingDepthMax {
            guard node.types == nil, let reference = node.reference else { break }
            node = nodes[reference]
        }
        return node.types
    }

    /// Whether a value has a type that a schema allows, whatever else may be wrong with it.
    func accepts(_ index: Int, _ value: JSON) -> Bool {
        !nodes[index].isNever && types(of: index)?.accept(value) != false
    }
}

extension JSON {
    /// Whether this is an array or an object.
    var isContainer: Bool {
        switch self {
        case .array, .object: true
        case .null, .bool, .number, .string: false
        }
    }
}
