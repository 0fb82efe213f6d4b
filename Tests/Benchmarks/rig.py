"""Processes for the scenarios: simulator, server, nginx, load generator; and what the kernel tells of them."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("INTERPOSER_BINARY", str(ROOT / ".build/release/interposer"))
FOLDER = ROOT / ".build-bench"
START_SECONDS = 30
TICKS = os.sysconf("SC_CLK_TCK")
KEY_COUNT = 64


class Missing(Exception):
    """A program that a scenario cannot do without is not installed."""


def key(number):
    """The keys that `interposer bench --keys` sends."""
    return "bench-key-" + str(number).zfill(12)


class Process:
    """One running program; its log is a file in a folder of its own, and both go when it stops."""

    def __init__(self, arguments, environment=None, listening=True):
        self.folder = tempfile.TemporaryDirectory(prefix="interposer-bench-")
        self.log_path = os.path.join(self.folder.name, "log")
        self.log = open(self.log_path, "wb")
        started = time.monotonic()
        self.popen = subprocess.Popen(
            arguments, stdout=subprocess.DEVNULL, stderr=self.log, env=environment or os.environ.copy(),
        )
        self.pid = self.popen.pid
        self.url = None
        if listening:
            self.url = self.wait_for_address()
            self.seconds_to_start = time.monotonic() - started

    def wait_for_address(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with open(self.log_path, "rb") as log:
                found = re.search(rb"listening on (http://[^\s]+)", log.read(65536))
            if found:
                return found.group(1).decode()
            if self.popen.poll() is not None:
                break
            time.sleep(0.001)
        with open(self.log_path, "rb") as log:
            raise RuntimeError(f"{self.popen.args[:2]} does not start: {log.read(2000).decode(errors='replace')}")

    def stop(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(5)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        self.log.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return answer.read()


def simulator(*, script=None, limits=False, options=()):
    """A simulated AI Horde with one worker that takes everything, and keys without a limit on what waits."""
    rules = {
        "workers": [{
            "name": "Giant", "models": ["koboldcpp/Giant-8B"], "threads": 100_000, "max_length": 512,
            "max_context_length": 131_072, "tokens_per_second": 1_000_000,
        }],
        "pickup_seconds": 0,
        "keys": [{"key": key(number), "kudos": 1e9, "concurrency": 1_000_000} for number in range(KEY_COUNT)],
        "replies": [{"reply": "The harbour was quiet.", "latency_seconds": 0}],
    }
    rules.update(script or {})
    file = tempfile.NamedTemporaryFile("w", suffix=".json", prefix="interposer-bench-")
    json.dump(rules, file)
    file.flush()
    arguments = [BINARY, "simulate", "--listen", "127.0.0.1:0", "--script", file.name, *options]
    process = Process(arguments + ([] if limits else ["--no-limits"]))
    process.script_file = file
    return process


def server(horde, *options, submits=0, cache=None):
    """`interposer serve` in front of a simulator, ready."""
    own = tempfile.TemporaryDirectory(prefix="interposer-bench-")
    environment = os.environ | {"XDG_CACHE_HOME": cache or own.name}
    environment.pop("CACHE_DIRECTORY", None)
    process = Process([
        BINARY, "serve", "--listen", "127.0.0.1:0", "--horde-url", horde.url, "--api-key", key(0),
        "--submits-per-minute", str(submits), *options,
    ], environment)
    process.cache = own
    wait_until_ready(process)
    return process


def wait_until_ready(process):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            process.get("/readyz")
            return
        except OSError:
            time.sleep(0.005)
    raise RuntimeError("the server does not become ready")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Nginx:
    """One nginx worker that serves fixed bytes at given paths, with its own default access log to a file."""

    def __init__(self, files=(), answers=()):
        if not shutil.which("nginx"):
            raise Missing("nginx is not installed (apt-get install nginx-light)")
        self.folder = tempfile.TemporaryDirectory(prefix="interposer-bench-")
        folder = pathlib.Path(self.folder.name)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        for path, content in dict(files).items():
            (folder / "html" / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            (folder / "html" / path.lstrip("/")).write_bytes(content)
        fixed = "".join(f"location {path} {{ return {status} '{body}'; }}\n" for path, status, body in answers)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(f"""
            {user} worker_processes 1; worker_rlimit_nofile 20000; daemon off;
            error_log {folder}/error.log; pid {folder}/pid;
            events {{ worker_connections 16000; }}
            http {{
                access_log {folder}/access.log; keepalive_requests 1000000000; default_type application/json;
                client_body_temp_path {folder}/body; client_max_body_size 16m; client_body_buffer_size 256k;
                server {{ listen 127.0.0.1:{self.port} backlog=4096; root {folder}/html; {fixed} }}
            }}
        """)
        self.popen = subprocess.Popen(
            ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL,
        )
        self.pid = self.worker()

    def worker(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            children = pathlib.Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children").read_text().split()
            if children:
                return int(children[0])
            time.sleep(0.01)
        raise RuntimeError("nginx does not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.popen.terminate()
        self.popen.wait(10)
        self.folder.cleanup()


def three_exchanges(upstream, post_bytes):
    """The reference in C, built when it is wanted."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        raise Missing("no C compiler is installed")
    program = FOLDER / "three-exchanges"
    source = ROOT / "Tests/Benchmarks/three-exchanges.c"
    built = subprocess.run(
        [compiler, "-O2", str(source), "-o", str(program), "-lmicrohttpd", "-lcurl"], capture_output=True, text=True,
    )
    if built.returncode:
        raise Missing("the reference in C does not compile: " + built.stderr.splitlines()[0])
    return Process([str(program), "0", upstream, str(post_bytes)])


