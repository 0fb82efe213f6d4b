import COpenSSL

/// A certificate and its key, ready for connections.
package final class TLSContext: @unchecked Sendable {
    // @unchecked Sendable because it is not changed once it is made, and OpenSSL counts its references with atomics.
    let pointer: OpaquePointer

    /// What is wrong with a certificate or a key.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String

        fileprivate init(_ what: String) {
            var text = [CChar](repeating: 0, count: 256)
            // What the library was told by the layer below, as "No such file or directory", comes first.
            let code = ERR_get_error()
            ERR_error_string_n(code, &text, text.count)
            let reason = code == 0 ? nil : ERR_reason_error_string(code).map { String(cString: $0) }
            ERR_clear_error()
            description = what + (reason.map { ": \($0)" } ?? "")
        }
    }

    /// Reads both from files in PEM form.
    ///
    /// - Parameters:
    ///   - certificate: the path of the server's, followed by those that vouch for it.
    ///   - key: the path of its private key, which is not encrypted.
    /// - Throws: `Problem`, also when they do not belong together.
    package init(certificate: String, key: String) throws(Problem) {
        ERR_clear_error()
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw Problem("TLS cannot be used") }
        pointer = context
        ssl_context_set_versions(context)
        ssl_context_set_modes(context)
        // Nobody is there who could be asked for it.
        SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }
        SSL_CTX_set_alpn_select_cb(context, choose, nil)
        guard SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
            throw Problem("the certificate '\(certificate)' cannot be used")
        }
        guard SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 else {
            throw Problem("the key '\(key)' cannot be used")
        }
        guard SSL_CTX_check_private_key(context) == 1 else {
            throw Problem("the key '\(key)' is not that of the certificate '\(certificate)'")
        }
    }

    deinit { SSL_CTX_free(pointer) }
}

/// Of the protocols that a client offers (RFC 7301), the one that is spoken here; with none of them it has to do without.
private func choose(
    _ session: OpaquePointer?,
    _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenLength: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?,
    _ offeredLength: UInt32,
    _ context: UnsafeMutableRawPointer?
) -> CInt {
    guard let offered else { return SSL_TLSEXT_ERR_NOACK }
    var place = 0
    while place < Int(offeredLength) {
        let length = Int(offered[place])
        let name = UnsafeBufferPointer(start: offered + place + 1, count: min(length, Int(offeredLength) - place - 1))
        if name.elementsEqual("http/1.1".utf8) {
            chosen?.pointee = name.baseAddress
            chosenLength?.pointee = UInt8(length)
            return SSL_TLSEXT_ERR_OK
        }
        place += length + 1
    }
    return SSL_TLSEXT_ERR_NOACK
}
