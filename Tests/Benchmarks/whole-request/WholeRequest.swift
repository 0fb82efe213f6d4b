// What one request costs the loop besides its HTTP exchanges, step by step, in CPU time of the thread.
//
//     Scripts/bench-request [chat|agent [short|long|code|call [RUNS]]]
import Glibc
import Horde
import JSONText
import OpenAI
import Prompting
import Tools

/// The times of each step, in the order in which they are passed.
struct Sheet {
    private var rows: [(name: String, times: [Int])] = []

    /// Runs a step; one that is part of another, as the name says in brackets, is not counted in the sum.
    mutating func time<Value>(_ name: String, _ body: () -> Value) -> Value {
        let start = Self.nanoseconds()
        let value = body()
        let time = Self.nanoseconds() - start
        if let index = rows.firstIndex(where: { $0.name == name }) {
            rows[index].times.append(time)
        } else {
            rows.append((name, [time]))
        }
        return value
    }

    func show() {
        var sum = 0
        for (name, times) in rows {
            let sorted = times.sorted()
            let median = sorted[sorted.count / 2]
            if !name.hasPrefix("(") { sum += median }
            print("  \(name): \(Self.microseconds(median)), best \(Self.microseconds(sorted[0]))")
        }
        print("  the sum of the medians: \(Self.microseconds(sum))")
    }

    private static func microseconds(_ nanoseconds: Int) -> Double { Double(nanoseconds / 10) / 100 }

    private static func nanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

@main
enum WholeRequest {
    private static let identity = AnswerIdentity(
        form: .chat,
        id: "chatcmpl-abcdefghijklmnopqrstuvwx",
        created: 1_700_000_000,
        model: "horde/auto"
    )
    private static let models = ["zai-org/GLM-4.6"]
    private static let offers = (0..<12).map {
        Offer(contextTokens: 32_768, answerTokens: 512 + 64 * $0, tokensPerSecond: 12)
    }

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let bodies = Bodies()
        let wanted =
            arguments.isEmpty
            ? [("chat", "short"), ("chat", "long"), ("agent", "short"), ("agent", "call"), ("agent", "code")]
            : [(arguments[0], arguments.count > 1 ? arguments[1] : "short")]
        let runs = arguments.count > 2 ? Int(arguments[2]) ?? 300 : 300
        for (request, reply) in wanted {
            let body = request == "agent" ? bodies.agent : bodies.chat
            let status = Bodies.status(bodies.reply(reply))
            print("\(request) of \(body.count) bytes, status of \(status.count): µs, median of \(runs)")
            var sheet = Sheet()
            for _ in 0..<runs {
                guard answer(body, status, &sheet) > status.count else { fatalError("The answer is too short.") }
            }
            sheet.show()
        }
    }

    /// The whole way of one request; returns how many bytes were written in the end.
    private static func answer(_ body: [UInt8], _ status: [UInt8], _ sheet: inout Sheet) -> Int {
        guard let format = FormatTable.builtIn["chatml"],
            sheet.time("(its JSON)", { try? JSON(parsing: body) }) != nil,
            let request = sheet.time("request", { try? ChatCompletionRequest(decoding: body) }),
            let translation = sheet.time(
                "translation",
                { try? Translation(request, format: format, today: "2026-01-31") }
            )
        else { fatalError("The request cannot be read.") }
        let conversation = sheet.time("(its conversation)") { Conversation(request, in: format) }
        let prompt = sheet.time("(its prompt)") { format.render(conversation, today: "2026-01-31") }
        _ = sheet.time("(tokens of that)") { TokenEstimator(tokenizer: format.tokenizer).tokens(in: prompt.text) }
        _ = sheet.time("first size") { try? translation.size(offers: offers, freeTokens: nil) }
        var voice = Voice(translation)
        guard let size = sheet.time("size", { try? voice.nextSize(offers: offers, freeTokens: nil) }) ?? nil else {
            fatalError("There is no room.")
        }
        let order = sheet.time("order") { translation.order(size, models: models) }
        _ = sheet.time("its body") { HordeDoor.body(of: order) }
        _ = sheet.time("status that waits") { HordeDoor.texts(in: Bodies.pending) }
        guard let texts = sheet.time("status that is done", { HordeDoor.texts(in: status) }) else {
            fatalError("The status cannot be read.")
        }
        sheet.time("part taken") { voice.take(texts[0], askedTokens: size.answerTokens) }
        return sent(voice, &sheet)
    }

    private static func sent(_ voice: Voice, _ sheet: inout Sheet) -> Int {
        let settled = sheet.time("settled text") { voice.settled }
        var said = SentText(choice: 0)
        let pieces = sheet.time("what is new of it") {
            said.advance(reasoning: settled.reasoning, content: settled.content, choice: 0)
        }
        let events = sheet.time("its events") {
            ([.opening(choice: 0)] + pieces).flatMap { CompletionChunk(identity: identity, $0).event }
        }
        let draft = sheet.time("the whole, read") { voice.draft }
        let completion = Completion(
            identity: identity,
            choices: [draft.choice],
            usage: Usage(promptTokens: 1, completionTokens: draft.tokens),
            authorship: voice.authorship
        )
        let rest = sheet.time("its last events") {
            completion.pieces(includesUsage: true, after: [0: said])
                .flatMap { CompletionChunk(identity: identity, $0).event } + ServerSentEvent.done
        }
        return events.count + rest.count
    }
}
