"""System calls that fail: each of many, with the errors that it may give, at its first times and again and again.

strace makes them fail (`-e inject=…`). A run starts a server with one such fault or one pattern of faults, asks it
for answers (with openai-python and with bare sockets, streamed and whole), leaves in the middle of one, and stops it.
Whatever fails, the server must not crash, nobody may wait for ever, and no job of which it knew may be left at Horde,
unless the next start finds it in the journal. One that cannot start says why and ends with a code.
"""

import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import queue
import random
import re
import shutil
import subprocess
import tempfile
import time

import httpx2
import openai
import pytest

import hostile
import processes
import wire
from hostile import Client
from processes import CHATML

SIDE_BY_SIDE = 3
# Until somebody who waits counts as waiting for ever: a submission has 60 s, by the server's own limits.
HANG_SECONDS = 75
# One who waits for longer than that has been let down, even when it ends.
SLOW_SECONDS = 25
STOP_SECONDS = 25
FAULTS_MIN = 1000

# Which calls, with which errors; at which of their times one fails alone, and in which patterns (first+step) they fail
# again and again. The later a single one, the likelier it is in a request and not in the start.
CALLS = {
    "accept4": ("EMFILE ENFILE ECONNABORTED EINTR EAGAIN ENOMEM", [1, 2, 4], ["1+2", "2+3"]),
    "recvfrom": ("ECONNRESET EINTR EAGAIN ENOMEM ETIMEDOUT", [1, 2, 3, 5, 8, 12, 16, 20], ["3+4", "2+7"]),
    "sendto": ("EPIPE ECONNRESET EINTR EAGAIN ENOBUFS", [1, 2, 3, 4, 6, 8, 11], ["2+3", "3+5"]),
    "sendmsg": ("EPIPE ECONNRESET EINTR EAGAIN ENOBUFS", [1, 2], ["1+2"]),
    "writev": ("EPIPE ECONNRESET EINTR EAGAIN ENOBUFS", [1], ["1+2"]),
    "write": ("EIO ENOSPC EPIPE EAGAIN EINTR", [1, 2, 3, 5, 8, 12], ["1+2", "2+3"]),
    "pwrite64": ("ENOSPC EIO EINTR", [1, 2, 3, 5, 8, 12, 16, 20], ["1+2", "3+4"]),
    "fdatasync": ("EIO ENOSPC", [1, 2, 3, 4], ["1+1"]),
    "read": ("EIO EINTR EAGAIN", [30, 60, 68, 72, 75, 78], ["40+3", "60+2"]),
    "openat": ("EMFILE ENOENT EACCES ENOMEM EINTR", [20, 40, 50, 56, 60, 64, 66, 68, 70, 71, 72], ["50+3", "60+2"]),
    "epoll_create1": ("EMFILE ENOMEM", [1, 2, 20, 37], ["3+9"]),
    "eventfd2": ("EMFILE ENOMEM", [1, 2], []),
    "signalfd4": ("EMFILE ENOMEM", [1], []),
    "epoll_ctl": ("ENOMEM ENOSPC", [1, 2, 3, 4, 10, 39, 40, *range(41, 110, 2)], ["45+4", "50+7", "60+5"]),
    # Not every second one: libmicrohttpd's and the loop's own take turns, and always the same would fail.
    "epoll_wait": ("EINTR", [1, 2, 5, 10, 20, 40], ["1+3", "3+5"]),
    "poll": ("EINTR ENOMEM", [1, 3, 8], ["2+3"]),
    "socket": ("EMFILE ENFILE ENOBUFS ENOMEM EACCES", [1, 2, 3, 4], ["2+2"]),
    "connect": ("ECONNREFUSED ETIMEDOUT ENETUNREACH EADDRNOTAVAIL EINTR", [1, 2, 3], ["1+2"]),
    # The first one is the resolver's own.
    "bind": ("EADDRINUSE EACCES ENOMEM", [1, 2], []),
    "listen": ("EADDRINUSE", [1], []),
    "setsockopt": ("EINVAL ENOPROTOOPT", [1, 4, 8, 12, 16], ["2+3"]),
    "getrandom": ("EINTR ENOSYS", [1, 3, 6, 9, 12], ["2+3"]),
    "clone3": ("EAGAIN ENOMEM", [1], []),
    "fcntl": ("EAGAIN ENOLCK EINVAL", [2, 5, 8, 11, 14, 18], ["4+5"]),
    "mkdir": ("ENOSPC EROFS EACCES", [1, 4, 9], ["1+2"]),
    "unlink": ("EACCES EIO", [1, 3], ["1+1"]),
    "shutdown": ("ENOTCONN ENOMEM", [1, 3], ["1+2"]),
}
# What the kernel never does, whatever strace can make it do: deleting or changing a watch needs no memory, a wake-up
# fails only where one is pending already, and a process can always read its own memory's map, in which Swift looks for
# what it was called with.
UNREAL = re.compile(r"EPOLL_CTL_(DEL|MOD)|write\(\d+<anon_inode:\[eventfd\]>|read\(\d+</proc/[^>]*/maps>")
# Without memory a Swift process ends, and so do others: that is told, not judged.
MEMORY = {
    "mmap": ("ENOMEM", [1, 20, 60, 100, 120, 140, *range(150, 175, 4)], ["160+2"]),
    "brk": ("ENOMEM", [2, 5, 10, 15, 20, 24], ["4+3"]),
    "mprotect": ("ENOMEM", [5, 20, 40, 50, 56], ["45+4"]),
}


