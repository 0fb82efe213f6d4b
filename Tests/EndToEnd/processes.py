"""The two programs under test, as child processes: a simulated Horde and the server in front of it.

Each listens on a port of its own choice and is waited for by its "listening on" line, never by sleeping. Each is ended
by its process id.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

import wire

ROOT = pathlib.Path(__file__).resolve().parents[2]

SUBMIT = "/api/v2/generate/text/async"
STATUS = "/api/v2/generate/text/status/*"

ANONYMOUS_KEY = "0000000000"
SERVER_KEY = "Server-Key_0123456789a"
ALICE_KEY = "Alice-Key__0123456789a"
RICH_KEY = "Rich-Key___0123456789a"
DELETED_KEY = "Deleted-Key0123456789a"
CROWDED_KEY = "Crowded-Key0123456789a"
BAD_KEY = "bad-key____0123456789a"
SHARED_KEY = "0b5e7f6a-1c2d-4e3f-8a9b-0c1d2e3f4a5b"
SECRETS = [SERVER_KEY, ALICE_KEY, RICH_KEY, DELETED_KEY, CROWDED_KEY, BAD_KEY, SHARED_KEY]

CHATML = "koboldcpp/Qwen2.5-14B-Instruct"
MISTRAL = "koboldcpp/Mistral-Nemo-12B-Instruct-2407"
ALPACA = "koboldcpp/Fimbulvetr-11B-v2"
TWO_SLASHES = "aphrodite/NousResearch/Hermes-3-Llama-3.1-8B"
LONG = "koboldcpp/Mistral-Small-3.2-24B-Instruct-2506"


def worker(name, model, max_length=512, max_context_length=8192, threads=64, **more):
    return {
        "name": name, "models": [model], "max_length": max_length, "max_context_length": max_context_length,
        "threads": threads, **more,
    }


WORKERS = [
    worker("Lantern", CHATML),
    worker("Mill Pond", MISTRAL, 768, 16384),
    worker("Old Harbor", ALPACA, 400, 4096),
    worker("North Rack", TWO_SLASHES),
    worker("Long Shelf", LONG, 1024, 32768),
]

KEYS = [
    {"key": SERVER_KEY, "username": "server#1", "concurrency": 5000},
    {"key": ALICE_KEY, "username": "alice#2"},
    {"key": SHARED_KEY, "username": "shared#3"},
    {"key": RICH_KEY, "username": "rich#4", "kudos": 1_000_000},
    {"key": DELETED_KEY, "username": "deleted#5", "deleted": True},
    {"key": CROWDED_KEY, "username": "crowded#6", "concurrency": 0},
]


def script(**changes):
    """A script with room for everything, in which workers look for jobs often."""
    return {"workers": WORKERS, "keys": KEYS, "pickup_seconds": 0.1, **changes}


def binary():
    """The program that was built last, or the one that INTERPOSER_BINARY names."""
    if named := os.environ.get("INTERPOSER_BINARY"):
        return named
    built = [path for mode in ("release", "debug") if (path := ROOT / ".build" / mode / "interposer").exists()]
    assert built, "build the product first: swift build -c release --product interposer"
    return str(max(built, key=lambda path: path.stat().st_mtime))


def environment(cache, **more):
    """Nothing of the caller's that the programs would act on: no proxies, no key, no cache of a real user."""
    own = {"PATH": os.environ["PATH"], "HOME": cache, "XDG_CACHE_HOME": cache, "LANG": "C.UTF-8"}
    # Most tests look for words in the log, and all servers of a machine have one usual address for the metrics.
    return {**own, "INTERPOSER_LOG_FORMAT": "text", "INTERPOSER_METRICS_LISTEN": "main", **more}


def run(*arguments, stdin="", timeout=30, **more):
    """Runs a command of the program to its end."""
    with tempfile.TemporaryDirectory() as cache:
        return subprocess.run(
            [binary(), *arguments], input=stdin, capture_output=True, text=True, timeout=timeout,
            env=environment(cache, **more),
        )


def eventually(probe, seconds=5.0, what="it"):
    """Asks until the answer is true, and returns that answer."""
    end = time.monotonic() + seconds
    while True:
        if answer := probe():
            return answer
        assert time.monotonic() < end, f"{what} did not come about within {seconds} s"
        time.sleep(0.02)


# As systemd hands sockets over: from descriptor 3 on, for the process that takes this one's place.
HAND_OVER = """
import os, sys
descriptors = [int(one) for one in sys.argv[1].split(",")]
for place, one in enumerate(descriptors):
    os.dup2(one, 3 + place)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(descriptors))}
os.execv(sys.argv[2], sys.argv[2:])
"""


def handing_over(sockets):
    """What runs a command with sockets that are open already."""
    if not sockets:
        return []
    return [sys.executable, "-c", HAND_OVER, ",".join(str(one.fileno()) for one in sockets)]


