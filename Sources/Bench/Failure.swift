/// Why a request counts as failed.
package enum Failure: Hashable, Sendable, CustomStringConvertible {
    /// Another status than 200, with the error's code or type where there is one.
    case status(Int, code: String?)
    /// An error inside a stream, with its code or type.
    case event(code: String?)
    /// A stream that ended without `[DONE]`.
    case cutStream
    /// No whole answer came.
    case transfer(String)
    case other

    package var description: String {
        switch self {
        case .status(let status, let code): "\(status)" + (code.map { " " + $0 } ?? "")
        case .event(let code): "error in the stream" + (code.map { ": " + $0 } ?? "")
        case .cutStream: "stream without [DONE]"
        case .transfer(let reason): reason
        case .other: "other"
        }
    }
}
