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
        try Program.run { [self] in
            LogLevel.current = .error
            let answers = DirectAnswers(
                settings.horde,
                key: settings.key,
                formats: settings.formats,
                aliases: settings.aliases,
                logger: Logger(label: "interposer") { _ in LoopLogHandler() }
            )
            let conversation = EventLoop.task { await result(of: answers) }
            let signals = TerminationSignals()
            let ending = EventLoop.task {
                await signals.next()
                conversation.cancel()
            }
            let end = await conversation.value
            ending.cancel()
            // A job that nobody waits for any more is deleted before the program ends.
            await answers.close()
            if conversation.isCancelled { throw ExitCode(128 + SIGINT) }
            try end.get()
        }
    }

    /// Tasks of the loop do not throw.
    @LoopActor
    private func result(of answers: DirectAnswers) async -> Result<Void, any Error> {
        do { return .success(try await converse(answers)) } catch { return .failure(error) }
    }

    @LoopActor
    private func converse(_ answers: DirectAnswers) async throws {
        var messages: [JSON] = system.map { [Self.message("system", $0)] } ?? []
        let terminal = ChatTerminal()
        if !question.isEmpty || !terminal.isInteractive {
            let question = question.isEmpty ? try StandardInput.text() : question.joined(separator: " ")
            messages.append(Self.message("user", question))
            _ = try await answer(messages, answers, terminal)
            return
        }
        let lines = TerminalLines()
        while let line = await lines.next(prompt: "> ") {
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            let asked = messages + [Self.message("user", line)]
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
