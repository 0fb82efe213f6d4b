import Horde
import OpenAI

/// Why a part was not written.
///
/// Indirect, because every function that waits for a part has room for one in its frame.
indirect enum PartFailure: Error {
    case horde(HordeError)
    /// No worker of the models has room for it, or none is there.
    case noRoom(APIError)
    /// It cannot be asked for at all.
    case refused(APIError)

    var error: APIError {
        switch self {
        case .horde(let error): APIError(error)
        case .noRoom(let error), .refused(let error): error
        }
    }

    /// Whether other models may be asked in place of these.
    var letsOthersTry: Bool {
        switch self {
        case .horde(.notStarted), .horde(.impossible), .noRoom: true
        case .horde, .refused: false
        }
    }

    /// Whether it came to nothing because the time is over, or would be before it is our turn.
    var isLate: Bool {
        switch self {
        case .horde(.deadlinePassed): true
        case .horde(let error): error.pause != nil
        case .noRoom, .refused: false
        }
    }
}

extension HordeError {
    /// How long to wait for a turn that is not ours yet, or for a Horde that does not work; nil for any other error.
    var pause: Duration? {
        switch self {
        case .resting(let pause): pause
        case .unreachable, .serverFailed, .maintenance: .seconds(5)
        // A job that was taken and whose id is lost is not asked for once more.
        case .malformedAnswer(let status): status == 202 ? nil : .seconds(5)
        case .rateLimited(let seconds): .seconds(seconds)
        case .queueFull(let pause): pause
        case .tooManyPrompts: .seconds(10)
        default: nil
        }
    }
}
