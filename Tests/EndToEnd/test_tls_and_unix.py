"""TLS by certificate and key, and Unix sockets: the same answers, the same guard, the same ends as over TCP in the clear."""

import ctypes
import ctypes.util
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import threading
import time

import httpx2 as httpx
import openai
import pytest

import processes
from processes import CHATML, eventually, run


def certificate(folder, name="server"):
    """A key, and a certificate for 127.0.0.1 that it has signed itself."""
    key, file = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-keyout", key, "-out", file, "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
        ],
        check=True, capture_output=True,
    )
    return file, key


class Encrypted(processes.Server):
    """A server that speaks TLS."""

    def __init__(self, horde, folder, *options):
        self.certificate, self.key = certificate(folder)
        (folder / "interposer.yaml").write_text("tls: {certificate: server.pem, key: server.key}\n")
        super().__init__(horde, "--config", str(folder / "interposer.yaml"), *options, ready=False)

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            if line.startswith("listening on https://127.0.0.1:"):
                self.address = ("127.0.0.1", int(line.rsplit(":", 1)[1]))
                self.listening.set()
        self.listening.set()

    def trust(self):
        return ssl.create_default_context(cafile=str(self.certificate))

    def client(self):
        return httpx.Client(verify=self.trust(), base_url="https://127.0.0.1:{}".format(self.address[1]), timeout=30)

    def connect(self, context=None):
        plain = socket.create_connection(self.address, timeout=30)
        return (context or self.trust()).wrap_socket(plain, server_hostname="127.0.0.1")


@pytest.fixture
def encrypted(horde, start, tmp_path):
    server = start(Encrypted, horde, tmp_path)
    with server.client() as client:
        eventually(lambda: client.get("/readyz").status_code == 200, 10, "a model list")
    return server


@pytest.fixture
def unix(horde, start, tmp_path):
    """A server on a Unix socket."""
    path = tmp_path / "http.sock"

    class OnUnix(processes.Server):
        def read(self):
            for line in self.process.stderr:
                self.lines.append(line)
                if line == f"listening on unix:{path}\n":
                    self.address = ("127.0.0.1", 0)
                    self.listening.set()
            self.listening.set()

    server = start(
        OnUnix, horde, "--listen", f"unix:{path}", ready=False,
    )
    server.path = path
    with unix_client(server) as client:
        eventually(lambda: client.get("/readyz").status_code == 200, 10, "a model list")
    return server


def unix_client(server):
    return httpx.Client(transport=httpx.HTTPTransport(uds=str(server.path)), base_url="http://here", timeout=30)


def test_openai_python_over_tls(encrypted):
    with openai.OpenAI(
        base_url="https://127.0.0.1:{}/v1".format(encrypted.address[1]), api_key="none", max_retries=0,
        http_client=httpx.Client(verify=encrypted.trust()),
    ) as client:
        answer = client.chat.completions.create(model=CHATML, messages=[{"role": "user", "content": "[[reply:Hello.]]"}])
        assert answer.choices[0].message.content == "Hello."
        stream = client.chat.completions.create(
            model=CHATML, stream=True, messages=[{"role": "user", "content": "[[reply:One two three.]]"}]
        )
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "One two three."
    with encrypted.client() as client:
        assert client.get("/status.json").json()["base_url"].startswith("https://127.0.0.1:")
        assert client.get("/status").text.count("https://127.0.0.1:") == 2


def test_bodies_of_any_size_pass_both_ways(encrypted, unix):
    text = "word " * 300_000
    for client in (encrypted.client(), unix_client(unix)):
        with client:
            body = processes.chat(f"[[reply:x]] {text}", model=CHATML)
            assert client.post("/v1/chat/completions", json=body).json()["error"]["code"] == "context_length_exceeded"
            assert client.post("/v1/chat/completions", content=b"x" * 9_000_000).status_code == 413
            assert len(client.get("/openapi.json").content) > 50_000
            for _ in range(5):
                assert client.get("/v1/models").status_code == 200


