"""A thousand slow clients of each kind at a time: everybody else is answered, and each of them is cut off in time.

The limits are those of docs/OPERATING.md: a head has 10 s, a body 30 s, a reader that takes nothing 60 s, and a
connection on which nothing happens 75 s.
"""

import heapq
import re
import selectors
import shutil
import socket
import subprocess
import threading
import time

import pytest

import hostile
import processes
import returning
import wire
from hostile import scaled
from processes import CHATML, eventually

CONNECTIONS = scaled(1000, 20)
PER_SECOND = 500
HEAD, BODY, STALL, IDLE = 10, 30, 60, 75
GRACE = 2
# What a client of a network other than loopback gets: with it the kernel holds less of what nobody reads.
SEGMENT = 1400
# Bytes that wait for a reader when it is certain that it takes no more.
FULL = 20_000
# It does not repeat itself, because what does is ended early.
LONG_TEXT = returning.tale(100_000)


class Prober:
    """Somebody else, who asks for the models ten times a second, on a new connection each time."""

    def __init__(self, server):
        self.server = server
        self.seconds = []
        self.failures = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.ended.wait(0.1):
            began = time.monotonic()
            try:
                reply = wire.ask(self.server.address, "GET", "/v1/models", timeout=10)
                if reply.status != 200:
                    self.failures.append(reply.status)
            except OSError as error:
                self.failures.append(repr(error))
            self.seconds.append(time.monotonic() - began)

    def judge(self):
        self.ended.set()
        self.thread.join()
        assert not self.failures, self.failures[:5]
        assert max(self.seconds) <= 1, f"somebody else waited for {max(self.seconds):.2f} s"
        return f"others answered within {1000 * max(self.seconds):.0f} ms in {len(self.seconds)} of {len(self.seconds)}"


class Kind:
    """What a slow client does: what it sends at once, whether it reads an answer to that, what it sends bit by bit."""

    def __init__(self, limit, opening=b"", reads=True, waits=False, bit=None, pause=3, least=None):
        self.limit, self.opening, self.reads, self.waits = limit, opening, reads, waits
        self.bit, self.pause = bit, pause
        # Who is not that slow yet must not be cut off.
        self.least = least


class SlowClient:
    def __init__(self, kind, address):
        self.kind = kind
        self.socket = socket.socket()
        if not kind.reads:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        self.socket.connect(address)
        self.socket.sendall(kind.opening)
        self.socket.setblocking(False)
        self.began = time.monotonic()
        self.heard = b""
        self.sent = 0
        self.gone_after = None
        self.port = self.socket.getsockname()[1]
        # Whether it is by now what it will be.
        self.is_slow = kind.reads

    @property
    def is_answered(self):
        """Whether the answer to what it has sent at once is there; its slowness counts from then on."""
        return b"\r\n\r\n" in self.heard

    def send_bit(self):
        """Sends one bit more; false when that fails."""
        try:
            self.socket.send(self.kind.bit(self.sent))
        except BlockingIOError:
            return True
        except OSError:
            self.ended()
            return False
        self.sent += 1
        return True

    def hear(self):
        try:
            piece = self.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            return self.ended()
        if self.kind.waits and not self.is_answered:
            self.began = time.monotonic()
        self.heard += piece

    def ended(self):
        self.gone_after = time.monotonic() - self.began


def crowd(server, kinds, limit, per_second=PER_SECOND):
    """Runs a thousand clients of these kinds to their ends."""
    clients, bits, selector = [], [], selectors.DefaultSelector()
    first = time.monotonic()
    end, next_look = None, first
    while len(clients) < CONNECTIONS or any(client.gone_after is None for client in clients):
        now = time.monotonic()
        while len(clients) < CONNECTIONS and now - first >= len(clients) / per_second:
            client = SlowClient(kinds[len(clients) % len(kinds)], server.address)
            clients.append(client)
            if client.kind.reads:
                selector.register(client.socket, selectors.EVENT_READ, client)
            if client.kind.bit:
                heapq.heappush(bits, (now + (0.5 if client.kind.waits else client.kind.pause), len(clients), client))
        for key, _ in selector.select(0.05):
            key.data.hear()
            if key.data.gone_after is not None:
                selector.unregister(key.fileobj)
        while bits and bits[0][0] <= time.monotonic():
            due, number, client = heapq.heappop(bits)
            if client.gone_after is None and client.send_bit():
                heapq.heappush(bits, (due + client.kind.pause, number, client))
        if now >= next_look:
            next_look = now + 0.25
            look_from_there(server, clients)
        if end is None and len(clients) == CONNECTIONS and all(client.is_slow for client in clients):
            end = now + limit + GRACE + 5
        assert end is None or now < end, f"still there after their limit: {still_there(kinds, clients)}"
        assert now < first + CONNECTIONS / per_second + limit + 60, "not all were served what they do not read"
    for client in clients:
        client.socket.close()
    selector.close()
    return clients


