"""A hundred clients who drop their connections and come back, three times each: nobody pays twice, nothing is left."""

import concurrent.futures
import time

import pytest

import processes
from processes import eventually
from returning import BACKOFF, Asking

CLIENTS = 100
DROPS = 3


@pytest.fixture
def crowd(pair):
    """Runs one function for each client, all at once, and returns what each returns."""

    def crowd(run, **changes):
        workers = [processes.worker("Giant", processes.CHATML, threads=2 * CLIENTS)]
        horde, server = pair(workers=workers, **changes)
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(run, server, f"[[reply:Answer {number}.]]") for number in range(CLIENTS)]
            return horde, [client.result(90) for client in clients]

    return crowd


def drop(server, text, words):
    """Leaves as soon as a comment says these words, and waits as SDKs do before they come back."""
    request = Asking(server, text, True)
    request.wait_for(words)
    request.leave()
    time.sleep(BACKOFF)


def nothing_is_left(horde):
    eventually(lambda: horde.counters["open_jobs"] == 0, 5, "the end of all jobs")


ANSWERS = [f"Answer {number}." for number in range(CLIENTS)]


def test_while_their_jobs_are_running(crowd):
    def run(server, text):
        for _ in range(DROPS):
            drop(server, text, "being written")
        return Asking(server, text, True).text

    horde, answers = crowd(run, replies=[{"latency_seconds": 8}])
    assert answers == ANSWERS
    counters = horde.counters
    assert counters["submits"] == counters["texts"] == CLIENTS
    nothing_is_left(horde)


def test_while_their_jobs_are_queued_and_nobody_stays(crowd):
    def run(server, text):
        for _ in range(1 + DROPS):
            drop(server, text, "accepted by AI Horde")

    horde, _ = crowd(run, pickup_seconds=60)
    nothing_is_left(horde)
    counters = horde.counters
    assert counters["submits"] == CLIENTS * (1 + DROPS) and counters["pops"] == counters["texts"] == 0
    assert all(job["deleted_at"] for job in horde.jobs)


def test_while_their_jobs_are_queued_and_all_stay_at_last(crowd):
    def run(server, text):
        for _ in range(DROPS):
            drop(server, text, "accepted by AI Horde")
        return Asking(server, text, True).text

    horde, answers = crowd(run, pickup_seconds=4)
    assert answers == ANSWERS
    counters = horde.counters
    assert counters["submits"] == CLIENTS * (1 + DROPS) and counters["texts"] == CLIENTS
    nothing_is_left(horde)
