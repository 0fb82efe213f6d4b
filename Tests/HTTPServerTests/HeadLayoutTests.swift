import Testing

@testable import HTTPServer

@Suite struct HeadLayoutTests {
    /// "GET / HTTP/1.1", "A: b" and the empty line, as they lie when nothing is wrong.
    private func fills(
        targetBytes: Int = 1,
        versionOffset: Int = 6,
        nameOffset: Int = 16,
        valueOffset: Int = 19,
        headBytes: Int = 24
    ) -> Bool {
        var layout = HeadLayout(methodBytes: 3, targetBytes: targetBytes, versionOffset: versionOffset, versionBytes: 8)
        layout.add(nameOffset: nameOffset, nameBytes: 1, valueOffset: valueOffset, valueBytes: 1)
        return layout.fills(headBytes)
    }

    @Test func `parts side by side fill a head, with and without blanks before a value`() {
        #expect(fills())
        #expect(fills(valueOffset: 18, headBytes: 23))
        #expect(fills(valueOffset: 25, headBytes: 30))
        #expect(HeadLayout(methodBytes: 3, targetBytes: 1, versionOffset: 6, versionBytes: 8).fills(18))
    }

    @Test func `a gap anywhere, or an overlap, is seen`() {
        #expect(!fills(targetBytes: 2), "a version inside the target")
        #expect(!fills(versionOffset: 7, nameOffset: 17, valueOffset: 20, headBytes: 25))
        #expect(!fills(nameOffset: 15, valueOffset: 18, headBytes: 23), "LF without CR behind the request line")
        #expect(!fills(nameOffset: 9000), "a folded field is put together elsewhere")
        #expect(!fills(valueOffset: 17, headBytes: 22), "no room for the colon")
        #expect(!fills(headBytes: 23), "LF without CR behind the field")
        #expect(!fills(headBytes: 28), "a line that is not reported")
    }
}
