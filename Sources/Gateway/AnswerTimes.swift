/// How long an answer may take.
package struct AnswerTimes: Equatable, Sendable {
    /// One that is not streamed: some clients give up at 300 s without a byte.
    package var whole = Duration.seconds(280)
    /// A streamed one ends when no part of it has come for so long.
    package var part = Duration.seconds(600)

    package init() {}
}
