/// Which stop strings a job carries.
package struct StopPolicy {
    /// KoboldCpp of early 2024 kept only the first 16 (prompting notes, section 0.4).
    static let sequencesMax = 16
    /// Horde's limit on all of a job's stop strings together, in characters (API.md 1.4); its other limit is 128 strings.
    static let charactersMax = 2000

    /// The stop strings to send: the format's first, then the user's, without empty ones and repetitions.
    ///
    /// One that no longer fits is left out, and shorter ones behind it still get their chance. What is left out is not
    /// lost: `ReplyReader` cuts at every stop string it was given.
    /// - Parameters:
    ///   - format: the format's, best first.
    ///   - user: the user's, any number of any length.
    /// - Returns: at most 16 strings of at most 2000 code points together.
    package static func sequences(format: [String], user: [String]) -> [String] {
        var result: [String] = []
        var seen: Set<[UInt8]> = []
        var characters = 0
        for stop in format + user where !stop.isEmpty && result.count < sequencesMax {
            // Horde compares and counts code points; Swift's own equality would join é and e + accent.
            let length = stop.unicodeScalars.count
            guard characters + length <= charactersMax, seen.insert(Array(stop.utf8)).inserted else { continue }
            characters += length
            result.append(stop)
        }
        return result
    }
}
