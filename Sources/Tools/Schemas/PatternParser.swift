/// Reads a regular expression in the dialect of ECMA-262, from left to right.
struct PatternParser {
    /// Whether nothing was read as matching more than it does.
    private(set) var isExact = true

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ text: String) {
        scalars = Array(text.unicodeScalars.prefix(SchemaLimits.patternScalarsMax + 1))
    }

    /// The whole expression; nil where it is not one of this dialect.
    mutating func whole() -> PatternTree? {
        guard scalars.count <= SchemaLimits.patternScalarsMax, let tree = alternatives() else { return nil }
        return position == scalars.count ? tree : nil
    }

    private mutating func alternatives() -> PatternTree? {
        guard depth < SchemaLimits.patternDepthMax else { return nil }
        depth += 1
        defer { depth -= 1 }
        var branches: [PatternTree] = []
        repeat {
            guard let branch = sequence() else { return nil }
            branches.append(branch)
        } while take("|")
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() -> PatternTree? {
        var parts: [PatternTree] = []
        while let next = peek(), next != "|", next != ")" {
            guard let atom = atom(), let part = quantified(atom) else { return nil }
            parts.append(part)
        }
        return .sequence(parts)
    }

    private mutating func atom() -> PatternTree? {
        guard let scalar = pop() else { return nil }
        switch scalar {
        case "^": return .assertion(.start)
        case "$": return .assertion(.end)
        case ".": return .set(.dot)
        case "(": return group()
        case "[": return scalarClass().map(PatternTree.set)
        case "\\": return escape()
        case "*", "+", "?": return nil
        default: return .set(ScalarSet(scalar))
        }
    }

    /// Reads a group after its bracket; one that looks around is read and taken to hold.
    private mutating func group() -> PatternTree? {
        var isLookingAround = false
        if take("?") {
            if take("=") || take("!") {
                isLookingAround = true
            } else if take("<") {
                isLookingAround = take("=") || take("!")
                if !isLookingAround {
                    while let scalar = pop(), scalar != ">" {}
                }
            } else if !take(":") {
                return nil
            }
        }
        guard let tree = alternatives(), take(")") else { return nil }
        if isLookingAround { isExact = false }
        return isLookingAround ? .empty : tree
    }

    // MARK: Quantifiers

    private mutating func quantified(_ atom: PatternTree) -> PatternTree? {
        guard let (least, most) = quantifier() else { return atom }
        // How greedy it is makes no difference to whether there is a match.
        _ = take("?")
        if let most, most < least { return nil }
        if case .assertion = atom { return least == 0 ? .empty : atom }
        return .repeated(atom, least: least, most: most)
    }

    private mutating func quantifier() -> (least: Int, most: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let start = position
        if take("{"), let least = number() {
            if take("}") { return (least, least) }
            if take(",") {
                if take("}") { return (least, nil) }
                if let most = number(), take("}") { return (least, most) }
            }
        }
        // A brace that begins no quantifier is a brace.
        position = start
        return nil
    }

    /// Reads digits; a number that no program has room for stays one, however long.
    private mutating func number() -> Int? {
        let start = position
        var value = 0
        while let scalar = peek(), ScalarSet.digit.contains(scalar.value) {
            value = min(value * 10 + Int(scalar.value - 0x30), 1_000_000)
            position += 1
        }
        return position > start ? value : nil
    }

    // MARK: Classes and escapes

    private mutating func scalarClass() -> ScalarSet? {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isLoose = false
        while let scalar = pop() {
            if scalar == "]" {
                // A class that holds more than it says would hold less when negated.
                return isLoose ? .any : ScalarSet(ranges, isNegated: isNegated)
            }
            guard let lower = scalar == "\\" ? classEscape() : ScalarSet(scalar) else { return nil }
            if lower == .any { isLoose = true }
            guard let first = lower.single, peek() == "-", peek(1) != nil, peek(1) != "]" else {
                ranges += lower.positive
                continue
            }
            position += 1
            guard let scalar = pop(), let upper = scalar == "\\" ? classEscape() : ScalarSet(scalar) else { return nil }
            if let last = upper.single {
                guard first <= last else { return nil }
                ranges.append(first...last)
            } else {
                ranges += lower.positive + [0x2D...0x2D] + upper.positive
            }
        }
        return nil
    }

    private mutating func classEscape() -> ScalarSet? {
        if take("b") { return ScalarSet("\u{08}") }
        guard case .set(let set) = escape() else { return nil }
        return set
    }

    /// Reads what follows a backslash.
    private mutating func escape() -> PatternTree? {
        guard let scalar = pop() else { return nil }
        switch scalar {
        case "d": return .set(.digit)
        case "D": return .set(ScalarSet.digit.negated)
        case "w": return .set(.word)
        case "W": return .set(ScalarSet.word.negated)
        case "s": return .set(.space)
        case "S": return .set(ScalarSet.space.negated)
        case "b": return .assertion(.wordBoundary)
        case "B": return .assertion(.noWordBoundary)
        case "t": return .set(ScalarSet("\t"))
        case "n": return .set(ScalarSet("\n"))
        case "r": return .set(ScalarSet("\r"))
        case "v": return .set(ScalarSet("\u{0B}"))
        case "f": return .set(ScalarSet("\u{0C}"))
        case "0": return .set(ScalarSet("\0"))
        case "x": return hexadecimal(digits: 2)
        case "u": return take("{") ? bracedHexadecimal() : hexadecimal(digits: 4)
        case "p", "P": return property()
        case "1"..."9": return anything()
        case "k": return skip(to: ">") ? anything() : nil
        case "a"..."z", "A"..."Z": return nil
        default: return .set(ScalarSet(scalar))
        }
    }

    /// A part that cannot be checked, and so matches whatever stands there.
    private mutating func anything() -> PatternTree {
        isExact = false
        return .repeated(.set(.any), least: 0, most: nil)
    }

    /// `\p{…}`: the tables of properties are not here, so that every scalar has it.
    private mutating func property() -> PatternTree? {
        guard peek() == "{", skip(to: "}") else { return nil }
        isExact = false
        return .set(.any)
    }
}

extension PatternParser {
    private mutating func hexadecimal(digits: Int) -> PatternTree? {
        let text = String(String.UnicodeScalarView(scalars[position...].prefix(digits)))
        guard text.utf8.count == digits, let value = UInt32(text, radix: 16), !text.hasPrefix("+") else { return nil }
        position += digits
        return .set(ScalarSet([value...value]))
    }

    private mutating func bracedHexadecimal() -> PatternTree? {
        let text = String(String.UnicodeScalarView(scalars[position...].prefix { $0 != "}" }))
        guard let value = UInt32(text, radix: 16), value <= 0x10FFFF, skip(to: "}") else { return nil }
        return .set(ScalarSet([value...value]))
    }

    private mutating func skip(to end: Unicode.Scalar) -> Bool {
        while let scalar = pop() {
            if scalar == end { return true }
        }
        return false
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < scalars.count ? scalars[position + offset] : nil
    }

    private mutating func pop() -> Unicode.Scalar? {
        guard let scalar = peek() else { return nil }
        position += 1
        return scalar
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        position += 1
        return true
    }
}

extension ScalarSet {
    /// The scalar, if it is the only one.
    fileprivate var single: UInt32? {
        guard !isNegated, ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}
