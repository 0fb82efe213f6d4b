"""Every way in which AI Horde, or what stands before it, may go wrong: byte by byte, for each call of the server's.

Each request ends in its time, with a result or with the right one of OpenAI's errors. No job is left behind, nothing of
what Horde said is told, and the next request, with the fault gone, succeeds.
"""

import collections
import concurrent.futures
import contextlib
import dataclasses
import functools
import itertools
import json
import os
import pathlib
import queue
import random
import re
import tempfile
import time

import openai
import pytest

import contract
import faulty_horde
import processes
import watching
import wire
from faulty_horde import (
    BROKEN, CUT, EITHER, ENDLESS, HANG, HARMLESS, HTML, LIVES, MARK, SILENT, WIRE, Fault, body, changed, generation,
    says,
)
from processes import CHATML, MISTRAL

# How long an answer may take here, in seconds, whether it is streamed or not; and how much later it may come.
DEADLINE = 6
# The goal is a second, which `make hostile` demands; a busy machine takes longer to tell a client.
GRACE = float(os.environ.get("FAULT_GRACE", "3"))
CONFIGURATION = f"answers:\n  timeout: {DEADLINE}\n  part_timeout: {DEADLINE}\n"
# Servers that take scenarios in turn: of several at once, one would leave Horde alone for what has failed for another.
PAIRS = 28
# And servers beside them, each for one scenario.
PROCESSES = 16
# Connections to Horde that a server has at most.
CONNECTIONS = 16
# Of these, as many as may be busy with submissions.
SUBMISSIONS = 12
# What a server may need at most: answers of 16 MiB, of which several come at once.
PEAK_KIB_MAX = 256 * 1024
# And how busy it may be: in seconds for itself, and as a share of its life. One that turns in a circle is always busy.
BUSY_SECONDS_MAX = 1.5
BUSY_SHARE_MAX = 0.1

# Where a request ended well.
ANSWERED = "answered"
# The table of docs/API.md: for each code the status, and what `Retry-After` may say.
ERRORS = {
    "upstream_unreachable": (503, {10}),
    "upstream_error": (503, {10}),
    "upstream_resting": (503, range(1, 31)),
    "upstream_maintenance": (503, {60}),
    "generation_failed": (503, {5}),
    "no_worker": (503, {30, 60}),
    "not_ready": (503, {5}),
    "timeout": (504, None),
    "rate_limit_exceeded": (429, range(1, 61)),
    "too_many_prompts": (429, {10}),
    "invalid_api_key": (401, None),
    "kudos_upfront": (403, None),
    "account_refused": (403, None),
    "upstream_refused": (400, None),
}
TYPES = {429: "rate_limit_error", 503: "server_error", 504: "server_error"}

# How a request ends whose submission, or whose list of models, always goes wrong in this way.
ENDS = {
    HARMLESS: {ANSWERED},
    SILENT: {"upstream_unreachable"},
    CUT: {"upstream_unreachable", "upstream_error"},
    BROKEN: {"upstream_error"},
    ENDLESS: {"timeout"},
    EITHER: {ANSWERED, "upstream_unreachable", "upstream_error"},
}


@dataclasses.dataclass
class Outcome:
    """How a request ended: the text, or the error, and everything that the client got."""

    end: str
    everything: str
    seconds: float
    texts: dict = dataclasses.field(default_factory=dict)
    finish_reasons: dict = dataclasses.field(default_factory=dict)


class Pair:
    """A faulty Horde, and a server in front of it."""

    def __init__(self, folder):
        self.horde = faulty_horde.FaultyHorde()
        self.started = time.monotonic()
        self.server = start(folder, self.horde.url)

    def plan(self, **options):
        return self.horde.plan(**options)

    def close(self):
        for plan in set(self.horde.plans.values()):
            plan.heal()
        peak = watching.status(self.server.pid, "VmHWM")
        try:
            # Nothing waits in any list of the server's, and it has no more connections than it may.
            for gauge in ("interposer_queue_length", "interposer_horde_waiting_jobs"):
                processes.eventually(lambda: self.server.figure(gauge) == 0, 10, gauge)
            assert watching.connections(self.server.pid, self.horde.port) <= CONNECTIONS
            busy, life = sum(watching.thread_seconds(self.server.pid).values()), time.monotonic() - self.started
            assert busy <= BUSY_SECONDS_MAX + BUSY_SHARE_MAX * life, f"{busy} s of {life} s"
            self.server.close()
        finally:
            self.horde.close()
        told = set().union(*(plan.secrets for plan in self.horde.plans.values()))
        assert not [secret for secret in told if secret in self.server.stderr], "a secret stands in the log"
        assert not self.horde.strays, f"the server asked for {self.horde.strays[:5]}"
        assert peak <= PEAK_KIB_MAX, f"{peak} KiB"


def start(folder, url, **options):
    return processes.Server(url, "--config", str(folder / "configuration.yaml"), **options)


@functools.cache
def client():
    """openai-python without retries, so that each error is seen; one for all, because it takes long to make."""
    return openai.OpenAI(api_key="none", max_retries=0, timeout=2.5 * DEADLINE)


def completions(server, key, **options):
    return client().with_options(base_url=server.url + "/v1", api_key=key, **options).chat.completions


