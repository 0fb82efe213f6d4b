/// Makes a message unable to forge a turn.
///
/// Workers read a prompt with special tokens switched on, so `<|im_end|>` inside a message would end the turn. A
/// zero-width space (U+200B) after the first character breaks the token and leaves the text readable.
struct MarkerGuard {
    private let anywhere: [[UInt8]]
    private let atLineStart: [[UInt8]]
    /// For each byte whether a marker begins with it: all but a few bytes of a text are passed over by this alone.
    private let begins: [Bool]
    private let bytesMax: Int

    /// A guard for the texts of one role.
    ///
    /// A system text may well explain the tool tags, so that only the format's own markers are taken from it. So does
    /// what the assistant said earlier, which holds its calls and may hold a thought: their tags stay, even where they
    /// are markers. What wraps a result is guarded in results alone, as it may be ordinary text elsewhere
    /// (`<response>`).
    init(_ format: PromptFormat, role: Turn.Role) {
        var texts = format.markers
        let tags = ToolMarkup.tags(of: format.tools)
        switch role {
        case .system: break
        case .assistant, .call:
            let thought = format.reasoning.thought.map { [$0.open, $0.close] } ?? []
            texts.removeAll { marker in tags.contains(marker) || thought.contains { $0.contains(marker) } }
        case .user: texts += tags
        case .tool:
            texts += tags + [format.tool.result.open, format.tool.result.close].filter { $0.contains("<") }
        }
        anywhere = texts.map { Array(Substring($0).trimmed().utf8) }.filter { !$0.isEmpty }
        atLineStart = format.lineMarkers.map { Array($0.utf8) }.filter { !$0.isEmpty }
        bytesMax = (anywhere + atLineStart).map(\.count).max() ?? 0
        var begins = [Bool](repeating: false, count: 256)
        for first in (anywhere + atLineStart).compactMap(\.first) { begins[Int(first)] = true }
        self.begins = begins
    }

    /// Where the next marker begins, from an index on.
    func next(in bytes: Span<UInt8>, from index: Int) -> Int? {
        let begins = begins.span
        var index = index
        while index < bytes.count {
            if begins[Int(bytes[index])], isMarker(bytes, at: index) { return index }
            index += 1
        }
        return nil
    }

    /// Whether a marker lies across an index, with one part before it and one behind.
    func hasMarker(across index: Int, of bytes: Span<UInt8>) -> Bool {
        for start in max(index - bytesMax + 1, 0)..<index where begins[Int(bytes[start])] {
            for marker in anywhere where start + marker.count > index && stands(marker, in: bytes, at: start) {
                return true
            }
            for marker in atLineStart where start + marker.count > index && stands(marker, in: bytes, at: start) {
                return true
            }
        }
        return false
    }

    private func isMarker(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        for marker in anywhere where stands(marker, in: bytes, at: index) { return true }
        for marker in atLineStart where stands(marker, in: bytes, at: index) { return isLineStart(bytes, index) }
        return false
    }

    private func stands(_ marker: [UInt8], in bytes: Span<UInt8>, at index: Int) -> Bool {
        guard index + marker.count <= bytes.count else { return false }
        for offset in marker.indices where bytes[index + offset] != marker[offset] { return false }
        return true
    }

    /// Whether only spaces and tabs stand between the last line end and an index.
    private func isLineStart(_ bytes: Span<UInt8>, _ index: Int) -> Bool {
        var before = index - 1
        while before >= 0, bytes[before].isBlank { before -= 1 }
        return before < 0 || bytes[before] == UInt8(ascii: "\n") || bytes[before] == UInt8(ascii: "\r")
    }
}

/// The guards of a format, made once, as every prompt needs them.
final class MarkerGuards: Equatable, Sendable {
    let system: MarkerGuard
    let user: MarkerGuard
    let assistant: MarkerGuard
    let tool: MarkerGuard

    init(_ format: PromptFormat) {
        system = MarkerGuard(format, role: .system)
        user = MarkerGuard(format, role: .user)
        assistant = MarkerGuard(format, role: .assistant)
        tool = MarkerGuard(format, role: .tool)
    }

    /// Two formats differ in something else if they differ in these.
    static func == (_: MarkerGuards, _: MarkerGuards) -> Bool { true }
}
