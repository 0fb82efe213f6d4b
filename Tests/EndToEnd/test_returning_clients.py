"""A client that comes back: what was paid for is given to it, what was not is deleted, nothing is paid for twice."""

import concurrent.futures
import time

import httpx2
import openai
import pytest

import processes
import returning
import wire
from processes import ALICE_KEY, CHATML, STATUS, SUBMIT, eventually
from returning import BACKOFF, TALE, Asking, chain, touches

both = pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])


def taken(horde, text):
    """The job of a text, once a worker has it."""
    return eventually(lambda: (job := horde.find(text)) and job["state"] == "processing" and job, what="a worker")


def left(horde, request, text):
    """Leaves, and waits until the server has noticed: it deletes the job within a second, whatever its state."""
    before = horde.find(text)["deleted_at"]
    request.leave()
    eventually(lambda: len(horde.find(text)["deleted_at"]) > len(before), 1.2, "the DELETE")


def nothing_is_left(horde, seconds=5.0):
    eventually(lambda: horde.counters["open_jobs"] == 0, seconds, "the end of all jobs")


# One job


@both
def test_back_while_the_job_is_running(pair, stream):
    horde, server = pair(replies=[{"replies": ["First.", "Second."], "latency_seconds": 4}])
    request = Asking(server, "busy bee", stream)
    taken(horde, "busy bee")
    left(horde, request, "busy bee")
    again = Asking(server, "busy bee", stream)
    assert horde.find("busy bee")["state"] == "processing", "the test was too slow"
    assert again.text == "First."
    assert horde.counters["submits"] == 1
    nothing_is_left(horde)


@both
@pytest.mark.parametrize("seen", [True, False], ids=["after the server saw it", "before"])
def test_back_after_the_job_has_finished(pair, stream, seen):
    horde, server = pair(replies=[{"replies": ["First.", "Second."], "latency_seconds": 1.5}])
    request = Asking(server, "busy bee", stream)
    taken(horde, "busy bee")
    left(horde, request, "busy bee")
    job = eventually(lambda: (job := horde.find("busy bee"))["state"] == "done" and job, what="the text")
    if seen:
        eventually(lambda: touches(horde.find("busy bee")) > touches(job), 7, "a look at the finished job")
    began = time.monotonic()
    assert Asking(server, "busy bee", stream).text == "First."
    assert time.monotonic() - began < 1.5, "the text was there"
    assert horde.counters["submits"] == 1
    nothing_is_left(horde)


@both
def test_back_after_the_job_was_deleted_in_the_queue(pair, stream):
    horde, server = pair(pickup_seconds=2.5, replies=[{"replies": ["Right.", "Wrong."]}])
    request = Asking(server, "early bird", stream)
    assert horde.job("early bird")["state"] == "waiting"
    left(horde, request, "early bird")
    nothing_is_left(horde, 1)
    assert Asking(server, "early bird", stream).text == "Right."
    assert horde.counters["submits"] == 2
    first, second = horde.jobs
    assert first["started_at"] is None and first["deleted_at"] and not second["deleted_at"]
    nothing_is_left(horde)


@both
def test_an_answer_that_was_given_is_not_given_again(pair, stream):
    """Who asks once more for the same ("regenerate") wants another answer."""
    horde, server = pair(replies=[{"replies": ["First.", "Second.", "Third."]}])
    texts = [Asking(server, "once more", stream).text for _ in range(3)]
    assert texts == ["First.", "Second.", "Third."] and horde.counters["submits"] == 3


@both
def test_an_answer_is_joined_once(pair, stream):
    """Also one that was left, and given at last, is not given again."""
    horde, server = pair(replies=[{"replies": ["First.", "Second."], "latency_seconds": 1.5}])
    request = Asking(server, "joined", stream)
    taken(horde, "joined")
    left(horde, request, "joined")
    assert Asking(server, "joined", stream).text == "First."
    assert Asking(server, "joined", stream).text == "Second." and horde.counters["submits"] == 2


@both
def test_two_who_ask_the_same_at_once_get_two_answers(pair, stream):
    horde, server = pair(replies=[{"replies": ["First.", "Second.", "Third."], "latency_seconds": 2.5}])
    requests = [Asking(server, "the same", stream) for _ in range(2)]
    eventually(lambda: [job["state"] for job in horde.jobs] == ["processing"] * 2, what="two jobs")
    for request in requests:
        request.leave()
    eventually(lambda: all(job["deleted_at"] for job in horde.jobs), 1.2, "both DELETEs")
    requests = [Asking(server, "the same", stream) for _ in range(3)]
    # The two that were left have their owners, and the third client gets its own.
    assert {request.text for request in requests} == {"First.", "Second.", "Third."}
    assert horde.counters["submits"] == 3


