import EventLoop
import Gateway
import Glibc
import OpenAI

/// What a person sees of an answer: a line that tells where it stands, the thought in a fainter type, the text.
///
/// Only the text goes to standard output, so that it can be sent on; where standard error is no terminal nothing else is
/// shown.
@LoopActor
final class ChatTerminal {
    private let showsNews = isatty(STDERR_FILENO) == 1
    /// Whether the text is read on a terminal.
    private let isShown = isatty(STDOUT_FILENO) == 1
    private let isFaint = isatty(STDERR_FILENO) == 1 && (Environment["NO_COLOR"] ?? "").isEmpty
    private var begun = ContinuousClock.now
    private var words = ""
    private var timer: TimerID?
    private var hasStatusLine = false
    private var isThinking = false
    /// Told once when nobody takes the text any more.
    var onReaderGone: (@LoopActor () -> Void)?
    /// Whether text has been lost.
    private(set) var hasLostText = false
    /// What the text ends with, which a line feed may be missing from.
    private var lastShown: Character?

    /// A question is asked.
    func begin() {
        begun = .now
        (isThinking, lastShown) = (false, nil)
        words = "looking for a model"
        showStatus()
    }

    func show(_ news: DirectAnswers.News) {
        switch news {
        case .stands(let words):
            self.words = words
            if lastShown == nil, !isThinking { showStatus() }
        case .thought(let text):
            guard showsNews else { return }
            endStatus()
            if !isThinking, isFaint { write("\u{1B}[2m", to: STDERR_FILENO) }
            isThinking = true
            write(TerminalText.safe(text), to: STDERR_FILENO)
        case .text(let text):
            endStatus()
            endThought()
            write(isShown ? TerminalText.safe(text) : text, to: STDOUT_FILENO)
            lastShown = text.last ?? lastShown
        }
    }

    func end(_ completion: Completion) {
        endStatus()
        endThought()
        if lastShown != "\n" { write("\n", to: STDOUT_FILENO) }
        guard showsNews else { return }
        let seconds = (ContinuousClock.now - begun).components.seconds
        let authorship = completion.authorship
        var parts = [authorship.models.joined(separator: ", "), authorship.workers.joined(separator: ", ")]
        parts += ["about \(completion.usage.completionTokens) tokens", "\(seconds) s"]
        if let kudos = completion.usage.kudos { parts.append("\(Int(kudos)) kudos") }
        if completion.choices[0].finishReason == .length { parts.append("cut at its longest") }
        let line = TerminalText.safe(parts.filter { !$0.isEmpty }.joined(separator: ", "))
        write(isFaint ? "\u{1B}[2m\(line)\u{1B}[0m\n" : line + "\n", to: STDERR_FILENO)
    }

    /// The answer does not come, or not to its end.
    func breakOff() {
        endStatus()
        endThought()
        if let lastShown, lastShown != "\n" { write("\n", to: STDOUT_FILENO) }
    }

    /// One line that is written anew each second, until there is something to read.
    private func showStatus() {
        guard showsNews else { return }
        let seconds = (ContinuousClock.now - begun).components.seconds
        write("\r\u{1B}[K\(seconds) s, \(words)", to: STDERR_FILENO)
        hasStatusLine = true
        if timer == nil {
            timer = EventLoop.schedule(after: .seconds(1)) { [weak self] in
                self?.timer = nil
                self?.showStatus()
            }
        }
    }

    private func endStatus() {
        if let timer { EventLoop.cancel(timer) }
        timer = nil
        if hasStatusLine { write("\r\u{1B}[K", to: STDERR_FILENO) }
        hasStatusLine = false
    }

    private func endThought() {
        guard isThinking else { return }
        isThinking = false
        write(isFaint ? "\u{1B}[0m\n\n" : "\n\n", to: STDERR_FILENO)
    }

    private func write(_ text: String, to descriptor: CInt) {
        guard !FileStream.write(text, to: descriptor), descriptor == STDOUT_FILENO, !hasLostText else { return }
        hasLostText = true
        onReaderGone?()
    }
}