def ask(server, plan, stream, text="first", **fields):
    """One request, to its end."""
    messages = [{"role": "user", "content": f"{plan.mark} {text}"}]
    asked = {"model": CHATML, "max_tokens": 64, "messages": messages, **fields}
    create = completions(server, plan.key)
    started = time.monotonic()
    try:
        if stream:
            with create.with_streaming_response.create(**asked, stream=True) as response:
                raw = response.read()
            return streamed(raw, response.headers, time.monotonic() - started, asked.get("n", 1))
        answer = create.create(**asked)
    except openai.APIStatusError as failure:
        return failed(failure, time.monotonic() - started)
    return Outcome(
        ANSWERED, answer.model_dump_json(), time.monotonic() - started,
        {choice.index: choice.message.content for choice in answer.choices},
        {choice.index: choice.finish_reason for choice in answer.choices},
    )


def streamed(raw, headers, seconds, choices):
    """A stream that has its head: it ends well, or with an event, and with [DONE] either way."""
    contract.check_head(collections.defaultdict(lambda: None, headers.items()))
    said = contract.check_stream(raw, choices=choices, fails=b'"error"' in raw)
    everything = str(dict(headers)) + raw.decode()
    if said.error:
        checked(said.error)
        return Outcome(said.error["code"], everything, seconds, said.texts)
    return Outcome(ANSWERED, everything, seconds, said.texts, said.finish_reasons)


def failed(failure, seconds):
    """An error instead of an answer, with the status and the fields that belong to its code."""
    error = checked(wire.checked_error(failure.response.json()))
    status, pauses = ERRORS[error["code"]]
    headers = failure.response.headers
    assert failure.status_code == status, failure
    if pauses is None:
        assert "retry-after" not in headers, failure
    else:
        assert int(headers["retry-after"]) in pauses and int(headers["retry-after-ms"]) > 0, failure
    assert headers.get("x-should-retry") == ("false" if status == 504 else None), failure
    return Outcome(error["code"], str(dict(headers)) + failure.response.text, seconds)


def checked(error):
    status, _ = ERRORS[error["code"]]
    assert error["type"] == TYPES.get(status, "invalid_request_error"), error
    assert error["param"] is None, error
    return error


def check(plan, outcome, ends):
    """What holds of every request."""
    assert outcome.end in ends, (outcome.end, outcome.everything)
    assert outcome.seconds <= DEADLINE + GRACE, outcome.seconds
    assert not [secret for secret in plan.secrets if secret in outcome.everything], outcome.everything
    if outcome.end == ANSWERED:
        assert outcome.texts == {index: plan.text for index in range(plan.count)}, outcome
        assert set(outcome.finish_reasons.values()) == {plan.finish}, outcome


def check_recovery(server, plan, stream):
    """With the fault gone, no job is left, and the next request succeeds."""
    plan.heal()
    processes.eventually(lambda: not plan.left, 10, "the deletion of every job")
    check(plan, ask(server, plan, stream, "again"), {ANSWERED})
    assert not plan.left


def submitting(pair, fault, stream, ends):
    """The submission goes wrong, each time that it is tried."""
    plan = pair.plan(submit=fault)
    outcome = ask(pair.server, plan, stream)
    check(plan, outcome, ends)
    assert plan.acted > 0
    # Horde has taken it, and its id is lost: another submission would be another job.
    assert plan.accepted <= 1, f"{plan.accepted} jobs for one request"
    check_recovery(pair.server, plan, stream)


def submitting_once(pair, fault, stream):
    """The first attempt goes wrong, and another one is made."""
    plan = pair.plan()
    plan.set("submit", fault, 1)
    check(plan, ask(pair.server, plan, stream), {ANSWERED})
    assert plan.acted == 1 and plan.submits == 2
    check_recovery(pair.server, plan, stream)


def submitting_late(pair, stream):
    """Horde answers a submission when nobody waits for it any more: its job is deleted at once."""
    plan = pair.plan(submit=Fault(HARMLESS, lambda call: [HANG, call.good.wire()]))
    plan.life = "queued"
    outcome = ask(pair.server, plan, stream)
    check(plan, outcome, {"timeout"})
    plan.let_go()
    processes.eventually(lambda: plan.deleted, 5, "the deletion")
    plan.life = "done"
    check_recovery(pair.server, plan, stream)


def writing(pair, text, stream):
    """A worker writes something in the middle of its text that is none: the rest is there."""
    plan = pair.plan(text=text)
    outcome = ask(pair.server, plan, stream)
    assert outcome.end == ANSWERED and outcome.seconds <= DEADLINE + GRACE, (outcome.end, outcome.everything)
    assert re.fullmatch(r"Before .{0,3} after\.", outcome.texts[0], re.S), outcome.texts
    plan.text = "A good one."
    check_recovery(pair.server, plan, stream)


def watching_job(pair, fault, stream, ends, times=None, **options):
    """A read of the job's status goes wrong, so often; then all is well."""
    plan = pair.plan(**options)
    plan.set("status", fault, times)
    outcome = ask(pair.server, plan, stream)
    check(plan, outcome, ends)
    assert plan.acted > 0
    plan.finish = "stop"
    check_recovery(pair.server, plan, stream)