@dataclasses.dataclass
class Outcome:
    """What came of one run."""

    spec: str
    faults: int = 0
    code: int | None = None
    said: str = ""
    listened: bool = False
    # Whether its first line got lost.
    is_silent: bool = False
    # What each request came to: a status, or the kind of its error.
    replies: list = dataclasses.field(default_factory=list)
    slow: list = dataclasses.field(default_factory=list)
    hangs: list = dataclasses.field(default_factory=list)
    left: list = dataclasses.field(default_factory=list)
    unknown: int = 0
    recovers: bool = True
    # Faults that the kernel would not have given: a crash, a hang or a failed start proves nothing then.
    unreal: int = 0

    @property
    def has_crashed(self):
        return self.code is not None and self.code < 0

    @property
    def complaints(self):
        found = [f"leaves {len(self.left)} jobs at Horde"] if self.left else []
        if self.is_silent and re.search("EINTR|EAGAIN", self.spec):
            found.append("does not write again what could not be written at once")
        if self.unreal:
            return found
        found += [f"hangs in {', '.join(self.hangs)}"] if self.hangs else []
        found += [f"made wait: {', '.join(self.slow)}"] if self.slow else []
        if self.has_crashed:
            found.append(f"ends by signal {-self.code}")
        if not self.listened and self.code is not None and self.code >= 0:
            found += ["does not start, but says nothing"] if not self.said.strip() else []
            found += ["does not start, with code 0"] if self.code == 0 else []
        found += [] if self.recovers else ["gives no answers after its only fault"]
        return found


