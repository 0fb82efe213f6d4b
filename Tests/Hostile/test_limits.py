"""The machine gives less than it should: few descriptors, no room on the disk, a clock that jumps by a day."""

import pathlib
import re
import subprocess
import time

import pytest

import hostile
import processes
import returning
import wire
from hostile import Client
from processes import eventually

WHOLE = b"GET /health HTTP/1.1\r\nHost: t\r\n\r\n"

# Descriptors


def daemons(pid):
    """libmicrohttpd's daemons: each has an epoll set of its own, and one more is the loop's."""
    return sum(name == "anon_inode:[eventpoll]" for name in hostile.descriptors(pid).values()) - 1


def limited(horde, count, **more):
    return hostile.Server(horde, prefix=["prlimit", f"--nofile={count}:{count}"], **more)


def test_the_number_of_daemons_follows_the_descriptors(start):
    """One in 64 descriptors, 8 to 256, and an eighth as many for large requests (docs/OPERATING.md)."""
    horde = start(processes.Horde)
    found = {}
    for count in (64, 128, 1024, 4096, 20_000):
        server = start(limited, horde, count)
        found[count] = daemons(server.pid)
        small = min(max(count // 64, 8), 256)
        assert found[count] == small + small // 8
        assert server.chat("[[reply:Hi.]]").text == "Hi."
    hostile.report("descriptors, daemons", ", ".join(f"{count}: {number}" for count, number in found.items()))


def fill(server, data, count):
    """Opens so many connections, more than the server has descriptors for; the kernel takes those that it cannot."""
    clients = [Client(server.address, data) for _ in range(count)]
    # It has taken as many as it can when it takes no more for a while: three of the pauses between two attempts.
    before, since = -1, time.monotonic()
    while time.monotonic() - since < 0.3:
        now = len(hostile.descriptors(server.pid))
        if now != before:
            before, since = now, time.monotonic()
        time.sleep(0.02)
    return clients


def idle_share(server, seconds=5):
    """How much of one processor it takes; its own time, whatever else the machine does."""
    before, began = hostile.processor_seconds(server.pid), time.monotonic()
    time.sleep(seconds)
    return (hostile.processor_seconds(server.pid) - before) / (time.monotonic() - began)


@pytest.mark.parametrize("kind", ["idle", "waiting"])
@pytest.mark.parametrize("count", [64, 128])
def test_all_descriptors_are_taken(start, count, kind):
    """By connections on which nothing is asked for, or by clients that wait for an answer."""
    horde = start(processes.Horde, processes.script(
        replies=[{"match": "hold", "latency_seconds": 600}], pickup_seconds=0.1,
    ))
    server = start(limited, horde, count)
    early = wire.Connection(server.address)
    assert early.ask("GET", "/health").status == 200
    data = WHOLE if kind == "idle" else hostile.request(processes.chat("hold", stream=True))
    clients = fill(server, data, count + 40)
    taken = len(hostile.descriptors(server.pid))
    assert taken >= count - 1, f"only {taken} of {count} are taken"
    share = idle_share(server)
    assert share < 0.05, f"it takes {100 * share:.0f} % of a processor to do nothing"

    # Who is connected is served, also with what needs a connection to Horde.
    assert early.ask("GET", "/health").status == 200
    began = time.monotonic()
    reply = early.ask("POST", "/v1/chat/completions", processes.chat("[[reply:Hi.]]"))
    assert reply.status == 200 or reply.error["type"] == "server_error", reply.body
    answered = time.monotonic() - began
    assert answered < 15

    left = time.monotonic()
    for client in clients:
        client.leave(resets=False)
    assert wire.ask(server.address, "GET", "/health", timeout=5).status == 200
    back = time.monotonic() - left
    assert back < 2, f"it was back only after {back:.1f} s"
    assert server.chat("[[reply:Hi.]]").text == "Hi."
    early.close()
    eventually(lambda: horde.counters["open_jobs"] == 0, 10, "the end of all jobs")
    assert server.process.poll() is None
    hostile.report(
        f"descriptors, all of {count} taken, clients {kind}",
        f"{100 * share:.1f} % of a processor when idle, a completion on a connection that is there: {reply.status} "
        f"after {answered:.1f} s, back {1000 * back:.0f} ms after the clients have left",
    )


def test_too_few_to_start_with(start):
    """It says why and ends with a code, however few there are."""
    horde = start(processes.Horde)
    codes = {}
    for count in range(6, 40):
        child = hostile.Server(
            horde, prefix=["prlimit", f"--nofile={count}:{count}"], ready=False, wait=0
        )
        child.listening.wait(10)
        if child.address:
            child.close()
            codes[count] = "listens"
            continue
        code = child.wait(10)
        codes[count] = code if code > 0 and child.stderr.strip() else f"{code}, saying {child.stderr.strip()!r}"
    hostile.report("descriptors, too few to start with", ", ".join(f"{count}: {code}" for count, code in codes.items()))
    assert "listens" in codes.values()
    assert not [code for code in codes.values() if code != "listens" and not isinstance(code, int)], codes


# The disk

ROOM = "64k"


class Disk:
    """A small disk of its own for the server's cache and state, which only the server sees."""

    def __init__(self, folder, setup):
        self.folder = folder
        mount = f"mount -t tmpfs -o size={ROOM} tmpfs {folder} && {setup.format(folder)} && exec \"$@\""
        self.prefix = ["unshare", "-m", "sh", "-c", mount, "sh"]
        self.environment = {"XDG_STATE_HOME": f"{folder}/state", "XDG_CACHE_HOME": f"{folder}/cache"}

    def fill(self, pid):
        """Leaves no byte of room while the server runs."""
        with open(f"/proc/{pid}/root{self.folder}/filler", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"0" * 512)
            except OSError:
                pass


def may_mount():
    outcome = subprocess.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs /mnt"], capture_output=True)
    return outcome.returncode == 0


DISKS = {
    "full": "(dd if=/dev/zero of={0}/filler bs=1k 2>/dev/null; true)",
    "read-only": "mount -o remount,ro {0}",
    "a file in the way": "touch {0}/state {0}/cache",
    "filled while it runs": "true",
}


@pytest.mark.skipif(not may_mount(), reason="no mounts of its own for a process here")
@pytest.mark.parametrize("name", DISKS)
def test_the_disk(start, tmp_path, name):
    """It serves without a journal and says so once; clients notice nothing, and nothing is left at Horde."""
    horde = start(processes.Horde, processes.script(replies=[{"match": "leaver", "latency_seconds": 3}]))
    disk = Disk(tmp_path, DISKS[name])
    server = start(hostile.Server, horde, prefix=disk.prefix, **disk.environment)
    if name == "filled while it runs":
        assert server.chat("[[reply:Before.]]").text == "Before."
        disk.fill(server.pid)
    for number in range(20):
        assert server.chat(f"[[reply:Answer {number}.]]").text == f"Answer {number}."
        leaver = server.stream(f"leaver {number}")
        leaver.leave()
    eventually(lambda: horde.counters["open_jobs"] == 0, 10, "the end of all jobs")
    assert server.get("/readyz").status == 200
    eventually(lambda: "no journal" in server.stderr, 5, "a word about the journal")
    server.terminate()
    assert server.wait() == 0
    said = [line for line in server.lines if "no journal" in line]
    assert len(said) == 1, said
    reason = re.search(r"reason=(.*) \[", said[0])[1]
    hostile.report(f"disk, {name}", f"20 of 20 answered, 20 that left deleted, one line: {reason.rpartition(': ')[2]}")


# The clock

FAKETIME = next(iter(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
DAY = 86_400


class Clock:
    """The time of day that a server believes in; its clocks that only go forward are the machine's."""

    # The first process that libfaketime is in gets its environment moved, and a Swift program then does not find its
    # arguments. With this one before it, in the same process, the server is not the first.
    prefix = ["env"]

    def __init__(self, folder):
        self.file = pathlib.Path(folder, "clock")
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds):
        # In one step: it is read at any moment.
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self.file)


def believed(server):
    """By how much the server's time of day differs from the machine's."""
    return server.chat("[[reply:Now.]]").json["created"] - time.time()


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
@pytest.mark.parametrize("days", [(1, -1), (-1, 1)], ids=["forwards", "backwards"])
def test_the_clock_jumps_by_a_day(start, tmp_path, days):
    """Twice, by one day and then by two the other way, while every kind of wait goes on: none ends early or late."""
    latency, head, idle = 12, 10, 75
    horde = start(processes.Horde, processes.script(replies=[
        {"match": "long haul", "reply": "There.", "latency_seconds": latency},
        {"match": "left", "replies": ["First.", "Second."], "latency_seconds": latency},
    ]))
    clock = Clock(tmp_path)
    server = start(hostile.Server, horde, submits_per_minute=120, prefix=clock.prefix, **clock.environment)
    assert abs(believed(server)) < 5

    began = time.monotonic()
    stream = server.stream("long haul, streamed")
    whole = Client(server.address, hostile.request(processes.chat("long haul, whole")))
    leaver = returning.Asking(server, "left", False)
    silent = Client(server.address, b"GET /health HTTP/1.1\r\n")
    resting = Client(server.address, WHOLE)
    resting.listen_for(b"}")
    connected = time.monotonic()
    eventually(lambda: [job["state"] for job in horde.jobs].count("processing") == 3, 10, "workers for all")
    in_work = time.monotonic()
    leaver.leave()

    clock.set(days[0] * DAY)
    assert abs(believed(server) - days[0] * DAY) < 5, "the clock was not moved"
    # A turn of the line is half a second, whatever the date.
    lined_up = time.monotonic()
    assert [server.chat(f"[[reply:{number}]]").status for number in range(4)] == [200] * 4
    turns = time.monotonic() - lined_up
    assert 1 < turns < 8
    clock.set(days[1] * DAY)
    assert abs(believed(server) - days[1] * DAY) < 5, "the clock was not moved back"
    assert server.get("/v1/models").headers["x-interposer-models"] is None, "its list is no older than before"

    silent.wait_for_end(30)
    cut = time.monotonic() - connected
    assert head - 1 < cut < head + 2, f"a head was given {cut:.1f} s"
    whole.listen_for(b"There.")
    answered = time.monotonic() - in_work
    assert latency - 2 < answered < latency + 4
    stream.rest()
    assert b"There." in stream.raw and stream.raw.endswith(b"data: [DONE]\n\n")
    assert returning.Asking(server, "left", False).text == "First.", "its answer was not kept"
    # Once more in the other direction, while the connection that rests is not at its end yet.
    clock.set(days[0] * DAY)
    resting.wait_for_end(idle + 10)
    rested = time.monotonic() - connected
    assert idle - 2 < rested < idle + 3, f"an idle connection was kept for {rested:.1f} s"
    times = [int(found) for found in re.findall(r" duration_ms=(-?\d+) ", server.stderr)]
    assert times and min(times) >= 0 and max(times) < 1000 * (time.monotonic() - began)
    eventually(lambda: horde.counters["open_jobs"] == 0, 5, "the end of all jobs")
    hostile.report(
        f"clock, {days[0]:+d} and {days[1]:+d} days",
        f"a head cut off after {cut:.1f} s, an idle connection after {rested:.1f} s, an answer of {latency} s there "
        f"after {answered:.1f} s, four turns of the line in {turns:.1f} s, an answer kept for who came back",
    )


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
@pytest.mark.parametrize("days", [1, -1], ids=["forwards", "backwards"])
def test_the_clock_jumps_between_a_kill_and_the_next_start(start, tmp_path, days):
    """What a killed server has left is deleted by its next start within the two minutes, whatever day it is."""
    horde = start(processes.Horde, processes.script(pickup_seconds=600))
    clock = Clock(tmp_path)
    first = hostile.Server(horde, cache=str(tmp_path), prefix=clock.prefix, **clock.environment)
    asking = returning.Asking(first, "orphan", False)
    horde.job("orphan")
    eventually(lambda: journal_holds(tmp_path, horde.job("orphan")["id"]), 5, "its row")
    first.kill()
    asking.leave()
    clock.set(days * DAY)
    start(hostile.Server, horde, cache=str(tmp_path), prefix=clock.prefix, **clock.environment)
    began = time.monotonic()
    eventually(lambda: horde.find("orphan")["deleted_at"], 125, "the DELETE")
    hostile.report(
        f"clock, {days:+d} day between a kill and the next start",
        f"its job was deleted after {time.monotonic() - began:.1f} s",
    )


def journal_holds(folder, job):
    return any(job.encode() in file.read_bytes() for file in pathlib.Path(folder, ".local/state/interposer").iterdir())
