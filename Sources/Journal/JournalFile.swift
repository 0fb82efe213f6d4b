import Glibc

/// A process' journal on disk, and what it finds of others' when it is opened.
///
/// Used by the thread that made it alone.
final class JournalFile {
    private let database: Database

    /// Jobs that were in files whose processes are gone; they are in this one now.
    let orphans: [Orphan]

    /// Makes the file of this process and takes over those of processes that have gone.
    ///
    /// - Parameters:
    ///   - directory: made where it is missing, for its owner alone.
    ///   - origin: names the AI Horde whose jobs these are; files of others are left alone.
    /// - Throws: why there can be no journal.
    init(directory: String, origin: String) throws(JournalProblem) {
        try StateDirectory.make(directory)
        let name = origin.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        let prefix = "jobs-" + String(name) + "-"
        // One after another: a file that was made a moment ago is not locked yet.
        let turn = open(directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(turn) }
        guard turn >= 0, flock(turn, LOCK_EX) == 0 else {
            throw JournalProblem(directory + "/lock", errno)
        }
        let others = Self.files(in: directory, prefix: prefix)
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        database = try Database("\(directory)/\(prefix)\(random).sqlite", isNew: true)
        try database.execute("CREATE TABLE job (id TEXT PRIMARY KEY, claim BLOB, left INTEGER) WITHOUT ROWID")
        try database.execute("CREATE TABLE alive (at INTEGER NOT NULL)")
        try database.execute("INSERT INTO alive VALUES (?)", [.number(time(nil))])
        var orphans: [Orphan] = []
        for path in others { orphans += try Self.takeOver(path, into: database) }
        self.orphans = orphans
    }

    /// Notes that this process lives, by which an heir knows since when it did not.
    func touch() throws(JournalProblem) {
        try database.execute("UPDATE alive SET at = ?", [.number(time(nil))])
    }

    /// Writes some changes, all or none of them.
    func write(_ changes: [String: JobChange]) throws(JournalProblem) {
        try database.transaction { () throws(JournalProblem) in
            for (id, change) in changes {
                switch change {
                case .holds(let claim):
                    let claim = claim.map { Database.Value.blob($0()) } ?? .null
                    try database.execute("REPLACE INTO job (id, claim) VALUES (?, ?)", [.text(id), claim])
                case .ended: try database.execute("DELETE FROM job WHERE id = ?", [.text(id)])
                }
            }
            try touch()
        }
    }

    /// Writes all jobs anew, after some changes were lost.
    func rewrite(_ jobs: Set<String>) throws(JournalProblem) {
        try database.transaction { () throws(JournalProblem) in
            try database.execute("DELETE FROM job")
            for id in jobs { try database.execute("INSERT INTO job (id) VALUES (?)", [.text(id)]) }
            try touch()
        }
    }

    /// Removes the file when nothing is in it; else the next process finds the rest.
    func removeIfEmpty() {
        var count = 1
        try? database.execute("SELECT count(*) FROM job") { count = $0.number(0) ?? 1 }
        if count == 0 { Self.remove(database.path) }
    }

    /// The rows of a file whose process is gone, moved; none when it lives, or the file is none of ours.
    private static func takeOver(_ path: String, into heir: Database) throws(JournalProblem) -> [Orphan] {
        var found: [Orphan] = []
        do throws(JournalProblem) {
            let dead = try Database(path, isNew: false)
            try dead.execute("SELECT id, claim, coalesce(left, (SELECT at FROM alive)) FROM job") { row in
                guard let id = row.text(0) else { return }
                found.append(Orphan(id: id, claim: row.blob(1), leftAt: row.number(2) ?? 0))
            }
        } catch {
            return []
        }
        // Only when they are here is the other file removed: twice deleted is better than never.
        try heir.transaction { () throws(JournalProblem) in
            for orphan in found {
                try heir.execute(
                    "REPLACE INTO job VALUES (?, ?, ?)",
                    [.text(orphan.id), orphan.claim.map(Database.Value.blob) ?? .null, .number(orphan.leftAt)]
                )
            }
        }
        remove(path)
        return found
    }

    private static func files(in directory: String, prefix: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var paths: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(prefix), name.hasSuffix(".sqlite"), paths.count < Limits.filesMax {
                paths.append(directory + "/" + name)
            }
        }
        return paths.sorted()
    }

    private static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }
}
