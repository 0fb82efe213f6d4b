import CMicroHTTPD
import EventLoop

/// An answer in libmicrohttpd's form.
///
/// ## When it goes away
/// Our reference is dropped; libmicrohttpd keeps its own until the last byte is sent, and then releases what the body
/// holds through the free-callback given here.
@LoopActor
struct Response: ~Copyable {
    enum Body {
        case whole([UInt8])
        case stream(Exchange)
    }

    private let handle: OpaquePointer

    /// What libmicrohttpd sets aside for a stream to HTTP/1.0; chunks are filled in the connection's own memory.
    private static let streamBlockBytes = 512

    init?(_ body: Body) {
        let made: OpaquePointer? =
            switch body {
            case .whole(let bytes):
                bytes.withUnsafeBytes { bytes in
                    // RESPMEM_MUST_COPY: libmicrohttpd copies before it returns, so the pointer is only read.
                    MHD_create_response_from_buffer(
                        bytes.count,
                        UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                        .RESPMEM_MUST_COPY
                    )
                }
            case .stream(let exchange):
                MHD_create_response_from_callback(
                    mhd_size_unknown,
                    Self.streamBlockBytes,
                    onRead,
                    Unmanaged.passRetained(exchange).toOpaque(),
                    onReadEnded
                )
            }
        guard let made else { return nil }
        handle = made
    }

    deinit { MHD_destroy_response(handle) }

    borrowing func add(_ name: String, _ value: String) {
        MHD_add_response_header(handle, name, value)
    }

    borrowing func queue(status: Int, on connection: OpaquePointer) -> MHD_Result {
        MHD_queue_response(connection, CUnsignedInt(status), handle)
    }
}
