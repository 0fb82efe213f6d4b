"""Horde when it fails: each failure becomes the status by which clients do the right thing.

503 and 429 say to try again, and when; every other 4xx says that trying again is of no use. After the head of a stream
a failure is one event, then the end.
"""

import contextlib
import dataclasses
import json
import socket

import pytest

import concurrently
import contract
import processes
import wire
from processes import STATUS, SUBMIT

AGAIN = {503}
LATER = {429}
# Clients repeat 408, 409 and 429 by themselves; of these they never do.
NEVER = {400, 401, 402, 403, 422}

MARK = "do-not-show-4711"


def submit(**fault):
    return {"faults": [{"path": SUBMIT, "method": "POST", **fault}]}


def status(**fault):
    return {"faults": [{"path": STATUS, "method": "GET", **fault}]}


def horde_error(code, rc, message=MARK, **more):
    return {"status": code, "body": {"message": message, "rc": rc}, **more}


def upfront(tokens):
    message = (
        f"Due to heavy demand, for requests over {tokens} tokens, the client needs to already have the required kudos. "
        "This request requires 293.0 kudos to fulfil."
    )
    return horde_error(403, "KudosUpfront", message)


HTML = "<html><body>" + MARK + "</body></html>"
GONE = horde_error(404, "RequestNotFound")
FAULTED = {
    "generations": [], "finished": 0, "processing": 0, "restarted": 3, "waiting": 0, "done": True, "faulted": True,
    "wait_time": 0, "queue_position": 0, "kudos": 1.0, "is_possible": True,
}


@dataclasses.dataclass
class Failure:
    """What Horde does, and what the client is told."""

    script: dict
    statuses: set
    # Jobs that Horde has accepted by then; a stream has its head if there is one.
    jobs: int = 0
    # How often Horde may have been asked at most.
    submits_max: int = 6
    code: str | None = None


FAILURES = {
    "HTML 502": Failure(submit(status=502, body=HTML), AGAIN),
    "HTML 504": Failure(submit(status=504, body=HTML), AGAIN),
    "500 as JSON": Failure(submit(status=500, body={"message": "Internal Server Error"}), AGAIN),
    "HTML 404": Failure(submit(status=404, body=HTML), AGAIN),
    "redirect": Failure(submit(status=302, headers={"Location": "/api/v2/status/heartbeat"}), AGAIN),
    "moved for good": Failure(submit(status=308, headers={"Location": SUBMIT}), AGAIN),
    "202 without id": Failure(submit(status=202, body={"kudos": 0.0}), AGAIN),
    "202 with an odd id": Failure(submit(status=202, body={"id": "../find_user", "kudos": 0.0}), AGAIN),
    "202 as HTML": Failure(submit(status=202, body=HTML), AGAIN),
    "202 with half of it": Failure(submit(status=202, body='{"id": "'), AGAIN),
    "cut off": Failure(submit(drop=True), AGAIN),
    "maintenance": Failure({"maintenance": True}, AGAIN),
    "limiter": Failure(submit(status=429, body={"message": "2 per 1 second"}, headers={"Retry-After": "1"}), LATER),
    "limiter for long": Failure(
        submit(status=429, body={"message": "90 per 1 minute"}, headers={"Retry-After": "900"}), LATER, submits_max=1
    ),
    "too many prompts": Failure(submit(**horde_error(429, "TooManyPrompts", headers={"Retry-After": "0"})), LATER),
    "invalid key": Failure(submit(**horde_error(401, "InvalidAPIKey")), {401}, submits_max=1),
    "deleted user": Failure(submit(**horde_error(403, "DeletedUser")), NEVER, submits_max=1),
    "timeout of the address": Failure(submit(**horde_error(403, "TimeoutIP")), NEVER, submits_max=1),
    "validation": Failure(
        submit(status=400, body={"errors": {"params.n": MARK}, "message": "Input payload validation failed"}), NEVER,
        submits_max=1,
    ),
    "token overflow": Failure(submit(**horde_error(400, "TokenOverflow")), NEVER, submits_max=1),
    "kudos up front, always": Failure(submit(**upfront(300)), NEVER, submits_max=2),
    "kudos up front, without a number": Failure(submit(**horde_error(403, "KudosUpfront")), NEVER, submits_max=2),
    "empty text": Failure({"replies": [{"reply": ""}]}, AGAIN, jobs=3),
    "blank text": Failure({"replies": [{"reply": " \n\n "}]}, AGAIN, jobs=3),
    "faulted": Failure(status(status=200, body=FAULTED), AGAIN, jobs=3),
    "expired": Failure(status(**GONE), AGAIN, jobs=3),
}

# What Horde does, how many jobs it takes, and the text in the end.
RECOVERIES = {
    "premature done": ({"replies": [{"reply": "Late.", "fail": 2, "latency_seconds": 1.5}]}, 1, "Late."),
    "empty once": ({"replies": [{"reply": "", "times": 1}, {"reply": "Second."}]}, 2, "Second."),
    "faulted twice": ({**status(status=200, body=FAULTED, times=2), "replies": [{"reply": "Third."}]}, 3, "Third."),
    "expired once": ({**status(**GONE, times=1), "replies": [{"reply": "Second."}]}, 2, "Second."),
    "kudos up front": ({**submit(**upfront(300), times=1), "replies": [{"reply": "Shorter."}]}, 1, "Shorter."),
    "502 once": ({**submit(status=502, body=HTML, times=1), "replies": [{"reply": "Yes."}]}, 1, "Yes."),
    "429 once": (
        {**submit(status=429, body={"message": "2 per 1 second"}, headers={"Retry-After": "1"}, times=1),
         "replies": [{"reply": "Yes."}]}, 1, "Yes.",
    ),
    "cut off once": ({**submit(drop=True, times=1), "replies": [{"reply": "Yes."}]}, 1, "Yes."),
    "status as HTML": ({**status(status=502, body=HTML, times=2), "replies": [{"reply": "Yes."}]}, 1, "Yes."),
    "status cut off": ({**status(drop=True, times=2), "replies": [{"reply": "Yes."}]}, 1, "Yes."),
    "status limited": (
        {**status(status=429, body={"message": "60 per 1 minute"}, headers={"Retry-After": "2"}, times=1),
         "replies": [{"reply": "Yes."}]}, 1, "Yes.",
    ),
    "slow status": ({**status(delay_seconds=1.5, times=2), "replies": [{"reply": "Yes."}]}, 1, "Yes."),
}


