import HTTPClient
import HTTPTypes

/// What Horde is asked, as the metrics name it.
package enum Endpoint: String, CaseIterable, Sendable {
    case submit, status, delete, user, workers, models, performance

    var method: HTTPRequest.Method {
        switch self {
        case .submit: .post
        case .delete: .delete
        case .status, .user, .workers, .models, .performance: .get
        }
    }
}

/// One call: what is asked, and how it is sent.
struct Call {
    let endpoint: Endpoint
    var request: HTTPClient.Request
}
