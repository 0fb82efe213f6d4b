extension Prompt {
    /// The prompt for the next part of an answer: this one with what was said behind it.
    ///
    /// Control texts that a worker has hidden are written again, as the model would not know its own words without
    /// them: gpt-oss' channels, and what a family puts before its answers. Clients never see these.
    /// - Parameter said: all that the parts before have brought, joined, on the prompt of the first. A character that
    ///   was cut at its end (U+FFFD) is left to the model, and must be left out of the joined text then, too.
    /// - Returns: the same prompt for nothing said. The tokens are this prompt's and the estimate of what was added.
    package func continued(by said: String) -> Prompt {
        let said = Array(said.utf8).withoutCutCharacter
        let added = String(decoding: written(said), as: UTF8.self)
        return Prompt(
            text: text + added,
            stops: stops,
            format: format,
            tokens: tokens + TokenEstimator(tokenizer: reading.tokenizer).tokens(in: added),
            reading: reading,
            opening: opening,
            lead: lead
        )
    }

    /// What the model has written, with what workers hide of it.
    private func written(_ said: [UInt8]) -> [UInt8] {
        if reading.hasChannels, !reading.isContinuation, !reading.isThoughtOpen,
            Thought(reading).isOpened(said, said.indices, isWhole: true) != true
        {
            return Channels.restored(said, reading)
        }
        guard !lead.isEmpty, let first = said.first else { return said }
        // A control text that the worker shows, or the blank that other tokenizers put before a word.
        let lead = Array(lead.utf8)
        let isThere = lead[0].isSpace ? first.isSpace : said.starts(with: Array("<|".utf8))
        return isThere ? said : lead + said
    }
}