def test_only_tls_and_only_new_enough(encrypted):
    with encrypted.connect() as connection:
        assert connection.version() in ("TLSv1.2", "TLSv1.3")
    context = encrypted.trust()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with encrypted.connect(context) as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"
    old = encrypted.trust()
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        encrypted.connect(old)
    with socket.create_connection(encrypted.address, timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"400 Bad Request" in plain.recv(4096)
    with socket.create_connection(encrypted.address, timeout=20) as silent:
        began = time.monotonic()
        assert silent.recv(10) == b"" and 9 < time.monotonic() - began < 12
    with encrypted.client() as client:
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize("kind", ["tls", "unix"])
def test_a_client_that_leaves_costs_nothing(kind, request, start, tmp_path):
    horde = start(processes.Horde, processes.script(workers=[processes.worker("slow", CHATML, threads=1, pickup_seconds=60)]))
    if kind == "tls":
        server = start(Encrypted, horde, tmp_path)
        connection = server.connect()
    else:
        path = tmp_path / "leave.sock"
        server = start(UnixServer, horde, path)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(20)
        connection.connect(str(path))
    body = b'{"model": "%s", "stream": true, "messages": [{"role": "user", "content": "who leaves"}]}' % CHATML.encode()

    def asked():
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        return connection.recv(65_536)

    eventually(lambda: b"200 OK" in asked(), 10, "an answer that begins")
    job = horde.job("who leaves")
    connection.close()
    eventually(lambda: horde.find("who leaves")["deleted_at"], 5, "the deletion")
    assert job["id"] == horde.find("who leaves")["id"]


class UnixServer(processes.Server):
    def __init__(self, horde, path):
        self.path = path
        super().__init__(horde, "--listen", f"unix:{path}", ready=False)

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            if line == f"listening on unix:{self.path}\n":
                self.address = ("127.0.0.1", 0)
                self.listening.set()
        self.listening.set()


def test_the_guard_holds_behind_a_relay(encrypted, unix):
    smuggled = b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    good = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    for connect in (encrypted.connect, lambda: unix_socket(unix.path)):
        for head in (smuggled, b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n"):
            for before in (b"", good):
                with connect() as connection:
                    if before:
                        connection.sendall(before)
                        assert b"200 OK" in connection.recv(65_536)
                    connection.sendall(head)
                    answer = everything(connection)
                    assert answer.startswith(b"HTTP/1.1 400"), (head, answer)
        with connect() as connection:
            for _ in range(3):
                connection.sendall(good)
                assert b"200 OK" in connection.recv(65_536)


def unix_socket(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(str(path))
    return connection


def everything(connection):
    answer = b""
    while piece := connection.recv(65_536):
        answer += piece
    return answer


class KeyUpdates:
    """A client of TLS 1.3 that does nothing but renew its keys (RFC 8446, 4.6.3), which Python's `ssl` cannot."""

    def __init__(self, address, seconds):
        library = ctypes.CDLL(ctypes.util.find_library("ssl"))
        for name in ("TLS_client_method", "SSL_CTX_new", "SSL_new"):
            getattr(library, name).restype = ctypes.c_void_p
        context = ctypes.c_void_p(library.SSL_CTX_new(ctypes.c_void_p(library.TLS_client_method())))
        self.session = ctypes.c_void_p(library.SSL_new(context))
        self.library, self.count = library, 0
        self.socket = socket.create_connection(address, timeout=30)
        # The library waits by itself; Python's timeout would have made the socket one that does not.
        self.socket.setblocking(True)
        library.SSL_set_fd(self.session, self.socket.fileno())
        assert library.SSL_connect(self.session) == 1
        self.thread = threading.Thread(target=self.run, args=(time.monotonic() + seconds,))
        self.thread.start()

    def run(self, end):
        while time.monotonic() < end and self.library.SSL_key_update(self.session, 0) == 1:
            if self.library.SSL_do_handshake(self.session) != 1:
                break
            self.count += 1

    def ask(self):
        """Whether the connection is still one on which a question is answered."""
        self.thread.join()
        question = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        assert self.library.SSL_write(self.session, question, len(question)) == len(question)
        answer = ctypes.create_string_buffer(65_536)
        count = self.library.SSL_read(self.session, answer, len(answer))
        self.socket.close()
        return answer.raw[:max(count, 0)]


def test_who_only_renews_keys_holds_nobody_up(encrypted):
    """OpenSSL by itself goes on as long as there is another record that brings no data."""
    busy = [KeyUpdates(encrypted.address, seconds=3) for _ in range(2)]
    seconds = []
    with encrypted.client() as client:
        while any(one.thread.is_alive() for one in busy):
            began = time.monotonic()
            assert client.get("/health").status_code == 200
            seconds.append(time.monotonic() - began)
    assert max(seconds) < 1, f"somebody else waited for {max(seconds):.1f} s"
    for one in busy:
        assert one.count > 1000 and one.ask().startswith(b"HTTP/1.1 200 "), one.count


def test_a_reload_takes_another_certificate_and_keeps_the_old_one_where_it_is_wrong(encrypted, tmp_path):
    def name():
        with encrypted.connect(ssl._create_unverified_context()) as connection:
            der = connection.getpeercert(binary_form=True)
        return b"renewed" in der

    assert not name()
    certificate(tmp_path, "renewed")
    os.replace(tmp_path / "renewed.pem", tmp_path / "server.pem")
    encrypted.process.send_signal(signal.SIGHUP)
    eventually(lambda: "not reloaded" in encrypted.stderr and "mismatch" in encrypted.stderr, 5, "the refusal")
    assert not name()
    os.replace(tmp_path / "renewed.key", tmp_path / "server.key")
    encrypted.process.send_signal(signal.SIGHUP)
    eventually(name, 5, "the new certificate")
    # Whether there is TLS at all is no matter of a reload.
    (tmp_path / "interposer.yaml").write_text("# none\n")
    encrypted.process.send_signal(signal.SIGHUP)
    eventually(lambda: "settings=tls.certificate,tls.key" in encrypted.stderr, 5, "the warning")
    assert name()


def test_a_mistake_is_told_before_the_start(tmp_path):
    file, key = certificate(tmp_path)
    (tmp_path / "bad.pem").write_text("no certificate")
    for tls, words in (
        (f"certificate: {file}", "'tls.key' is missing"), (f"key: {key}", "'tls.certificate' is missing"),
        (f"certificate: {tmp_path}/none.pem, key: {key}", "none.pem"), (f"certificate: bad.pem, key: {key}", "bad.pem"),
        (f"certificate: {file}, key: {file}", "the key"),
    ):
        (tmp_path / "interposer.yaml").write_text(f"tls: {{{tls}}}\n")
        result = run("check", "--config", str(tmp_path / "interposer.yaml"))
        assert result.returncode == 78 and words in result.stderr and len(result.stderr.splitlines()) == 1, result
    for place in ("unix:relative", "unix:", "unix:/" + "x" * 200):
        result = run("check", "--listen", place)
        assert result.returncode == 64 and "unix:/PATH" in result.stderr, result


def test_a_socket_that_was_left_behind_is_replaced_and_one_in_use_is_not(unix, horde, start, tmp_path):
    result = run("serve", "--listen", f"unix:{unix.path}", "--horde-url", horde.url)
    assert result.returncode == 73 and "Address already in use" in result.stderr
    with unix_client(unix) as client:
        assert client.get("/health").status_code == 200
    left = tmp_path / "left.sock"
    server = start(UnixServer, horde, left)
    server.process.kill()
    server.process.wait()
    assert left.exists()
    server.process = subprocess.Popen(["true"])
    second = start(UnixServer, horde, left)
    second.terminate()
    assert second.wait() == 0 and not left.exists()
    file = tmp_path / "file.sock"
    pathlib.Path(file).write_text("mine")
    result = run("serve", "--listen", f"unix:{file}", "--horde-url", horde.url)
    assert result.returncode == 73 and file.read_text() == "mine"
