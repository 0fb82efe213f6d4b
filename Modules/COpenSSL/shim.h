// OpenSSL 3: what of libcrypto and libssl is used.
#pragma once
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

/// These are macros with casts, which Swift does not import.
static inline void ssl_context_set_versions(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/// A buffer that was not taken whole may be offered again from elsewhere; idle connections keep no buffers. A record
/// without data ends a call: by default the next one is read, for as long as there is another.
static inline void ssl_context_set_modes(SSL_CTX *context) {
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}
