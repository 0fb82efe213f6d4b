"""Parts that go wrong, each of five: the answer is whole, or it is one error, and nothing is doubled or left behind."""

import concurrent.futures
import json

import pytest

import longtext
import processes
from longtext import quick, rule
from processes import LONG, STATUS

PARTS = range(1, 6)
PART = 256

# Five parts: four full ones, and some of one. The four end where more has to come: how ends are told is tested elsewhere.
TEXT = longtext.make(3900, seed=3)

# A call whose arguments reach over all five parts, behind some words.
WORDS = "I write the file now."
ARGUMENTS = {"path": "/work/tale.txt", "text": longtext.prose(4 * PART, seed=12)}
CALL = f"""{WORDS}
<tool_call>
{json.dumps({"name": "write", "arguments": ARGUMENTS}, ensure_ascii=False)}
</tool_call>"""
PROPERTIES = {"path": {"type": "string"}, "text": {"type": "string"}}
TOOLS = [{"type": "function", "function": {"name": "write", "parameters": {
    "type": "object", "properties": PROPERTIES, "required": list(PROPERTIES)}}}]

# What goes wrong, and whether the rest of the answer may be missing from there on: that a worker gives little or nothing
# is how every text ends.
FAULTS = {
    "fails once": ({"fail": 1, "latency_seconds": 0.05}, False),
    "fails twice": ({"fail": 2, "latency_seconds": 0.05}, False),
    "is empty": ({"empty": True}, True),
    "is cut short": ({"truncate": 0.3}, True),
}
GONE = {
    "path": STATUS, "method": "GET", "status": 404, "body": {"message": "no such request", "rc": "RequestNotFound"},
}
CASES = [(fault, part) for fault in FAULTS for part in PARTS]


def each(work, cases):
    """Everything at once; the outcome of each, with its name."""
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        return list(zip(cases, pool.map(lambda case: work(*case), cases)))


def name(*case):
    return "-".join(map(str, case)).replace(" ", "-").upper() + "."


@pytest.fixture(scope="module")
def faulty():
    rules = [
        rule(name(kind, fault, part), text, parts={str(part): FAULTS[fault][0]})
        for kind, text in [("text", TEXT), ("call", CALL)] for fault, part in CASES
    ]
    # A call that cannot be read is asked for once more, by a prompt that the rules above know as well.
    workers = [quick(max_length=PART), quick("Second", max_length=PART)]
    horde = processes.Horde(processes.script(workers=workers, replies=rules))
    server = processes.Server(horde)
    yield horde, server
    server.close()
    horde.close()


@pytest.mark.parametrize("write", [longtext.streamed, longtext.whole])
def test_a_text_with_one_bad_part(faulty, write):
    horde, server = faulty
    horde.reset()
    for (fault, part), answer in each(lambda *case: write(server, name("text", *case), max_tokens=8000), CASES):
        jobs = longtext.jobs(horde, name("text", fault, part))
        assert len([job for job in jobs if job["part"] == part]) >= 1, f"{fault} {part}: that part was never asked for"
        complete = (answer.content, answer.finish) == (TEXT, "stop")
        # Of a first part that is empty another is asked for.
        if FAULTS[fault][1] and (fault, part) != ("is empty", 1):
            # Complete, or all that came until then.
            given = given_until(jobs, part)
            complete = complete or answer.content.rstrip() == TEXT.encode()[:given].decode().rstrip()
        assert complete, f"{fault} {part}: {len(answer.content)} of {len(TEXT)}, …{answer.content[-60:]!r}"
    longtext.nothing_is_left(horde)


def given_until(jobs, part):
    """How many bytes of the text had come when the bad part had."""
    return max(job["part_from"] + len(job["texts"][0].encode()) for job in jobs if job["part"] <= part and job["texts"])


@pytest.mark.parametrize("write", [longtext.streamed, longtext.whole])
def test_a_call_with_one_bad_part(faulty, write):
    """It comes whole or not at all."""
    horde, server = faulty
    horde.reset()
    work = lambda *case: write(server, name("call", *case), max_tokens=8000, tools=TOOLS)  # noqa: E731
    for (fault, part), answer in each(work, CASES):
        called = answer.calls == [("write", ARGUMENTS)] and answer.finish == "tool_calls"
        whole = called and answer.content.rstrip() == WORDS
        if FAULTS[fault][1]:
            nothing = not answer.calls and answer.finish in ("stop", "length") and answer.content.rstrip() in ("", WORDS)
            whole = whole or nothing
        assert whole, f"{fault} {part}: {answer.finish} {answer.calls!r:.200} {answer.content!r:.200}"
    longtext.nothing_is_left(horde)


def test_a_job_that_horde_forgets(pair):
    """Its status is not found; another takes its place."""
    workers, replies = [quick(max_length=PART)], [rule("forgotten", TEXT)]
    pairs = {part: pair(workers=workers, replies=replies, faults=[{**GONE, "skip": part - 1, "times": 1}]) for part in PARTS}
    work = lambda part: longtext.streamed(pairs[part][1], "forgotten", max_tokens=8000)  # noqa: E731
    for (part,), answer in each(work, [(part,) for part in PARTS]):
        horde, _ = pairs[part]
        assert (answer.content, answer.finish) == (TEXT, "stop"), (part, len(answer.content))
        parts = [job["part"] for job in horde.jobs]
        assert sorted(set(parts)) == list(PARTS) and len(parts) == 6, (part, parts)
        assert horde.counters["scripted_faults"] == 1
        longtext.nothing_is_left(horde)


