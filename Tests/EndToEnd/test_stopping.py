"""SIGTERM: nobody is left without an end, no job is left at Horde, and the exit code is 0."""

import signal
import time

import pytest

import contract
import processes
import wire
from processes import SUBMIT, eventually


@pytest.fixture
def horde_and():
    """A simulated Horde and a server with some options."""
    opened = []

    def start(*options, **changes):
        horde = processes.Horde(processes.script(**changes))
        opened.append(horde)
        server = processes.Server(horde, *options)
        opened.append(server)
        return horde, server

    yield start
    for one in reversed(opened):
        one.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_with_a_stream_in_flight(pair, number):
    horde, server = pair(replies=[{"latency_seconds": 30}])
    stream = server.stream("in flight")
    eventually(lambda: (job := horde.find("in flight")) and job["state"] == "processing", what="a worker")
    assert server.get("/readyz").status == 200
    server.process.send_signal(number)
    eventually(lambda: server.get("/readyz").status == 503, 2, "the 503 of a stopping server")
    alive = server.get("/health")
    assert alive.status == 200 and alive.headers["Connection"] == "close"
    refused = server.chat("too late")
    assert refused.status == 503 and refused.error["code"] == "stopping" and refused.retry_after >= 1
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


def test_a_connection_on_which_nothing_is_asked_is_closed(pair):
    _, server = pair(replies=[{"latency_seconds": 2}])
    stream = server.stream("goes on")
    idle = wire.Connection(server.address)
    assert idle.ask("GET", "/health").status == 200
    server.terminate()
    idle.connection.sock.settimeout(2)
    assert idle.connection.sock.recv(1) == b"", "it is still open"
    stream.rest()
    contract.check_stream(stream.raw)
    assert server.wait(10) == 0


def test_running_answers_get_no_more_than_their_time(horde_and):
    horde, server = horde_and("--drain-timeout", "1", replies=[{"latency_seconds": 30}])
    stream = server.stream("too long")
    began = time.monotonic()
    server.terminate()
    stream.rest()
    assert contract.check_stream(stream.raw, fails=True).error["code"] == "stopping"
    assert server.wait(10) == 0 and 1 <= time.monotonic() - began < 3
    assert horde.find("too long")["deleted_at"]


def test_a_load_balancer_can_look_elsewhere_first(horde_and):
    _, server = horde_and("--drain-delay", "2")
    server.terminate()
    eventually(lambda: server.get("/readyz").status == 503, 1, "the 503 of a stopping server")
    assert server.chat().status == 200, "it takes what comes"
    eventually(lambda: server.process.poll() is not None, 5, "the end")
    assert server.wait(5) == 0


def test_a_second_signal_skips_the_delay_too(horde_and):
    _, server = horde_and("--drain-delay", "60")
    server.terminate()
    eventually(lambda: server.get("/readyz").status == 503, 1, "the first signal")
    server.terminate()
    assert server.wait(3) == 0


@pytest.mark.parametrize("option", ["--drain-timeout", "--drain-delay"])
@pytest.mark.parametrize("value", ["-1", "86401", "soon"])
def test_times_that_are_none_are_named(option, value):
    done = processes.run("serve", f"{option}={value}")
    assert done.returncode == 64 and option in done.stderr


def test_the_last_words_name_no_trouble(pair):
    _, server = pair()
    server.chat()
    server.terminate()
    assert server.wait(5) == 0
    assert "Fatal" not in server.stderr and "Thread 0 crashed" not in server.stderr
