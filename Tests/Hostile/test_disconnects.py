"""A thousand clients that leave, in eight states, streamed and not, with FIN and with RST: how soon Horde is told.

Which states delete at once and which wait is the server's design (docs/ARCHITECTURE.md, "Who ends it"):

- in line, first part or later: there is no job; the place in line is given up, and nothing is submitted any more;
- being submitted: that is not cut off, because the id would be lost; the job is deleted when the id has come;
- waiting for a worker, being written, between parts: the DELETE is sent at once. What a worker has in hand goes on by
  itself; a job that it gives back is deleted by the next look, which comes every 5 s as long as its text is awaited.

The times of the DELETEs are Horde's own, on this process's clock.
"""

import itertools
import re
import time

import pytest

import hostile
import processes
import returning
import wire
from hostile import Client, HordeClock, nothing_is_left, scaled
from processes import CHATML, MISTRAL, SUBMIT, eventually

EACH = scaled(125, 8)
# With HTTP/1.1 the server has 16 connections to Horde, and an answer that is late occupies one. So many submissions at
# a time are ten times what AI Horde's limits allow in the same time.
AT_A_TIME = 10
SUBMIT_DELAY = 0.5
# Two hundred a second leave: what is measured is how soon each is noticed, not how long a crowd takes.
PAUSE = 0.005
MANNERS = [(stream, resets) for stream in (True, False) for resets in (True, False)]

measured = {}
# The tests that came to their end, where nothing is left.
ended = []


@pytest.fixture(scope="module", autouse=True)
def figures():
    yield
    deleted = [delay for state, delays in measured.items() if "line" not in state for delay in delays]
    everything = [delay for delays in measured.values() for delay in delays]
    if not everything:
        return
    for state, delays in measured.items():
        hostile.report(f"disconnects, {state}", f"{len(delays)} clients, {hostile.in_milliseconds(delays)}")
    hostile.report(
        "disconnects", f"{len(everything)} in {len(measured)} states; from the client's close, or from the id where "
        f"that came later, to DELETE at Horde: {hostile.in_milliseconds(deleted)}; "
        f"0 jobs left in {len(ended)} of {len(measured)}",
    )


def over(state):
    """The state's last word: nothing is left at Horde."""
    ended.append(state)


def clients(server, text, count=EACH, model=CHATML, first=0):
    """So many clients whose prompts differ, in all manners in turn, with their numbers and how each will leave."""
    made = []
    for number, (stream, resets) in zip(range(first, first + count), itertools.cycle(MANNERS)):
        body = processes.chat(f"{text} <{number}>", stream=stream, model=model)
        made.append((number, Client(server.address, hostile.request(body)), resets))
    return made


def by_number(horde, text, part=None):
    """The jobs of these clients by their number; of a longer answer those of one part."""
    jobs = {}
    for job in horde.jobs:
        found = re.search(re.escape(text) + r" <(\d+)>", job["prompt"])
        if found and part in (None, job["part"]):
            jobs[int(found[1])] = job
    return jobs


def leave_all(made, pause=0):
    """Everybody leaves, one right after the other or with a pause of so many seconds; when each did."""
    left = {}
    for number, client, resets in made:
        left[number] = client.leave(resets)
        time.sleep(pause)
    return left


def all_deleted(horde, text, count, part=None):
    def look():
        jobs = by_number(horde, text, part)
        return len(jobs) == count and all(job["deleted_at"] for job in jobs.values()) and jobs

    return eventually(look, 10, "all DELETEs")


def delays(clock, jobs, left, known=lambda job: 0):
    """From leaving, or from when the id was known where that was later, to the first DELETE."""
    return [
        clock.monotonic(job["deleted_at"][0]) - max(left[number], clock.monotonic(known(job)))
        for number, job in jobs.items()
    ]


def take(state, found):
    """Keeps the figures of a state, and judges them."""
    assert found, "nobody left in this state"
    measured.setdefault(state, []).extend(found)
    assert min(found) > -0.02, f"deleted before the client left: {min(found)}"
    assert hostile.percentile(found, 0.99) <= 0.1, f"{state}: {hostile.in_milliseconds(found)}"


def queue_length(connection):
    # A page of metrics is kept for a moment; this one is not.
    return connection.ask("GET", "/status.json").json["horde"]["waiting_submissions"]


