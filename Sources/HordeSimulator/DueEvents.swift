/// What will happen by itself, ordered by when: a binary heap, of which only the top ever needs a timer.
struct DueEvents {
    enum Event {
        /// The worker is finished with an attempt.
        case attemptEnds(GenerationRequest, number: Int, outcome: AttemptPlan.Outcome)
        /// A request may be taken from now on, by the workers that poll by now.
        case takeable(GenerationRequest)
        /// A worker comes that was not there at first.
        case arrives(SimulatedWorker)
        /// A webhook leaves that the script holds back.
        case webhook(WebhookDelivery)
    }

    private struct Entry {
        let time: Double
        let sequence: Int
        let event: Event
    }
    private var heap: [Entry] = []
    private var sequence = 0

    var nextTime: Double? { heap.first?.time }

    mutating func add(_ event: Event, at time: Double) {
        sequence += 1
        heap.append(Entry(time: time, sequence: sequence, event: event))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(child, parent) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// The next event that is due, with its own time.
    mutating func pop(due now: Double) -> (time: Double, event: Event)? {
        guard let top = heap.first, top.time <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, first) {
                first = child
            }
            if first == parent { break }
            heap.swapAt(first, parent)
            parent = first
        }
        return (top.time, top.event)
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].time, heap[left].sequence) < (heap[right].time, heap[right].sequence)
    }
}
