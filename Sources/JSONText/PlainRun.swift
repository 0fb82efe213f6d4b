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

    /// Whether no byte is beyond ASCII.
    static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var all: UInt64 = 0
        var position = 0
        while bytes.count - position >= 8 {
            all |= bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            position += 8
        }
        while position < bytes.count {
            all |= UInt64(bytes[position])
            position += 1
        }
        return all & 0x8080_8080_8080_8080 == 0
    }

    /// Copies the run at an index to a place, eight bytes at a time, so that bytes behind the run are overwritten too.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - start: where the run begins.
    ///   - target: has room for as many bytes as may be copied.
    ///   - offset: the place in it.
    ///   - bytesMax: how many bytes may be copied; all that there are without it.
    /// - Returns: the length of the run, or `bytesMax`.
    @inline(__always)
    static func copy(
        from bytes: UnsafeRawBufferPointer,
        at start: Int,
        to target: UnsafeMutableRawBufferPointer,
        at offset: Int,
        bytesMax: Int = .max
    ) -> Int {
        let end = bytes.count - start > bytesMax ? start + bytesMax : bytes.count
        var length = 0
        while end - start - length >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: start + length, as: UInt64.self)
            target.storeBytes(of: word, toByteOffset: offset + length, as: UInt64.self)
            let marks = marked(in: UInt64(littleEndian: word))
            if marks != 0 { return length + marks.trailingZeroBitCount / 8 }
            length += 8
        }
        while start + length < end, !isMark(bytes[start + length]) {
            target[offset + length] = bytes[start + length]
            length += 1
        }
        return length
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
