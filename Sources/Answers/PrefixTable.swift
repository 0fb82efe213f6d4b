/// For every beginning of a text, how much of its end is the text's beginning again (Knuth, Morris and Pratt).
struct PrefixTable {
    private let text: [UInt8]
    /// By the length of the beginning less one: the longest end, shorter than itself, that the text begins with.
    private var borders: [Int]

    init(_ bytes: ArraySlice<UInt8>) {
        text = Array(bytes)
        borders = [Int](repeating: 0, count: text.count)
        var length = 0
        for index in text.indices.dropFirst() {
            length = step(from: length, by: text[index])
            borders[index] = length
        }
    }

    /// The length of the longest end of another text that this text begins with; may be all of either.
    func lengthAtEnd(of other: ArraySlice<UInt8>) -> Int {
        other.reduce(0) { length, byte in step(from: length, by: byte) }
    }

    /// Whether the beginning of this length (0 to that of the text) is made of equal rows, the last maybe cut.
    ///
    /// The white space between rows is missing behind the last, so that two of them are a little less than twice as
    /// long as the distance at which the beginning equals itself.
    func isRows(_ length: Int) -> Bool {
        length > 0 && (length - borders[length - 1]) * 3 < length * 2
    }

    private func step(from length: Int, by byte: UInt8) -> Int {
        var length = length
        if length == text.count { length = text.isEmpty ? 0 : borders[length - 1] }
        while length > 0, text[length] != byte { length = borders[length - 1] }
        return !text.isEmpty && text[length] == byte ? length + 1 : 0
    }

    /// For the first indices of a text, how much of the text's beginning stands there again (the Z function).
    ///
    /// - Parameters:
    ///   - text: any bytes.
    ///   - count: for how many indices; a text that is shorter has fewer.
    /// - Returns: the lengths by index, in bytes; 0 for the first.
    static func equalities(_ text: [UInt8], count: Int) -> [Int] {
        var equal = [Int](repeating: 0, count: min(count, text.count))
        // The stretch found so far that ends last and equals the beginning.
        var (low, high) = (0, 0)
        for index in equal.indices.dropFirst() {
            var length = index < high ? min(high - index, equal[index - low]) : 0
            while index + length < text.count, text[length] == text[index + length] { length += 1 }
            equal[index] = length
            if index + length > high { (low, high) = (index, index + length) }
        }
        return equal
    }
}