def living(pair, life, stream):
    """A job that never ends: it is deleted when the time is over."""
    plan = pair.plan()
    plan.life = life
    check(plan, ask(pair.server, plan, stream), {"timeout"})
    processes.eventually(lambda: plan.deleted, 5, "the deletion")
    plan.life = "done"
    check_recovery(pair.server, plan, stream)


def deleting(pair, fault, stream):
    """The client leaves, and the deletion of its job goes wrong at first."""
    plan = pair.plan()
    plan.life = "queued"
    plan.set("delete", fault, 1)
    create = completions(pair.server, plan.key, timeout=1.2)
    asked = {"model": CHATML, "messages": [{"role": "user", "content": f"{plan.mark} first"}]}
    if stream:
        with create.with_streaming_response.create(**asked, stream=True):
            processes.eventually(lambda: plan.reads, 5, "a read of the status")
    else:
        with pytest.raises(openai.APITimeoutError):
            create.create(**asked)
    processes.eventually(lambda: plan.acted, 5, "a deletion")
    # What hangs would be given up after 20 seconds.
    plan.let_go()
    processes.eventually(lambda: plan.deleted, 10, "a deletion that gets through")
    plan.life = "done"
    check_recovery(pair.server, plan, stream)


def asking_of_account(pair, fault, stream):
    """What the account's limit is, is asked for beside ten jobs of it, and need not be known."""
    plan = pair.plan(user=fault, count=10)
    check(plan, ask(pair.server, plan, stream, n=10), {ANSWERED})
    processes.eventually(lambda: plan.acted, 5, "a look at the account")
    plan.count = 1
    check_recovery(pair.server, plan, stream)


def resting(pair, stream):
    """A Horde that fails again and again is left alone, which clients are told at once; and tried again soon after."""
    plan = pair.plan(submit=WIRE["500 as JSON"])
    ends = []
    while "upstream_resting" not in ends:
        assert len(ends) < 5, ends
        outcome = ask(pair.server, plan, stream, f"first {len(ends)}")
        check(plan, outcome, {"upstream_error", "upstream_resting"})
        ends.append(outcome.end)
    assert "upstream_error" in ends and plan.submits == 5 and pair.server.figure("interposer_degraded", what="horde") == 1
    for number in range(10):
        outcome = ask(pair.server, plan, stream, f"more {number}")
        check(plan, outcome, {"upstream_resting"})
        assert outcome.seconds < 2
    assert plan.submits == 5
    plan.heal()
    processes.eventually(lambda: pair.server.figure("interposer_degraded", what="horde") == 0, 6, "another try")
    check_recovery(pair.server, plan, stream)


def crowding(pair, stream):
    """As many submissions as may be under way hang: what was under way before ends in its time all the same."""
    plan = pair.plan()
    plan.life = "queued"
    silent = [pair.plan(submit=WIRE["silence"]) for _ in range(CONNECTIONS)]
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS + 1) as pool:
        first = pool.submit(ask, pair.server, plan, stream)
        processes.eventually(lambda: plan.reads, 5, "a read of the status")
        others = [pool.submit(ask, pair.server, other, stream) for other in silent]
        processes.eventually(lambda: sum(other.acted for other in silent) >= SUBMISSIONS, 5, "the submissions")
        plan.life = "done"
        try:
            check(plan, first.result(), {ANSWERED, "timeout"})
            for other, outcome in zip(silent, others):
                check(other, outcome.result(), {"timeout"})
        finally:
            for other in silent:
                other.heal()

    def rested():
        # What hung has failed by now, or fails as it is let go: then Horde is left alone for a moment.
        outcome = ask(pair.server, plan, stream, "rested")
        return outcome.end != "upstream_resting" and outcome

    check(plan, processes.eventually(rested, 10, "another try"), {ANSWERED})
    check_recovery(pair.server, plan, stream)


def mixing(pair, stream):
    """Horde sends an answer that nobody has asked for while several clients wait: each gets its own text."""
    for number in range(3):
        plans = [pair.plan() for _ in range(4)]
        for plan in plans:
            plan.life = "queued"
        with concurrent.futures.ThreadPoolExecutor(len(plans)) as pool:
            asked = [pool.submit(ask, pair.server, plan, stream) for plan in plans]
            processes.eventually(lambda: all(plan.reads for plan in plans), 5, "a read of each status")
            plans[0].set("status", WIRE["another answer a moment later"], 1)
            plans[0].life = "done"
            processes.eventually(lambda: plans[0].played, 5, "the answer that nobody has asked for")
            for plan in plans:
                plan.life = "done"
            for plan, outcome in zip(plans, asked):
                check(plan, outcome.result(), {ANSWERED})
    check_recovery(pair.server, plans[0], stream)


def refusing(pair, stream):
    """Nothing listens any more, and what was connected is reset."""
    plan = pair.plan()
    pair.horde.refuse()
    check(plan, ask(pair.server, plan, stream), {"upstream_unreachable"})
    pair.horde.listen()
    check_recovery(pair.server, plan, stream)


def resetting(pair, stream):
    """Every connection is taken and reset."""
    plan = pair.plan()
    pair.horde.refuse()
    pair.horde.resets_all = True
    pair.horde.listen()
    check(plan, ask(pair.server, plan, stream), {"upstream_unreachable"})
    pair.horde.resets_all = False
    check_recovery(pair.server, plan, stream)