def swift_program(name, sources, flags):
    """What a program made of some pure files prints."""
    program = FOLDER / name
    subprocess.run(
        ["swiftc", "-O", "-wmo", "-swift-version", "6", "-parse-as-library", "-package-name", "interposer", *flags,
         *map(str, sources), "-o", str(program)],
        cwd=ROOT, check=True,
    )
    return subprocess.run([str(program)], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def bench_arguments(target, options, pid=None):
    arguments = [BINARY, "bench", "--target", target + "/v1", "--json"]
    for name, value in options.items():
        arguments.append("--" + name.replace("_", "-"))
        if value is not True:
            arguments.append(str(value))
    return arguments + (["--pid", str(pid)] if pid else [])


def bench(target, *, pid=None, seconds_max=900, **options):
    """Runs the load generator and returns its JSON."""
    arguments = bench_arguments(target, options, pid)
    done = subprocess.run(arguments, capture_output=True, timeout=seconds_max)
    if done.returncode:
        raise RuntimeError(f"{arguments} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return json.loads(done.stdout)


def bench_beside(target, *, pid=None, **options):
    """Starts the load generator; its `communicate()` has the JSON."""
    return subprocess.Popen(bench_arguments(target, options, pid), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def result(popen, seconds_max=900):
    out, _ = popen.communicate(timeout=seconds_max)
    return json.loads(out)


# The kernel's view.

def cpu_seconds(pid):
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    fields = text[text.rindex(")"):].split()
    return (int(fields[12]) + int(fields[13])) / TICKS


def status(pid, name):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def connections_to(port):
    """Established TCP connections of this machine to a local port, as seen from their client's end.

    Told apart by their own ports: the kernel may show one twice while the table changes.
    """
    wanted = f":{port:04X}"
    own = set()
    with open("/proc/net/tcp") as table:
        next(table)
        for line in table:
            fields = line.split()
            if fields[2].endswith(wanted) and fields[3] == "01":
                own.add(fields[1])
    return len(own)


def wrk(url, seconds, connections=64):
    """Requests that wrk, with one thread, got answered; None when it is not installed."""
    if not shutil.which("wrk"):
        return None
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", url], capture_output=True, text=True, timeout=seconds + 60,
    )
    found = re.search(r"(\d+) requests in", done.stdout)
    if not found or "Non-2xx" in done.stdout:
        raise RuntimeError("wrk: " + done.stdout + done.stderr)
    return int(found.group(1))
