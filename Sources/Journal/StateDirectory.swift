import Glibc

/// The directory for what outlives a process.
package enum StateDirectory {
    /// Makes it where it is missing, for its owner alone.
    package static func make(_ directory: String) throws(JournalProblem) {
        var path = directory.hasPrefix("/") ? "" : "."
        for part in directory.split(separator: "/", omittingEmptySubsequences: true) {
            path += "/" + part
            if mkdir(path, 0o700) != 0, errno != EEXIST { throw JournalProblem(path, errno) }
        }
    }
}
