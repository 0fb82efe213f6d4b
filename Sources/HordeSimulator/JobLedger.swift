import HTTPTypes

/// What tests ask about afterwards: every request that was ever accepted, the newest of them, and counts of calls.
struct JobLedger {
    /// So many requests are remembered; older ones go.
    static let requestsMax = 20_000
    /// And so many bytes of their prompts.
    static let promptBytesMax = 256 << 20

    private(set) var requests: [GenerationRequest] = []
    private var head = 0
    private var promptBytes = 0
    var counters = Counters()
    var lags = LagMeter()

    mutating func add(_ request: GenerationRequest) {
        requests.append(request)
        counters.accepted += 1
        promptBytes += request.submission.prompt.utf8.count
        while requests.count - head > Self.requestsMax || promptBytes > Self.promptBytesMax, head < requests.count - 1 {
            let oldest = requests[head]
            promptBytes -= oldest.submission.prompt.utf8.count
            oldest.isForgotten = true
            if !oldest.isOpen { oldest.submission.dropPrompt() }
            head += 1
        }
        // Taken out many at a time, so that forgetting costs nothing per request.
        if head > 1024 {
            requests.removeFirst(head)
            head = 0
        }
    }

    /// The remembered requests, oldest first.
    var remembered: ArraySlice<GenerationRequest> { requests[head...] }

    struct Counters {
        var submits = 0
        var accepted = 0
        var statusReads = 0
        var deletes = 0
        /// Submits of the fullest window of a minute.
        var submitsPerMinute = MinuteMeter()
        var tooMany = 0
        /// The limiter's refusals, by its words.
        var tooManyByLimit: [String: Int] = [:]
        var tooManyPrompts = 0
        var kudosRefusals = 0
        /// The largest `max_length` of any submit that could be read, also of refused ones.
        var longest = 0
        var pops = 0
        var texts = 0
        var faults = 0
        var scriptedFaults = 0
        var mostPolls = 0

        mutating func count(_ method: HTTPRequest.Method, _ route: Route, now: Double) {
            switch (route, method) {
            case (.submit, _):
                submits += 1
                submitsPerMinute.record(now)
            case (.status, .get): statusReads += 1
            case (.status, .delete): deletes += 1
            default: break
            }
        }

        mutating func notePolls(_ perMinute: Int) {
            mostPolls = max(mostPolls, perMinute)
        }
    }
}
