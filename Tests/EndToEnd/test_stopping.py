"""SIGTERM: nobody is left without an end, no job is left at Horde, and the exit code is 0."""

import signal
import time

import pytest

import contract
import processes
import wire
from processes import SUBMIT, eventually


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_with_a_stream_in_flight(pair, number):
    horde, server = pair(replies=[{"latency_seconds": 30}])
    stream = server.stream("in flight")
    eventually(lambda: (job := horde.find("in flight")) and job["state"] == "processing", what="a worker")
    before = wire.Connection(server.address)
    assert before.ask("GET", "/readyz").status == 200
    server.process.send_signal(number)
    eventually(lambda: before.ask("GET", "/readyz").status == 503, 2, "the 503 of a stopping server")
    assert before.ask("GET", "/health").status == 200
    before.close()
    stream.rest()
    said = contract.check_stream(stream.raw, fails=True)
    assert said.error["code"] and said.error["type"] == "server_error"
    assert server.wait(10) == 0
    assert horde.find("in flight")["deleted_at"], "the job is left at Horde"


def test_with_a_whole_answer_in_flight(pair):
    horde, server = pair(replies=[{"latency_seconds": 30}])
    connection = wire.Connection(server.address)
    wire.send(connection.connection, "POST", "/v1/chat/completions", processes.chat("whole"), {})
    horde.job("whole")
    server.terminate()
    response = connection.connection.getresponse()
    reply = wire.Reply(response.status, response.headers, response.read())
    assert reply.status == 503 and 1 <= reply.retry_after <= 60 and reply.error["code"]
    assert server.wait(10) == 0
    assert horde.find("whole")["deleted_at"]


@pytest.mark.parametrize("process", [True, False], ids=["taken at once", "taken late"])
def test_with_a_submit_in_flight(pair, process):
    horde, server = pair(
        pickup_seconds=60, faults=[{"path": SUBMIT, "method": "POST", "delay_seconds": 1.5, "process": process}]
    )
    connection = wire.Connection(server.address)
    wire.send(connection.connection, "POST", "/v1/chat/completions", processes.chat("mid air"), {})
    time.sleep(0.4)
    server.terminate()
    assert server.wait(10) == 0
    assert horde.find("mid air")["deleted_at"], "the job is left at Horde"
    connection.close()


def test_with_nothing_to_do(pair):
    _, server = pair()
    started = time.monotonic()
    server.terminate()
    assert server.wait(5) == 0 and time.monotonic() - started < 2
    with pytest.raises(ConnectionError):
        server.get("/health")


def test_a_second_signal_does_not_wait(pair):
    horde, server = pair(replies=[{"latency_seconds": 30}])
    stream = server.stream("hurry")
    started = time.monotonic()
    server.terminate()
    eventually(lambda: server.get("/readyz").status == 503, 2, "the first signal")
    server.terminate()
    stream.rest()
    contract.check_stream(stream.raw, fails=True)
    assert server.wait(10) == 0 and time.monotonic() - started < 3
    assert horde.find("hurry")["deleted_at"]


def test_an_answer_that_is_nearly_there_is_waited_for(pair):
    _, server = pair(replies=[{"latency_seconds": 2, "reply": "Just in time."}])
    stream = server.stream("nearly")
    server.terminate()
    stream.rest()
    assert contract.check_stream(stream.raw).text == "Just in time."
    assert server.wait(10) == 0


def test_with_two_hundred_streams(pair):
    horde, server = pair(replies=[{"latency_seconds": 60}])
    streams = [server.stream(f"load {number}") for number in range(200)]
    server.terminate()
    for stream in streams:
        stream.rest()
        contract.check_stream(stream.raw, fails=True)
    assert server.wait(10) == 0
    assert [job for job in horde.jobs if not job["deleted_at"]] == []


def test_the_last_words_name_no_trouble(pair):
    _, server = pair()
    server.chat()
    server.terminate()
    assert server.wait(5) == 0
    assert "Fatal" not in server.stderr and "Thread 0 crashed" not in server.stderr
