import ArgumentParser
import EventLoop
import Gateway
import Glibc
import HTTPClient
import Horde
import JSONText
import Logging
import OpenAI

/// `interposer chat`.
struct Chat: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask AI Horde from the terminal.",
        discussion: """
            With a question it is answered; without one there is a conversation, until Ctrl-D. No server is needed.
            The answer goes to standard output, where it stands meanwhile to standard error.
            """
    )

    @OptionGroup var hordeOptions: HordeOptions

    @Option(
        name: [.short, .long],
        help: "The model, a part of its name, or a virtual one as horde/large: see interposer models."
    )
    var model = "horde/auto"

    @Option(help: "What the model is told before the conversation.")
    var system: String?

    @Argument(help: "The question; standard input where that is no terminal.")
    var question: [String] = []

    func validate() throws {
        if model.isEmpty { throw ValidationError("--model needs a name.") }
    }

    func run() throws {
        let settings = try hordeOptions.read(isSubmitting: true)
        // Before signals are taken over, so that they end the program while it reads.
        let isConversation = question.isEmpty && isatty(STDIN_FILENO) == 1
        let asked = isConversation ? nil : question.isEmpty ? try StandardInput.text() : question.joined(separator: " ")
        try Program.run { [self] in
            LogLevel.current = .error
            let answers = DirectAnswers(
                settings.horde,
                key: settings.key,
                formats: settings.formats,
                aliases: settings.aliases,
                logger: Logger(label: "interposer") { _ in LoopLogHandler() }
            )
            let terminal = ChatTerminal()
            let conversation = EventLoop.task { await result(of: asked, answers, terminal) }
            terminal.onReaderGone = { conversation.cancel() }
            let signals = TerminationSignals(onHangup: { conversation.cancel() })
            EventLoop.task {
                await signals.next()
                conversation.cancel()
                await signals.next()
                // Who asks twice does not wait until the job is deleted.
                Glibc.exit(128 + SIGINT)
            }
            let end = await conversation.value
            // A job that nobody waits for any more is deleted before the program ends.
            await answers.close()
            if terminal.hasLostText { throw ExitCode(EX_IOERR) }
            if conversation.isCancelled { throw ExitCode(128 + SIGINT) }
            try end.get()
        }
    }

    /// Tasks of the loop do not throw.
    @LoopActor
    private func result(
        of question: String?,
        _ answers: DirectAnswers,
        _ terminal: ChatTerminal
    ) async -> Result<Void, any Error> {
        do { return .success(try await converse(question, answers, terminal)) } catch { return .failure(error) }
    }

    /// Answers one question, or, without it, what is typed until its end.
    @LoopActor
    private func converse(_ question: String?, _ answers: DirectAnswers, _ terminal: ChatTerminal) async throws {
        var messages: [JSON] = system.map { [Self.message("system", $0)] } ?? []
        if let question {
            _ = try await answer(messages + [Self.message("user", question)], answers, terminal)
            return
        }
        let lines = TerminalLines()
        while let text = await lines.next(prompt: "> ") {
            guard text.contains(where: { !$0.isWhitespace }) else { continue }
            let asked = messages + [Self.message("user", text)]
            do throws(APIError) {
                guard let text = try await answer(asked, answers, terminal) else { return }
                messages = asked + [Self.message("assistant", text)]
            } catch {
                // The conversation goes on without that question.
                StandardError.write("interposer: \(error.message)")
            }
        }
    }

    /// The text of an answer, which has been shown; nil when it was broken off.
    @LoopActor
    private func answer(
        _ messages: [JSON],
        _ answers: DirectAnswers,
        _ terminal: ChatTerminal
    ) async throws(APIError) -> String? {
        terminal.begin()
        do throws(APIError) {
            let request: JSON = ["model": .string(model), "messages": .array(messages), "stream": true]
            let completion = try await answers.answer(request) { terminal.show($0) }
            terminal.end(completion)
            return completion.choices[0].content
        } catch {
            terminal.breakOff()
            if Task.isCancelled { return nil }
            throw error
        }
    }

    private static func message(_ role: String, _ text: String) -> JSON {
        ["role": .string(role), "content": .string(text)]
    }
}
