import HTTPTypes
import Testing

@testable import HTTPServer

/// Exchanges as transcripts: what happened, and what had to be done about it.
@Suite struct ExchangeStateTests {
    private let head = ResponseHead(status: .ok, fields: [:])

    private func waiting() -> ExchangeState {
        var state = ExchangeState(bodyBytesMax: 10, outboxBytesMax: 10)
        #expect(state.receivedAll() == [])
        #expect(state.asked() == .suspend)
        return state
    }

    private func streaming() -> ExchangeState {
        var state = waiting()
        #expect(state.answer(.stream(head, .init())) == .resume)
        #expect(state.asked() == .queue(.stream(head, .init())))
        return state
    }

    private func receive(_ bytes: [UInt8], _ state: inout ExchangeState) {
        bytes.withUnsafeBytes { state.received($0) }
    }

    @Test func `an answer given at once needs no suspension`() {
        var state = ExchangeState(bodyBytesMax: 10, outboxBytesMax: 10)
        receive([1, 2], &state)
        receive([3], &state)
        #expect(state.receivedAll() == [1, 2, 3])
        #expect(state.answer(.whole(head, body: [9])) == .nothing)
        #expect(state.asked() == .queue(.whole(head, body: [9])))
        #expect(!state.isOpen)
    }

    @Test func `a body over its limit is thrown away, and answered with a refusal`() {
        var state = ExchangeState(bodyBytesMax: 3, outboxBytesMax: 10)
        receive([1, 2], &state)
        receive([3, 4], &state)
        receive([5], &state)
        #expect(state.receivedAll() == nil)
        #expect(state.answer(.whole(head, body: [])) == .nothing)
    }

    @Test func `a stream starves, is fed, and ends`() {
        var state = streaming()
        #expect(state.pull(atMost: 4) == .suspend)
        #expect(state.write([1, 2, 3, 4, 5]) == .resume)
        #expect(state.pull(atMost: 4) == .bytes([1, 2, 3, 4]))
        #expect(state.write([6]) == .nothing)
        #expect(state.pull(atMost: 4) == .bytes([5, 6]))
        #expect(state.pull(atMost: 4) == .suspend)
        #expect(state.finish(.finished) == .resume)
        #expect(state.pull(atMost: 4) == .finished)
        #expect(!state.isOpen)
    }

    @Test func `an answer is handed over once libmicrohttpd has all of it`() {
        var state = waiting()
        #expect(state.answer(.whole(head, body: [9])) == .resume)
        #expect(!state.isHandedOver)
        #expect(state.asked() == .queue(.whole(head, body: [9])))
        #expect(state.isHandedOver)
        #expect(state.clientLeft() == .nothing)

        state = streaming()
        #expect(state.write([1, 2]) == .nothing)
        #expect(state.finish(.finished) == .nothing)
        #expect(!state.isHandedOver)
        #expect(state.pull(atMost: 4) == .bytes([1, 2]))
        #expect(state.isHandedOver)
        #expect(state.clientLeft() == .nothing)
        #expect(state.pull(atMost: 4) == .finished)
    }

    @Test func `what is written before libmicrohttpd asks is not lost`() {
        var state = waiting()
        #expect(state.answer(.stream(head, .init())) == .resume)
        #expect(state.write([1]) == .nothing)
        #expect(state.finish(.finished) == .nothing)
        _ = state.asked()
        #expect(state.pull(atMost: 4) == .bytes([1]))
        #expect(state.pull(atMost: 4) == .finished)
    }

    @Test func `a client that leaves while it waits is cut, and a late answer is without effect`() {
        var state = waiting()
        #expect(state.clientLeft() == .resumeAndCancel)
        #expect(state.answer(.whole(head, body: [1])) == .nothing)
        #expect(state.asked() == .queue(.cut))
        state.completed()
        #expect(state.write([1]) == .nothing)
        #expect(state.finish(.finished) == .nothing)
    }

    @Test func `a client that leaves between answer and question is cut inside the stream`() {
        var state = waiting()
        #expect(state.answer(.stream(head, .init())) == .resume)
        #expect(state.clientLeft() == .cancel)
        #expect(state.write([1]) == .nothing)
        _ = state.asked()
        #expect(state.pull(atMost: 4) == .cut)
    }

    @Test func `a client that leaves a starved stream wakes it to its end`() {
        var state = streaming()
        #expect(state.pull(atMost: 4) == .suspend)
        #expect(state.clientLeft() == .resumeAndCancel)
        #expect(state.pull(atMost: 4) == .cut)
        #expect(state.clientLeft() == .nothing)
    }

    @Test func `a reader that takes nothing is cut off, one large piece is no reason`() {
        var state = streaming()
        #expect(state.write([UInt8](repeating: 1, count: 100)) == .nothing)
        #expect(state.write([2]) == .cancel)
        #expect(state.pull(atMost: 4) == .cut)
    }

    @Test func `a body dropped unfinished is cut after what it has`() {
        var state = streaming()
        #expect(state.pull(atMost: 4) == .suspend)
        #expect(state.finish(.cut) == .resume)
        #expect(state.pull(atMost: 4) == .cut)
    }

    @Test func `answering twice traps`() async {
        await #expect(processExitsWith: .failure) {
            var state = ExchangeState(bodyBytesMax: 1, outboxBytesMax: 1)
            _ = state.answer(.whole(ResponseHead(status: .ok, fields: [:]), body: []))
            _ = state.answer(.whole(ResponseHead(status: .ok, fields: [:]), body: []))
        }
    }
}
