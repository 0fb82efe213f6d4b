import CLinux
import COpenSSL
import EventLoop
import Glibc

/// The client's side of a relay: its socket, with TLS or without.
///
/// ## When it goes away
/// The session is freed and the socket closed.
struct ClientSocket: ~Copyable {
    /// What came of an attempt to read or to write.
    enum Outcome {
        case moved(Int)
        /// Something has come that is TLS's own, and there may be more.
        case progressed
        /// Nothing can be done before the socket is ready again.
        case blocked
        /// The other side sends no more, or the connection is broken.
        case ended
    }

    private let descriptor: FileDescriptor
    /// nil where nothing is encrypted.
    private let session: OpaquePointer?

    /// nil where there is no memory for TLS.
    ///
    /// - Parameters:
    ///   - socket: the client's.
    ///   - tls: what it is to be encrypted with; nil leaves it in the clear.
    init?(_ socket: consuming FileDescriptor, _ tls: TLSContext?) {
        let session = tls.flatMap { SSL_new($0.pointer) }
        if tls != nil, session == nil { return nil }
        descriptor = socket
        self.session = session
        guard let session else { return }
        SSL_set_fd(session, descriptor.rawValue)
        SSL_set_accept_state(session)
    }

    deinit {
        if let session { SSL_free(session) }
    }

    var rawValue: CInt { descriptor.rawValue }

    /// Reads what has come; with TLS that begins with the handshake.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        guard let session else {
            return outcome(recv(descriptor.rawValue, buffer.baseAddress, buffer.count, 0))
        }
        ERR_clear_error()
        let before = BIO_number_read(SSL_get_rbio(session))
        let outcome = outcome(of: session, SSL_read(session, buffer.baseAddress, CInt(buffer.count)))
        if case .blocked = outcome, BIO_number_read(SSL_get_rbio(session)) > before { return .progressed }
        return outcome
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        guard let session else {
            return outcome(send(descriptor.rawValue, bytes.baseAddress, bytes.count, linux_send_flags))
        }
        ERR_clear_error()
        return outcome(of: session, SSL_write(session, bytes.baseAddress, CInt(bytes.count)))
    }

    /// Tells the client that nothing more comes (RFC 8446, 6.1), as well as it can be told.
    func endWriting() {
        if let session, SSL_is_init_finished(session) == 1 { SSL_shutdown(session) }
        ERR_clear_error()
        shutdown(descriptor.rawValue, linux_end_sending)
    }

    private func outcome(_ count: Int) -> Outcome {
        if count > 0 { return .moved(count) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .blocked : .ended
    }

    private func outcome(of session: OpaquePointer, _ count: CInt) -> Outcome {
        if count > 0 { return .moved(Int(count)) }
        switch SSL_get_error(session, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .blocked
        default:
            if ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST { tellOfTLS() }
            ERR_clear_error()
            return .ended
        }
    }

    /// Somebody has asked without TLS, most likely a person who wrote http for https.
    private func tellOfTLS() {
        let text =
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 29\r\nConnection: close\r\n\r\n"
            + "This server speaks HTTPS only"
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { send(descriptor.rawValue, $0.baseAddress, $0.count, linux_send_flags) }
        // Closing with the rest of the question unread would take the answer away.
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
            _ = recv(descriptor.rawValue, buffer.baseAddress, buffer.count, 0)
        }
    }
}
