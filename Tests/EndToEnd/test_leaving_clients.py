"""A client that leaves: its job is deleted at Horde within a second, whatever state it is in, and nothing stays open."""

import time

import pytest

import processes
import wire
from processes import STATUS, SUBMIT, eventually

LATENCY = 3


def ask(server, text, stream):
    """Sends a chat request and returns a way to leave."""
    if stream:
        request = server.stream(text)
        assert request.status == 200
        return request.leave
    connection = wire.Connection(server.address)
    wire.send(connection.connection, "POST", "/v1/chat/completions", processes.chat(text), {})
    return connection.close


def deleted_within(horde, text, seconds):
    left = time.monotonic()
    job = eventually(lambda: (job := horde.find(text)) and job["deleted_at"] and job, seconds + 0.3, "the DELETE")
    took = time.monotonic() - left
    assert took <= seconds + 0.1, f"deleted only {took:.2f} s after"
    return job


def nothing_is_left(horde):
    def left():
        return horde.counters["open_jobs"] + horde.counters["running_deleted"]

    eventually(lambda: left() == 0, LATENCY + 3, "the end of all jobs")


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_while_the_job_waits(pair, stream):
    horde, server = pair(pickup_seconds=60)
    leave = ask(server, "early bird", stream)
    assert horde.job("early bird")["state"] == "waiting"
    leave()
    deleted_within(horde, "early bird", 1)
    nothing_is_left(horde)
    assert horde.counters["submits"] == 1


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_while_a_worker_has_the_job(pair, stream):
    horde, server = pair(replies=[{"latency_seconds": LATENCY}])
    leave = ask(server, "busy bee", stream)
    eventually(lambda: (job := horde.find("busy bee")) and job["state"] == "processing", what="a worker")
    leave()
    deleted_within(horde, "busy bee", 1)
    nothing_is_left(horde)
    time.sleep(0.3)
    reads = horde.find("busy bee")["status_reads"]
    time.sleep(1.5)
    assert horde.find("busy bee")["status_reads"] == reads, "the status is still read"
    assert horde.counters["submits"] == 1


@pytest.mark.parametrize("process", [True, False], ids=["taken at once", "taken late"])
def test_while_the_submit_is_in_flight(pair, process):
    """The submit is not cut off: its id would be lost, and with it the means to delete the job."""
    horde, server = pair(
        pickup_seconds=60,
        faults=[{"path": SUBMIT, "method": "POST", "delay_seconds": 1.5, "process": process}],
    )
    connection = wire.Connection(server.address)
    wire.send(connection.connection, "POST", "/v1/chat/completions", processes.chat("mid air"), {})
    time.sleep(0.4)
    connection.close()
    sent = time.monotonic()
    eventually(lambda: (job := horde.find("mid air")) and job["deleted_at"], 1.1 + 1 + 0.3, "the DELETE")
    assert time.monotonic() - sent > 0.9, "the answer to the submit was not there yet"
    nothing_is_left(horde)


def test_while_it_waits_for_its_turn_to_submit(pair):
    """One that leaves the queue before its turn costs nothing."""
    horde, server = pair(server={"submits_per_minute": 12})
    assert server.chat("[[reply:First.]]").status == 200
    connection = wire.Connection(server.address)
    wire.send(connection.connection, "POST", "/v1/chat/completions", processes.chat("second in line"), {})
    time.sleep(0.5)
    connection.close()
    reply = server.chat("[[reply:Third.]]")
    assert reply.status == 200 and reply.text == "Third."
    assert horde.find("second in line") is None and horde.counters["submits"] == 2


def test_a_delete_that_fails_is_repeated(pair):
    horde, server = pair(
        pickup_seconds=60, faults=[{"path": STATUS, "method": "DELETE", "status": 502, "body": "<html>", "times": 2}]
    )
    leave = ask(server, "stubborn", True)
    horde.job("stubborn")
    leave()
    eventually(lambda: horde.find("stubborn")["deleted_at"], 8, "the DELETE")
    nothing_is_left(horde)


def test_many_that_leave(pair):
    """Two hundred clients, of which every second leaves: the others get their answers, and no job is left."""
    horde, server = pair(replies=[{"latency_seconds": 2, "reply": "Still here."}])
    streams = [server.stream(f"crowd {number}") for number in range(200)]
    for stream in streams[::2]:
        stream.leave()
    for stream in streams[1::2]:
        stream.rest()
        assert b"Still here." in stream.raw
    nothing_is_left(horde)
    jobs = horde.jobs
    assert len(jobs) == 200
    assert {bool(job["deleted_at"]) for job in jobs if int(job["prompt"].split("crowd ")[1].split("<")[0]) % 2} == {False}
