"""What the hostile tests share: their size, the line with their figures, processes with something in their way."""

import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import tempfile
import threading
import time

import processes
import wire
from processes import eventually

# 1 is what docs/TESTING.md tells of; less is for trying out.
SCALE = float(os.environ.get("HOSTILE_SCALE", "1"))


def scaled(count, least=1):
    return max(least, round(count * SCALE))


def report(name, figures):
    """One line with what was measured, on standard output and in the file that collects them."""
    line = f"{name}: {figures}" + ("" if SCALE == 1 else f" (scale {SCALE:g})")
    print(f"\n{line}", flush=True)
    if path := os.environ.get("HOSTILE_RESULTS"):
        with open(path, "a") as file:
            file.write(line + "\n")


def percentile(values, share):
    """The smallest value that so large a share of all does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def in_milliseconds(seconds):
    return (
        f"p50 {1000 * percentile(seconds, 0.5):.1f} ms, p99 {1000 * percentile(seconds, 0.99):.1f} ms, "
        f"most {1000 * max(seconds, default=0):.1f} ms"
    )


class Process(processes.Child):
    """The program behind a command that gets in its way (strace, prlimit, unshare), with all that it says.

    Its process id is the program's own where that command replaces itself by the program.
    """

    def __init__(self, *arguments, prefix=(), cache=None, wait=20, **more):
        self.scratch = None if cache else tempfile.TemporaryDirectory()
        self.cache = cache or self.scratch.name
        self.lines = []
        self.listening = threading.Event()
        self.address = None
        self.started = time.monotonic()
        self.listened_after = None
        self.process = subprocess.Popen(
            [*prefix, processes.binary(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", env=processes.environment(self.cache, **more),
            cwd=self.cache,
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if wait and (not self.listening.wait(wait) or self.address is None):
            self.kill()
            raise AssertionError(f"{arguments[0]} does not listen:\n{self.stderr}")

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if not self.address and (found := re.search(r"listening on http://([\d.]+):(\d+)", line)):
                self.listened_after = time.monotonic() - self.started
                self.address = (found[1], int(found[2]))
                self.listening.set()
        self.listening.set()


class Server(Process):
    """The server under test, with the same methods as the one of the end-to-end tests."""

    get, chat, stream = processes.Server.get, processes.Server.chat, processes.Server.stream

    def __init__(
        self, horde, *options, key=processes.SERVER_KEY, submits_per_minute=0, drain_timeout=5, ready=True, **more
    ):
        self.horde = horde
        url = horde if isinstance(horde, str) else horde.url
        super().__init__(
            "serve", "--listen", "127.0.0.1:0", "--horde-url", url, "--submits-per-minute", str(submits_per_minute),
            "--drain-timeout", str(drain_timeout), *options, **({"AI_HORDE_API_KEY": key} if key else {}), **more,
        )
        if ready:
            eventually(lambda: self.get("/readyz").status == 200, 20, "a model list")


# Clients as bare sockets: of a thousand of them none needs a thread


def request(body, path="/v1/chat/completions", *lines):
    """The bytes of a POST with JSON, or with bytes as they are."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    head = "\r\n".join([f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *lines])
    return head.encode() + b"\r\n\r\n" + body


class Client:
    """A client that sends its request at once, and leaves in one of the two ways in which connections end."""

    def __init__(self, address, data, timeout=60):
        self.socket = socket.create_connection(address, timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(data)
        self.heard = b""

    def listen_for(self, *words):
        """Reads until one of these has come, and returns which."""
        while True:
            for word in words:
                if word in self.heard:
                    return word
            piece = self.socket.recv(65536)
            assert piece, f"the connection ends without {words}: {self.heard[-500:]}"
            self.heard += piece

    def wait_for_end(self, seconds):
        """Waits until the server closes the connection, with FIN or, over bytes that it has not read, RST."""
        self.socket.settimeout(seconds)
        try:
            assert self.socket.recv(65536) == b"", "an answer instead of the end"
        except ConnectionResetError:
            pass

    def leave(self, resets):
        """Closes with RST, or with FIN and nothing unread, which the kernel would answer with RST; returns when."""
        if resets:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            self.drain()
        left = time.monotonic()
        self.socket.close()
        return left

    def drain(self):
        self.socket.setblocking(False)
        try:
            while piece := self.socket.recv(65536):
                self.heard += piece
        except BlockingIOError:
            pass


# What the kernel tells


def descriptors(pid):
    """What each descriptor of a process is, as the kernel names it."""
    found = {}
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            found[int(entry.name)] = os.readlink(entry)
        except FileNotFoundError:
            continue
    return found


def accepted(pid, port):
    """The connections that came to a port and that a process still has, whatever their state.

    By their clients' ports, how many bytes of what was sent have not been taken.
    """
    own = set(descriptors(pid).values())
    listening = "0A"
    found = {}
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        is_ours = int(fields[1].rpartition(":")[2], 16) == port and fields[3] != listening
        if is_ours and f"socket:[{fields[9]}]" in own:
            found[int(fields[2].rpartition(":")[2], 16)] = int(fields[4].partition(":")[0], 16)
    return found


def listening_port(pid):
    """Where a process listens, whether or not it could say so; None while it does not."""
    own = set(descriptors(pid).values())
    listening = "0A"
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == listening and f"socket:[{fields[9]}]" in own:
            return int(fields[1].rpartition(":")[2], 16)
    return None


def processor_seconds(pid):
    """What a process has used of the processors, all its threads together."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# The simulated Horde's clock, and what is left at it


class HordeClock:
    """Its times in seconds of `time.monotonic()`, to within `error` seconds.

    A job that this submits and deletes itself has a time of deletion that lies between two that it knows.
    """

    def __init__(self, horde):
        best = None
        for _ in range(30):
            reply = wire.ask(
                horde.address, "POST", processes.SUBMIT,
                {"prompt": "clock", "params": {"max_length": 16}, "models": ["nobody/has-this"]},
                {"apikey": processes.ANONYMOUS_KEY},
            )
            job = reply.json["id"]
            connection = wire.Connection(horde.address)
            connection.ask("GET", "/simulator/counters")
            before = time.monotonic()
            connection.ask("DELETE", processes.STATUS[:-1] + job)
            after = time.monotonic()
            connection.close()
            deleted = horde.control("GET", f"jobs?id={job}")["jobs"][0]["deleted_at"][0]
            if best is None or after - before < best[0]:
                best = (after - before, (before + after) / 2 - deleted)
        self.error, self.offset = best[0] / 2, best[1]

    def monotonic(self, horde_time):
        return horde_time + self.offset


def nothing_is_left(horde, seconds, what="the end of all jobs"):
    """Waits until no job is left at Horde that somebody could still end; returns how many a worker still writes."""
    eventually(lambda: horde.counters["open_jobs"] == 0, seconds, what)
    return horde.counters["running_deleted"]
