extension CallReader {
    /// The beginning of an answer's content that no further text can change.
    ///
    /// Whatever the answer goes on with, what is returned is a prefix of the `content` that `read` will find in the whole,
    /// with or without its being cut, if white space at the start of both is left out. It only grows with the text. White
    /// space at its end is held back, and so is everything from the first place on where a call may begin.
    ///
    /// - Parameter text: the answer's content as far as it is written, thoughts and channels taken out.
    /// - Returns: the content that may be sent to a client, without white space around it.
    package func settledContent(_ text: String) -> String {
        guard !tools.isEmpty else { return text.trimmed }
        let bytes = Array(text.utf8)
        let watch = EndWatch()
        if BareCalls(tools: tools, isCut: false, bytes: bytes, watch: watch).mayLead { return "" }
        let settled = settledEnd(bytes, watch, isCut: false)
        // Being cut makes other readings fail, and what fails is read on from elsewhere.
        let end = settled.hasMentionedCall ? min(settled.end, settledEnd(bytes, watch, isCut: true).end) : settled.end
        return String(decoding: bytes[..<end], as: UTF8.self).trimmed
    }

    private func settledEnd(_ bytes: [UInt8], _ watch: EndWatch, isCut: Bool) -> (end: Int, hasMentionedCall: Bool) {
        var scan = CallScan(bytes, tools: tools, isCut: isCut, watch: watch)
        let scanned = scan.runSettled(watch)
        var calls = BareCalls(tools: tools, isCut: false, bytes: bytes, watch: watch)
        calls.blocks = scan.blocks
        return (min(scanned.end, calls.settledEnd(certainUpTo: scanned.certainEnd)), scanned.hasMentionedCall)
    }
}
