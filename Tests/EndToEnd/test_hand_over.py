"""A socket that systemd hands over: a restart refuses nobody and cuts nobody off."""

import shutil
import socket
import threading

import pytest

import contract
import processes
import wire
from processes import eventually


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as one:
        yield one


@pytest.fixture
def horde():
    one = processes.Horde(processes.script(
        workers=[processes.worker("Many", processes.CHATML, threads=1000)],
        replies=[
            {"match": "in flight", "latency_seconds": 10, "reply": "To its end."}, {"reply": "By the next one."},
        ],
    ))
    yield one
    one.close()


def test_a_restart_with_five_hundred_in_flight(horde, listening, tmp_path):
    first = processes.Server(horde, "--drain-timeout", "60", sockets=[listening], cache=str(tmp_path))
    assert first.address == listening.getsockname()
    streams = [first.stream(f"in flight {number}") for number in range(500)]
    first.terminate()
    eventually(lambda: " stopping" in first.stderr, 2, "the stop")

    answers = []
    asking = [
        threading.Thread(target=lambda: answers.append(processes.Server.chat(first, "new"))) for _ in range(100)
    ]
    for one in asking:
        one.start()
    second = processes.Server(horde, sockets=[listening], cache=str(tmp_path), ready=False)
    for one in asking:
        one.join(30)
    assert [(answer.status, answer.body[:200]) for answer in answers if answer.status != 200] == []
    assert len(answers) == 100
    assert first.process.poll() is None, "it has ended before its streams"

    for stream in streams:
        stream.rest()
    assert {contract.check_stream(stream.raw).text for stream in streams} == {"To its end."}
    assert first.wait(10) == 0
    second.close()
    assert horde.counters["open_jobs"] == 0


@pytest.mark.skipif(not shutil.which("systemd-socket-activate"), reason="systemd-socket-activate is not installed")
def test_systemd_itself_starts_it_for_the_first_client(horde):
    with socket.create_server(("127.0.0.1", 0)) as place:
        address = place.getsockname()
    answers = []

    def knock():
        try:
            return wire.ask(address, "GET", "/health")
        except ConnectionRefusedError:
            return None

    client = threading.Thread(target=lambda: answers.append(eventually(knock, 10, "the socket")))
    client.start()
    server = processes.Child(
        "serve", "--horde-url", horde.url, "--metrics-listen", "off",
        before=["systemd-socket-activate", "--listen", "{}:{}".format(*address)],
    )
    client.join(15)
    assert server.address == address and [answer.status for answer in answers] == [200]
    server.close()


def test_who_is_connected_already_is_answered(horde, listening):
    """Not cut off: its client asks again, and comes to the next process then."""
    server = processes.Server(horde, "--drain-timeout", "60", sockets=[listening])
    stream = server.stream("in flight")
    with socket.create_connection(server.address) as early:
        # The second byte comes after the stop has begun.
        early.sendall(b"G")
        eventually(lambda: server.get("/health").status == 200, 2, "a later connection's answer")
        server.terminate()
        eventually(lambda: " stopping" in server.stderr, 2, "the stop")
        early.sendall(b"ET /readyz HTTP/1.1\r\nHost: t\r\n\r\n")
        assert early.recv(4096).startswith(b"HTTP/1.1 503 ")
    stream.rest()
    assert server.wait(10) == 0


@pytest.mark.parametrize("options, sockets, words", [
    (["--listen", "127.0.0.1:0"], 1, "--listen has no meaning"),
    ([], 2, "2 sockets were handed over"),
], ids=["an address too", "two"])
def test_what_is_unclear_is_refused(listening, options, sockets, words):
    with pytest.raises(AssertionError) as failure:
        processes.Child("serve", *options, sockets=[listening] * sockets)
    assert words in str(failure.value)


def test_what_does_not_listen_is_named():
    with socket.socket() as one, pytest.raises(AssertionError) as failure:
        processes.Child("serve", sockets=[one])
    assert "descriptor 3, which was handed over, is no listening socket of TCP or Unix" in str(failure.value)


def test_what_is_meant_for_another_process_is_left_alone(horde):
    server = processes.Server(horde, LISTEN_FDS="1", LISTEN_PID="1")
    assert server.get("/readyz").status == 200
    server.close()
