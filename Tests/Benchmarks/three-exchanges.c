// One HTTP request answered with the help of two others, by libmicrohttpd and libcurl and nothing else: the floor under
// what a proxy in front of AI Horde can cost. For each POST it posts a body of the same size upstream, reads a status
// there, and answers. One thread, one epoll set, connections handed to one libmicrohttpd daemon, one libcurl multi
// handle with at most 16 connections: the libraries of interposer used in the same way, without a parser or a log.
//
//     cc -O2 three-exchanges.c -o three-exchanges -lmicrohttpd -lcurl
//     ./three-exchanges PORT http://127.0.0.1:UPSTREAM POST_BYTES
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 16, EVENTS_MAX = 256, HANDLES_MAX = 16 };

struct exchange {
    struct MHD_Connection *connection;
    CURL *handle;
    size_t received;
    int step;
    struct exchange *next;
};

static CURLM *multi;
static struct MHD_Daemon *server;
static int poller, listener, running, daemon_fd;
static long timer = -1;
static char submit_url[256], status_url[256];
static char *post_body;
static size_t post_bytes;
static struct curl_slist *post_fields;
static CURL *idle[HANDLES_MAX];
static int idle_count;
static struct exchange *waiting_first, *waiting_last;
static struct MHD_Response *done_response, *failed_response;
static char answer[700];

static size_t on_bytes(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    return size * count;
}

static CURL *new_handle(void) {
    CURL *handle = curl_easy_init();
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_bytes);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 60000L);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, post_fields);
    return handle;
}

static void begin(struct exchange *exchange) {
    if (running >= CONNECTIONS_MAX) {
        exchange->next = NULL;
        if (waiting_last) waiting_last->next = exchange; else waiting_first = exchange;
        waiting_last = exchange;
        return;
    }
    running++;
    CURL *handle = idle_count ? idle[--idle_count] : new_handle();
    exchange->handle = handle;
    curl_easy_setopt(handle, CURLOPT_PRIVATE, exchange);
    if (exchange->step == 0) {
        curl_easy_setopt(handle, CURLOPT_URL, submit_url);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post_bytes);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, post_body);
    } else {
        curl_easy_setopt(handle, CURLOPT_URL, status_url);
        curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    }
    curl_multi_add_handle(multi, handle);
}

static void finish(struct exchange *exchange, CURLcode code) {
    if (idle_count < HANDLES_MAX) idle[idle_count++] = exchange->handle; else curl_easy_cleanup(exchange->handle);
    running--;
    if (code == CURLE_OK && exchange->step++ == 0) {
        begin(exchange);
    } else {
        MHD_queue_response(exchange->connection, code == CURLE_OK ? 200 : 502,
                           code == CURLE_OK ? done_response : failed_response);
        MHD_resume_connection(exchange->connection);
    }
    while (running < CONNECTIONS_MAX && waiting_first) {
        struct exchange *next = waiting_first;
        waiting_first = next->next;
        if (!waiting_first) waiting_last = NULL;
        begin(next);
    }
}

static void act(curl_socket_t socket, int events) {
    int left;
    CURLMsg *message;
    curl_multi_socket_action(multi, socket, events, &left);
    while ((message = curl_multi_info_read(multi, &left))) {
        struct exchange *exchange = NULL;
        CURLcode code = message->data.result;
        CURL *handle = message->easy_handle;
        curl_easy_getinfo(handle, CURLINFO_PRIVATE, &exchange);
        curl_multi_remove_handle(multi, handle);
        finish(exchange, code);
    }
}

static int on_timer(CURLM *handle, long milliseconds, void *context) {
    (void)handle;
    (void)context;
    timer = milliseconds;
    return 0;
}

