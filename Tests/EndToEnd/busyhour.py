"""A busy hour at one server, to be looked at.

The hour is scripted, and each of its parts is waited for: strangers fill AI Horde's workers and queues, some answers of
the server's own are being written, some wait at AI Horde and some in line before it, and others fail, each in its own
way. Only the standard library is used, as `Scripts/screenshots` runs without an environment.
"""

import contextlib
import pathlib
import tempfile

import processes
import wire
from processes import (
    ALPACA, ANONYMOUS_KEY, BAD_KEY, CHATML, CROWDED_KEY, LONG, SERVER_KEY, SUBMIT, TWO_SLASHES, eventually,
)

QWEN = "koboldcpp/Qwen3-32B"
GEMMA = "koboldcpp/gemma-3-27b-it"
LLAMA = "koboldcpp/Llama-3.3-70B-Instruct"
STHENO = "koboldcpp/L3-8B-Stheno-v3.2"
LENGTHY = "koboldcpp/Cydonia-24B-v4.1-heretic-uncensored-abliterated-i1-Q4_K_M"
# Has a worker to spare.
SPARE = STHENO
HOSTILE = "<img src=x onerror=alert(1)>"
# An alias of the operator's, none of whose models is live.
GONE = "coder"


def worker(name, model, tokens_per_second, threads, **more):
    return processes.worker(name, model, threads=threads, tokens_per_second=tokens_per_second, **more)


WORKERS = [
    worker("Lantern", CHATML, 38, 4),
    worker("Foundry", CHATML, 21.5, 1),
    worker("Quiet Rack", QWEN, 31.5, 2, max_context_length=16384),
    worker("Mill Pond", LONG, 24, 2, max_length=1024, max_context_length=32768),
    worker("Tide Table", LONG, 17, 1, max_context_length=16384),
    worker("Old Harbor", ALPACA, 55, 2, max_length=400, max_context_length=4096),
    worker("North Rack", TWO_SLASHES, 71, 3),
    worker("Granary", GEMMA, 19, 1),
    worker("Long Shelf", LLAMA, 6.5, 1, max_context_length=12288),
    worker("Bellows", STHENO, 83, 6),
    worker("Kiln", LENGTHY, 27, 1),
    worker("Nobody", HOSTILE, 40, 2, max_context_length=4096),
]

KEYS = [
    {"key": SERVER_KEY, "username": "ann#4711", "kudos": 18_250, "concurrency": 100},
    {"key": CROWDED_KEY, "username": "bob#4712", "concurrency": 0},
]

# What others have asked AI Horde for: model, jobs, tokens of each. They fill the workers of the first three.
STRANGERS = [(QWEN, 14, 512), (LLAMA, 6, 512), (GEMMA, 5, 300), (CHATML, 2, 240), (LONG, 1, 512), (STHENO, 1, 120)]

# The models of answers that stay as they are: some have a free worker, those of the others write for strangers.
WRITTEN = [CHATML, CHATML, LONG, TWO_SLASHES, LENGTHY, HOSTILE]
QUEUED = [QWEN, QWEN, LLAMA, GEMMA]
IN_LINE = [CHATML, STHENO, CHATML, TWO_SLASHES]

# Longer than anything looks at it.
REPLIES = [{"match": match, "latency_seconds": 900, "reply": "Done."} for match in ("a stranger's", "a long story")]

# Requests that fail, each kind in the way that it does: what they ask for, and how often.
FAILURES = {
    "invalid_api_key": (2, {"key": BAD_KEY}),
    "generation_failed": (1, {"text": "[[empty]]"}),
    "too_many_prompts": (1, {"key": CROWDED_KEY}),
    "no_worker": (3, {"model": GONE}),
}
# Nothing that the server could do better, so these are not among its errors.
MISTAKEN = ["gpt-4o", "claude-sonnet-4-5", "<b onclick=alert(2)>gpt</b>"]

# What AI Horde answers a submission with: a gateway that fails, and its limiter.
BROKEN = {"path": SUBMIT, "method": "POST", "status": 502, "body": "<html>Bad Gateway</html>"}
LIMITED = {
    "path": SUBMIT, "method": "POST", "status": 429, "body": {"message": "90 per 1 minute"},
    "headers": {"Retry-After": "60"}, "times": 1,
}

