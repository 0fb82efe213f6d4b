import HTTPTypes

extension Exchange {
    /// Method and fields, known once the whole head is there.
    struct Head {
        let method: HTTPRequest.Method
        var fields: HTTPFields
        let isChunked: Bool
        let clientID: String?

        init(_ reported: RequestGuard.Head) {
            var fields = HTTPFields()
            for (name, value) in reported.fields {
                guard let name = HTTPField.Name(name) else { continue }
                fields.append(HTTPField(name: name, value: value))
            }
            // A method that is no token is refused before anybody looks at this.
            method = HTTPRequest.Method(reported.method) ?? .get
            self.fields = fields
            isChunked = fields[.transferEncoding] != nil
            clientID = fields[.requestID].flatMap { RequestID.isWellFormed($0) ? $0 : nil }
        }

        /// The whole request.
        func request(to target: RequestTarget, id: String, body: [UInt8], from remoteAddress: String) -> Request {
            var fields = fields
            if let authority = target.authority { fields[.named("Host")] = authority.text }
            return Request(
                id: id,
                method: method,
                rawPath: target.rawPath,
                path: target.path,
                query: target.query,
                fields: fields,
                body: body,
                remoteAddress: remoteAddress
            )
        }
    }
}
