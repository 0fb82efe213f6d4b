import Answers
import Horde
import OpenAI
import Prompting

/// One text of an answer while it is written: all that was written so far, and whether more has to be.
///
/// Pure. The raw text of all parts, joined as it came, is read as if one job had written it.
struct Voice: Sendable {
    /// Why no more is written.
    enum End: Equatable, Sendable {
        /// The model, or a stop, has ended it.
        case finished
        /// By the client's limit, by the context, or because the time is over.
        case length
        case censored
    }

    let translation: Translation
    /// What the worker wrote, all parts joined.
    private(set) var said = ""
    /// nil while more is to be written.
    private(set) var end: End?
    private(set) var authorship = Authorship()
    /// The model whose voice it is, as its worker names it; nil before the first part.
    private(set) var model: String?
    /// The lengths that the parts were asked in, together: what the text is at most.
    private var askedTokens = 0
    private var judge: PartJudge

    init(_ translation: Translation) {
        self.translation = translation
        judge = PartJudge(tokenizer: translation.prompt.reading.tokenizer)
    }

    /// What may still be written, as the client limits it.
    var wantedTokens: Int { translation.wantedTokens - askedTokens }

    /// Takes the next part, which was asked for in this length.
    mutating func take(_ part: Generation, askedTokens: Int) {
        authorship.add(model: part.model, worker: part.worker?.name)
        model = model ?? part.model
        self.askedTokens += askedTokens
        let whole = Self.joined(said, part.text)
        if part.isCensored {
            said = whole
            end = .censored
            return
        }
        let ending = translation.ending(whole)
        let verdict = judge.judge(
            part.text,
            after: said,
            askedTokens: askedTokens,
            isStopped: ending.isStopped,
            isOpen: ending.isOpen
        )
        switch verdict {
        case .finished:
            said = whole
            end = .finished
        case .cutOff:
            said = whole
            if wantedTokens <= 0 { end = .length }
        case .repeats(let keptBytes):
            said = Self.joined(said, String(decoding: part.text.utf8.prefix(keptBytes), as: UTF8.self))
            end = .finished
        }
    }

    /// Two parts as one text: marks for a character that the end of a job has cut go, since the next one wrote all of it.
    private static func joined(_ said: String, _ part: String) -> String {
        var whole = said.unicodeScalars
        for _ in 0..<3 where whole.last == "\u{FFFD}" { whole.removeLast() }
        return String(whole) + part
    }

    /// Ends it as it stands; what is there is worth more than nothing.
    mutating func cutShort() {
        end = end ?? .length
    }

    /// The size of the next part, among what workers offer and the account gets.
    ///
    /// nil when the context has no room for more, which ends a text that has begun.
    /// - Throws: an error for a prompt that has no room from the start, or a model that is gone.
    mutating func nextSize(offers: some Sequence<Offer>, freeTokens: Int?) throws(APIError) -> JobSize? {
        do throws(JobSizeError) {
            return try translation.size(after: said, wantedTokens: wantedTokens, offers: offers, freeTokens: freeTokens)
        } catch .promptTooLong where !said.isEmpty {
            cutShort()
            return nil
        } catch {
            throw APIError(error, in: translation.form)
        }
    }

    /// What is certain of it by now; nothing more, once it may be longer than the client allows: it is cut when it is read
    /// as a whole.
    var settled: SettledReply {
        askedTokens > translation.wantedTokens ? SettledReply(reasoning: "", content: "") : translation.settled(said)
    }

    /// It, read as a whole.
    var draft: Draft {
        translation.draft(of: said, askedTokens: askedTokens, isCut: end == .length, isCensored: end == .censored)
    }
}
