import ArgumentParser
import Bench
import EventLoop
import Glibc
import JSONText

/// `interposer bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Put an OpenAI-compatible server under load and tell what it took.",
        discussion: """
            Its figures count the load generator in, which shares the machine when the server is on the same one. \
            Ctrl-C ends it early; what there is until then is printed.
            """
    )

    @Option(help: "The base URL of the server's API.")
    var target = "http://127.0.0.1:8080/v1"

    @Option(help: "Clients at a time, each with a connection of its own.")
    var clients = 1

    @Option(help: "Seconds in which requests begin. (default: 10, or none with --requests)")
    var duration: Double?

    @Option(help: "Ends after so many requests.")
    var requests: Int?

    @Option(
        help: """
            Requests a second over all clients, begun on time whether or not answers come, and each counted from the time \
            when it should have begun. (default: each client asks again when it has its answer)
            """
    )
    var rate: Double?

    @Option(help: "Seconds that a client pauses between an answer and its next request.")
    var think = 0.0

    @Option(help: "Seconds at the beginning that are not counted.")
    var warmUp = 0.0

    @Option(help: "Seconds after which a request is given up.")
    var timeout = 300.0

    @Option(help: "What to ask for: chat or models.")
    var path = LoadPlan.Path.chat

    @Flag(help: "Ask for streams; one without [DONE] is an error.")
    var stream = false

    @Option(help: "Bytes of the conversation, with its tools.")
    var promptBytes = 64

    @Option(help: "Offer so many tools and bring a history of calls, as an agent does.")
    var tools = 0

    @Option(help: "The longest answer, in tokens.")
    var maxTokens = 16

    @Option(help: "The model to ask for.")
    var model = "horde/auto"

    @Option(help: "Keys of AI Horde's shape that the clients share in turn; 0 sends none.")
    var keys = 0

    @Option(help: "The number of the first of these keys.")
    var firstKey = 0

    @Option(help: "The server's process, whose CPU time and memory are told.")
    var pid: Int?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard target.hasPrefix("http://") || target.hasPrefix("https://") else {
            throw ValidationError("--target is an http or https URL.")
        }
        try Self.check(clients, 1...100_000, "--clients")
        try Self.check(requests ?? 1, 1...1_000_000_000, "--requests")
        try Self.check(promptBytes, 1...8_000_000, "--prompt-bytes")
        try Self.check(tools, 0...128, "--tools")
        try Self.check(maxTokens, 1...1_000_000, "--max-tokens")
        try Self.check(keys, 0...1_000_000, "--keys")
        try Self.check(firstKey, 0...1_000_000, "--first-key")
        try Self.check(duration ?? 1, 0.1...86_400, "--duration")
        try Self.check(rate ?? 1, 0.001...1_000_000, "--rate")
        try Self.check(think, 0...3600, "--think")
        try Self.check(warmUp, 0...3600, "--warm-up")
        try Self.check(timeout, 0.1...3600, "--timeout")
        guard rate == nil || think == 0 else { throw ValidationError("--think does not go together with --rate.") }
    }

    private static func check<Value>(_ value: Value, _ range: ClosedRange<Value>, _ name: String) throws {
        if !range.contains(value) {
            throw ValidationError("\(name) is a number from \(range.lowerBound) to \(range.upperBound).")
        }
    }

    func run() throws {
        let (plan, json) = (plan, json)
        try Program.run {
            DescriptorLimit.raise()
            let signals = TerminationSignals()
            let test = LoadTest(plan)
            EventLoop.task {
                await signals.next()
                test.stop()
            }
            let isTerminal = isatty(STDERR_FILENO) == 1
            let report = await test.run { line in if isTerminal { StandardError.write(line) } }
            StandardOutput.write(json ? report.json.text(.indented) : report.text)
        }
    }

    private var plan: LoadPlan {
        var plan = LoadPlan(target: target.hasSuffix("/") ? String(target.dropLast()) : target)
        plan.path = path
        plan.clients = clients
        plan.durationSeconds = duration ?? (requests == nil ? 10 : nil)
        plan.requestsMax = requests
        plan.rate = rate
        plan.thinkSeconds = think
        plan.warmUpSeconds = warmUp
        plan.timeoutSeconds = timeout
        plan.isStreaming = stream
        plan.promptBytes = promptBytes
        plan.tools = tools
        plan.maxTokens = maxTokens
        plan.model = model
        plan.keys = keys
        plan.firstKey = firstKey
        plan.serverPID = pid
        return plan
    }
}

extension LoadPlan.Path: ExpressibleByArgument {}
