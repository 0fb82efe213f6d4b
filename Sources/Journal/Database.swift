import CSQLite
import Glibc

/// Why the journal cannot be kept, in words for an operator.
package struct JournalProblem: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// What the system says of a path.
    init(_ path: String, _ code: CInt) { self.init("\(path): \(String(cString: strerror(code)))") }
}

/// A SQLite file that this process alone has open: all of SQLite that the journal needs.
///
/// ## When it goes away
/// The file is closed, which gives up its lock.
final class Database {
    let path: String
    private let handle: OpaquePointer
    private var statements: [String: OpaquePointer] = [:]

    /// What is bound to a statement's place.
    enum Value {
        case text(String)
        case blob([UInt8])
        case number(Int)
        case null
    }

    /// Makes a file, or opens one that is there.
    ///
    /// - Throws: what is wrong with it, or that another process has it.
    init(_ path: String, isNew: Bool) throws(JournalProblem) {
        self.path = path
        if isNew {
            // Made here, since SQLite would let everybody read it; -wal gets the same rights.
            let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw JournalProblem(path, errno) }
            close(file)
        }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close(opened)
            throw JournalProblem("\(path): \(String(cString: sqlite3_errstr(code)))")
        }
        handle = opened
        // Exclusive, and so before the first read: no -shm file, and the lock is kept until it is closed.
        try execute("PRAGMA locking_mode = EXCLUSIVE")
        try execute("PRAGMA cache_size = -256")
        try execute("PRAGMA journal_mode = WAL")
        // Killed processes lose nothing by that, machines without power the last moment.
        try execute("PRAGMA synchronous = OFF")
        try execute("BEGIN EXCLUSIVE")
        try execute("COMMIT")
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close(handle)
    }

    /// Runs a statement, and gives each of its rows to `row`.
    func execute(_ sql: String, _ values: [Value] = [], row: (Row) -> Void = { _ in }) throws(JournalProblem) {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            let place = CInt(index + 1)
            switch value {
            case .text(let text):
                let bytes = Array(text.utf8)
                sqlite3_bind_copied_text(statement, place, bytes.map { CChar(bitPattern: $0) }, CInt(bytes.count))
            case .blob(let bytes): sqlite3_bind_copied_blob(statement, place, bytes, CInt(bytes.count))
            case .number(let number): sqlite3_bind_int64(statement, place, Int64(number))
            case .null: sqlite3_bind_null(statement, place)
            }
        }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: row(Row(statement: statement))
            case SQLITE_DONE: return
            default: throw problem()
            }
        }
    }

    /// Runs `body` as a whole, or not at all.
    func transaction(_ body: () throws(JournalProblem) -> Void) throws(JournalProblem) {
        try execute("BEGIN IMMEDIATE")
        do throws(JournalProblem) {
            try body()
            try execute("COMMIT")
        } catch {
            // Where SQLite has rolled back by itself this fails, and changes nothing.
            try? execute("ROLLBACK")
            throw error
        }
    }

    private func prepared(_ sql: String) throws(JournalProblem) -> OpaquePointer {
        if let statement = statements[sql] { return statement }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else { throw problem() }
        statements[sql] = statement
        return statement
    }

    private func problem() -> JournalProblem {
        JournalProblem("\(path): \(String(cString: sqlite3_errmsg(handle)))")
    }

    /// A row of a result, valid while it is looked at.
    struct Row {
        fileprivate let statement: OpaquePointer

        func text(_ column: CInt) -> String? {
            sqlite3_column_text(statement, column).map { String(cString: $0) }
        }

        func number(_ column: CInt) -> Int? {
            sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : Int(sqlite3_column_int64(statement, column))
        }

        func blob(_ column: CInt) -> [UInt8]? {
            sqlite3_column_blob(statement, column).map {
                Array(UnsafeRawBufferPointer(start: $0, count: Int(sqlite3_column_bytes(statement, column))))
            }
        }
    }
}