def test_only_the_same_request_of_the_same_client_joins(pair):
    horde, server = pair(replies=[{"latency_seconds": 6, "replies": ["Mine.", *["Another's."] * 9]}])
    # The same bytes are a request of both endpoints.
    body = {"model": CHATML, "messages": [{"role": "user", "content": "whose"}], "prompt": "whose"}

    def ask(changes=None, key=None, path="/v1/chat/completions"):
        reply = wire.ask(server.address, "POST", path, {**body, **(changes or {})}, wire.bearer(key), 60)
        assert reply.status == 200, reply.body
        (choice,) = reply.json["choices"]
        return choice["text"] if "text" in choice else choice["message"]["content"]

    connection = wire.Connection(server.address)
    wire.send(connection.connection, "POST", "/v1/chat/completions", body, {})
    taken(horde, "whose")
    connection.close()
    eventually(lambda: horde.find("whose")["deleted_at"], 1.2, "the DELETE")
    others = [
        {"key": ALICE_KEY}, {"key": "another word for the server's key"}, {"path": "/v1/completions"},
        {"changes": {"max_tokens": 100}}, {"changes": {"user": "me"}}, {"changes": {"stream": False}},
    ]
    with concurrent.futures.ThreadPoolExecutor(len(others)) as pool:
        answers = [pool.submit(ask, **other) for other in others]
        eventually(lambda: len(horde.jobs) == 1 + len(others), what="jobs of their own")
        assert ask() == "Mine.", "one who was not meant took it"
        assert [answer.result() for answer in answers] == ["Another's."] * len(others)
    assert horde.counters["submits"] == 1 + len(others)


def test_a_job_that_faults_after_its_client_left(pair):
    """Horde gives it back to its queue, although it was deleted; it is not left there."""
    horde, server = pair(pickup_seconds=4, replies=[
        {"latency_seconds": 1.5, "fail": 1, "reply": "At last.", "times": 1}, {"reply": "At last."},
    ])
    request = Asking(server, "unlucky", True)
    taken(horde, "unlucky")
    left(horde, request, "unlucky")
    eventually(lambda: horde.counters["faults"] == 1, what="the fault")
    nothing_is_left(horde, 15)
    assert Asking(server, "unlucky", True).text == "At last."
    assert horde.counters["submits"] <= 2
    nothing_is_left(horde)


# A chain of jobs


def part(horde, number, state="processing"):
    """The newest job, once it is that part in that state."""

    def look():
        jobs = horde.jobs
        return jobs and (jobs[-1]["part"], jobs[-1]["state"]) == (number, state) and jobs[-1]

    return eventually(look, 10, f"part {number} {state}")


def parts(horde):
    return [job["part"] for job in horde.jobs]


def first_two(horde):
    return "".join(job["texts"][0] for job in horde.jobs[:2])


def test_back_in_the_middle_of_a_chain_streamed(pair):
    horde, server = pair(**chain(parts={"3": {"latency_seconds": 4}}))
    request = Asking(server, "TELL me", True)
    part(horde, 3)
    written = first_two(horde)
    request.listen(len(written) - 40)
    assert written.startswith(request.told) and TALE.startswith(written)
    request.leave()
    eventually(lambda: horde.jobs[2]["deleted_at"], 1.2, "the DELETE")
    again = Asking(server, "TELL me", True)
    assert again.listen(len(request.told)) < 1, "what was there does not come at once"
    assert again.told == request.told and horde.jobs[2]["state"] == "processing", "not from the start of the text"
    assert again.text == TALE
    assert parts(horde) == [1, 2, 3, 4, 5] and horde.counters["submits"] == 5
    nothing_is_left(horde)


def test_back_in_the_middle_of_a_chain_whole(pair):
    horde, server = pair(**chain(parts={"3": {"latency_seconds": 3}}))
    request = Asking(server, "TELL me", False)
    part(horde, 3)
    request.leave()
    eventually(lambda: horde.jobs[2]["deleted_at"], 1.2, "the DELETE")
    assert Asking(server, "TELL me", False).text == TALE
    assert parts(horde) == [1, 2, 3, 4, 5] and horde.counters["submits"] == 5
    nothing_is_left(horde)


