// SQLite 3.40. Its destructor constants are casts, which Swift does not import.
#pragma once
#include <sqlite3.h>

/// The bytes are copied before the call returns (SQLITE_TRANSIENT).
static inline int sqlite3_bind_copied_text(sqlite3_stmt *statement, int place, const char *bytes, int count) {
    return sqlite3_bind_text(statement, place, bytes, count, SQLITE_TRANSIENT);
}
static inline int sqlite3_bind_copied_blob(sqlite3_stmt *statement, int place, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, place, bytes, count, SQLITE_TRANSIENT);
}
