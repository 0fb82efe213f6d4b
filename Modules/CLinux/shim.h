// The Linux calls that Swift's Glibc overlay does not bring, and why each wrapper below is needed.
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

/// accept4 is hidden behind _GNU_SOURCE, which Swift's importer does not define.
int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);

/// EPOLLET is 1 << 31: it imports as a negative enum case that cannot be joined to the others.
static const uint32_t linux_epoll_edge_triggered = 1u << 31;

/// The same for a value that is only compared: EPOLLRDHUP as the unsigned word that epoll_event carries.
static const uint32_t linux_epoll_peer_closed = 0x2000;

/// SOCK_NONBLOCK and SOCK_CLOEXEC import as an enum of their own that `socket` does not take.
static const int linux_socket_stream = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
static const int linux_accept_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

/// Which module these belong to changes with what else includes <sys/socket.h>.
static const int linux_send_flags = MSG_NOSIGNAL;
static const int linux_end_sending = SHUT_WR;
static const int linux_end_both = SHUT_RDWR;

/// The kernel's `struct tcp_info` is longer than the C library's (linux/tcp.h, tcp(7)).
///
/// How many bytes have come on a TCP connection, with one more for the end of sending; -1 where the kernel does not say.
static inline int64_t linux_received_bytes(int descriptor) {
    uint64_t info[32];
    socklen_t length = sizeof info;
    // tcpi_bytes_received is the seventeenth word of eight bytes, since Linux 4.1.
    int code = getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info, &length);
    return code != 0 || length < 17 * sizeof info[0] ? -1 : (int64_t)info[16];
}

/// ioctl is variadic. How many bytes wait to be read; -1 where the kernel does not say.
static inline int linux_unread_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : -1;
}