def refusing_reads(pair, stream, for_good):
    """Nothing listens any more while a job waits: for two reads of its status, or until the time is over."""
    plan = pair.plan()
    plan.life = "queued"
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, pair.server, plan, stream)
        processes.eventually(lambda: plan.reads, 5, "a read of the status")
        pair.horde.refuse()
        if not for_good:
            before = pair.server.figure("interposer_horde_requests_total", endpoint="status")
            processes.eventually(
                lambda: pair.server.figure("interposer_horde_requests_total", endpoint="status") >= before + 2, 5, "two reads in vain"
            )
            plan.life = "done"
            pair.horde.listen()
        check(plan, asked.result(), {"timeout" if for_good else ANSWERED})
    if for_good:
        pair.horde.listen()
        processes.eventually(lambda: plan.deleted, 10, "the deletion")
        plan.life = "done"
    check_recovery(pair.server, plan, stream)


# Lists


class Listing:
    """Servers in front of one Horde, of which each has its own plan for the lists."""

    def __init__(self, folder, horde, **faults):
        self.folder = folder
        self.plan = horde.plan(**faults)
        self.url = f"{horde.url}/{self.plan.mark}"
        self.cache = tempfile.TemporaryDirectory()

    @contextlib.contextmanager
    def server(self, **options):
        server = start(self.folder, self.url, cache=self.cache.name, **options)
        try:
            yield server
        finally:
            server.close()
        assert not [secret for secret in self.plan.secrets if secret in server.stderr], "a secret stands in the log"

    def close(self):
        self.plan.heal()
        self.cache.cleanup()


def listing(place, fault, stream):
    """The list of workers goes wrong at the start of a server that has none yet."""
    plan = place.plan
    with place.server(ready=False) as server:
        processes.eventually(lambda: plan.acted, 5, "a look at the workers")
        if fault.effect in (BROKEN, CUT, SILENT):
            ready = processes.eventually(lambda: told_why(server), 5, "a reason")
            assert ready.status == 503 and not [secret for secret in plan.secrets if secret in ready.everything]
        if fault.effect not in (HARMLESS, EITHER):
            check(plan, ask(server, plan, stream), {"not_ready"})
            assert server.get("/v1/models").status in (200, 503)
        before = plan.looks
        plan.heal()
        # The server looks again after five seconds; what it asks for last are the numbers.
        processes.eventually(lambda: plan.looks > before or fault.effect in (HARMLESS, EITHER), 12, "another look")
        processes.eventually(lambda: server.get("/readyz").status == 200, 12, "a list")
        assert {CHATML, MISTRAL} <= names(server)
        check(plan, ask(server, plan, stream), {ANSWERED})


def listing_again(place, fault, stream):
    """The same for a server that has an old one: that stands, and all is as ever."""
    plan = place.plan
    with place.server() as server:
        listed = [model["id"] for model in server.get("/v1/models").json["data"]]
    plan.set("workers", fault)
    with place.server(ready=False) as server:
        # At once.
        is_stale(server)
        assert [model["id"] for model in server.get("/v1/models").json["data"]] == listed
        check(plan, ask(server, plan, stream), {ANSWERED})
        processes.eventually(lambda: plan.acted, 5, "a look at the workers")
        is_stale(server)
        check(plan, ask(server, plan, stream, "again"), {ANSWERED})
        assert not plan.left


def is_stale(server):
    """It has a list, and says that it is not the newest."""
    ready = server.get("/readyz")
    assert ready.status == 200 and ready.json["models"] == "stale", ready.body
    assert server.get("/v1/models").headers["x-interposer-models"] == "stale"


def told_why(server):
    """The answer that the server is not ready, once it says why."""
    ready = server.get("/readyz")
    return ready if ready.status == 200 or "has not answered" not in ready.json["reason"] else None


def names(server):
    return {model["id"] for model in server.get("/v1/models").json["data"]}


def listing_without(place, stream):
    """What is nice to know cannot be had."""
    with place.server() as server:
        check(place.plan, ask(server, place.plan, stream), {ANSWERED})
        assert place.plan.acted and {CHATML, MISTRAL} <= names(server)


def listing_oddly(place, documents, stream):
    """Among the workers, or the models, are some that no sane Horde lists: the others are served all the same."""
    with place.server() as server:
        text = server.get("/v1/models").body.decode()
        json.loads(text, parse_constant=pytest.fail)
        assert {CHATML, MISTRAL} <= names(server)
        assert server.get("/opencode.json?virtual=1").status == 200
        groups = [f"{MISTRAL}, {CHATML}", "horde/auto", "horde/fast", "horde/large"]
        asked = sorted(set(odd_names(documents)))[:40] + groups
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda name: ask_odd_model(server, place.plan, name), asked))
        check(place.plan, ask(server, place.plan, stream), {ANSWERED})
        assert not place.plan.left


def ask_odd_model(server, plan, name):
    """It may have room for nothing; it may not end the server."""
    reply = server.chat(f"{plan.mark} odd", key=plan.key, model=name, max_tokens=64)
    assert reply.status in (200, 400, 404, 503), (name, reply.status, reply.body)
    if reply.status == 200:
        # A worker of short parts may write it more than once.
        assert not reply.text.replace(plan.text, "").strip(), (name, reply.text)
    else:
        codes = {"model_not_found", "no_worker", "context_length_exceeded", "invalid_value"}
        assert reply.error["code"] in codes, (name, reply.body)


