"""SIGKILL with five hundred answers in work, twenty times: the next server is ready at once, and no job is left behind.

What a killed server has at Horde, and who may still want it (docs/decisions/0013-the-journal.md):

- a later part of an answer cannot be claimed any more: deleted within 5 s of the next start;
- an answer's first job can, by a client that asks again with the same bytes, for two minutes: then it is deleted.

Every second kill comes while submissions are still on their way. An id that had not arrived cannot be known, so that
a job which Horde took in the last moments before such a kill may be lost; all others have to be dealt with.
"""

import re
import subprocess
import threading
import time

import pytest

import hostile
import processes
import returning
import wire
from hostile import Client, HordeClock, scaled
from processes import CHATML, MISTRAL, eventually

KILLS = scaled(20, 3)
IN_FLIGHT = scaled(500, 50)
READY_SECONDS = 0.5
ORPHAN_SECONDS = 5
CLAIM_SECONDS = 120
# What Horde took so shortly before a kill may not have been heard of, or not be on the disk.
MOMENT = 0.1
# A journal tells since when its process is gone to within so many seconds.
ALIVE_SECONDS = 12
RETURNING = 5
# Seconds that a worker takes for what a kill interrupts.
LONG = 25

WAITING = IN_FLIGHT * 2 // 5
SECOND_PARTS = IN_FLIGHT * 2 // 5
RUNNING = IN_FLIGHT - WAITING - SECOND_PARTS - RETURNING

PLAN = processes.script(
    workers=[
        processes.worker("Lantern", CHATML, returning.PART_TOKENS, threads=30_000, pickup_seconds=0.1),
        processes.worker("Asleep", MISTRAL, threads=1, pickup_seconds=86_400),
    ],
    keys=[{"key": processes.SERVER_KEY, "concurrency": 30_000}],
    replies=[
        # Its first part is there soon, its second one long after the kill.
        {"match": "TELL", "text": returning.TALE, "latency_seconds": 0.2,
         "parts": {"2": {"latency_seconds": LONG, "times": 1_000_000}}},
        {"match": "returning", "reply": "Still here.", "latency_seconds": 8},
        {"match": "running", "reply": "For nobody.", "latency_seconds": LONG},
    ],
)


class Life:
    """A server from its start to its kill, with what it has at Horde at the end."""

    def __init__(self, horde, number, folder):
        self.horde, self.number = horde, number
        self.server = hostile.Server(horde, cache=str(folder), ready=False, wait=0)
        self.clients = []

    def be_ready(self):
        """Waits for it; how long after its start it was."""
        end = time.monotonic() + 10
        while True:
            assert time.monotonic() < end, f"it does not become ready:\n{self.server.stderr}"
            if self.server.listening.wait(0.001) and self.server.get("/readyz").status == 200:
                return time.monotonic() - self.server.started

    def body(self, kind, number):
        model = MISTRAL if kind == "waiting" else CHATML
        is_streamed = number % 2 == 0 and kind != "returning"
        return processes.chat(f"{kind}: life {self.number} <{number}>", stream=is_streamed, model=model)

    def ask(self):
        counts = {"TELL": SECOND_PARTS, "waiting": WAITING, "running": RUNNING, "returning": RETURNING}
        for kind, count in counts.items():
            for number in range(count):
                self.clients.append(Client(self.server.address, hostile.request(self.body(kind, number))))

    def jobs(self):
        """Its jobs at Horde; all of them are among the newest until another server is asked."""
        mark = f": life {self.number} <"
        newest = self.horde.control("GET", f"jobs?limit={2 * IN_FLIGHT}")["jobs"]
        return [job for job in newest if mark in job["prompt"]]

    def is_at_work(self):
        """Whether every answer is where the kill shall find it."""
        jobs = self.jobs()
        seconds = sum(job["part"] == 2 and job["state"] == "processing" for job in jobs)
        return seconds == SECOND_PARTS and len(jobs) == IN_FLIGHT + SECOND_PARTS

    def kill(self, is_flowing):
        """Ends it in the middle of the flow of submissions, or when all are in work; returns when."""
        if is_flowing:
            eventually(lambda: len(self.jobs()) >= IN_FLIGHT * 2 // 3, 20, "most submissions")
        else:
            eventually(self.is_at_work, 30, "all in work")
        killed = time.monotonic()
        self.server.kill()
        for client in self.clients:
            client.socket.close()
        return killed

    def come_back(self, heir):
        """The clients that ask again at once, with the same bytes; their answers, when they are there."""
        answers = []

        def ask(number):
            body = self.body("returning", number)
            answers.append(wire.ask(heir.server.address, "POST", "/v1/chat/completions", body, timeout=60))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(RETURNING)]
        for thread in threads:
            thread.start()
        return threads, answers