def leave_the_line(server, made):
    """The last in line leaves first, each when the one before is gone from the line; how long each place was kept."""
    connection = wire.Connection(server.address)
    kept = []
    for _, client, resets in reversed(made):
        before = queue_length(connection)
        if before == 0:
            client.leave(resets)
            continue
        left = client.leave(resets)
        end = left + 5
        while queue_length(connection) >= before:
            assert time.monotonic() < end, "a client that has left keeps its place in line"
        kept.append(time.monotonic() - left)
    assert queue_length(connection) == 0
    connection.close()
    return kept


# Before a worker has the job


def test_in_line(pair):
    horde, server = pair(pickup_seconds=600, server={"submits_per_minute": 40})
    made = clients(server, "in line")
    connection = wire.Connection(server.address)
    eventually(lambda: queue_length(connection) >= EACH - 3, 5, "the line")
    connection.close()
    take("in line", leave_the_line(server, made))
    submitted = horde.counters["submits"]
    nothing_is_left(horde, 2)
    # Longer than two turns of the line.
    time.sleep(3.2)
    assert horde.counters["submits"] == submitted < EACH / 4, "submitted for somebody who had left"
    over("in line")


@pytest.mark.parametrize("process", [True, False], ids=["taken at once", "taken late"])
def test_being_submitted(pair, process):
    fault = {"path": SUBMIT, "method": "POST", "delay_seconds": SUBMIT_DELAY, "process": process}
    horde, server = pair(pickup_seconds=600, faults=[fault])
    clock = HordeClock(horde)
    began = horde.counters["scripted_faults"]
    state = f"being submitted, taken {'at once' if process else 'late'}"
    for batch in range(0, EACH, AT_A_TIME):
        text = f"mid air {batch}"
        made = clients(server, text, AT_A_TIME)
        began += AT_A_TIME
        eventually(lambda: horde.counters["scripted_faults"] == began, what="submissions under way")
        left = leave_all(made)
        jobs = all_deleted(horde, text, AT_A_TIME)
        # Taken late, it is answered in the moment in which it is taken.
        late = SUBMIT_DELAY if process else 0
        take(state, delays(clock, jobs, left, known=lambda job: job["submitted_at"] + late))
        assert all(left[number] < clock.monotonic(job["submitted_at"] + late) for number, job in jobs.items())
    assert nothing_is_left(horde, 1) == 0
    over(state)


def test_waiting_for_a_worker(pair):
    horde, server = pair(pickup_seconds=600)
    clock = HordeClock(horde)
    made = clients(server, "early bird")
    eventually(lambda: len(by_number(horde, "early bird")) == EACH, what="all jobs")
    left = leave_all(made, PAUSE)
    take("waiting for a worker", delays(clock, all_deleted(horde, "early bird", EACH), left))
    assert nothing_is_left(horde, 1) == 0
    assert horde.counters["submits"] == EACH + 30, "more than one job for a client; 30 were the clock's"
    over("waiting for a worker")


# While a worker has it


