import EventLoop
package import HTTPTypes

extension HTTPClient {
    /// What to send.
    package struct Request: Sendable {
        package var method: HTTPRequest.Method
        package var url: String
        package var fields: HTTPFields
        package var content: Content?
        /// From the moment the transfer starts to its last byte.
        package var timeout: Duration
        /// Whether it leaves some of the places that there are to others.
        package var mayTakeLong = false
        /// Gets the answer's body piece by piece, as it arrives, whatever the status.
        ///
        /// The body is not collected then, and has no limit. Not to cancel the request itself, because libcurl is in the middle of it.
        package var onBody: (@Sendable @LoopActor (UnsafeRawBufferPointer) -> Void)?

        package init(
            _ method: HTTPRequest.Method,
            _ url: String,
            fields: HTTPFields = [:],
            body: [UInt8]? = nil,
            timeout: Duration
        ) {
            self.method = method
            self.url = url
            self.fields = fields
            content = body.map { .bytes(Body($0)) }
            self.timeout = timeout
        }
    }

    /// What is sent with a request.
    package enum Content: Sendable {
        /// Bytes, which several requests may share.
        case bytes(Body)
        /// Made when the transfer starts: a request that waits for its turn holds no bytes until then.
        case made(@Sendable @LoopActor () -> [UInt8])
    }

    /// What came back, whole.
    package struct Response: Sendable {
        package let status: Int
        package let body: [UInt8]
        private let head: Head

        private enum Head {
            case received(ResponseHead)
            case made(HTTPFields)
        }

        package init(status: Int, fields: HTTPFields = [:], body: [UInt8] = []) {
            self.status = status
            self.body = body
            head = .made(fields)
        }

        init(status: Int, head: ResponseHead, body: [UInt8]) {
            self.status = status
            self.body = body
            self.head = .received(head)
        }

        /// The fields, read from the head anew each time; for one or two of them `response[name]` is cheaper.
        package var fields: HTTPFields {
            switch head {
            case .received(let head): head.fields
            case .made(let fields): fields
            }
        }

        /// One field; of several with the name the first.
        package subscript(name: HTTPField.Name) -> String? {
            switch head {
            case .received(let head): head[name]
            case .made(let fields): fields[values: name].first
            }
        }
    }
}
