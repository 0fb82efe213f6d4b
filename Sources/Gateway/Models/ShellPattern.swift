/// A pattern as a shell has them for file names: `*` is any text, `?` one character, `[a-c]` one of several and
/// `[!a-c]` one of all others.
///
/// Upper and lower case are the same, and a slash is a character like any other. A bracket that is not closed means
/// itself.
struct ShellPattern: Equatable, Sendable {
    private struct ScalarSet: Equatable, Sendable {
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        var isNegated = false

        func contains(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar) } != isNegated }
    }

    /// Scalars as they are, and beyond the last one what is special: numbers are compared faster than cases.
    private var pieces: [UInt32] = []
    private var sets: [ScalarSet] = []

    private static let anyText: UInt32 = 0x11_0000
    private static let anyScalar: UInt32 = 0x11_0001
    /// The first set; the others follow.
    private static let firstSet: UInt32 = 0x11_0002

    /// Whether a text has anything that is special in a pattern.
    static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[".utf8.contains($0) } }

    init(_ text: String) {
        var rest = Array(text.lowercased().unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": if pieces.last != Self.anyText { pieces.append(Self.anyText) }
            case "?": pieces.append(Self.anyScalar)
            case "[":
                if let set = Self.set(&rest) {
                    pieces.append(Self.firstSet + UInt32(sets.count))
                    sets.append(set)
                } else {
                    pieces.append(scalar.value)
                }
            default: pieces.append(scalar.value)
            }
        }
    }

    /// Whether the whole of a name matches, given in lower case; takes at most one step for each pair of places.
    func matches(_ name: [Unicode.Scalar]) -> Bool {
        var (piece, place) = (0, 0)
        // Where to go on when the text of the last `*` has to be longer; there is none yet.
        var (retryPiece, retryPlace) = (-1, 0)
        while place < name.count {
            if piece < pieces.count, pieces[piece] == Self.anyText {
                piece += 1
                (retryPiece, retryPlace) = (piece, place)
            } else if piece < pieces.count, matches(pieces[piece], name[place]) {
                (piece, place) = (piece + 1, place + 1)
            } else if retryPiece >= 0 {
                retryPlace += 1
                (piece, place) = (retryPiece, retryPlace)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == Self.anyText }
    }

    private func matches(_ piece: UInt32, _ scalar: Unicode.Scalar) -> Bool {
        if piece < Self.anyText { return piece == scalar.value }
        return piece == Self.anyScalar || sets[Int(piece - Self.firstSet)].contains(scalar)
    }

    /// Takes what stands behind an opening bracket, with the closing one; takes nothing where none closes it.
    private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> ScalarSet? {
        var inner = rest
        var set = ScalarSet()
        if inner.first == "!" || inner.first == "^" {
            inner.removeFirst()
            set.isNegated = true
        }
        while let first = inner.popFirst() {
            // A closing bracket that comes first is one of the characters.
            if first == "]", !set.ranges.isEmpty {
                rest = inner
                return set
            }
            if inner.first == "-", let last = inner.dropFirst().first, last != "]" {
                inner.removeFirst(2)
                set.ranges.append(min(first, last)...max(first, last))
            } else {
                set.ranges.append(first...first)
            }
        }
        return nil
    }
}
