"""Who submits next when more ask than AI Horde takes: fair turns between keys, quick before long, the wait told.

The simulated Horde keeps its limits here, and the server its real pace: one submission every 690 ms.
"""

import re

import pytest

import processes
import wire
from processes import ALICE_KEY, RICH_KEY, eventually

PACE = 60 / 87
WAIT = re.compile(r"in line, (\d+) ahead, about (\d+) s")


@pytest.fixture
def slow(start):
    """Starts a Horde with its limits, and a server that keeps to them, or goes slower."""

    def slow(submits_per_minute=87, **changes):
        keys = [{"key": key, "concurrency": 1000} for key in (ALICE_KEY, RICH_KEY, processes.SERVER_KEY)]
        horde = start(processes.Horde, processes.script(keys=keys, **changes), limits=True)
        return horde, start(processes.Server, horde, submits_per_minute=submits_per_minute)

    return slow


class Crowd:
    """Requests of one key that are sent and not read, so that each can leave."""

    def __init__(self, server, key, texts=(), **fields):
        self.server, self.key = server, key
        self.connections = []
        for text in texts:
            self.add(text, **fields)

    def add(self, text, **fields):
        connection = wire.Connection(self.server.address, timeout=60)
        body = processes.chat(text, **fields)
        wire.send(connection.connection, "POST", "/v1/chat/completions", body, wire.bearer(self.key))
        self.connections.append(connection)

    def leave(self, some=slice(None)):
        for connection in self.connections[some]:
            connection.close()


def waiting(server):
    """How many submissions wait for their turn."""
    return server.figure("interposer_queue_length")


def all_have_come(horde, server, count):
    eventually(lambda: horde.counters["submits"] + waiting(server) >= count, 10, f"{count} requests")


def place(horde, text):
    """Which submission of all a text was, from 0."""
    job = horde.job(text, 30)
    return [job["id"] for job in horde.jobs].index(job["id"])


def check_limits(horde):
    assert horde.counters["too_many_requests"] == 0, horde.counters


def test_another_key_has_its_turn_next(slow):
    horde, server = slow()
    crowd = Crowd(server, ALICE_KEY, [f"[[reply:a]] of forty {number}" for number in range(40)])
    all_have_come(horde, server, 40)
    before = horde.counters["submits"]
    assert before < 30, "too slow to tell anything"
    reply = server.chat("[[reply:Mine.]] the other", RICH_KEY)
    assert reply.text == "Mine."
    # One of the forty may have been next, and one have gone meanwhile.
    assert place(horde, "the other") <= before + 2
    crowd.leave()
    check_limits(horde)


def test_those_of_one_key_go_in_the_order_in_which_they_came(slow):
    horde, server = slow()
    crowd = Crowd(server, ALICE_KEY)
    for number in range(6):
        crowd.add(f"[[reply:a]] number {number}")
        all_have_come(horde, server, number + 1)
    eventually(lambda: horde.counters["submits"] == 6, 15, "six submissions")
    told = [re.search(r"number \d", job["prompt"])[0] for job in horde.jobs]
    assert told == [f"number {number}" for number in range(6)]
    times = [job["submitted_at"] for job in horde.jobs]
    assert all(later - earlier > 0.8 * PACE for earlier, later in zip(times, times[1:])), times
    check_limits(horde)


def test_the_wait_is_told_and_is_true(slow):
    horde, server = slow()
    crowd = Crowd(server, ALICE_KEY, [f"[[reply:a]] ahead {number}" for number in range(12)])
    all_have_come(horde, server, 12)
    stream = server.stream("[[reply:At last.]] patient", ALICE_KEY)
    told = []
    submitted = None
    for event in stream.events:
        if event.kind == "comment" and (found := WAIT.search(event.text)):
            told.append((event.at, int(found[1]), int(found[2])))
        elif event.kind == "comment" and told and submitted is None:
            submitted = event.at
    assert told, "nothing is said of the line"
    assert b"At last." in stream.raw
    ahead = [count for _, count, _ in told]
    assert 0 < ahead[0] <= 12 and ahead == sorted(ahead, reverse=True), told
    for at, count, seconds in told:
        assert abs(seconds - count * PACE) <= 3, told
        assert abs(at + seconds - submitted) < 6, (told, submitted)
    crowd.leave()
    check_limits(horde)


def test_who_leaves_the_line_costs_no_submission(slow):
    horde, server = slow()
    crowd = Crowd(server, ALICE_KEY)
    texts = [f"[[reply:a]] leaver {number}" for number in range(10)]
    for number, text in enumerate(texts):
        crowd.add(text)
        # One after the other, so that their order in line is known.
        all_have_come(horde, server, number + 1)
    assert horde.counters["submits"] < 5, "too slow to tell anything"
    crowd.leave(slice(5, None))
    eventually(lambda: horde.counters["submits"] + waiting(server) == 5, 5, "an end of their wait")
    assert server.chat("[[reply:Next.]] the next", ALICE_KEY).text == "Next."
    assert horde.counters["submits"] == 6
    assert not [text for text in texts[5:] if horde.find(text)]
    assert place(horde, "the next") == 5
    check_limits(horde)


def test_a_title_goes_before_long_answers_of_the_same_key(slow):
    horde, server = slow()
    crowd = Crowd(server, ALICE_KEY, [f"[[reply:a]] long {number}" for number in range(12)], max_tokens=500)
    all_have_come(horde, server, 12)
    before = horde.counters["submits"]
    assert before < 8, "too slow to tell anything"
    assert server.chat("[[reply:Title.]] in short", ALICE_KEY, max_tokens=60).text == "Title."
    assert place(horde, "in short") <= before + 1
    crowd.leave()
    check_limits(horde)


def test_a_full_line_refuses_at_once_and_says_when_to_come_back(slow):
    # One submission in 30 s: who would wait longer than an answer may take is refused.
    horde, server = slow(2)
    texts = [f"[[reply:a]] patient {number}" for number in range(10)]
    crowd = Crowd(server, ALICE_KEY, texts)
    all_have_come(horde, server, 10)
    in_line = waiting(server)
    reply = server.chat("[[reply:a]] one too many", ALICE_KEY, timeout=5)
    assert reply.status == 429 and reply.error["code"] == "queue_full"
    milliseconds = int(reply.headers["retry-after-ms"])
    assert 1000 <= milliseconds <= 60_000
    assert reply.retry_after == -(-milliseconds // 1000)
    assert horde.find("one too many") is None and waiting(server) == in_line
    # It is this key whose line is full: another one's wait is short.
    other = Crowd(server, RICH_KEY, ["[[reply:a]] the other"])
    eventually(lambda: waiting(server) == in_line + 1, 5, "a place in line")
    crowd.leave()
    eventually(lambda: waiting(server) == 1, 5, "an end of their wait")
    other.leave()
    check_limits(horde)
