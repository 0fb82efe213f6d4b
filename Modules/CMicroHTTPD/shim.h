// libmicrohttpd 0.9.75, and for each function below the reason why Swift cannot call the original.
#pragma once
#include <microhttpd.h>
#include <netinet/in.h>

/// MHD_start_daemon is variadic. An external epoll loop, no listener of its own (connections come by
/// MHD_add_connection), and connections that may be suspended.
static inline struct MHD_Daemon *mhd_start(
    MHD_AccessHandlerCallback on_request,
    void *(*on_target)(void *, const char *, struct MHD_Connection *),
    MHD_RequestCompletedCallback on_completed,
    MHD_NotifyConnectionCallback on_connection,
    void *context, size_t connection_memory_bytes, unsigned int connections_max, unsigned int idle_seconds_max) {
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, context,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, context,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, context,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory_bytes,
        MHD_OPTION_CONNECTION_LIMIT, connections_max,
        MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds_max,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_END);
}

/// MHD_get_daemon_info is variadic.
static inline int mhd_epoll_descriptor(struct MHD_Daemon *daemon) {
    return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

/// MHD_get_connection_info is variadic.
static inline int mhd_connection_descriptor(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/// The same function: what `on_connection` stored for this connection.
static inline void *mhd_connection_context(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/// The same function: the bytes of request line and header fields, as they were received.
static inline size_t mhd_request_head_bytes(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
}

/// MHD_SIZE_UNKNOWN is a macro with a cast, which Swift does not import.
static const uint64_t mhd_size_unknown = MHD_SIZE_UNKNOWN;

/// MHD_CONTENT_READER_END_OF_STREAM and _WITH_ERROR are such macros too.
static const ssize_t mhd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t mhd_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;
