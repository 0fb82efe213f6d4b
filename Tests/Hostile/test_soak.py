"""A hundred thousand requests of all kinds: the server's memory, descriptors and threads stay what they are."""

import concurrent.futures
import itertools
import json
import subprocess
import time

import hostile
import processes
import watching
from hostile import Client, scaled
from processes import CHATML, eventually

REQUESTS = scaled(100_000, 2000)
ROUNDS = 50
# Of each hundred: streamed and whole answers and the list of models by the load generator, and by this test the rest.
STREAMED, WHOLE, MODELS, BAD, LEAVING = 30, 30, 20, 10, 10
SLOPE_MAX = 5
# An answer takes half a second, because Horde is not asked sooner for one.
CLIENTS = 200
# As many answers as are kept for clients that left, and some more: from then on one goes for each that comes.
KEPT = scaled(1100, 100)

PLAN = processes.script(
    workers=[processes.worker("Instant", CHATML, 1024, 8192, threads=20_000, tokens_per_second=1_000_000)],
    keys=[{"key": processes.SERVER_KEY, "concurrency": 1_000_000}],
    replies=[
        {"match": "linger", "reply": "Too late.", "latency_seconds": 1},
        {"reply": "By morning the last ferry had left, and nobody minded the rain.", "latency_seconds": 0},
    ],
    pickup_seconds=0,
)


def head(*lines):
    return "\r\n".join([*lines, "Host: t"]).encode() + b"\r\n\r\n"


BAD_REQUESTS = [
    hostile.request(b"{"),
    hostile.request(b"[" * 5000),
    hostile.request(processes.chat("x", temperature="warm")),
    hostile.request(processes.chat("x", model="none-such")),
    hostile.request(processes.chat("many words " * 20_000)),
    head("GET /nowhere HTTP/1.1"),
    head("DELETE /v1/models HTTP/1.1"),
    head("GET /v1/models HTTP/1.1", "X-Filler: " + "x" * 17_000),
    head("POST /v1/chat/completions HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    head("POST /v1/chat/completions HTTP/1.1", "Content-Length: 99999999"),
    b"nonsense\r\n\r\n",
    head("GET / HTTP/1.1", *(f"X-{number}: y" for number in range(120))),
]


def be_bad(address, data):
    """Sends something wrong and reads the refusal to its end."""
    client = Client(address, data, timeout=20)
    assert client.listen_for(b"HTTP/1.1 4")
    client.leave(resets=False)


def leave(address, number):
    """Leaves before or after the head of the answer is there, which is made for nobody."""
    is_streamed = number % 2 == 0
    client = Client(address, hostile.request(processes.chat(f"linger {number}", stream=is_streamed)), timeout=20)
    if is_streamed and number % 4 == 0:
        client.listen_for(b"HTTP/1.1 200 ")
    client.leave(resets=number % 3 == 0)


def bench(url, requests, *options):
    """The load generator; every one of its requests has to succeed."""
    clients = min(CLIENTS, requests)
    outcome = subprocess.run(
        [processes.binary(), "bench", "--target", url + "/v1", "--clients", str(clients), "--requests", str(requests),
         "--timeout", "60", "--json", *options],
        capture_output=True, text=True, timeout=300,
    )
    assert outcome.returncode == 0, outcome.stderr
    told = json.loads(outcome.stdout)
    assert not told.get("errors"), told
    return told


class Soak:
    def __init__(self, server):
        self.server = server
        self.pool = concurrent.futures.ThreadPoolExecutor(5)
        self.bad = itertools.cycle(BAD_REQUESTS)
        self.leavers = itertools.count()

    def round(self, requests):
        """Each kind's share of so many requests, all kinds side by side; returns when all of them are over."""
        url, share = self.server.url, requests // 100
        work = [
            self.pool.submit(bench, url, STREAMED * share, "--stream"),
            self.pool.submit(bench, url, WHOLE * share),
            self.pool.submit(bench, url, MODELS * share, "--path", "models"),
            self.pool.submit(self.several, be_bad, self.bad, BAD * share),
            self.pool.submit(self.several, leave, self.leavers, LEAVING * share),
        ]
        for each in work:
            each.result(300)
        self.settle()

    def several(self, act, source, count):
        for _ in range(count):
            act(self.server.address, next(source))

    def settle(self):
        """Waits until no connection is left of those on which requests were made."""
        server = self.server
        eventually(lambda: not hostile.accepted(server.pid, server.address[1]), 30, "the end of all requests")


def slope(samples):
    """Bytes for each request, by least squares."""
    count = len(samples)
    mean_x = sum(x for x, _ in samples) / count
    mean_y = sum(y for _, y in samples) / count
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / sum((x - mean_x) ** 2 for x, _ in samples)


def test_a_hundred_thousand_requests(start):
    horde = start(processes.Horde, PLAN)
    server = start(hostile.Server, horde)
    assert server.chat().status == 200
    threads, descriptors = watching.status(server.pid, "Threads"), len(hostile.descriptors(server.pid))
    soak = Soak(server)
    soak.several(leave, soak.leavers, KEPT)
    samples, began = [], time.monotonic()
    each = REQUESTS // ROUNDS // 100 * 100 or 100
    for number in range(1, ROUNDS + 1):
        soak.round(each)
        samples.append((number * each, hostile.resident_bytes(server.pid)))
    seconds = time.monotonic() - began
    after_warm_up = samples[ROUNDS // 10:]
    found = slope(after_warm_up)

    # Answers are kept for two minutes, and connections to Horde for as long as Horde keeps them.
    eventually(lambda: horde.counters["open_jobs"] == 0, 10, "the end of all jobs")
    eventually(lambda: len(hostile.descriptors(server.pid)) <= descriptors, 240, f"{descriptors} descriptors again")
    threads_after = watching.status(server.pid, "Threads")
    first, last = after_warm_up[0][1], after_warm_up[-1][1]
    hostile.report(
        "soak", f"{samples[-1][0]} requests in {seconds:.0f} s, {found:.2f} bytes a request "
        f"({first / 2**20:.1f} MiB after the warm-up, {last / 2**20:.1f} MiB at the end); "
        f"descriptors {descriptors} and {len(hostile.descriptors(server.pid))}, threads {threads} and "
        f"{threads_after}; 0 jobs left",
    )
    assert threads_after == threads
    assert found <= SLOPE_MAX, [f"{count}: {size}" for count, size in samples]