@both
def test_back_after_a_part_was_deleted_in_the_queue(pair, stream):
    horde, server = pair(**chain(pickup=1))
    request = Asking(server, "TELL me", stream)
    part(horde, 3, "waiting")
    request.leave()
    eventually(lambda: horde.jobs[2]["deleted_at"], 0.9, "the DELETE")
    assert Asking(server, "TELL me", stream).text == TALE
    assert parts(horde) == [1, 2, 3, 3, 4, 5], "only what was queued is asked for again"
    assert horde.jobs[2]["started_at"] is None
    nothing_is_left(horde)


def test_a_chain_pauses_while_nobody_waits(pair):
    horde, server = pair(**chain(parts={"3": {"latency_seconds": 7}}))
    request = Asking(server, "TELL me", True)
    part(horde, 3)
    request.leave()
    eventually(lambda: horde.jobs[2]["deleted_at"], 1.2, "the DELETE")
    looks = [time.monotonic(), *watch(horde, 2, until=lambda job: job["state"] == "done", seconds=15)]
    assert len(looks) >= 2, "nobody looks after the job"
    assert all(later - earlier >= 4.8 for earlier, later in zip(looks, looks[1:])), looks
    # The server has the part's text by now, and neither asks for it any more nor for the next part.
    calm = touches(horde.jobs[2])
    assert watch(horde, 2, until=lambda job: False, seconds=6) == [] and touches(horde.jobs[2]) == calm
    assert parts(horde) == [1, 2, 3]
    assert Asking(server, "TELL me", True).text == TALE
    assert parts(horde) == [1, 2, 3, 4, 5] and horde.counters["submits"] == 5


def watch(horde, number, until, seconds):
    """When a job is touched, from now until the first time after `until` holds, or for so many seconds."""
    looks, end = [], time.monotonic() + seconds
    before = touches(horde.jobs[number])
    while time.monotonic() < end:
        job = horde.jobs[number]
        if touches(job) > before:
            looks += [time.monotonic()] * (touches(job) - before)
            before = touches(job)
            if until(job):
                break
        time.sleep(0.02)
    return looks


FAULTED = {"path": STATUS, "method": "GET", "status": 200, "body": {
    "generations": [], "finished": 0, "processing": 0, "restarted": 3, "waiting": 0, "done": True, "faulted": True,
    "wait_time": 0, "queue_position": 0, "kudos": 1.0, "is_possible": True,
}}


@both
def test_an_error_in_the_middle_of_a_chain_keeps_what_is_there(pair, stream):
    """The client repeats after a 5xx, and its answer is resumed behind the parts that are there."""
    plan = chain(latency=1.2)
    horde, server = pair(**plan)
    request = Asking(server, "TELL me", stream)
    part(horde, 3)
    horde.install(processes.script(**plan, faults=[FAULTED]))
    error = request.error
    assert error["code"] == "generation_failed", error
    horde.install(processes.script(**plan))
    before = len(horde.jobs)
    again = Asking(server, "TELL me", stream)
    assert again.text == TALE
    begun = [job["part_from"] for job in horde.jobs]
    assert begun[0] == 0 and all(begun[1:]), f"the text was begun again: {begun}"
    later = begun[before:]
    assert len(later) == 3 and later == sorted(set(later)) and later[0] > begun[1], f"a part was written again: {begun}"
    nothing_is_left(horde)


@both
def test_an_outage_in_the_middle_of_a_chain_is_waited_for(pair, stream):
    plan = chain(latency=1.2)
    horde, server = pair(**plan)
    request = Asking(server, "TELL me", stream)
    part(horde, 2)
    outage = {"path": SUBMIT, "method": "POST", "status": 502, "body": "<html>", "times": 5}
    horde.install(processes.script(**plan, faults=[outage]))
    assert request.text == TALE
    nothing_is_left(horde)


@pytest.mark.long
def test_all_attempts_of_a_part_fault(pair):
    """Three jobs, each with three attempts, each given up by Horde's sweep once a minute."""
    horde, server = pair(**chain(parts={"3": {"fail": 99, "latency_seconds": 5, "times": 3}}))
    request = Asking(server, "TELL me", True, timeout=300)
    assert request.error["code"] == "generation_failed"
    assert Asking(server, "TELL me", True).text == TALE
    assert parts(horde) == [1, 2, 3, 3, 3, 3, 4, 5]
    nothing_is_left(horde)


# The ends of patience


