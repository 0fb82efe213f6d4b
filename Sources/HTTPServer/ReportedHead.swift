import CMicroHTTPD
import Glibc

extension RequestGuard.Head {
    /// Reads a head where libmicrohttpd holds it.
    ///
    /// - Parameters:
    ///   - connection: libmicrohttpd's, on which the head has just been read.
    ///   - method: as its callback was given it, which is the first byte of the request line.
    ///   - targetBytes: the length of the target as it was sent.
    ///   - version: as its callback was given it.
    ///   - limits: what a head may have.
    init(
        reportedBy connection: OpaquePointer,
        method: UnsafePointer<CChar>,
        targetBytes: Int,
        version: UnsafePointer<CChar>,
        limits: HTTPServer.Limits
    ) {
        var collector = FieldCollector(
            start: method,
            layout: HeadLayout(
                methodBytes: strlen(method),
                targetBytes: targetBytes,
                versionOffset: version - method,
                versionBytes: strlen(version)
            ),
            framing: RequestGuard(limits: limits)
        )
        withUnsafeMutablePointer(to: &collector) { collector in
            _ = MHD_get_connection_values(
                connection,
                .HEADER_KIND,
                { context, _, name, value in
                    guard let context, let name, let value else { return .YES }
                    context.assumingMemoryBound(to: FieldCollector.self).pointee.add(name, value)
                    return .YES
                },
                collector
            )
        }
        let headBytes = mhd_request_head_bytes(connection)
        self.init(
            method: String(cString: method),
            version: String(cString: version),
            fields: collector.fields,
            bytes: headBytes,
            isSeamless: collector.layout.fills(headBytes),
            framing: collector.framing
        )
    }
}

/// What libmicrohttpd reports of a head, field by field; used up before the call that made it returns.
private struct FieldCollector {
    /// The first byte of the request line.
    let start: UnsafePointer<CChar>
    var layout: HeadLayout
    var framing: RequestGuard
    var fields: [(name: String, value: String)] = []

    mutating func add(_ name: UnsafePointer<CChar>, _ value: UnsafePointer<CChar>) {
        let nameBytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
        let valueBytes = UnsafeRawBufferPointer(start: value, count: strlen(value))
        fields.append((String(decoding: nameBytes, as: UTF8.self), String(decoding: valueBytes, as: UTF8.self)))
        framing.add(nameBytes, valueBytes)
        layout.add(
            nameOffset: name - start,
            nameBytes: nameBytes.count,
            valueOffset: value - start,
            valueBytes: valueBytes.count
        )
    }
}