def odd_names(documents):
    """What the odd ones call their models, as far as a request can say it."""
    for document in documents:
        models = document.get("models", [document.get("name")]) if isinstance(document, dict) else []
        yield from (name for name in models if isinstance(name, str) and name) if isinstance(models, list) else ()


def unreachable(place, url, stream):
    """Horde is nowhere, and was never seen."""
    place.url = url
    with place.server(ready=False) as server:
        ready = processes.eventually(lambda: told_why(server), 15, "a reason")
        assert ready.status == 503 and "cannot be reached" in ready.json["reason"]
        check(place.plan, ask(server, place.plan, stream), {"not_ready"})


# The faults in what an answer says. Numbers as JSON has them and nobody else.

HUGE, LEAST = 2 ** 63 - 1, -2 ** 63
ODD_NUMBERS = ["7", "", None, True, [], {}, -1, 0, 1, 15, 16, 79, 512.5, 1e300, -1e300, HUGE, LEAST, 2 ** 64]
ODD_SPEEDS = [
    7, None, "", " ", "fast", "nan tokens per second", "inf tokens per second", "-inf tokens per second",
    "-5 tokens per second", "0 tokens per second", "1e-300 tokens per second", "1e308 tokens per second",
    "1e999 tokens per second", "0x1p10 tokens per second", "5",
]
ODD_NAMES = [
    [""], [" "], [None], [7], [[]], [], "koboldcpp/Text", None, ["<script>alert(1)</script>"], ["a\u0000b"],
    ["a\r\nb: c"], ["\u202etxt"], ["koboldcpp/" + "x" * 100_000], ["a, b"], ["horde/auto"], ["../../etc/passwd"],
    ["%s%n"], ["\U0001f989"], ["\ud83d"], [CHATML.upper()], [f"koboldcpp/Model-{number}-7B" for number in range(2000)],
]


def odd_workers(field, values):
    """Workers that are as they should be but for one field, each with a model of its own."""
    good = faulty_horde.WORKERS[0]
    return [
        {**good, "id": f"odd-{number}", "models": [f"koboldcpp/Odd-{field}-{number}-7B"], field: value}
        for number, value in enumerate(values)
    ]


LISTS = {
    "workers whose context is odd": ("workers", odd_workers("max_context_length", ODD_NUMBERS)),
    "workers whose length is odd": ("workers", odd_workers("max_length", ODD_NUMBERS)),
    "workers whose threads are odd": ("workers", odd_workers("threads", ODD_NUMBERS)),
    "workers whose failures are odd": ("workers", odd_workers("uncompleted_jobs", ODD_NUMBERS)),
    "workers whose speed is odd": ("workers", odd_workers("performance", ODD_SPEEDS)),
    "workers whose models are odd": ("workers", odd_workers("models", ODD_NAMES)),
    "workers whose ids are odd": ("workers", odd_workers("id", [7, None, [], "", "../x", "a\r\nb", "x" * 100_000])),
    "workers that are maybe there": (
        "workers",
        [worker for field in ("online", "flagged", "maintenance_mode", "trusted")
         for worker in odd_workers(field, ["yes", None, 0, 1, []])],
    ),
    "workers that are none": ("workers", [None, 7, "worker", [], {}, True, [faulty_horde.WORKERS[0]]]),
    "a worker ten thousand times": ("workers", faulty_horde.WORKERS * 5000),
    **{
        f"models whose {field} is odd": (
            "models", [{**model, field: value} for value in ODD_NUMBERS for model in faulty_horde.MODELS]
        )
        for field in ("count", "performance", "queued", "jobs", "name")
    },
    # Of two of a name the first counts: each has a server of its own.
    **{
        f"models whose eta is {value}": ("models", [{**model, "eta": value} for model in faulty_horde.MODELS])
        for value in (HUGE, LEAST, "soon")
    },
}


def odd_list(kind, documents):
    good = faulty_horde.WORKERS if kind == "workers" else []
    return says(200, [*documents, *good], effect=HARMLESS)


def with_text(told, **changes):
    """A status whose generations have other fields."""
    return {**told, "generations": [{**one, **changes} for one in told["generations"]]}


def text_field(**changes):
    return changed(HARMLESS, lambda told: with_text(told, **changes))


def wrong(field, *values):
    """Another value of a field for each call, again and again."""
    turns = itertools.cycle(values)
    return changed(BROKEN, lambda told: {**told, field: next(turns)})


