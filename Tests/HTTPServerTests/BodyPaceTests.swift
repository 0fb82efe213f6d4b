import Testing

@testable import HTTPServer

@Suite struct BodyPaceTests {
    private let pace = BodyPace(bytesPerSecondMin: 1000, grace: .seconds(5), deadline: .seconds(30))

    @Test func `nothing is too slow before its grace is over`() {
        #expect(pace.judge(0, after: .zero) == .lookAgain(after: .seconds(5)))
        #expect(pace.judge(0, after: .milliseconds(4999)) == .lookAgain(after: .seconds(5)))
        #expect(pace.judge(0, after: .seconds(5)) == .tooSlow)
    }

    @Test func `a body is looked at again when what has come would be too little`() {
        #expect(pace.judge(7500, after: .seconds(5)) == .lookAgain(after: .milliseconds(7500)))
        #expect(pace.judge(7500, after: .milliseconds(7500)) == .tooSlow)
        #expect(pace.judge(7501, after: .milliseconds(7500)) == .lookAgain(after: .milliseconds(7501)))
    }

    @Test func `the deadline holds for the fastest`() {
        #expect(pace.judge(8_000_000, after: .seconds(29)) == .lookAgain(after: .seconds(30)))
        #expect(pace.judge(8_000_000, after: .seconds(30)) == .tooSlow)
    }

    @Test func `without a rate the deadline alone counts`() {
        let pace = BodyPace(bytesPerSecondMin: 0, grace: .seconds(5), deadline: .seconds(30))
        #expect(pace.judge(0, after: .seconds(5)) == .lookAgain(after: .seconds(30)))
        #expect(pace.judge(0, after: .seconds(30)) == .tooSlow)
    }
}
