import EventLoop

/// What a job has cost so far: Horde tells it with each status, and it never becomes less.
///
/// A worker that has a job when it is deleted may still write it and be paid; of that nobody is told.
@LoopActor
final class JobBill {
    private var kudos = 0.0
    private let onSpent: @LoopActor (Double) -> Void

    /// - Parameter onSpent: told what has come to it since the last time.
    init(onSpent: @escaping @LoopActor (Double) -> Void) {
        self.onSpent = onSpent
    }

    func heard(_ status: GenerationStatus) {
        guard let told = status.kudos?.amount, told > kudos else { return }
        onSpent(told - kudos)
        kudos = told
    }
}