# What a status says: the fault, how often, how it ends, and what is different about the plan.
STATUSES = {
    "faulted": (changed(HARMLESS, generations=[], finished=0, faulted=True), None, {"generation_failed"}, {}),
    "faulted twice": (changed(HARMLESS, generations=[], finished=0, faulted=True), 2, {ANSWERED}, {}),
    "gone": (says(404, rc="RequestNotFound", effect=HARMLESS), None, {"generation_failed"}, {}),
    "gone once": (says(404, rc="RequestNotFound", effect=HARMLESS), 1, {ANSWERED}, {}),
    "gone, as HTML, twice": (says(404, HTML), 2, {ANSWERED}, {}),
    "never possible": (changed(BROKEN, **{**LIVES["queued"], "is_possible": False}), None, {"timeout"}, {}),
    "not possible twice": (changed(BROKEN, **{**LIVES["queued"], "is_possible": False}), 2, {ANSWERED}, {}),
    "over without a text": (changed(HARMLESS, generations=[], finished=0), None, {"generation_failed"}, {}),
    "over without a text, once": (changed(HARMLESS, generations=[], finished=0), 1, {ANSWERED}, {}),
    "done too early": (changed(BROKEN, generations=[], finished=0, processing=1, restarted=2), 2, {ANSWERED}, {}),
    "an empty text": (text_field(text=""), None, {"generation_failed"}, {}),
    "a blank text": (text_field(text=" \n\t "), None, {"generation_failed"}, {}),
    "an empty text once": (text_field(text=""), 1, {ANSWERED}, {}),
    "censored": (text_field(state="censored"), None, {ANSWERED}, {"finish": "content_filter"}),
    "an unknown state": (text_field(state="odd"), None, {ANSWERED}, {}),
    "two for one": (
        changed(HARMLESS, lambda told: {**told, "generations": told["generations"] + [generation("Another.")]}), None,
        {ANSWERED}, {},
    ),
    "a thousand for one": (
        changed(HARMLESS, lambda told: {**told, "generations": told["generations"] * 1000}), None, {ANSWERED}, {}
    ),
    "the same twice": (
        changed(HARMLESS, lambda told: {**told, "generations": told["generations"] * 2}), None, {ANSWERED}, {}
    ),
    "keys twice": (
        body(EITHER, lambda good: good.replace(b"{", b'{"faulted": true, "done": 7, ', 1)), 2, {ANSWERED}, {}
    ),
    **{
        f"wrong types: {field}": (wrong(field, *values), 2, {ANSWERED}, {})
        for field, values in {
            "generations": [None, {"text": "x"}], "finished": ["1", 1.5], "processing": [None, "0"],
            "waiting": [[], True], "done": ["true", 1], "faulted": [0, None], "queue_position": ["first", 2 ** 64],
            "is_possible": ["yes", {}],
        }.items()
    },
    "wrong types: a generation": (wrong("generations", [7], [None]), 2, {ANSWERED}, {}),
    "wrong types: a text": (wrong("generations", [generation(None)], [generation(7)]), 2, {ANSWERED}, {}),
    "wrong types: no text": (wrong("generations", [{"state": "ok"}], [[]]), 2, {ANSWERED}, {}),
    "wrong types in what does not matter": (
        changed(
            HARMLESS,
            lambda told: with_text(told, model=7, worker_id=[], worker_name={}, seed="x", gen_metadata=7, state=None),
            wait_time="soon", kudos=None, restarted="no",
        ), None, {ANSWERED}, {},
    ),
    "absurd numbers beside the text": (
        changed(HARMLESS, finished=HUGE, processing=LEAST, waiting=LEAST, queue_position=HUGE, wait_time=1e300), None,
        {ANSWERED}, {},
    ),
    "absurd numbers in the queue": (
        changed(
            BROKEN, generations=[], finished=LEAST, processing=0, waiting=HUGE, queue_position=HUGE, wait_time=-1e300,
            done=False,
        ), 2, {ANSWERED}, {},
    ),
    "absurd numbers below nothing": (
        changed(
            BROKEN, generations=[], finished=-1, processing=-1, waiting=LEAST, queue_position=LEAST, wait_time=HUGE,
            done=False,
        ), 2, {ANSWERED}, {},
    ),
    "absurd numbers of a job that runs": (
        changed(
            BROKEN, generations=[], finished=0, processing=HUGE, waiting=LEAST, queue_position=0, wait_time=LEAST,
            done=False,
        ), 2, {ANSWERED}, {},
    ),
    "numbers beyond all types": (
        body(BROKEN, lambda good: re.sub(rb'"(wait_time|finished)": \d+', rb'"\1": 1e999', good)), 2, {ANSWERED}, {}
    ),
    "always another type": (wrong("waiting", None, "0", {}), None, {"timeout"}, {}),
}

# Texts that are no good ones, but were written and are paid for: the rest of them is an answer.
TEXTS = {
    "U+0000": "Before \0 after.", "half of a surrogate pair": "Before \ud83d after.",
    "a mark of order": "Before \ufeff after.",
}

