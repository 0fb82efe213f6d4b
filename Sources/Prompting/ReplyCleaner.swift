/// Takes out of a worker's raw text what is not the answer: everything from the first stop string on.
///
/// Old workers return the stop string, with whatever shared its last token; new ones trim it; either may have ignored
/// some of the list (API.md 7). So every stop is searched for in the text, and finding none proves nothing.
package struct ReplyCleaner: Sendable {
    private let stops: [String]
    private let patterns: [[UInt8]]

    /// - Parameter stops: the format's stop strings and all of the user's, also those that were not sent.
    package init(stops: [String]) {
        self.stops = stops.filter { !$0.isEmpty }
        patterns = self.stops.map { Array($0.utf8) }
    }

    /// Cuts the text at its earliest stop and drops the white space before the answer.
    ///
    /// Half a stop string at the end is left alone: it may be what the model meant to say.
    /// - Parameters:
    ///   - text: what the worker sent.
    ///   - isContinuation: the prompt ended with a prefill, so the text is kept to the byte where it joins it.
    /// - Returns: the text before the stop, and the stop.
    package func clean(_ text: String, isContinuation: Bool = false) -> Reply {
        let bytes = Array(text.utf8)
        let found = firstStop(in: bytes)
        let kept = found.map { String(decoding: bytes[..<$0.index], as: UTF8.self) } ?? text
        return Reply(
            text: isContinuation ? kept : kept.trimmed(trailing: false),
            stop: found.map { stops[$0.stop] }
        )
    }

    /// The earliest place where a stop begins; the first in the list where two begin at once.
    private func firstStop(in bytes: [UInt8]) -> (index: Int, stop: Int)? {
        var isFirstByte = [Bool](repeating: false, count: 256)
        for pattern in patterns {
            isFirstByte[Int(pattern[0])] = true
        }
        for index in bytes.indices where isFirstByte[Int(bytes[index])] {
            if let stop = patterns.firstIndex(where: { bytes[index...].starts(with: $0) }) {
                return (index, stop)
            }
        }
        return nil
    }
}

/// A worker's text without what follows the answer.
package struct Reply: Equatable, Sendable {
    package let text: String
    /// The stop string the text was cut at, `nil` if it held none.
    package let stop: String?

    package var isStopped: Bool { stop != nil }

    package init(text: String, stop: String?) {
        self.text = text
        self.stop = stop
    }
}
