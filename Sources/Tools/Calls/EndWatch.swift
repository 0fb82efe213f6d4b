/// Whether the reading of a text has seen where the text ends.
///
/// A reading that has not would have gone the same had the text gone on. It is what tells a text that can no longer become
/// a call from one that may.
///
/// A class, because readers look ahead with copies of their cursor, and what any copy has seen counts.
final class EndWatch {
    var hasSeenEnd = false
}