static int on_socket(CURL *easy, curl_socket_t socket, int wish, void *context, void *known) {
    (void)easy;
    (void)context;
    struct epoll_event event = {.data.fd = socket};
    if (wish & CURL_POLL_IN) event.events |= EPOLLIN;
    if (wish & CURL_POLL_OUT) event.events |= EPOLLOUT;
    if (wish == CURL_POLL_REMOVE) {
        epoll_ctl(poller, EPOLL_CTL_DEL, socket, NULL);
        curl_multi_assign(multi, socket, NULL);
    } else if (known) {
        epoll_ctl(poller, EPOLL_CTL_MOD, socket, &event);
    } else {
        epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event);
        curl_multi_assign(multi, socket, &multi);
    }
    return 0;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *count, void **state) {
    (void)context, (void)url, (void)method, (void)version, (void)bytes;
    struct exchange *exchange = *state;
    if (!exchange) {
        *state = exchange = calloc(1, sizeof *exchange);
        exchange->connection = connection;
        return exchange ? MHD_YES : MHD_NO;
    }
    if (*count) {
        exchange->received += *count;
        *count = 0;
        return MHD_YES;
    }
    MHD_suspend_connection(connection);
    begin(exchange);
    return MHD_YES;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code) {
    (void)context, (void)connection, (void)code;
    free(*state);
    *state = NULL;
}

static void accept_all(void) {
    for (;;) {
        struct sockaddr_in address;
        socklen_t length = sizeof address;
        int socket = accept4(listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) return;
        MHD_add_connection(server, socket, (struct sockaddr *)&address, length);
    }
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "usage: %s PORT UPSTREAM_URL POST_BYTES\n", argv[0]), 64;
    snprintf(submit_url, sizeof submit_url, "%s/api/v2/generate/text/async", argv[2]);
    snprintf(status_url, sizeof status_url, "%s/api/v2/generate/text/status/00000000-0000-0000-0000-000000000000",
             argv[2]);
    post_bytes = strtoul(argv[3], NULL, 10);
    post_body = malloc(post_bytes + 1);
    memset(post_body, 'a', post_bytes);
    memset(answer, 'a', sizeof answer);
    post_fields = curl_slist_append(NULL, "Content-Type: application/json");
    post_fields = curl_slist_append(post_fields, "Client-Agent: three-exchanges:1:none");
    post_fields = curl_slist_append(post_fields, "apikey: 0000000000");
    post_fields = curl_slist_append(post_fields, "Expect:");
    signal(SIGPIPE, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);

    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, SOMAXCONN))
        return perror("three-exchanges"), 73;
    socklen_t length = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &length);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS_MAX);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
    server = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                              on_request, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                              MHD_OPTION_CONNECTION_LIMIT, 16384u, MHD_OPTION_END);
    if (!server) return 70;
    daemon_fd = MHD_get_daemon_info(server, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    done_response = MHD_create_response_from_buffer(sizeof answer, answer, MHD_RESPMEM_PERSISTENT);
    failed_response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(done_response, "Content-Type", "application/json");

    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    event.data.fd = daemon_fd;
    epoll_ctl(poller, EPOLL_CTL_ADD, daemon_fd, &event);
    fprintf(stderr, "listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));

    struct epoll_event events[EVENTS_MAX];
    for (;;) {
        MHD_run(server);
        if (timer == 0) {
            timer = -1;
            act(CURL_SOCKET_TIMEOUT, 0);
            continue;
        }
        MHD_UNSIGNED_LONG_LONG patience;
        int wait = timer < 0 ? -1 : (int)timer;
        if (MHD_get_timeout(server, &patience) == MHD_YES && (wait < 0 || (int)patience < wait)) wait = (int)patience;
        int count = epoll_wait(poller, events, EVENTS_MAX, wait);
        if (count == 0 && timer > 0) {
            timer = -1;
            act(CURL_SOCKET_TIMEOUT, 0);
        }
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) accept_all();
            else if (fd != daemon_fd) {
                int ready = 0;
                if (events[i].events & EPOLLIN) ready |= CURL_CSELECT_IN;
                if (events[i].events & EPOLLOUT) ready |= CURL_CSELECT_OUT;
                if (events[i].events & (EPOLLERR | EPOLLHUP)) ready |= CURL_CSELECT_ERR;
                act(fd, ready);
            }
        }
    }
}