def test_being_written(pair):
    """Every second job is given back to the queue by its worker, after the DELETE: it is not left there.

    The workers look for jobs less often than the server looks after its own.
    """
    latency, pickup = 6, 6.5
    horde, server = pair(
        workers=[processes.worker("Giant", CHATML, threads=2 * EACH, pickup_seconds=pickup)],
        replies=[
            {"match": "unlucky", "latency_seconds": latency, "fail": 1, "times": EACH // 2},
            {"match": "busy bee", "latency_seconds": latency},
        ],
    )
    clock = HordeClock(horde)
    made = clients(server, "unlucky busy bee", EACH // 2)
    made += clients(server, "busy bee", EACH - EACH // 2, first=EACH // 2)

    def all_in_work():
        states = [job["state"] for job in by_number(horde, "busy bee").values()]
        return states == ["processing"] * EACH

    eventually(all_in_work, pickup + 5, "a worker for each")
    left = leave_all(made, PAUSE)
    take("being written", delays(clock, all_deleted(horde, "busy bee", EACH), left))
    eventually(lambda: horde.counters["faults"] == EACH // 2, latency + 5, "the workers' faults")
    # The next look comes within 5 s, and takes out what is in the queue again.
    assert nothing_is_left(horde, 6) == 0
    assert horde.counters["submits"] == EACH + 30 and horde.counters["pops"] == EACH, "written once more"
    over("being written")


# Answers of several parts


def chain(latency, **changes):
    plan = returning.chain(latency=latency, **changes)
    plan["workers"][0]["threads"] = 4 * EACH
    return plan


def test_between_parts_in_line(pair):
    """The account has as many jobs waiting as it may, so that the next part has to wait for its turn."""
    room = EACH + 30
    plan = chain(6)
    plan["workers"].append(processes.worker("Asleep", MISTRAL, pickup_seconds=600))
    horde, server = pair(**plan, keys=[{"key": processes.SERVER_KEY, "concurrency": room}])
    made = clients(server, "TELL in line")
    # The server's own count of what waits, so that it has seen all of them begun.
    connection = wire.Connection(server.address)
    eventually(lambda: len(by_number(horde, "TELL in line", 1)) == EACH, what="all first parts")
    fillers = clients(server, "in the way", room + 10, MISTRAL)
    eventually(
        lambda: all(job["state"] == "done" for job in by_number(horde, "TELL in line", 1).values()), 20, "first parts"
    )
    # Those that fill the account wait behind them for their turn.
    eventually(lambda: queue_length(connection) == EACH + 10, 5, "all next parts in line")
    connection.close()
    submitted = horde.counters["submits"]
    connection = wire.Connection(server.address)
    kept = []
    for _, client, resets in reversed(made):
        before = queue_length(connection)
        left = client.leave(resets)
        while queue_length(connection) >= before:
            assert time.monotonic() < left + 5, "a client that has left keeps its place in line"
        kept.append(time.monotonic() - left)
    connection.close()
    take("between parts, in line", kept)
    # Not later: as soon as the others leave, those of them that wait have their turn.
    assert horde.counters["submits"] == submitted
    leave_all(fillers)
    assert nothing_is_left(horde, 3) == 0
    assert not by_number(horde, "TELL in line", 2)
    over("between parts, in line")


def test_between_parts_being_submitted(pair):
    horde, server = pair(**chain(0.3))
    clock = HordeClock(horde)
    for batch in range(0, EACH, AT_A_TIME):
        text = f"TELL mid air {batch}"
        late = {"path": SUBMIT, "method": "POST", "skip": AT_A_TIME, "delay_seconds": SUBMIT_DELAY}
        horde.install(processes.script(**chain(0.3), faults=[late]))
        before = horde.counters["scripted_faults"]
        made = clients(server, text, AT_A_TIME)
        eventually(lambda: horde.counters["scripted_faults"] == before + AT_A_TIME, 10, "next parts under way")
        left = leave_all(made)
        jobs = all_deleted(horde, text, AT_A_TIME, part=2)
        take("between parts, being submitted", delays(clock, jobs, left, known=lambda job: job["submitted_at"]))
        assert all(left[number] < clock.monotonic(job["submitted_at"]) for number, job in jobs.items())
    nothing_is_left(horde, 2)
    eventually(lambda: horde.counters["running_deleted"] == 0, 5, "the end of what workers had")
    over("between parts, being submitted")


def test_streaming(pair):
    """The text of the first part has been sent, where it is streamed, and a worker writes the second."""
    horde, server = pair(**chain(0.3, parts={"2": {"latency_seconds": 8, "times": EACH}}))
    clock = HordeClock(horde)
    made = clients(server, "TELL on the way")

    def second_parts():
        parts = by_number(horde, "TELL on the way", 2)
        return len(parts) == EACH and all(job["state"] == "processing" for job in parts.values())

    eventually(second_parts, 8, "second parts in work")
    for number, client, _ in made:
        if number % len(MANNERS) < 2:
            client.listen_for(b'"content":"The', b'"content":"A', b'"content":"H', b'"content":"M')
    left = leave_all(made, PAUSE)
    take("streaming", delays(clock, all_deleted(horde, "TELL on the way", EACH, part=2), left))
    nothing_is_left(horde, 2)
    eventually(lambda: horde.counters["running_deleted"] == 0, 12, "the end of what workers had")
    assert horde.counters["submits"] == 2 * EACH + 30, "a part was submitted for somebody who had left"
    over("streaming")