# What the answer to a submission says.
IDS = [
    "", "..", "../find_user", "a/b", "a%2fb", "a b", "a\r\nX-More: 1", "a\u0000b", "x" * 65, "é", "a?b=c", "a#b", 7,
    None, True, ["a"], {"a": "b"},
]
SUBMITS = {
    "202 without an id": (says(202, {"kudos": 1.0}), {"upstream_error"}),
    **{
        f"202 with the id {json.dumps(one)[:20]}": (says(202, {"id": one, "kudos": 1.0}), {"upstream_error"})
        for one in IDS
    },
    "400 of the form": (
        says(400, {"message": "Input payload validation failed", "errors": {"params.n": MARK}}),
        {"upstream_refused"},
    ),
    "400 with an rc": (says(400, rc="TokenOverflow"), {"upstream_refused"}),
    "400 in maintenance": (says(400, rc="MaintenanceMode"), {"upstream_maintenance"}),
    "400 as HTML": (says(400, HTML), {"upstream_error"}),
    "401": (says(401, rc="InvalidAPIKey"), {"invalid_api_key"}),
    "401 without an rc": (says(401), {"invalid_api_key"}),
    "401 without a body": (says(401, b""), {"invalid_api_key"}),
    "403 of the account": (says(403, rc="DeletedUser"), {"account_refused"}),
    "403 of the address": (says(403, rc="TimeoutIP"), {"account_refused"}),
    "403 with an rc that is none": (says(403, rc=f"{MARK} " * 9), {"account_refused", "upstream_refused"}),
    "403 with an rc of another type": (says(403, {"message": MARK, "rc": 7}), {"upstream_error"}),
    "403 without an rc": (says(403), {"account_refused", "upstream_refused"}),
    "403 for kudos": (says(403, rc="KudosUpfront"), {"kudos_upfront"}),
    **{
        f"403 for kudos over {number} tokens": (
            says(403, {"message": f"Due to demand, for requests over {number} tokens, no.", "rc": "KudosUpfront"}),
            {"kudos_upfront"},
        )
        for number in (0, -5, HUGE, LEAST, 2 ** 64, "many")
    },
    "404 in Horde's form": (says(404, rc="NotFound"), {"upstream_refused"}),
    "404 of a job": (says(404, rc="RequestNotFound"), {"generation_failed", "upstream_error"}),
    **{
        f"{code} in Horde's form": (says(code, rc="Odd"), {"upstream_refused"})
        for code in (402, 405, 409, 410, 422, 451)
    },
    "413 as HTML": (says(413, HTML), {"upstream_error"}),
    "429 without anything": (says(429, b""), {"rate_limit_exceeded"}),
    "429 as HTML": (says(429, HTML, Retry_After="30"), {"rate_limit_exceeded"}),
    "429 of too many prompts": (says(429, rc="TooManyPrompts"), {"too_many_prompts"}),
    **{
        f"429 for {pause}": (says(429, Retry_After=pause), {"rate_limit_exceeded"})
        for pause in ("1", "0", "-1", "60", "3600", "9" * 40, "1e3", "soon", "Sun, 29 Nov 2026 08:00:00 GMT")
    },
    "500 in maintenance": (says(500, rc="MaintenanceMode"), {"upstream_maintenance"}),
}

# Faults of a submission that pass.
PASSING = ["closed without a byte", "reset in the status line", "502 as HTML", "500 as JSON", "301 to another place"]
# Of the reads: those that never cease to go wrong, each in a way of its own.
LASTING = [
    "closed without a byte", "reset in the body", "HTML", "half of the JSON", "17 MiB", "302 to another place",
    "500 as JSON",
]
# One of each kind of fault, where all would be too many.
FEW = [
    "closed without a byte", "reset in the body", "silence", "an alert of TLS", "a length that is too long",
    "a chunk of no size", "a gzip bomb", "HTML", "half of the JSON", "deep JSON", "17 MiB", "307 to another place",
    "404 as HTML", "500 as JSON",
]
ACCOUNTS = {
    **{name: WIRE[name] for name in FEW if name != "silence"},
    "404, which repeats the key": says(404, rc="UserNotFound"),
    "no concurrency": says(200, {"username": "somebody#7"}),
    **{
        f"a concurrency of {json.dumps(one)}": says(200, {"concurrency": one})
        for one in (0, -1, HUGE, 2 ** 64, 1.5, "30", None)
    },
}


# The scenarios


class World:
    """Runs scenarios, many side by side: some have a pair for as long as they take, others processes of their own."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "configuration.yaml").write_text(CONFIGURATION)
        # Each is started when it is needed: until then, and when it is no good any more, its place is taken by nothing.
        self.idle = queue.SimpleQueue()
        for _ in range(PAIRS):
            self.idle.put(None)
        self.lists = faulty_horde.FaultyHorde()
        self.shared = concurrent.futures.ThreadPoolExecutor(PAIRS)
        self.alone = concurrent.futures.ThreadPoolExecutor(PROCESSES)

    def start(self, name, stream):
        """A future of the scenario's end."""
        scenario = SCENARIOS[name]
        return (self.alone if scenario.is_alone else self.shared).submit(scenario.run, self, stream)

    def close(self):
        for pool in (self.alone, self.shared):
            pool.shutdown(cancel_futures=True)
        failures = []
        for thing in [*filter(None, (self.idle.get() for _ in range(PAIRS))), self.lists]:
            try:
                thing.close()
            except AssertionError as failure:
                failures.append(str(failure))
        assert not failures, "\n".join(failures)

    @contextlib.contextmanager
    def pair(self, is_alone):
        """A pair for one scenario; one in which a scenario has failed is nothing for the next."""
        pair = None if is_alone else self.idle.get()
        try:
            pair = pair or Pair(self.folder)
            yield pair
        except BaseException:
            if pair:
                with contextlib.suppress(AssertionError):
                    pair.close()
                pair = None
            raise
        finally:
            if not is_alone:
                self.idle.put(pair)
        if is_alone:
            pair.close()

    def listing(self, **faults):
        return contextlib.closing(Listing(self.folder, self.lists, **faults))


