import HTTPTypes
import Testing

@testable import HTTPClient

@Suite struct ResponseHeadTests {
    private func head(_ text: String) -> ResponseHead { ResponseHead(bytes: Array(text.utf8)) }

    @Test func `fields are read in their order, with their values trimmed`() {
        let head = head("Retry-After:  7 \t\r\nX-Empty:\r\nvary: a\r\nVary: b\nno field\r\nbad name: x\r\n\r\n")
        #expect(
            head.fields.map { "\($0.name.rawName)=\($0.value)" } == ["Retry-After=7", "X-Empty=", "vary=a", "Vary=b"]
        )
    }

    @Test func `one field is found under any spelling of its name, of several the first`() {
        let head = head("rEtRy-aFTER: 7\r\nRetry-After-Too: 8\r\nRetry-After: 9\r\n\r\n")
        #expect(head[.retryAfter] == "7")
        #expect(head[.location] == nil)
        #expect(head.fields[values: .retryAfter] == ["7", "9"])
    }

    @Test func `an empty head has no fields`() {
        #expect(head("").fields.isEmpty)
        #expect(head("\r\n")[.retryAfter] == nil)
    }

    @Test(arguments: [("HTTP/1.1 200 OK\r\n", true), ("HTTP/2 200\r\n", true), ("Http: 1\r\n", false), ("", false)])
    func `a status line begins a head`(line: String, isOne: Bool) {
        #expect(Array(line.utf8).withUnsafeBytes(ResponseHead.isStatusLine) == isOne)
    }
}
