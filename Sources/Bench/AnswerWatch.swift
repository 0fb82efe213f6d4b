import JSONText

/// What is kept of one answer's body while it arrives: how much, since when, and its end.
///
/// Pure.
struct AnswerWatch {
    private(set) var bytes = 0
    /// When the first byte came, on the clock of whoever tells.
    private(set) var firstByteAt: ContinuousClock.Instant?
    private var kept: [UInt8] = []

    init() { kept.reserveCapacity(2 * Limits.keptBytesMax) }

    mutating func reset() {
        bytes = 0
        firstByteAt = nil
        kept.removeAll(keepingCapacity: true)
    }

    mutating func received(_ piece: UnsafeRawBufferPointer, at now: @autoclosure () -> ContinuousClock.Instant) {
        if firstByteAt == nil, !piece.isEmpty { firstByteAt = now() }
        bytes += piece.count
        kept.append(contentsOf: piece.suffix(Limits.keptBytesMax))
        // Seldom: what is kept may grow to twice what is needed.
        if kept.count > 2 * Limits.keptBytesMax { kept.removeFirst(kept.count - Limits.keptBytesMax) }
    }

    /// Why a whole answer with this status is a failure; nil when it is none.
    func failure(status: Int, isStreaming: Bool) -> Failure? {
        guard status == 200 else { return .status(status, code: Self.code(ofError: kept[...])) }
        guard isStreaming else { return nil }
        let done = "data: [DONE]\n\n".utf8
        guard kept.count >= done.count, kept.suffix(done.count).elementsEqual(done) else { return .cutStream }
        return errorEvent
    }

    /// The event before `[DONE]`, when it is an error.
    private var errorEvent: Failure? {
        let text = String(decoding: kept, as: UTF8.self)
        guard let start = text.range(of: "data: {\"error\"") else { return nil }
        let line = text[start.lowerBound...].prefix { $0 != "\n" }.dropFirst("data: ".count)
        return .event(code: Self.code(ofError: Array(line.utf8)[...]))
    }

    /// `error.code` or `error.type` of an OpenAI error; nil when these bytes are none.
    private static func code(ofError bytes: ArraySlice<UInt8>) -> String? {
        guard let error = (try? JSON(parsing: Array(bytes)))?["error"] else { return nil }
        return error["code"]?.string ?? error["type"]?.string
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<Index>? { firstRange(of: part) }
}
