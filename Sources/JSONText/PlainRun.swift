// Finding where a string needs attention, eight bytes at a time: most of a chat request is text between two quotes,
// so this loop is where its reading and writing spend their time.

/// A run of bytes that a JSON string holds as they are: no quote, no backslash, no control character.
enum PlainRun {
    /// The index of the first byte at or after `start` that ends the run, or the number of bytes if none does.
    static func end(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while bytes.count - position >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let marks = marked(in: word)
            if marks != 0 { return position + marks.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < bytes.count, !isMark(bytes[position]) {
            position += 1
        }
        return position
    }

    /// The high bit of each byte that ends a run; above the lowest one there may be false ones.
    ///
    /// Subtracting borrows from the next byte only where a byte was smaller than what was subtracted, which is where
    /// the search stops: the lowest bit set is always a true one.
    private static func marked(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let control = (word &- ones &* 0x20) & ~word
        return (control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & (ones &* 0x80)
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}
