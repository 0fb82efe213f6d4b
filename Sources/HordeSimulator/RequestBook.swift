/// Every request that Horde still answers for: the open ones together, those that are over in the order of their end.
///
/// Only the open ones are looked through for lists and counts, so that what is over costs nothing but its memory.
struct RequestBook {
    private var byID: [String: GenerationRequest] = [:]
    /// In no order; each knows its place.
    private(set) var open: [GenerationRequest] = []
    private var closed: [GenerationRequest] = []
    /// Where the oldest of `closed` stands; before it there is what has been dropped.
    private var closedHead = 0

    /// So many requests that are over are remembered; beyond that the oldest go before their time.
    ///
    /// Within Horde's limits there are never as many in 20 minutes. Without limits it is the last 20 s of 5000 a second.
    private let closedMax: Int
    /// So many ids of what is over a user is told.
    static let closedToldMax = 1000

    init(closedMax: Int = 100_000) {
        self.closedMax = closedMax
    }

    subscript(id: String) -> GenerationRequest? { byID[id] }

    var isEmpty: Bool { byID.isEmpty }

    mutating func add(_ request: GenerationRequest) {
        byID[request.id] = request
        request.openIndex = open.count
        open.append(request)
    }

    /// Notes that nothing can come of a request any more.
    mutating func close(_ request: GenerationRequest) {
        dropFromOpen(request)
        closed.append(request)
        if request.isForgotten { request.submission.dropPrompt() }
        if closed.count - closedHead > closedMax {
            byID[closed[closedHead].id] = nil
            closed[closedHead].isRemoved = true
            closedHead += 1
        }
        // Taken out many at a time, so that it costs nothing per request.
        if closedHead > 4096 {
            closed.removeFirst(closedHead)
            closedHead = 0
        }
    }

    /// Takes out what has expired, whether it is over or not.
    mutating func takeExpired(now: Double) -> [GenerationRequest] {
        var expired = closed[closedHead...].filter { $0.expiresAt <= now }
        if !expired.isEmpty || closedHead > 0 {
            closed = closed[closedHead...].filter { $0.expiresAt > now }
            closedHead = 0
        }
        let late = open.filter { $0.expiresAt <= now }
        for request in late { dropFromOpen(request) }
        expired += late
        for request in expired { byID[request.id] = nil }
        return expired
    }

    /// The requests of one user, oldest first: all that are open, and the newest of those that are over.
    func live(of account: Account) -> [GenerationRequest] {
        let recent = closed[closedHead...].suffix(Self.closedToldMax)
        return (recent + open).filter { $0.account === account }.sorted { $0.order.sequence < $1.order.sequence }
    }

    private mutating func dropFromOpen(_ request: GenerationRequest) {
        guard let index = request.openIndex else { return }
        let last = open.removeLast()
        if last !== request {
            open[index] = last
            last.openIndex = index
        }
        request.openIndex = nil
    }
}
