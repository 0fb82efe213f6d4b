import Testing

@testable import Gateway

@Suite struct RandomTextTests {
    @Test(arguments: [0, 1, 9, 10, 11, 24]) func `it has the length that was asked for, of letters and digits`(
        length: Int
    ) {
        let text = RandomText.of(length: length)
        #expect(text.utf8.count == length)
        #expect(
            text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
            }
        )
    }

    @Test func `it is never the same twice, and any character stands anywhere`() {
        let texts = (0..<4000).map { _ in RandomText.of(length: 24) }
        #expect(Set(texts).count == texts.count)
        for place in 0..<24 {
            #expect(Set(texts.map { Array($0.utf8)[place] }).count == 62)
        }
    }
}
