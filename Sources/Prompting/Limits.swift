/// How far into an answer its beginning may still be read in another way.
///
/// An answer is sent on while it is written, and nothing that was sent is taken back: so what turns earlier words into
/// a thought or a header counts only where it comes early, in a whole answer too.
enum ReadingLimits {
    /// How far into an answer of which a thought is expected the sign may stand that the thought was not opened.
    ///
    /// That is its closing tag, or the second header of hidden channels behind a word that may name the first. Workers
    /// that hide the opening tag send such thoughts. Most are shorter than this, and waiting longer would hold back all
    /// of the first part.
    static let expectedThoughtBytesMax = 4096
    /// The same where no thought is expected: an answer shall come at once.
    static let unexpectedThoughtBytesMax = 256
    /// How long the header of a message may be: a tool's name has at most 64 characters, and around it stands as much.
    static let headerBytesMax = 256
}

extension Reading {
    /// How many bytes of an answer may turn out to have been a thought.
    var unopenedThoughtBytesMax: Int {
        isThoughtExpected ? ReadingLimits.expectedThoughtBytesMax : ReadingLimits.unexpectedThoughtBytesMax
    }
}