@dataclasses.dataclass
class Scenario:
    # Takes the world, and whether to stream.
    run: object
    is_alone: bool


def at_pair(scenario, *arguments, is_alone=False, **options):
    def run(world, stream):
        with world.pair(is_alone) as pair:
            scenario(pair, *arguments, stream=stream, **options)

    return Scenario(run, is_alone)


def at_lists(scenario, *arguments, **faults):
    def run(world, stream):
        with world.listing(**faults) as place:
            scenario(place, *arguments, stream=stream)

    return Scenario(run, True)


def scenarios():
    for name, fault in WIRE.items():
        yield f"submit: {name}", at_pair(submitting, fault, ends=ENDS[fault.effect], is_alone=fault.is_catching)
        ends = {"timeout"} if fault.effect is ENDLESS else {ANSWERED}
        yield f"status: {name}", at_pair(watching_job, fault, ends=ends, times=1, is_alone=fault.is_catching)
        yield f"delete: {name}", at_pair(deleting, fault, is_alone=fault.is_catching)
        # The first call of all is on no connection that was used before.
        if name != "closed on reuse":
            yield f"workers: {name}", at_lists(listing, fault, workers=fault)
    for name, (fault, ends) in SUBMITS.items():
        yield f"submit: {name}", at_pair(submitting, fault, ends=ends)
    for name in PASSING:
        yield f"submit, once: {name}", at_pair(submitting_once, WIRE[name])
    yield "submit: too late", at_pair(submitting_late)
    for name, (fault, times, ends, options) in STATUSES.items():
        yield f"status: {name}", at_pair(watching_job, fault, ends=ends, times=times, **options)
    for name in LASTING:
        yield f"status, for good: {name}", at_pair(watching_job, WIRE[name], ends={"timeout"})
    for name, text in TEXTS.items():
        yield f"text: {name}", at_pair(writing, text)
    for life in LIVES:
        yield f"job: {life} for good", at_pair(living, life)
    for name, fault in ACCOUNTS.items():
        yield f"account: {name}", at_pair(asking_of_account, fault)
    yield "horde: all connections hang", at_pair(crowding, is_alone=True)
    yield "horde: answers nobody", at_pair(mixing, is_alone=True)
    yield "horde: left alone", at_pair(resting, is_alone=True)
    yield "port: closed", at_pair(refusing, is_alone=True)
    yield "port: resets", at_pair(resetting, is_alone=True)
    yield "port: closed for two reads", at_pair(refusing_reads, for_good=False, is_alone=True)
    yield "port: closed beside a job", at_pair(refusing_reads, for_good=True, is_alone=True)
    for name in FEW[::2]:
        yield f"old list: {name}", at_lists(listing_again, WIRE[name])
    for kind, name in itertools.product(("models", "load"), FEW[1::3]):
        yield f"{kind}: {name}", at_lists(listing_without, **{kind: WIRE[name]})
    for name, (kind, documents) in LISTS.items():
        yield f"list: {name}", at_lists(listing_oddly, documents, **{kind: odd_list(kind, documents)})
    yield "name: none", at_lists(unreachable, "http://horde.invalid")
    yield "name: none with TLS", at_lists(unreachable, "https://horde.invalid")


# What is known and cannot be mended (docs/THREAT_MODEL.md): over HTTP/1.1 an answer that nobody has asked for is taken for
# another's when a call is on its way already.
GAPS = {"horde: answers nobody"}
SCENARIOS = {name: scenario for name, scenario in scenarios() if name not in GAPS}


def kind(name):
    return name.partition(": ")[0]


# Of each kind every other one.
STREAMED = {
    name: number % 2 == 1 for _, names in itertools.groupby(sorted(SCENARIOS, key=kind), kind)
    for number, name in enumerate(names)
}
# A list has a server of its own, which has to look twice; of what is done to calls, a few are enough for every day.
ORDINARY = [
    name for name in SCENARIOS if name.partition(": ")[2] in FEW or kind(name) in ("horde", "list", "name", "port")
]


@pytest.fixture(scope="module")
def world():
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(World(pathlib.Path(folder))) as world:
        yield world


@pytest.fixture(scope="module")
def outcomes(world, request):
    """All at once, of those that were asked for."""
    asked = {item.callspec.params.get("name") for item in request.session.items if hasattr(item, "callspec")}
    return {name: world.start(name, STREAMED[name]) for name in ORDINARY if name in asked}


@pytest.mark.parametrize("name", ORDINARY)
def test_fault(outcomes, name):
    outcomes[name].result(120)


@pytest.mark.hostile
def test_every_fault_twenty_times(world):
    """In random order, streamed and not."""
    seed = random.randrange(2 ** 32)
    rounds = [(name, stream) for name in SCENARIOS for stream in [True, False] * 10]
    random.Random(seed).shuffle(rounds)
    failures = {}
    for name, end in [(name, world.start(name, stream)) for name, stream in rounds]:
        if failure := end.exception():
            failures.setdefault(name, []).append(repr(failure)[:300])
    assert not failures, f"seed {seed}: {json.dumps(failures, indent=1)}"