class Run:
    """One server with its faults."""

    def __init__(self, horde, spec):
        self.horde, self.outcome = horde, Outcome(spec)
        self.home = tempfile.mkdtemp()
        self.log = os.path.join(self.home, "strace")
        call = spec.partition(":")[0]
        # As a grandchild strace leaves the process id to the server, and its end as well.
        prefix = ["prlimit", "--nofile=2048:2048", "strace", "-D", "-f", "-y", "-qq", "-o", self.log, "-e",
                  f"trace={call}", "-e", "signal=none", "-e", f"inject={spec}"]
        self.server = hostile.Server(
            horde, prefix=prefix, cache=self.home, drain_timeout=1, ready=False, wait=0,
        )

    def __call__(self):
        try:
            self.listen()
            if self.outcome.listened:
                self.ask()
                self.stop()
            else:
                self.end(10, "the start")
            self.look_back()
        finally:
            if self.server.process.poll() is None:
                self.server.kill()
            shutil.rmtree(self.home, ignore_errors=True)
        return self.outcome

    def listen(self):
        """Waits for its word that it listens; where that could not be written, for the socket."""
        end = time.monotonic() + 20
        while not self.server.listening.wait(3) and time.monotonic() < end:
            if port := hostile.listening_port(self.server.pid):
                self.server.address = ("127.0.0.1", port)
                self.outcome.is_silent = True
                break
        self.outcome.listened = self.server.address is not None

    # The requests

    def ask(self):
        began = time.monotonic()
        while time.monotonic() - began < 12 and self.attempt("readiness", self.readiness) != 200:
            time.sleep(0.05)
        if self.outcome.hangs:
            return
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            work = [
                pool.submit(self.attempt, "a whole answer", self.whole),
                pool.submit(self.attempt, "a stream", self.streamed),
                pool.submit(self.attempt, "the models", self.models),
                pool.submit(self.attempt, "one that leaves", self.leave),
            ]
            for each in work:
                each.result()
        if "+" not in self.outcome.spec and not self.outcome.hangs:
            # Its only fault may hit this as well, but not for ever; each of a few threads has one.
            self.outcome.recovers = any(self.attempt("an answer after all", self.whole) == 200 for _ in range(4))

    def attempt(self, name, act):
        if self.server.process.poll() is not None:
            return None
        began = time.monotonic()
        try:
            told = act()
        except (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError):
            told = "timeout"
            self.outcome.hangs.append(name)
        except openai.APIStatusError as error:
            told = error.status_code
        except (openai.OpenAIError, httpx2.HTTPError, OSError, wire.http.client.HTTPException, AssertionError) as error:
            told = type(error).__name__
        took = time.monotonic() - began
        if took > SLOW_SECONDS and told != "timeout":
            self.outcome.slow.append(f"{name} for {took:.0f} s")
        self.outcome.replies.append(told)
        return told

    def readiness(self):
        return wire.ask(self.server.address, "GET", "/readyz", timeout=HANG_SECONDS).status

    def models(self):
        return wire.ask(self.server.address, "GET", "/v1/models", timeout=HANG_SECONDS).status

    def whole(self):
        return self.server.chat("[[reply:Hi.]]", timeout=HANG_SECONDS).status

    def streamed(self):
        with openai.OpenAI(
            base_url=self.server.url + "/v1", api_key="none", max_retries=0, timeout=HANG_SECONDS
        ) as client:
            messages = [{"role": "user", "content": "[[reply:Hi.]]"}]
            for _ in client.chat.completions.create(model=CHATML, messages=messages, stream=True):
                pass
        return 200

    def leave(self):
        """Leaves an answer that would never come, when its head is there."""
        client = Client(
            self.server.address, hostile.request(processes.chat("[[hang]]", stream=True)), timeout=HANG_SECONDS
        )
        client.listen_for(b"\r\n\r\n")
        client.leave(resets=False)
        return 200

    # Its end

    def stop(self):
        if self.server.process.poll() is None:
            self.server.terminate()
        self.end(STOP_SECONDS, "the stop")

    def end(self, seconds, what):
        try:
            self.outcome.code = self.server.wait(seconds)
        except subprocess.TimeoutExpired:
            self.outcome.hangs.append(what)
            self.server.kill()
        self.outcome.said = self.server.stderr

    def look_back(self):
        """Counts the faults, and what is left at Horde."""
        text = pathlib.Path(self.log).read_text(errors="replace") if os.path.exists(self.log) else ""
        faults = [line for line in text.splitlines() if line.endswith("(INJECTED)")]
        self.outcome.faults = len(faults)
        self.outcome.unreal = sum(bool(UNREAL.search(line)) for line in faults)
        folder = pathlib.Path(self.home, ".local/state/interposer")
        journal = b"".join(file.read_bytes() for file in folder.iterdir()) if folder.exists() else b""
        for job in self.horde.jobs:
            is_over = job["deleted_at"] or job["state"] == "done"
            if is_over or job["id"].encode() in journal:
                continue
            # An id that never came is known by nobody: its answer was lost on the way.
            if job["status_reads"] == 0:
                self.outcome.unknown += 1
            else:
                self.outcome.left.append(job["id"])