def look_from_there(server, clients):
    """Those that do not read see neither the answer that waits for them nor their end: the server's kernel tells."""
    silent = [client for client in clients if not client.kind.reads and client.gone_after is None]
    if not silent:
        return
    there = hostile.accepted(server.pid, server.address[1])
    for client in silent:
        untaken = there.get(client.port)
        if untaken is None and client.is_slow:
            client.ended()
        elif untaken and untaken > FULL and not client.is_slow:
            client.is_slow, client.began = True, time.monotonic()


def still_there(kinds, clients):
    """How many of each kind, by its number."""
    left = [kinds.index(client.kind) for client in clients if client.gone_after is None]
    return {number: left.count(number) for number in sorted(set(left))}


def judge(name, clients, prober):
    available = prober.judge()
    for kind in {client.kind: None for client in clients}:
        after = [client.gone_after for client in clients if client.kind is kind]
        assert max(after) <= kind.limit + GRACE, f"one was cut off only after {max(after):.1f} s"
        if kind.least is not None:
            assert min(after) >= kind.least, f"one was cut off after {min(after):.1f} s already"
    after = [client.gone_after for client in clients]
    hostile.report(
        f"slow clients, {name}",
        f"{len(clients)} connections, gone after {min(after):.1f} to {max(after):.1f} s; {available}",
    )


@pytest.fixture
def server(start):
    horde = start(processes.Horde, processes.script(
        workers=[processes.worker("Giant", CHATML, threads=2 * CONNECTIONS)],
        replies=[{"match": "long", "reply": LONG_TEXT, "latency_seconds": 0}],
    ))
    return start(processes.Server, horde)


WHOLE = b"GET /health HTTP/1.1\r\nHost: t\r\n\r\n"
GET = b"GET /v1/models HTTP/1.1\r\nHost: t\r\n"
SLOW_LINE = b"GET /v1/models?" + b"q" * 4000


def of(text):
    """The text byte by byte."""
    return lambda number: text[number:number + 1]


def test_slow_headers(server):
    """Fields one by one, a request line byte by byte, and nothing at all; also on a connection that was good before."""
    def field(number):
        return b"X-%d: slow\r\n" % number

    kinds = [
        Kind(HEAD, GET, bit=field, least=HEAD - 1),
        Kind(HEAD, b"G", bit=of(SLOW_LINE[1:]), least=HEAD - 1),
        Kind(HEAD, least=HEAD - 1),
        # The connection may be idle for a while; these are not, from the half second on after their first answer.
        Kind(HEAD + 0.5, WHOLE, waits=True, bit=lambda number: field(number) if number else GET, least=HEAD - 1),
        Kind(HEAD + 0.5, WHOLE, waits=True, bit=of(SLOW_LINE), least=HEAD - 1),
    ]
    prober = Prober(server)
    clients = crowd(server, kinds, HEAD)
    assert not any(client.kind.waits and not client.is_answered for client in clients), "a whole request has no answer"
    judge("headers", clients, prober)