CONFIGURATION = f"""
models:
  aliases:
    {GONE}: ["*Qwen3-Coder*"]
answers:
  timeout: 2
"""


class BusyHour:
    """A simulated AI Horde and a server in the midst of it, until `close`.

    The line before AI Horde begins to move about a minute after the start.
    """

    def __init__(self, more=(), submits_per_minute=600):
        """`more` are further workers. At AI Horde's own pace, 87 a minute, it takes a little longer to come about."""
        self.workers = [*WORKERS, *more]
        with contextlib.ExitStack() as stack:
            self.horde = processes.Horde(self.plan())
            stack.callback(self.horde.close)
            self.crowd()
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            (folder / "interposer.yaml").write_text(CONFIGURATION)
            # The list of models that it begins with has the strangers' queues.
            self.server = processes.Server(
                self.horde, "--config", str(folder / "interposer.yaml"), submits_per_minute=submits_per_minute
            )
            stack.callback(self.server.close)
            self.waiting = []
            stack.callback(lambda: [connection.close() for connection in self.waiting])
            self.begin()
            self.stack = stack.pop_all()

    def close(self):
        self.stack.close()

    def plan(self, **changes):
        return processes.script(
            workers=self.workers, keys=KEYS, unknown_keys=[BAD_KEY], replies=REPLIES, **changes
        )

    @property
    def report(self):
        return self.server.get("/status.json").json

    def crowd(self):
        """What others want of AI Horde, until workers have begun with it."""
        for model, count, tokens in STRANGERS:
            for number in range(count):
                order = {
                    "prompt": f"a stranger's words {number}", "models": [model],
                    "params": {"max_length": tokens, "max_context_length": 4096},
                }
                fields = {"apikey": ANONYMOUS_KEY, "Client-Agent": "stranger:1:none"}
                answer = wire.ask(self.horde.address, "POST", SUBMIT, order, fields)
                assert answer.status == 202, answer.body
        threads = {worker["models"][0]: 0 for worker in self.workers}
        for worker in self.workers:
            threads[worker["models"][0]] += worker["threads"]
        taken = sum(min(count, threads[model]) for model, count, _ in STRANGERS)
        eventually(lambda: self.horde.counters["pops"] == taken, 10, "work for all workers")

    def begin(self):
        for model in WRITTEN + QUEUED:
            self.ask(model)
        for model in MISTAKEN:
            self.ask(model)
        for count, request in FAILURES.values():
            for _ in range(count):
                self.ask(**request)
        failed = {code: count for code, (count, _) in FAILURES.items()}
        eventually(lambda: self.failures() == failed, 30, "failures of each kind")
        eventually(lambda: self.report["horde"]["waiting_submissions"] == 0, 30, "an end of the line")
        # These have to be alone: the first must not wait in line, and of the others AI Horde answers no submission.
        self.ask(text="[[latency:3]] in one piece", stream=False)
        eventually(lambda: self.failures() == {**failed, "timeout": 1}, 10, "an answer that takes too long")
        for code, fault in (("upstream_error", BROKEN), ("rate_limit_exceeded", LIMITED)):
            self.horde.install(self.plan(faults=[fault]))
            self.ask()
            eventually(lambda: self.failures().get(code) == 1, 10, code)
        for model in IN_LINE:
            self.ask(model)
        eventually(self.stands, 30, "answers at each place")

    def failures(self):
        return {failure["code"]: failure["count"] for failure in self.report["failures"]}

    def stands(self):
        """Whether each answer is where it stays, and nothing else goes on."""
        wanted = {"being written": len(WRITTEN), "position": len(QUEUED), "in line": len(IN_LINE)}
        stages = [request["stage"] for request in self.report["requests"]["list"]]
        found = {place: sum(stage.startswith(place) for stage in stages) for place in wanted}
        return found == wanted and len(stages) == sum(wanted.values())

    def ask(self, model=SPARE, text="Tell me a long story.", key=None, stream=True):
        """Sends a request, and leaves its answer unread."""
        connection = wire.Connection(self.server.address, timeout=60)
        self.waiting.append(connection)
        body = processes.chat(text, model=model, stream=stream)
        wire.send(connection.connection, "POST", "/v1/chat/completions", body, wire.bearer(key))