class Child:
    """One running command, after one that becomes it; `address` is where it listens."""

    def __init__(self, *arguments, cache=None, sockets=(), before=(), **more):
        self.scratch = None if cache else tempfile.TemporaryDirectory()
        self.cache = cache or self.scratch.name
        self.lines = []
        self.listening = threading.Event()
        self.address = None
        self.process = subprocess.Popen(
            [*before, *handing_over(sockets), binary(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace", env=environment(self.cache, **more),
            pass_fds=[one.fileno() for one in sockets],
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if not self.listening.wait(20) or self.address is None:
            self.kill()
            raise AssertionError(f"{arguments[0]} does not listen:\n{self.stderr}")

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.fullmatch(r"listening on http://([\d.]+):(\d+)\n", line):
                self.address = (found[1], int(found[2]))
                self.listening.set()
        self.listening.set()

    @property
    def stderr(self):
        return "".join(self.lines)

    @property
    def url(self):
        return "http://{}:{}".format(*self.address)

    @property
    def pid(self):
        return self.process.pid

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds=15):
        """The exit code, once the process has ended and its last line is read."""
        code = self.process.wait(seconds)
        self.reader.join(5)
        return code

    def kill(self):
        self.process.kill()
        self.wait()

    def close(self):
        """Ends the process as an operator does, and looks at what it leaves behind."""
        if self.process.poll() is None:
            self.terminate()
        try:
            code = self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it does not end on SIGTERM:\n{self.stderr}") from None
        finally:
            if self.scratch:
                self.scratch.cleanup()
        assert code == 0, f"exit code {code}:\n{self.stderr[-4000:]}"
        assert not [key for key in SECRETS if key in self.stderr], "a key stands in the log"


class Horde(Child):
    """A simulated Horde, and what its control surface tells."""

    def __init__(self, plan=None, *more, limits=False, cache=None):
        self.folder = tempfile.TemporaryDirectory()
        file = pathlib.Path(self.folder.name) / "script.json"
        file.write_text(json.dumps(plan if plan is not None else script()))
        options = [*more] if limits else [*more, "--no-limits"]
        super().__init__(
            "simulate", "--listen", "127.0.0.1:0", "--tokens-per-second", "400", "--script", str(file), *options,
            cache=cache,
        )

    def close(self):
        super().close()
        self.folder.cleanup()

    def control(self, method, path, body=None):
        reply = wire.ask(self.address, method, "/simulator/" + path, body)
        assert reply.status == 200, reply.body
        return reply.json

    def install(self, plan):
        self.control("POST", "script", plan)

    def reset(self):
        self.control("POST", "reset")

    @property
    def counters(self):
        return self.control("GET", "counters")

    @property
    def jobs(self):
        return self.control("GET", "jobs")["jobs"]

    def job(self, text, seconds=5.0):
        """The newest job whose prompt holds a text, as soon as there is one."""
        return eventually(lambda: self.find(text), seconds, f"a job with {text!r}")

    def find(self, text):
        return next((job for job in reversed(self.jobs) if text in job["prompt"]), None)


class Server(Child):
    """The server under test."""

    def __init__(
        self, horde, *options, key=SERVER_KEY, submits_per_minute=0, cache=None, ready=True, sockets=(), **more
    ):
        self.horde = horde
        url = horde if isinstance(horde, str) else horde.url
        listen = [] if sockets else ["--listen", "127.0.0.1:0"]
        super().__init__(
            "serve", *listen, "--horde-url", url, "--api-key", key,
            "--submits-per-minute", str(submits_per_minute), "--drain-timeout", "5", *options, cache=cache,
            sockets=sockets, **more,
        )
        if ready:
            eventually(lambda: self.get("/readyz").status == 200, 10, "a model list")

    def get(self, path, **headers):
        return wire.ask(self.address, "GET", path, headers=headers)

    def metrics_page(self):
        reply = self.get("/metrics")
        assert reply.status == 200, reply.body
        return reply.body.decode()

    def figure(self, name, **labels):
        return figure(self.metrics_page(), name, **labels)

    def chat(self, text="[[reply:Hello.]]", key=None, timeout=60, **fields):
        """One chat request that is not streamed; `messages` in `fields` replaces the text."""
        return wire.ask(
            self.address, "POST", "/v1/chat/completions", chat(text, **fields), wire.bearer(key), timeout
        )

    def stream(self, text="[[reply:Hello.]]", key=None, timeout=60, **fields):
        """One streamed chat request, of which nothing has been read but the head."""
        return wire.EventStream(self.address, chat(text, stream=True, **fields), wire.bearer(key), timeout)


def figure(page, name, **labels):
    """The sum of the samples of a metric that have these labels; 0 where there are none yet."""
    assert f"# TYPE {name.removesuffix('_count').removesuffix('_sum')} " in page, f"no {name}"
    found = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", page, re.MULTILINE)
    wanted = {f'{key}="{value}"' for key, value in labels.items()}
    return sum(float(value) for text, value in found if wanted <= set(re.findall(r'\w+="[^"]*"', text)))


def chat(text, **fields):
    return {"model": CHATML, "messages": [{"role": "user", "content": text}], **fields}
