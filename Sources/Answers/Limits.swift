/// The bounds of this target, each with its reason.
enum Limits {
    /// How full a part must be to count as cut off, in percent of its job's length, by what the text ends with.
    ///
    /// Parts that were cut off are measured with a mean of 97 and a standard deviation of 7 for the first part, and of
    /// 100 and 5 for the later ones. A last part may have any length, so that each percent by which a bound is lowered
    /// continues one of a hundred answers with such an end needlessly. Few answers end within a sentence: there the
    /// bound lies below all that was measured. Nearly all end behind a sentence, and few cut parts do.
    ///
    /// Most answers are over with their first part, and most later parts are not the last. An answer of twenty parts is
    /// cut short if one of twenty is misjudged: there the bound lies three deviations below the mean.
    static func cutPercent(_ end: TextEnd, isFirst: Bool) -> Double {
        switch end {
        case .open: 70
        case .gap: 80
        case .running: 70
        case .item: isFirst ? 84 : 80
        case .phrase: isFirst ? 91 : 87
        case .row: isFirst ? 91 : 87
        case .whole: isFirst ? 91 : 87
        }
    }

    /// By how much a first part may be emptier if it is not in English, in percent of its job's length.
    ///
    /// German and Japanese are estimated at 82 to 85 percent. Later parts are measured by the first.
    static let accentedPercent = 10.0
    /// At most so many bytes of such a text come to one letter beyond ASCII; German has one in 40.
    static let bytesPerAccentMax = 100

    /// What the first part that was cut off is weighed against, in tokens: a quarter of a job of common length.
    static let priorTokens = 100
    /// By how much a text may be misjudged, in percent: a part beyond it was not cut off by its length.
    static let biasPercent = 60...160

    /// How much of a line tells how it ends, in bytes.
    static let lineBytesMax = 400
    /// How long a line without a full stop is that stands by itself, in characters.
    static let bareLineMax = 100

    /// How much must be said again to count, in bytes that are no white space, and in words: equal lines of code are
    /// shorter.
    static let againBytesMin = 40
    static let againWordsMin = 4
    /// How much must be said again to count if more than that follows, in bytes, and twice as much where it is no
    /// prose: below it, a refrain or an equal row may be meant.
    static let againProseBytesMin = 160
    static let againOtherBytesMin = 320
    /// At least so many bytes of prose come to one that is neither letter nor white space.
    static let proseMarksDivisor = 8
    /// How much of an answer must be said again from its beginning, in bytes: two files of code may begin alike.
    static let restartBytesMin = 200
    /// How far back the end of what was said is looked for, in bytes.
    static let againBytesMax = 4096

    /// The length of what a loop repeats, in bytes: below it is a rule or a row of zeros, above it a whole paragraph.
    static let loopPeriodMin = 20
    static let loopPeriodMax = 400
    /// How far back a loop is looked for, in bytes; room for the longest period sixteen times.
    static let loopWindowBytes = 8192
    /// How long a loop of sentences is at least, in bytes, and how often it repeats: nobody asks for a sentence of
    /// eight words six times, and 1024 bytes are about the smallest job.
    static let proseLoopBytesMin = 1024
    static let proseLoopTimesMin = 6
    static let loopWordsMin = 8
    /// The same for everything else, which may be meant: rows of a table or an array, a line that is asked for a
    /// hundred times.
    static let otherLoopBytesMin = 4096
    static let otherLoopTimesMin = 16
    /// The same for what is shorter than `loopPeriodMin`, which is meant more often than not.
    static let shortLoopBytesMin = loopWindowBytes
    /// How many bytes behind a word may be marks of its sentence.
    static let marksBytesMax = 12
}
