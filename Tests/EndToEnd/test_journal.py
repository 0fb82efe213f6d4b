"""What a killed server has left at Horde is found by the next one: claimed by its client, or deleted."""

import pathlib

import pytest

import processes
import returning
from processes import eventually


@pytest.fixture
def state(tmp_path):
    """The home of a user whose servers come one after another."""
    return str(tmp_path)


def journals(state):
    return sorted(pathlib.Path(state, ".local/state/interposer").glob("jobs-*.sqlite"))


def killed(server):
    server.process.kill()
    server.wait()


def written(state, count):
    """Waits until the journal has taken so many jobs: their rows are in its write-ahead log."""
    import sqlite3
    import shutil
    import tempfile

    def rows():
        with tempfile.TemporaryDirectory() as copy:
            for file in pathlib.Path(state, ".local/state/interposer").glob("jobs-*"):
                shutil.copy(file, copy)
            total = 0
            for file in pathlib.Path(copy).glob("*.sqlite"):
                with sqlite3.connect(file) as database:
                    total += database.execute("SELECT count(*) FROM job").fetchone()[0]
            return total == count

    eventually(rows, what=f"{count} rows")


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_who_asks_again_after_a_kill_gets_the_job_that_was_begun(start, state, streamed):
    horde = start(processes.Horde, processes.script(replies=[{"latency_seconds": 4, "reply": "Still here."}]))
    first = processes.Server(horde, cache=state)
    asking = returning.Asking(first, "begun before", streamed)
    eventually(lambda: (job := horde.find("begun before")) and job["state"] == "processing", what="a worker")
    written(state, 1)
    killed(first)
    asking.leave()
    second = start(processes.Server, horde, cache=state)
    if streamed:
        stream = second.stream("begun before")
        stream.rest()
        assert "Still here." in stream.raw.decode()
    else:
        assert second.chat("begun before").text == "Still here."
    assert horde.counters["accepted"] == 1, "the text was asked for once more"
    assert not horde.find("begun before")["deleted_at"]
    assert "jobs of a killed process found" in second.stderr


def test_another_request_does_not_get_it(start, state):
    horde = start(processes.Horde, processes.script(replies=[{"latency_seconds": 3}]))
    first = processes.Server(horde, cache=state)
    asking = returning.Asking(first, "begun before", False)
    horde.job("begun before")
    written(state, 1)
    killed(first)
    asking.leave()
    second = start(processes.Server, horde, cache=state)
    second.chat("begun before", key=processes.ALICE_KEY)
    second.chat("begun before", max_tokens=99)
    assert horde.counters["accepted"] == 3


def test_what_nobody_can_come_back_for_is_deleted_at_once(start, state):
    plan = returning.chain(latency=0.2, parts={"3": {"latency_seconds": 60}})
    horde = start(processes.Horde, processes.script(**plan))
    first = processes.Server(horde, cache=state)
    asking = returning.Asking(first, "TELL", True)
    eventually(lambda: len(horde.jobs) == 3 and horde.jobs[-1]["state"] == "processing", what="the third part")
    written(state, 1)
    killed(first)
    asking.leave()
    start(processes.Server, horde, cache=state)
    eventually(lambda: horde.jobs[-1]["deleted_at"], 5, "the deletion of the third part")


def test_a_server_that_stops_leaves_no_journal(start, state):
    horde = start(processes.Horde)
    server = processes.Server(horde, cache=state)
    assert server.chat().text == "Hello."
    assert len(journals(state)) == 1
    server.close()
    assert not journals(state)


def test_a_second_server_does_not_touch_the_jobs_of_the_first(start, state):
    horde = start(processes.Horde, processes.script(replies=[{"match": "slow", "latency_seconds": 3}]))
    first = start(processes.Server, horde, cache=state)
    asking = returning.Asking(first, "a slow one", True)
    horde.job("a slow one")
    written(state, 1)
    second = start(processes.Server, horde, cache=state)
    assert second.chat().text == "Hello."
    assert len(journals(state)) == 2
    second.close()
    assert not horde.find("a slow one")["deleted_at"] and len(journals(state)) == 1
    asking.stream.rest()
    assert asking.stream.raw.endswith(b"data: [DONE]\n\n")


def test_without_a_place_for_its_journal_it_serves_and_says_so_once(start, state):
    pathlib.Path(state, ".local").write_text("a file in the way")
    horde = start(processes.Horde)
    server = start(processes.Server, horde, cache=state)
    for _ in range(3):
        assert server.chat().text == "Hello."
    lines = [line for line in server.lines if "no journal" in line]
    assert len(lines) == 1 and "Not a directory" in lines[0]


def test_the_journal_says_nothing_of_anybody(start, state):
    horde = start(processes.Horde, processes.script(replies=[{"latency_seconds": 30}]))
    server = processes.Server(horde, cache=state)
    askings = [returning.Asking(server, "canary-of-a-prompt", True, key=processes.ALICE_KEY)]
    horde.job("canary-of-a-prompt")
    written(state, 1)
    content = b"".join(file.read_bytes() for file in pathlib.Path(state, ".local/state/interposer").iterdir())
    for word in [b"canary-of-a-prompt", processes.ALICE_KEY.encode(), processes.SERVER_KEY.encode(), b"Qwen"]:
        assert word not in content
    for asking in askings:
        asking.leave()
    server.close()
