package import OpenAI

/// Reads the calls of tools out of a model's answer.
///
/// The way through it: `CallScan` finds what stands behind a marker of any family, and `CallBody` reads it by its shape;
/// without a marker `BareCalls` looks for text that can only be a call. `LenientJSON` reads the arguments, and
/// `ToolSignature` gives types to those that were not written as JSON.
///
/// What is never a call: one with a string, a number or a bracket cut by the end of the text (but for brackets at the end
/// of a text that the model has ended itself), and one of a tool that the request does not have.
package struct CallReader: Sendable {
    /// What an answer was read as.
    package struct Read: Equatable, Sendable {
        /// The text around the calls; without calls the whole text, unchanged.
        package let content: String
        /// The calls, at most 64, in their order.
        package let calls: [ParsedCall]
        /// Whether a call was begun and no call could be read: asking once more may help.
        ///
        /// So it is for a call of a tool that the request does not have, if a marker says that it is one.
        package let isBroken: Bool

        /// What was read, from its parts.
        package init(content: String, calls: [ParsedCall], isBroken: Bool) {
            self.content = content
            self.calls = calls
            self.isBroken = isBroken
        }
    }

    let tools: ToolIndex

    /// Prepares to read any number of answers.
    ///
    /// - Parameter tools: those of the request; without any, every text is content.
    package init(tools: [Tool]) {
        self.tools = ToolIndex(tools)
    }

    /// Reads one answer.
    ///
    /// - Parameters:
    ///   - text: the answer, without its thought, with the text in front that the prompt has opened it with.
    ///   - isCut: whether the length has ended the text. Then only what is closed by itself is a call.
    /// - Returns: the calls, and what is left of the text.
    package func read(_ text: String, isCut: Bool) -> Read {
        guard !tools.isEmpty else { return Read(content: text, calls: [], isBroken: false) }
        let bytes = Array(text.utf8)
        // A call in JSON may hold any text, also that of a marker. So it comes first where the answer begins with it.
        if let found = BareCalls(tools: tools, isCut: isCut, bytes: bytes).leading() {
            return Read(content: content(bytes, found.words), calls: found.calls, isBroken: false)
        }
        var scan = CallScan(bytes, tools: tools, isCut: isCut)
        scan.run()
        if scan.hasUnknownName { return Read(content: text, calls: [], isBroken: true) }
        if !scan.calls.isEmpty {
            return Read(content: content(bytes, scan.words), calls: scan.calls, isBroken: false)
        }
        // What stands in a fence that nothing closes is code.
        if !scan.isBroken, !scan.hasOpenFence,
            let found = BareCalls(tools: tools, isCut: isCut, bytes: bytes, blocks: scan.blocks).following()
        {
            return Read(content: content(bytes, found.words), calls: found.calls, isBroken: false)
        }
        return Read(content: text, calls: [], isBroken: scan.isBroken)
    }

    private func content(_ bytes: [UInt8], _ words: [Range<Int>]) -> String {
        words.map { String(decoding: bytes[$0], as: UTF8.self).trimmed }
            .filter { !$0.isEmpty }
            .joined(separator: "\n\n")
    }
}
