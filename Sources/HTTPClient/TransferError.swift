import CCurl

/// Why a request got no answer, grouped by what the caller can do about it.
package enum TransferError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No connection, or it broke; `reason` is libcurl's text.
    case unreachable(reason: String)
    /// An answer had begun, and did not come to its end; `reason` is libcurl's text.
    case brokenOff(reason: String)
    case timedOut
    case cancelled
    /// What came back is not HTTP.
    case malformed(reason: String)
    /// The answer is larger than this.
    case tooLarge(bytesMax: Int)
    /// Too much waits already.
    case overloaded

    /// Sorts libcurl's hundred codes (curl/curl.h, CURLcode).
    init(_ code: CURLcode, bytesMax: Int, hasBegun: Bool = false) {
        let reason = String(cString: curl_easy_strerror(code))
        self =
            switch code {
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            // The callbacks of ours that return less than they were given do so for this reason alone.
            case CURLE_WRITE_ERROR, CURLE_FILESIZE_EXCEEDED: .tooLarge(bytesMax: bytesMax)
            case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING,
                CURLE_URL_MALFORMAT, CURLE_HTTP2, CURLE_PARTIAL_FILE:
                .malformed(reason: reason)
            default: hasBegun ? .brokenOff(reason: reason) : .unreachable(reason: reason)
            }
    }

    package var description: String {
        switch self {
        case .unreachable(let reason), .brokenOff(let reason): reason
        case .timedOut: "no answer in time"
        case .cancelled: "cancelled"
        case .malformed(let reason): reason
        case .tooLarge(let bytesMax): "the answer is larger than \(bytesMax) bytes"
        case .overloaded: "too many requests are waiting"
        }
    }
}
