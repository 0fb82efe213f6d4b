import Testing

@testable import Bench

@Suite struct AnswerWatchTests {
    private static let chunk = #"data: {"choices":[{"delta":{"content":"a"}}]}"# + "\n\n"
    private static let done = "data: [DONE]\n\n"

    /// What is told of an answer that comes in pieces of one size.
    private func failure(_ text: String, status: Int = 200, isStreaming: Bool = true, pieces: Int = 7) -> Failure? {
        let bytes = Array(text.utf8)
        var watch = AnswerWatch()
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes { watch.received($0, at: .now) }
        }
        #expect(watch.bytes == bytes.count)
        return watch.failure(status: status, isStreaming: isStreaming)
    }

    @Test(arguments: [1, 3, 1000, 100_000])
    func `a stream is whole when it ends with DONE`(pieces: Int) {
        let text = String(repeating: Self.chunk, count: 500)
        #expect(failure(text + Self.done, pieces: pieces) == nil)
        #expect(failure(text, pieces: pieces) == .cutStream)
        #expect(failure(text + Self.done + ": more\n\n", pieces: pieces) == .cutStream)
    }

    @Test func `an empty stream was cut`() {
        #expect(failure("") == .cutStream)
    }

    @Test func `an error inside a stream is one, with its code`() {
        let error = #"data: {"error":{"message":"no","type":"server_error","code":"stopping"}}"# + "\n\n"
        #expect(failure(Self.chunk + error + Self.done) == .event(code: "stopping"))
    }

    @Test func `another status is a failure, with the code or the type of its error`() {
        let text = #"{"error":{"message":"no","type":"rate_limit_error","code":null}}"#
        #expect(failure(text, status: 429, isStreaming: false) == .status(429, code: "rate_limit_error"))
        #expect(failure("<html>", status: 502) == .status(502, code: nil))
        #expect(failure("{}", isStreaming: false) == nil)
    }

    @Test func `the first byte is that of the first piece`() {
        var watch = AnswerWatch()
        #expect(watch.firstByteAt == nil)
        let start = ContinuousClock.now
        for second in 1...3 {
            [UInt8](repeating: 0, count: 9).withUnsafeBytes { watch.received($0, at: start + .seconds(second)) }
        }
        #expect(watch.firstByteAt == start + .seconds(1))
        watch.reset()
        #expect(watch.firstByteAt == nil && watch.bytes == 0)
    }
}