class Rack:
    """Runs side by side, each with a Horde of its own for as long as it lasts."""

    def __init__(self):
        self.hordes = queue.Queue()
        self.all = [processes.Horde(processes.script()) for _ in range(SIDE_BY_SIDE)]
        for horde in self.all:
            self.hordes.put(horde)
        self.pool = concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE)

    def run(self, specs):
        return list(self.pool.map(self.one, specs))

    def one(self, spec):
        horde = self.hordes.get()
        try:
            horde.reset()
            return Run(horde, spec)()
        finally:
            self.hordes.put(horde)

    def close(self):
        self.pool.shutdown()
        for horde in self.all:
            horde.close()


@pytest.fixture(scope="module")
def rack():
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    rack = Rack()
    yield rack
    rack.close()


def specs(call, plan):
    errors, singles, patterns = plan
    every = [
        f"{call}:error={error}:when={when}" for error in errors.split() for when in [*map(str, singles), *patterns]
    ]
    if hostile.SCALE >= 1:
        return every
    return random.Random(1).sample(every, hostile.scaled(len(every)))


totals = collections.Counter()


def sum_up(call, outcomes):
    real = [each for each in outcomes if not each.unreal]
    figures = collections.Counter(
        runs=len(outcomes), faults=sum(each.faults - each.unreal for each in outcomes),
        unstarted=sum(not each.listened for each in real), crashes=sum(each.has_crashed for each in real),
        hangs=sum(bool(each.hangs) for each in real), left=sum(len(each.left) for each in outcomes),
        unknown=sum(each.unknown for each in outcomes),
    )
    hostile.report(
        f"torture, {call}", f"{figures['runs']} runs with {figures['faults']} faults; "
        f"{figures['unstarted']} did not start; {figures['crashes']} crashes, {figures['hangs']} hangs, "
        f"{figures['left']} jobs left, {figures['unknown']} whose id never came",
    )
    return figures


@pytest.mark.parametrize("call", CALLS)
def test_calls_that_fail(rack, call):
    outcomes = rack.run(specs(call, CALLS[call]))
    totals.update(sum_up(call, outcomes))
    bad = [f"{each.spec}: {'; '.join(each.complaints)} {each.replies}" for each in outcomes if each.complaints]
    assert not bad, "\n" + "\n".join(bad)


@pytest.mark.parametrize("call", MEMORY)
def test_memory_that_is_refused(rack, call):
    """It may end, by a signal as well, but hangs in nothing, and what it knew of at Horde is in its journal."""
    outcomes = rack.run(specs(call, MEMORY[call]))
    sum_up(call, outcomes)
    ends = collections.Counter(
        f"signal {-each.code}" if each.has_crashed else f"code {each.code}" for each in outcomes
    )
    hostile.report(f"torture, {call}, how they ended", ", ".join(f"{end}: {count}" for end, count in ends.items()))
    bad = [f"{each.spec}: hangs in {each.hangs}, leaves {each.left}" for each in outcomes if each.hangs or each.left]
    assert not bad, "\n" + "\n".join(bad)


def test_there_were_enough_of_them():
    """Its figures are those of the tests before it; alone it has nothing to judge."""
    if not totals["runs"]:
        pytest.skip("the others did not run")
    hostile.report(
        "torture", f"{len(CALLS)} calls, {totals['runs']} runs with {totals['faults']} faults; "
        f"{totals['crashes']} crashes, {totals['hangs']} hangs, {totals['left']} jobs left, "
        f"{totals['unknown']} whose id never came",
    )
    if totals["runs"] >= hostile.scaled(sum(len(specs(call, plan)) for call, plan in CALLS.items())):
        assert totals["faults"] >= hostile.scaled(FAULTS_MIN)


def test_the_faults_are_real(rack):
    """A fault that must show does: without it, nothing above would prove anything."""
    (outcome,) = rack.run(["bind:error=EADDRINUSE:when=2"])
    assert outcome.faults == 1 and not outcome.listened and outcome.code == 73
    assert re.search("[Aa]ddress already in use", outcome.said), outcome.said
