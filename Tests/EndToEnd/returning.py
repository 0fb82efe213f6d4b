"""Clients that leave and come back: a request that can be left, a proxy that cuts connections, a text in parts."""

import random
import socket
import threading

import contract
import processes
import wire

# What openai-python waits before its first repetition.
BACKOFF = 0.5


def tale(length=1600, seed=1):
    """A text of whole sentences that does not repeat itself."""
    source = random.Random(seed)
    subjects = ["The baker", "An old captain", "Her brother", "The tall girl", "A stranger", "My neighbour", "He"]
    verbs = ["carried", "painted", "found", "repaired", "forgot", "described", "borrowed", "washed", "counted"]
    objects = ["a lantern", "two maps", "the ladder", "some letters", "an umbrella", "a wooden boat", "the keys"]
    places = ["near the harbour", "behind the mill", "under a bridge", "in the attic", "at the market", "by the lake"]
    text = ""
    while len(text) < length:
        words = [source.choice(part) for part in (subjects, verbs, objects, places)]
        text += " ".join(words) + f" on day {source.randrange(100, 1000)}.\n"
    return text.rstrip()


TALE = tale()
PART_TOKENS = 100


def chain(latency=0.4, pickup=0.1, parts=None, **changes):
    """A script in which the answer to a prompt with TELL is written in five parts, each of them after `latency`."""
    rule = {"match": "TELL", "text": TALE, "latency_seconds": latency, "parts": parts or {}}
    workers = [processes.worker("Lantern", processes.CHATML, PART_TOKENS)]
    return {"workers": workers, "replies": [rule], "pickup_seconds": pickup, **changes}


class Asking:
    """A request on its way, of which nothing has been read but a stream's head; always the same bytes."""

    def __init__(self, server, text, stream, key=None, path="/v1/chat/completions", **fields):
        self.stream = server.stream(text, key, **fields) if stream else None
        self.told = ""
        if not stream:
            self.connection = wire.Connection(server.address, timeout=60)
            wire.send(self.connection.connection, "POST", path, processes.chat(text, **fields), wire.bearer(key))

    def leave(self):
        (self.stream.leave if self.stream else self.connection.close)()

    def listen(self, length):
        """Reads until so much of the text has come, and returns when that was, in seconds since the request."""
        while True:
            event = self.stream.next("data")
            assert event.text != "[DONE]" and "error" not in event.chunk, event
            self.told += event.chunk["choices"][0]["delta"].get("content", "")
            if len(self.told) >= length:
                return event.at

    def wait_for(self, words):
        """Reads until a comment of the stream has these words."""
        while words not in self.stream.next("comment").text:
            pass

    @property
    def text(self):
        """The whole answer."""
        if self.stream:
            assert self.stream.status == 200, self.stream.reply.body
            self.stream.rest()
            return contract.check_stream(self.stream.raw, model=processes.CHATML).text
        reply = self.reply
        assert reply.status == 200, reply.body
        return reply.text

    @property
    def reply(self):
        response = self.connection.connection.getresponse()
        return wire.Reply(response.status, response.headers, response.read())

    @property
    def error(self):
        """The error that it ends with: a status, or an event after the head."""
        if not self.stream:
            assert (reply := self.reply).status >= 500, reply.body
            return reply.error
        self.stream.rest()
        return contract.check_stream(self.stream.raw, fails=True).error


def touches(job):
    """How often somebody asked for a job."""
    return job["status_reads"] + len(job["deleted_at"])


class Wire:
    """A way to a server, which can be cut: whoever is connected then gets no further byte."""

    def __init__(self, target):
        self.target = target
        self.ends = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        # Connections on which something was asked.
        self.requests = 0
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return "http://{}:{}".format(*self.address)

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(self.target)
            except OSError:
                return
            self.ends += [near, far]
            threading.Thread(target=self.pump, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(far, near, False), daemon=True).start()

    def pump(self, source, drain, asks):
        try:
            while data := source.recv(65536):
                drain.sendall(data)
                self.requests, asks = self.requests + asks, False
            drain.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self):
        """Ends what is connected now; who connects later gets through."""
        ends, self.ends = self.ends, []
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def close(self):
        # A thread that waits in accept() is woken by this, not by closing.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()