@contextlib.contextmanager
def running(changes):
    """A pair of its own for one scenario, since a script holds for the whole Horde."""
    with contextlib.ExitStack() as stack:
        horde = processes.Horde(processes.script(**changes))
        stack.callback(horde.close)
        server = processes.Server(horde)
        stack.callback(server.close)
        yield horde, server


@dataclasses.dataclass
class Outcome:
    reply: wire.Reply
    counters: dict
    stream_status: int
    stream_headers: object
    stream_bytes: bytes
    stream_counters: dict
    jobs: list


def run(changes):
    """The same request twice, whole and streamed, against a Horde that begins anew in between."""
    with running(changes) as (horde, server):
        reply = server.chat("what now", max_tokens=400)
        counters = horde.counters
        horde.install(processes.script(**changes))
        horde.reset()
        stream = server.stream("what now", max_tokens=400)
        body = stream.response.read() if stream.status != 200 else b""
        stream.rest()
        return Outcome(
            reply, counters, stream.status, stream.headers, body or stream.raw, horde.counters, horde.jobs
        )


@pytest.fixture(scope="module")
def outcomes():
    scenarios = {name: lambda changes=failure.script: run(changes) for name, failure in FAILURES.items()}
    scenarios |= {name: lambda changes=changes: run(changes) for name, (changes, _, _) in RECOVERIES.items()}
    outcomes = concurrently.Outcomes(scenarios)
    yield outcomes
    outcomes.close()


def check(failure, reply):
    assert reply.status in failure.statuses, (reply.status, reply.body)
    error = reply.error
    assert error["code"] and MARK not in reply.everything
    if reply.status in (429, 503):
        assert 1 <= reply.retry_after <= 60
    if reply.status >= 500:
        assert error["type"] == "server_error"


@pytest.mark.parametrize("name", FAILURES)
def test_failure(outcomes, name):
    failure, outcome = FAILURES[name], outcomes.of(name)
    check(failure, outcome.reply)
    assert outcome.counters["accepted"] == failure.jobs
    assert outcome.counters["submits"] <= failure.submits_max


@pytest.mark.parametrize("name", FAILURES)
def test_failure_of_a_stream(outcomes, name):
    failure, outcome = FAILURES[name], outcomes.of(name)
    if failure.jobs:
        assert outcome.stream_status == 200
        said = contract.check_stream(outcome.stream_bytes, fails=True)
        assert said.error["code"] and said.error["type"] == "server_error" and said.texts == {0: ""}
        assert MARK not in outcome.stream_bytes.decode()
    else:
        check(failure, wire.Reply(outcome.stream_status, outcome.stream_headers, outcome.stream_bytes))
    assert outcome.stream_counters["accepted"] == failure.jobs
    assert outcome.stream_counters["submits"] <= failure.submits_max


@pytest.mark.parametrize("name", RECOVERIES)
def test_recovery(outcomes, name):
    (_, jobs, text), outcome = RECOVERIES[name], outcomes.of(name)
    assert outcome.reply.status == 200 and outcome.reply.text == text, outcome.reply.body
    assert contract.check_stream(outcome.stream_bytes).text == text
    # What the first request taught about kudos, the second need not learn again.
    assert outcome.counters["accepted"] == outcome.stream_counters["accepted"] == jobs
    if name == "kudos up front":
        assert outcome.jobs[-1]["max_length"] <= 300


def unused_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def test_horde_cannot_be_reached(start):
    server = start(processes.Server, f"http://127.0.0.1:{unused_port()}", ready=False)
    assert server.get("/health").status == 200
    ready = server.get("/readyz")
    assert ready.status == 503 and len(json.dumps(ready.json)) > 20, "the reason is missing"
    for reply in (server.chat(), server.stream().reply):
        assert reply.status == 503 and 1 <= reply.retry_after <= 60
    assert server.chat().error["type"] == "server_error"
    assert server.get("/v1/models").status in (200, 503)


def test_horde_comes_back(start):
    """A server that started without Horde is ready soon after Horde is."""
    horde = start(processes.Horde, processes.script(faults=[
        {"path": "/api/v2/workers", "status": 502, "body": HTML, "times": 1},
    ]))
    server = start(processes.Server, horde, ready=False)
    processes.eventually(lambda: server.get("/readyz").status == 200, 20, "a model list")
    assert server.chat("[[reply:Back.]]").text == "Back."


def test_horde_goes_away(start):
    horde = processes.Horde()
    server = start(processes.Server, horde)
    assert server.chat().status == 200
    horde.close()
    reply = server.chat()
    assert reply.status == 503 and 1 <= reply.retry_after <= 60
    owners = [model["owned_by"] for model in server.get("/v1/models").json["data"]]
    assert server.get("/readyz").status == 200 and owners.count("ai-horde") == 5


def test_censored_text_ends_with_content_filter(pair):
    _, server = pair(replies=[{"reply": "not for you", "state": "censored"}])
    reply = server.chat()
    assert reply.status == 200 and reply.json["choices"][0]["finish_reason"] == "content_filter"
