/// How one part of an answer ended.
package enum PartEnd: Equatable, Sendable {
    /// The model has ended the answer.
    case finished
    /// The length of the job has ended the part: the answer goes on in another job.
    case cutOff
    /// The part says again what was said before, and the answer ends.
    ///
    /// The first `keptBytes` bytes of the part (0 to its length in UTF-8, never within a character) are new; the rest
    /// is to be dropped.
    case repeats(keptBytes: Int)
}
