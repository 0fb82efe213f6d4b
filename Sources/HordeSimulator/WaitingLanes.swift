/// Everything that waits for a worker, ordered, in one lane per set of workers that may take it.
///
/// Requests that the same workers may take share a lane, so a free worker looks only at the heads of its lanes, however
/// many requests for other workers wait before them.
struct WaitingLanes {
    private struct Lane {
        let workers: [Int]
        /// In order; the first is served next.
        var requests: [GenerationRequest] = []
    }
    private var lanes: [Lane] = []
    private var laneBySet: [[Int]: Int] = [:]
    private var lanesByWorker: [Int: [Int]] = [:]

    /// The lane of what these workers may take.
    mutating func lane(for workers: [Int]) -> Int {
        if let lane = laneBySet[workers] { return lane }
        let lane = lanes.count
        lanes.append(Lane(workers: workers))
        laneBySet[workers] = lane
        for worker in workers { lanesByWorker[worker, default: []].append(lane) }
        return lane
    }

    func workers(of lane: Int) -> [Int] {
        lanes.indices.contains(lane) ? lanes[lane].workers : []
    }

    mutating func insert(_ request: GenerationRequest, into lane: Int) {
        lanes[lane].requests.insert(request, at: index(of: request.order, in: lane))
        request.lane = lane
    }

    mutating func remove(_ request: GenerationRequest) {
        guard let lane = request.lane else { return }
        let index = index(of: request.order, in: lane)
        precondition(lanes[lane].requests[index] === request, "a request stands where its order puts it")
        lanes[lane].requests.remove(at: index)
        request.lane = nil
    }

    /// What the worker takes next: the first among the heads of its lanes, if it has waited until the worker's poll.
    func next(for worker: Int, now: Double, pickupSeconds: Double) -> GenerationRequest? {
        var first: GenerationRequest?
        for lane in lanesByWorker[worker] ?? [] {
            guard let head = lanes[lane].requests.first, head.queuedAt + pickupSeconds <= now else { continue }
            if first.map({ head.order < $0.order }) ?? true { first = head }
        }
        return first
    }

    /// Numbers all requests that waited before `second`, from 1 (DF:1425-1446).
    func number(second: Double) {
        let filled = lanes.filter { !$0.requests.isEmpty }
        var waiting = filled.first?.requests ?? []
        // One lane is in order by itself.
        if filled.count > 1 { waiting = filled.flatMap(\.requests).sorted { $0.order < $1.order } }
        var position = 0
        for request in waiting where request.queuedAt < second {
            position += 1
            request.position = position
            request.positionSecond = second
        }
    }

    /// Takes everything out, for a new set of workers.
    mutating func drain() -> [GenerationRequest] {
        let requests = lanes.flatMap(\.requests)
        for request in requests { request.lane = nil }
        self = WaitingLanes()
        return requests
    }

    /// Where an order stands, or would stand.
    private func index(of order: QueueOrder, in lane: Int) -> Int {
        let requests = lanes[lane].requests
        var low = 0
        var high = requests.count
        while low < high {
            let middle = (low + high) / 2
            if requests[middle].order < order { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
