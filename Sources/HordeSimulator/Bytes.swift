import Glibc

/// Searching and counting in UTF-8: a prompt may have a megabyte, and every job's prompt is looked through several times.
enum Bytes {
    static func contains(_ text: String, _ part: String) -> Bool {
        var (text, part) = (text, part)
        return text.withUTF8 { text in part.withUTF8 { position(of: UnsafeRawBufferPointer($0), in: text) != nil } }
    }

    /// Where a byte first stands, at or after an offset.
    static func position(of byte: UInt8, in text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int? {
        guard start < text.count, let base = text.baseAddress,
            let found = memchr(base + start, CInt(byte), text.count - start)
        else { return nil }
        return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
    }

    /// Where a part first stands; an empty one stands at the beginning.
    static func position(of part: UnsafeRawBufferPointer, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let needle = part.baseAddress, let first = part.first, let base = text.baseAddress else {
            return part.isEmpty ? 0 : nil
        }
        var start = 0
        while let index = position(of: first, in: text, from: start), index + part.count <= text.count {
            if memcmp(base + index, needle, part.count) == 0 { return index }
            start = index + 1
        }
        return nil
    }

    /// How many Unicode scalars a text has: its bytes without those that continue a character.
    static func scalarCount(_ text: String) -> Int {
        // ASCII, which strings know of themselves.
        if text.utf16.count == text.utf8.count { return text.utf8.count }
        var text = text
        return text.withUTF8 { bytes in
            var count = 0
            for byte in bytes { count &+= byte & 0xC0 == 0x80 ? 0 : 1 }
            return count
        }
    }
}