@pytest.fixture
def lives(tmp_path):
    """Starts one server after another; the last one, which no test has killed, goes with the test."""
    started = []

    def lives(horde):
        started.append(Life(horde, len(started), tmp_path))
        return started[-1]

    yield lives
    for life in started:
        if life.server.process.poll() is None:
            life.server.kill()


def kind_of(job):
    return re.search(r"(TELL|waiting|running|returning): life", job["prompt"])[1]


def life_of(job):
    return int(re.search(r": life (\d+) <", job["prompt"])[1])


def left_behind(jobs, clock, before):
    """What was not deleted, of what could be known before a time."""
    return [
        job for job in jobs
        if not job["deleted_at"] and job["state"] != "done" and clock.monotonic(job["submitted_at"]) < before - MOMENT
    ]


def is_later_part(job):
    return job["part"] == 2


def test_twenty_kills(start, lives):
    horde = start(processes.Horde, PLAN)
    clock = HordeClock(horde)
    ready, orphans, lost, claimed = [], 0, 0, 0
    kills = []
    life = lives(horde)
    life.be_ready()
    for number in range(KILLS):
        life.ask()
        killed = life.kill(is_flowing=number % 2 == 1)
        kills.append(killed)
        accepted = horde.counters["accepted"]
        heir = lives(horde)
        ready.append(heir.be_ready())
        began = time.monotonic()
        later = [job for job in life.jobs() if is_later_part(job)]
        claimable = [
            job for job in life.jobs()
            if kind_of(job) == "returning" and clock.monotonic(job["submitted_at"]) < killed - MOMENT
        ]
        back, answers = life.come_back(heir) if len(claimable) == RETURNING else ([], [])
        eventually(
            lambda: not left_behind(filter(is_later_part, life.jobs()), clock, killed),
            ORPHAN_SECONDS - (time.monotonic() - began), "the end of the orphans",
        )
        for thread in back:
            thread.join()
        assert [answer.text for answer in answers] == ["Still here."] * len(back), answers
        assert horde.counters["accepted"] == accepted, "who came back was given another job"
        orphans += len(later)
        claimed += len(back)
        # These were taken in the last moment, and not deleted either.
        lost += len(left_behind(filter(is_later_part, life.jobs()), clock, killed + 60))
        life = heir

    # Nobody else comes back: what could be claimed is deleted when its time is over, and no sooner.
    def unclaimed():
        jobs = [job for job in horde.control("GET", "jobs")["jobs"] if ": life " in job["prompt"]]
        return [job for job in jobs if left_behind([job], clock, kills[life_of(job)])]

    end = kills[-1] + CLAIM_SECONDS + ORPHAN_SECONDS
    with pytest.raises(subprocess.TimeoutExpired):
        life.server.process.wait(end - 2 * ORPHAN_SECONDS - time.monotonic())
    eventually(lambda: not unclaimed(), end - time.monotonic(), "the end of what could be claimed")
    too_early = [
        job for job in horde.jobs if ": life " in job["prompt"] and kind_of(job) == "waiting" and job["deleted_at"]
        and clock.monotonic(job["deleted_at"][0]) < kills[life_of(job)] + CLAIM_SECONDS - ALIVE_SECONDS
    ]
    assert not too_early, f"{len(too_early)} could have been claimed still"
    life.server.close()
    hostile.report(
        "kills", f"{KILLS} with {IN_FLIGHT} in flight; ready after at most {1000 * max(ready):.0f} ms "
        f"(p50 {1000 * hostile.percentile(ready, 0.5):.0f} ms); of {orphans} orphans {lost} left after "
        f"{ORPHAN_SECONDS} s, taken by Horde in the last {1000 * MOMENT:.0f} ms before a kill; "
        f"{claimed} of {claimed} that came back got their own; the others deleted when their two minutes were over",
    )
    assert max(ready) <= READY_SECONDS, f"not ready for {max(ready):.2f} s"
