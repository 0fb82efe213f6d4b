import Testing
import Tools

/// Every output of the table cut at every position.
@Suite struct CallCutTests {
    private struct Count {
        var cuts = 0
        var wrong: [String] = []

        var rate: Double { Double(wrong.count) / Double(cuts) * 100 }
    }

    private static let reader = CallReader(tools: CallCase.tools)

    /// A wrong call is one that the whole output does not make at its place.
    private static func count(isCut: Bool) -> Count {
        var count = Count()
        // A call before one of an unknown tool is right, and would be made had the text not gone on.
        for example in CallCase.all where !example.title.hasPrefix("an unknown name behind") {
            let bytes = Array(example.raw.utf8)
            let whole = reader.read(example.raw, isCut: false).calls
            for end in bytes.indices where bytes[end] & 0xC0 != 0x80 {
                count.cuts += 1
                let text = String(decoding: bytes[..<end], as: UTF8.self)
                let read = reader.read(text, isCut: isCut)
                if !whole.starts(with: read.calls) { count.wrong.append("\(example.title) at \(end): \(read.calls)") }
                if read.calls.isEmpty, read.content != text { count.wrong.append("\(example.title) loses words") }
            }
        }
        return count
    }

    @Test func `in a text cut by its length at most one cut of a thousand yields a wrong call`() {
        let count = Self.count(isCut: true)
        print("strict: \(count.wrong.count) wrong calls of \(count.cuts) cuts, \(count.rate) %")
        for wrong in count.wrong { print("  \(wrong)") }
        #expect(count.cuts > 10_000)
        #expect(count.rate <= 0.1)
    }

    @Test func `in a text that ended by itself few cuts yield a wrong call`() {
        let count = Self.count(isCut: false)
        print("normal: \(count.wrong.count) wrong calls of \(count.cuts) cuts, \(count.rate) %")
        for wrong in count.wrong { print("  \(wrong)") }
        #expect(count.rate <= 1)
    }
}
