"""HTTP as bytes: what is sent is exactly what the test says, what comes back is kept with the time it came at."""

import dataclasses
import http.client
import json
import socket
import time


@dataclasses.dataclass
class Reply:
    """A whole answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The error, after a look at its form: four keys, and a message for a person."""
        assert self.headers["content-type"].startswith("application/json"), self.headers.as_string()
        return checked_error(self.json)

    @property
    def retry_after(self):
        return int(self.headers["retry-after"])

    @property
    def text(self):
        return self.json["choices"][0]["message"]["content"]

    @property
    def everything(self):
        return self.headers.as_string() + self.body.decode("utf-8", "replace")


def checked_error(document):
    assert set(document) == {"error"}, document
    error = document["error"]
    assert set(error) == {"message", "type", "param", "code"}, error
    assert isinstance(error["message"], str) and error["message"], error
    assert isinstance(error["type"], str) and error["type"], error
    for key in ("param", "code"):
        assert error[key] is None or isinstance(error[key], str), error
    return error


def bearer(key):
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def ask(address, method, path, body=None, headers=None, timeout=30):
    """One exchange on a connection of its own; a body that is no bytes is sent as JSON."""
    connection = http.client.HTTPConnection(*address, timeout=timeout)
    try:
        send(connection, method, path, body, headers)
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()


def send(connection, method, path, body, headers):
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    connection.request(method, path, body, headers)


def raw(address, *pieces, timeout=20):
    """Sends bytes as they are and reads one answer, which may come before all of them are sent."""
    with socket.create_connection(address, timeout=timeout) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        response = http.client.HTTPResponse(connection)
        response.begin()
        return Reply(response.status, response.headers, response.read())


class Connection:
    """A connection that several requests go through."""

    def __init__(self, address, timeout=20):
        self.connection = http.client.HTTPConnection(*address, timeout=timeout)

    def ask(self, method, path, body=None, headers=None):
        send(self.connection, method, path, body, headers)
        response = self.connection.getresponse()
        return Reply(response.status, response.headers, response.read())

    def close(self):
        self.connection.close()


@dataclasses.dataclass
class Event:
    """A comment or the data of an event, and when it was there, in seconds since the request."""

    kind: str
    text: str
    at: float

    @property
    def chunk(self):
        return json.loads(self.text)


class EventStream:
    """A streamed answer, read as it comes."""

    def __init__(self, address, body, headers=None, timeout=60):
        self.started = time.monotonic()
        self.connection = http.client.HTTPConnection(*address, timeout=timeout)
        send(self.connection, "POST", "/v1/chat/completions", body, headers)
        self.socket = self.connection.sock
        self.response = self.connection.getresponse()
        self.head_at = time.monotonic() - self.started
        self.status = self.response.status
        self.headers = self.response.headers
        self.raw = b""
        self.events = self.read()

    def read(self):
        rest = b""
        while piece := self.response.read1(65536):
            at = time.monotonic() - self.started
            self.raw += piece
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                if line.startswith(b": "):
                    yield Event("comment", line[2:].decode(), at)
                elif line.startswith(b"data: "):
                    yield Event("data", line[6:].decode(), at)

    def next(self, kind=None):
        return next(event for event in self.events if kind in (None, event.kind))

    def rest(self):
        """Everything to the end."""
        return list(self.events)

    @property
    def reply(self):
        """The answer of a request that got no stream."""
        return Reply(self.status, self.headers, self.response.read())

    def leave(self):
        """Closes the connection, as a client does whose user has pressed Escape."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.response.close()
        self.connection.close()