@pytest.mark.long
def test_an_answer_is_kept_for_two_minutes(pair):
    horde, server = pair(replies=[{"latency_seconds": 140, "times": 1}, {"reply": "A new one."}])
    request = Asking(server, "long gone", False)
    taken(horde, "long gone")
    request.leave()
    began = last = time.monotonic()
    count = touches(horde.find("long gone"))
    while time.monotonic() - last < 12:
        if touches(horde.find("long gone")) > count:
            count, last = touches(horde.find("long gone")), time.monotonic()
        assert time.monotonic() - began < 150, "it is kept for longer"
        time.sleep(0.2)
    assert last - began > 110, "it was not kept for two minutes"
    assert Asking(server, "long gone", False).text == "A new one."
    assert horde.counters["submits"] == 2


def test_a_stop_while_answers_are_kept(pair):
    horde, server = pair(**chain(parts={"3": {"latency_seconds": 3}}, replies=[
        {"match": "TELL", "text": TALE, "latency_seconds": 0.5, "parts": {"3": {"latency_seconds": 2}}},
        {"match": "running", "latency_seconds": 30}, {"match": "whole", "reply": "Yes.", "latency_seconds": 1},
    ]))
    requests = [Asking(server, f"running {number}", number % 2) for number in range(4)]
    requests += [Asking(server, "whole", True), Asking(server, "TELL me", True)]
    eventually(lambda: any(job["part"] == 3 and job["state"] == "processing" for job in horde.jobs), 10, "part 3")
    for request in requests[:4] + requests[5:]:
        request.leave()
    assert requests[4].text == "Yes."
    eventually(lambda: len([job for job in horde.jobs if job["deleted_at"]]) >= 5, 1.2, "the DELETEs")
    began = time.monotonic()
    server.terminate()
    assert server.wait() == 0
    assert time.monotonic() - began < 2, "the stop takes long"
    running = [job for job in horde.jobs if "running" in job["prompt"]]
    assert len(running) == 4 and all(job["deleted_at"] for job in running)
    assert horde.counters["open_jobs"] == 0


# openai-python


@pytest.fixture
def cut(pair):
    """A way to a server that can be cut, and openai-python as it comes at the other end of it."""
    opened = []

    def cut(**changes):
        horde, server = pair(**changes)
        way = returning.Wire(server.address)
        client = openai.OpenAI(base_url=way.url + "/v1", api_key="none", timeout=60)
        opened.extend([client, way])
        assert client.max_retries == 2
        return horde, way, client

    yield cut
    for each in opened:
        each.close()


def user(text):
    return [{"role": "user", "content": text}]


@both
@pytest.mark.parametrize("cuts", [1, 2])
def test_the_sdk_comes_back_by_itself(cut, stream, cuts):
    """An unstreamed answer, or a stream that has not begun, is asked for again by the SDK itself."""
    horde, way, client = cut(replies=[{"replies": ["First.", "Second."], "latency_seconds": 5}])
    if stream:
        # The head is held back until Horde has accepted the job.
        horde.install(processes.script(faults=[
            {"path": SUBMIT, "method": "POST", "delay_seconds": 4, "process": True}
        ], replies=[{"reply": "First.", "latency_seconds": 6}]))

    def ask():
        answer = client.chat.completions.create(model=CHATML, messages=user("a bee"), stream=stream)
        if not stream:
            return answer.choices[0].message.content
        return "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask)
        for number in range(cuts):
            eventually(lambda: way.requests == number + 1, what="a request")
            taken(horde, "a bee")
            way.cut()
        assert answer.result(30) == "First."
    assert way.requests == cuts + 1 and horde.counters["submits"] == 1
    nothing_is_left(horde)


def test_the_sdk_s_user_comes_back_after_a_broken_stream(cut):
    horde, way, client = cut(**chain(parts={"3": {"latency_seconds": 3}}))
    told = ""
    with pytest.raises((openai.APIConnectionError, httpx2.TransportError)):
        for chunk in client.chat.completions.create(model=CHATML, messages=user("TELL me"), stream=True):
            told += chunk.choices[0].delta.content or ""
            if len(told) > 420:
                # Two parts are told; the third may not have been submitted yet.
                eventually(lambda: horde.jobs[-1]["part"] == 3, what="the third part")
                taken(horde, "TELL me")
                way.cut()
    assert TALE.startswith(told) and len(told) < len(TALE)
    time.sleep(BACKOFF)
    chunks = client.chat.completions.create(model=CHATML, messages=user("TELL me"), stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == TALE
    assert parts(horde) == [1, 2, 3, 4, 5] and horde.counters["submits"] == 5