def test_a_part_that_no_attempt_gives_is_one_error(pair):
    """Three jobs for it, all of them gone; what was sent stays, and the error comes once."""
    horde, server = pair(
        workers=[quick(max_length=PART)], replies=[rule("forgotten", TEXT)], faults=[{**GONE, "skip": 2}]
    )
    answer = longtext.streamed(server, "forgotten", fails=True, max_tokens=8000)
    assert answer.error["code"] == "generation_failed" and horde.counters["submits"] == 5
    assert TEXT.startswith(answer.content) and len(answer.content) > 1000
    longtext.nothing_is_left(horde)


@pytest.mark.parametrize("write", [longtext.streamed, longtext.whole])
def test_another_worker_goes_on_where_one_leaves(pair, write):
    leaving = [f"koboldcpp/Qwen2.5-{part}B-Instruct" for part in PARTS[1:]]
    workers = [
        worker for part, model in zip(PARTS[1:], leaving) for worker in (
            quick(f"Leaves {part}", model, PART, leaves_after=part - 1, pickup_seconds=0.01),
            quick(f"Stays {part}", model, PART, pickup_seconds=0.3),
        )
    ]
    horde, server = pair(workers=workers, replies=[rule(f"LEAVE {part}.", TEXT) for part in PARTS])
    work = lambda part, model: write(server, f"LEAVE {part}.", model=model, max_tokens=8000)  # noqa: E731
    for (part, _), answer in each(work, list(zip(PARTS[1:], leaving))):
        assert (answer.content, answer.finish) == (TEXT, "stop"), (part, len(answer.content))
        assert set(answer.horde["workers"]) == {f"Leaves {part}", f"Stays {part}"} and answer.horde["jobs"] == 5
    longtext.nothing_is_left(horde)


@pytest.mark.long
def test_a_model_that_leaves_is_one_error(pair):
    """Horde calls the next part impossible, and is believed after 45 seconds."""
    cases = [(kind, part) for kind in ("text", "call") for part in PARTS[1:]]
    models = {case: f"koboldcpp/Qwen2.5-{number}B-Instruct" for number, case in enumerate(cases, 2)}
    workers = [quick(name(*case), model, PART, leaves_after=case[1] - 1) for case, model in models.items()]
    # A list of no workers at all would not be believed.
    workers.append(quick("Stays", LONG))
    horde, server = pair(
        workers=workers, replies=[rule(name(*case), TEXT if case[0] == "text" else CALL) for case in cases]
    )

    def work(kind, part):
        tools = {"tools": TOOLS} if kind == "call" else {}
        return longtext.streamed(server, name(kind, part), fails=True, model=models[kind, part], max_tokens=8000, **tools)

    for (kind, part), answer in each(work, cases):
        assert answer.error["code"] == "no_worker" and answer.end_at < 60, (kind, part, answer.error, answer.end_at)
        assert not answer.calls
        if kind == "text":
            # What was certain has been sent, which is nearly all of the parts before.
            assert TEXT.startswith(answer.content) and len(answer.content) > 700 * (part - 1), (part, len(answer.content))
        else:
            assert answer.content.rstrip() in ("", WORDS), (part, answer.content)
    longtext.nothing_is_left(horde)


@pytest.mark.long
def test_a_worker_that_dies_with_a_part(pair):
    """Horde gives its job to another after 150 to 210 seconds."""
    models = {part: f"koboldcpp/Qwen2.5-{part}B-Instruct" for part in PARTS}
    workers = [
        worker for part, model in models.items() for worker in (
            quick(f"Dies {part}", model, PART, dies_after=part - 1, pickup_seconds=0.01),
            quick(f"Lives {part}", model, PART, pickup_seconds=0.5),
        )
    ]
    horde, server = pair(workers=workers, replies=[rule(f"DEATH {part}.", TEXT) for part in PARTS])

    def work(part):
        return longtext.streamed(server, f"DEATH {part}.", model=models[part], max_tokens=8000, timeout=300)

    for (part,), answer in each(work, [(part,) for part in PARTS]):
        assert (answer.content, answer.finish) == (TEXT, "stop"), (part, len(answer.content))
        assert answer.horde["jobs"] == 5 and f"Lives {part}" in answer.horde["workers"], answer.horde
        assert answer.end_at < 240, answer.end_at
    longtext.nothing_is_left(horde)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_busy_horde_in_the_middle_is_waited_for(pair, stream):
    """Longer than the patience with the first submission: what is written is worth more."""
    busy = {"path": processes.SUBMIT, "method": "POST", "skip": 2, "times": 1, "status": 429, "headers": {"Retry-After": "6"}}
    busy["body"] = {"message": "Too many requests"}
    horde, server = pair(faults=[busy], workers=[longtext.quick()], replies=[{"match": "busy", "text": longtext.TEXT[:6000]}])
    if stream:
        answer = longtext.streamed(server, "busy", max_tokens=4000)
        assert answer.content == longtext.TEXT[:6000] and answer.finish == "stop"
    else:
        answer = server.chat("busy", max_tokens=4000)
        assert answer.status == 200 and answer.text == longtext.TEXT[:6000]
    assert horde.counters["scripted_faults"] == 1 and horde.counters["open_jobs"] == 0