def test_slow_body(server):
    """With a length and in chunks."""
    post = b"POST /v1/chat/completions HTTP/1.1\r\nHost: t\r\n"
    kinds = [
        Kind(BODY, post + b"Content-Length: 100000\r\n\r\n{", bit=lambda _: b" "),
        Kind(BODY, post + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", bit=lambda _: b"1\r\n \r\n"),
        Kind(BODY, post + b"Content-Length: 100000\r\n\r\n"),
        Kind(BODY, post + b"Transfer-Encoding: chunked\r\n\r\n1", bit=lambda _: b"0"),
    ]
    prober = Prober(server)
    judge("body", crowd(server, kinds, BODY), prober)


def test_slow_read(server):
    """A long answer, streamed and whole, of which nothing is read once its head may have come."""
    kinds = [
        Kind(STALL, hostile.request(processes.chat("long", stream=stream)), reads=False, least=STALL - 1)
        for stream in (True, False)
    ]
    prober = Prober(server)
    before = hostile.resident_bytes(server.pid)
    # The texts are long, and making them is work of the usual kind: that is not what is measured here.
    clients = crowd(server, kinds, STALL, per_second=50)
    judge("reading", clients, prober)
    jobs = server.horde.jobs
    assert len(jobs) == len(clients) and {job["state"] for job in jobs} == {"done"}
    hostile.report(
        "slow clients, memory after reading", f"{(hostile.resident_bytes(server.pid) - before) / 2**20:.0f} MiB more"
    )


def test_a_stalled_reader_costs_no_more_jobs(start):
    """One that reads nothing any more of an answer in many parts: the part in work is deleted, and no other follows."""
    latency, tokens = 20, 4096
    horde = start(processes.Horde, processes.script(
        workers=[processes.worker("Giant", CHATML, tokens, 65536, threads=200)],
        replies=[{"match": "long", "text": LONG_TEXT, "latency_seconds": latency}],
    ))
    server = start(processes.Server, horde, key=processes.RICH_KEY)
    count = scaled(40, 4)
    kind = Kind(latency + STALL, reads=False)
    clients = []
    for number in range(count):
        body = processes.chat(f"long {number}", stream=True, max_tokens=16 * tokens)
        kind.opening = hostile.request(body)
        clients.append(SlowClient(kind, server.address))
    eventually(lambda: horde.counters["texts"] >= count, latency + 5, "the first part of all")
    stalled = time.monotonic()
    eventually(lambda: not hostile.accepted(server.pid, server.address[1]), STALL + GRACE, "the end of the connections")
    gone = time.monotonic() - stalled
    # Those in work are told of at once; what was never begun is not there.
    eventually(lambda: horde.counters["open_jobs"] == 0, 2, "the DELETE of what was in work")
    assert gone > STALL - 5
    submitted = horde.counters["submits"]
    last = {}
    for job in horde.jobs:
        last[re.search(r"long (\d+)", job["prompt"])[1]] = job
    assert all(job["deleted_at"] for job in last.values() if job["state"] != "done")
    eventually(lambda: horde.counters["running_deleted"] == 0, latency + 5, "the end of what workers had")
    assert horde.counters["submits"] == submitted, "a part was submitted for somebody who does not read"
    for client in clients:
        client.socket.close()
    hostile.report(
        "slow clients, stalled in an answer of many parts",
        f"{count} gone {gone:.1f} s after the last byte that they took, {submitted} jobs, 0 left",
    )


def test_slow_ranges(server):
    """A head of many ranges, sent slowly, or at once by clients that then say nothing more."""
    ranges = b"Range: bytes=0-" + b"".join(b",5-%d" % number for number in range(1300)) + b"\r\n"
    kinds = [
        Kind(HEAD, GET + b"Range: bytes=0-", bit=lambda number: b",5-%d" % number, least=HEAD - 1),
        Kind(IDLE, GET + ranges + b"\r\n", waits=True),
    ]
    prober = Prober(server)
    clients = crowd(server, kinds, IDLE)
    plain = wire.ask(server.address, "GET", "/v1/models")
    for client in clients:
        if client.kind.waits:
            head, _, body = client.heard.partition(b"\r\n\r\n")
            # As large as ever: what overlaps is not sent again and again.
            assert head.startswith(b"HTTP/1.1 200 ") and len(body) == len(plain.body), head
    judge("ranges", clients, prober)


@pytest.mark.skipif(not shutil.which("slowhttptest"), reason="slowhttptest is not installed")
@pytest.mark.parametrize("mode", ["H", "B", "R", "X"])
def test_slowhttptest(server, mode):
    """The usual tool says that the service is available throughout, and that its connections are closed in the end."""
    seconds = 25
    outcome = subprocess.run(
        ["slowhttptest", "-c", str(CONNECTIONS), f"-{mode}", "-i", "3", "-r", str(PER_SECOND), "-l", str(seconds),
         "-p", "3", "-u", server.url + "/v1/models"],
        capture_output=True, text=True, timeout=seconds + 60,
    )
    said = re.sub(r"\x1b\[[0-9;]*m", "", outcome.stdout)
    available = re.findall(r"service available:\s*(\w+)", said)
    assert available and set(available) == {"YES"}, said[-2000:]
    closed = [int(count) for count in re.findall(r"closed:\s*(\d+)", said)]
    hostile.report(
        f"slow clients, slowhttptest -{mode}",
        f"{CONNECTIONS} connections, available in {len(available)} of {len(available)} samples, "
        f"{closed[-1] if closed else 0} closed in {seconds} s",
    )
