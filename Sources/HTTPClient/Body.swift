extension HTTPClient {
    /// Bytes to send, held once however many requests share them.
    ///
    /// ## When it goes away
    /// The bytes are freed. libcurl has no pointer to them then: its handle keeps the body until it has a new one.
    package final class Body: Sendable {
        // nonisolated(unsafe) because a pointer is not Sendable; nobody writes to these bytes after `init`.
        nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

        /// Copies the bytes.
        package init(_ source: [UInt8]) {
            // One byte more, because the address of an empty body is told to libcurl as well, and nil is no body there.
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count + 1, alignment: 16)
            copy.copyBytes(from: source)
            bytes = UnsafeRawBufferPointer(rebasing: copy[..<source.count])
        }

        deinit { bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0).deallocate() } }
    }
}
