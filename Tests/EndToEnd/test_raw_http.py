"""What the server makes of bytes: the vectors of `raw_vectors.py`, and mutations that a small parser of our own judges.

All that is asked for costs nothing: the list of models, and chat requests that are wrong. Each request has an id that
the API's answer repeats, so it is seen which of the requests in some bytes were answered. Behind all of them goes one
more, the canary: whether it is answered tells whether the connection is still open.
"""

import collections
import concurrent.futures
import dataclasses
import http.client
import io
import json
import os
import random
import re
import socket
import time

import pytest

import wire
from raw_vectors import CONTINUE, END, GROUPS, IDS, chunked, get, post

WARM_UP, CANARY = get(target="/health", name="warm-up"), get(target="/health", name="canary")
# The server gives a head 10 s (`Limits.headSecondsMax`); nearly everything is over at once.
PATIENCE, AT_ONCE = 12, 4
# The codes of the server's own refusals; every other error is the API's.
REFUSALS = {"malformed_request", "payload_too_large", "header_fields_too_large"}


@pytest.fixture(autouse=True, scope="module")
def nothing_is_submitted(horde, server):
    before = horde.counters["submits"]
    yield
    assert horde.counters["submits"] == before
    assert server.process.poll() is None and server.get("/health").status == 200


class Disappointment(Exception):
    """What the server did instead of what it should."""


def demand(condition, what):
    if not condition:
        raise Disappointment(what)


# What the server says


@dataclasses.dataclass
class Answer:
    status: int
    fields: http.client.HTTPMessage
    body: bytes

    @property
    def name(self):
        return self.fields["x-request-id"]

    @property
    def closes(self):
        return self.fields["connection"] == "close"

    @property
    def is_html(self):
        return not (self.fields["content-type"] or "").startswith("application/json")

    @property
    def is_refusal(self):
        if self.status < 400 or not self.body:
            # To HEAD no reason is given; the API has no such answers to it.
            return self.status in (400, 413, 431)
        return self.is_html or json.loads(self.body)["error"]["code"] in REFUSALS

    def check(self, html_is_admitted):
        """An error has OpenAI's form; decision 0002 names the refusals that are libmicrohttpd's own."""
        if self.status >= 400 and self.body and not (self.is_html and html_is_admitted):
            demand(not self.is_html, f"{self.status} that is not JSON: {self.body[:80]!r}")
            try:
                wire.checked_error(json.loads(self.body))
            except AssertionError as error:
                raise Disappointment(f"{self.status} that is not in OpenAI's form: {error}") from None
        demand(self.closes or not self.is_refusal, "a refusal that does not tell that it closes")

    def __str__(self):
        return f"{'refusal' if self.is_refusal else 'answer'} {self.status} to {self.name}"


STATUS_LINE = re.compile(rb"HTTP/1\.[01] [1-5][0-9][0-9] [\x20-\x7e]*\r\n")
ANSWER_FIELD = re.compile(rb"[A-Za-z-]+: [\x20-\x7e]*\r\n")


class Inbox:
    """Takes the answers out of what comes in, and is strict about their form."""

    def __init__(self):
        self.rest = b""
        self.answers = []
        self.continues = 0

    def add(self, piece):
        self.rest += piece
        while self.take():
            pass

    def take(self):
        head, border, rest = self.rest.partition(b"\r\n\r\n")
        if not border:
            return False
        line, *fields = (head + b"\r\n").splitlines(keepends=True)
        demand(STATUS_LINE.fullmatch(line) and all(map(ANSWER_FIELD.fullmatch, fields)), f"no answer: {head[:200]!r}")
        status, fields = int(line[9:12]), http.client.parse_headers(io.BytesIO(b"".join(fields) + b"\r\n"))
        size = 0
        # To HEAD nothing but a head comes; its requests have a name that says so.
        if status not in (100, 204) and not (fields["x-request-id"] or "").startswith("head-"):
            demand(len(fields.get_all("content-length", [])) == 1, f"an answer without a length: {head[:200]!r}")
            size = int(fields["content-length"])
        if len(rest) < size:
            return False
        if status == 100:
            self.continues += 1
        else:
            self.answers.append(Answer(status, fields, rest[:size]))
        self.rest = rest[size:]
        return True


class Talk:
    """One connection, on which bytes are sent, and answers are read until they are enough."""

    def __init__(self, address, is_later):
        self.address = address
        self.is_later = is_later
        self.inbox = Inbox()
        self.pulse = None
        self.is_closed = self.is_reset = False
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        if self.is_later:
            self.send(WARM_UP)
            demand(self.read(lambda: self.answers) and self.answers.pop().status == 200, "no answer to the warm-up")
        return self

    def __exit__(self, *_):
        self.socket.close()
        if self.pulse:
            self.pulse.close()

    @property
    def answers(self):
        return self.inbox.answers

    def send(self, data, flags=0):
        try:
            self.socket.sendall(data, flags)
        except (BrokenPipeError, ConnectionResetError):
            # Who refuses need not read on; what was answered before can still be read.
            pass

    def end(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            # The server was first.
            pass

    def read(self, enough):
        """Reads until it is enough or the connection is closed; tells whether one of them came about in time."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_closed and not enough():
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                piece = self.socket.recv(65536)
            except TimeoutError:
                return False
            except ConnectionResetError:
                self.is_closed = self.is_reset = True
                return True
            self.is_closed = not piece
            self.inbox.add(piece)
        return True

    def let_arrive(self):
        """Returns when the server has had a turn since bytes were sent: it has answered somebody else."""
        self.pulse = self.pulse or wire.Connection(self.address, PATIENCE)
        demand(self.pulse.ask("GET", "/health").status == 200, "does not answer somebody else")

    def has_answer_to(self, name):
        return any(answer.name == name for answer in self.answers)

    def check(self, has_chunks):
        """Whatever was sent: answers have their form, none but the last is a refusal, and none is cut off."""
        for place, answer in enumerate(self.answers):
            answer.check(html_is_admitted=self.is_later or has_chunks or place > 0)
            demand(not answer.is_refusal or answer is self.answers[-1], f"an answer behind a refusal: {self}")
        rest = self.inbox.rest
        demand(not rest or self.is_reset, f"bytes that are no answer: {self}, {rest[:100]!r}")

    def __str__(self):
        end = "reset" if self.is_reset else "closed" if self.is_closed else "open"
        return ", ".join([*map(str, self.answers), end])


# The vectors


def converse(talk, vector):
    """Sends a vector and the canary behind it, and reads to the end."""
    for place, piece in enumerate(vector.pieces):
        if piece == CONTINUE:
            demand(talk.read(lambda: talk.inbox.continues or talk.answers), "does not say that it waits for a body")
        elif piece == END:
            talk.end()
        else:
            if place > 0:
                talk.let_arrive()
            # The end arrives with the last bytes; when it came later, it would be chance what the server sees first.
            talk.send(piece, socket.MSG_MORE if END in vector.pieces[place + 1:place + 2] else 0)
    begun = time.monotonic()
    wanted = len(vector.answers) + (vector.expected == "refuse")
    demand(talk.read(lambda: len(talk.answers) >= wanted), f"hangs: {talk}")
    if END not in vector.pieces:
        talk.send(CANARY)
    demand(talk.read(lambda: talk.has_answer_to("canary")), f"neither closes nor goes on: {talk}")
    seconds = time.monotonic() - begun
    demand(vector.waits or seconds < AT_ONCE, f"takes {seconds:.1f} s: {talk}")


def judge(talk, vector):
    answered = [answer for answer in talk.answers if not answer.is_refusal]
    is_refused = len(answered) < len(talk.answers)
    is_open = bool(answered) and answered[-1].name == "canary"
    answered = answered[:-1] if is_open else answered
    names = [answer.name.removeprefix("head-") for answer in answered]
    demand(names == [*IDS[:len(names)]], f"answers other requests than were sent: {talk}")
    statuses = tuple(answer.status for answer in answered)
    match vector.expected:
        case "accept":
            is_right = is_open != vector.closes or vector.may_close
            # Who sends a request before the answer to another may find the connection closed behind that (9.3.2).
            is_pipeline = len(vector.answers) > 1 and not is_open and statuses == vector.answers[:len(statuses)] != ()
            is_met = (statuses == vector.answers and is_right or is_pipeline) and not is_refused
        case "refuse":
            is_met = statuses == vector.answers and not is_open
        case "either":
            is_met = not is_open and (statuses == () or statuses == vector.answers and not is_refused)
    demand(is_met, str(talk))
    if vector.continues is not None:
        demand(talk.inbox.continues == vector.continues, f"{talk.inbox.continues} interim answers: {talk}")


CHUNKED_GROUPS = {"chunk sizes", "chunk extensions", "chunk ends", "trailers"}


def failure(address, group, vector, is_later):
    """Why a vector fails, or None."""
    if is_later and vector.later != "same":
        vector = dataclasses.replace(vector, expected=vector.later, answers=vector.later_answers)
    if is_later and vector.later_may_close:
        vector = dataclasses.replace(vector, may_close=True)
    try:
        with Talk(address, is_later) as talk:
            converse(talk, vector)
            talk.check(group in CHUNKED_GROUPS)
            judge(talk, vector)
    except (Disappointment, OSError) as error:
        place = "behind another request" if is_later else "first"
        sent = b"".join(piece for piece in vector.pieces if isinstance(piece, bytes))
        return f"{vector.name} ({place}; RFC {vector.section}: {vector.expected}): {error}\n    {shown(sent)}"
    return None


def shown(sent):
    return repr(sent if len(sent) <= 500 else sent[:250] + b" ... " + sent[-250:])


@pytest.fixture(scope="module")
def failures(server):
    """All vectors at once, those first that wait for the server's patience to end."""
    runs = [
        (group, vector, is_later) for group, vectors in GROUPS.items() for vector in vectors
        for is_later in (False, True) if vector.later or not is_later
    ]
    runs.sort(key=lambda run: not run[1].waits)
    found = collections.defaultdict(list)
    with concurrent.futures.ThreadPoolExecutor(96) as pool:
        for run, text in zip(runs, pool.map(lambda run: failure(server.address, *run), runs), strict=True):
            if text:
                found[run[0]].append(text)
    return found


def test_there_are_enough_vectors_each_with_a_name_of_its_own():
    names = [vector.name for vectors in GROUPS.values() for vector in vectors]
    assert len(names) == len(set(names)) and len(names) >= 220


@pytest.mark.parametrize("group", GROUPS)
def test_vectors(failures, group):
    if failures[group]:
        pytest.fail(f"{len(failures[group])} fail:\n" + "\n".join(failures[group][:50]), pytrace=False)


def test_a_line_of_chunks_without_an_end_keeps_the_server_from_nothing(server):
    """libmicrohttpd has no room for such a line, and must not go on asking whether there is some now."""
    before = processor_seconds(server)
    with Talk(server.address, is_later=False) as talk:
        talk.send(chunked("0" * 20_000))
        assert talk.read(lambda: talk.answers)
    assert processor_seconds(server) - before < 1


def processor_seconds(server):
    with open(f"/proc/{server.pid}/stat") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


# The oracle: what RFC 9112 says of bytes, where it leaves no choice, and the reading that takes least where it does


TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST_LINE = re.compile(rb"(%b) ([\x21-\x7e]+) HTTP/1\.([0-9])" % TOKEN)
FIELD = re.compile(rb"(%b):[ \t]*([^\0\r\n]*?)[ \t]*" % TOKEN)
HOST = re.compile(rb"(?:(?:[0-9A-Za-z._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
QUOTED = rb'"(?:[^"\\\0-\x08\x0a-\x1f\x7f]|\\[^\0-\x08\x0a-\x1f\x7f])*"'
SIZE_LINE = re.compile(rb"([0-9A-Fa-f]+)(?:[ \t]*;[ \t]*%b(?:[ \t]*=[ \t]*(?:%b|%b))?)*" % (TOKEN, TOKEN, QUOTED))
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")


class Incomplete(Exception):
    """The bytes end within a request."""


class Malformed(Exception):
    """No request is here, or one whose end two parsers could see in different places."""


class Reader:
    def __init__(self, data):
        self.data = data
        self.place = 0
        # Whether the request that is being read is at its chunks.
        self.is_in_chunks = False
        self.request = None

    def line(self):
        end = self.data.find(b"\n", self.place)
        line = self.data[self.place:end + 1] if end >= 0 else self.data[self.place:]
        if b"\0" in line or b"\r" in line[:-2] or (end >= 0 and not line.endswith(b"\r\n")):
            raise Malformed
        if end < 0:
            raise Incomplete
        self.place = end + 1
        return line[:-2]

    def bytes(self, count):
        if self.place + count > len(self.data):
            raise Incomplete
        self.place += count

    def fields(self):
        fields = collections.defaultdict(list)
        while line := self.line():
            if not (match := FIELD.fullmatch(line)):
                raise Malformed
            fields[match[1].lower()].append(match[2])
        return fields

    def next(self):
        """The next request: its method, its target, its id if it has one, and whether it is the last."""
        self.request, self.is_in_chunks = None, False
        # LF alone may end a line, so an empty line may be one; where nothing but that is between two requests, all
        # that find a second one find the same.
        while match := re.compile(rb"\r?\n").match(self.data, self.place):
            self.place = match.end()
        if self.place == len(self.data):
            return None
        if not (match := REQUEST_LINE.fullmatch(self.line())):
            raise Malformed
        method, target, is_old = match[1], match[2], match[3] == b"0"
        fields = self.fields()
        hosts, lengths, codings = fields[b"host"], fields[b"content-length"], fields[b"transfer-encoding"]
        if len(hosts) > 1 or not (hosts or is_old) or not all(map(HOST.fullmatch, hosts)):
            raise Malformed
        if len(lengths) > 1 or not all(re.fullmatch(rb"[0-9]+", length) for length in lengths):
            raise Malformed
        if codings and (lengths or is_old or [coding.lower() for coding in codings] != [b"chunked"]):
            raise Malformed
        ids = fields[b"x-request-id"]
        name = ids[0].decode() if len(ids) == 1 and REQUEST_ID.fullmatch(ids[0]) else None
        options = {option.strip(b" \t").lower() for line in fields[b"connection"] for option in line.split(b",")}
        is_last = b"close" in options or is_old and b"keep-alive" not in options
        self.request = (method.decode(), target.decode(), name, is_last)
        self.body(lengths, codings)
        return self.request

    def body(self, lengths, codings):
        if not codings:
            return self.bytes(int(lengths[0]) if lengths else 0)
        self.is_in_chunks = True
        size = None
        while size != 0:
            if not (match := SIZE_LINE.fullmatch(self.line())):
                raise Malformed
            size = int(match[1], 16)
            if size:
                self.bytes(size)
                if self.line():
                    raise Malformed
        self.fields()


@dataclasses.dataclass
class Reading:
    """Which requests may be answered, and what is behind them: "nothing", "part" of a request, "doubt" or a "close"."""

    requests: list
    end: str
    # A request with a head that is right and chunks that are not: it may be answered if that closes the connection.
    doubtful: tuple | None = None

    def comes_to(self, name):
        """Whether a request is answered for certain, or the connection closed before."""
        return self.end == "close" or self.end == "nothing" and self.requests[-1][2] == name


def read(data):
    reader, requests = Reader(data), []
    try:
        while request := reader.next():
            requests.append(request)
            if request[3]:
                return Reading(requests, "close")
        return Reading(requests, "nothing")
    except Incomplete:
        return Reading(requests, "part")
    except Malformed:
        return Reading(requests, "doubt", reader.request if reader.is_in_chunks else None)


def is_answer_to(answer, request):
    """Whether an answer may belong to a request, by its id and what its method can lead to."""
    method, _, name, _ = request
    by_method = {"GET": {200, 404, 405}, "HEAD": {200, 404, 405}, "OPTIONS": {204}, "POST": {400, 404, 405}}
    return (name is None or answer.name == name) and answer.status in by_method.get(method, {404, 405})


def compare(talk, reading):
    """Demands that nothing was answered that the oracle does not see, or sees in doubt."""
    answered = [answer for answer in talk.answers if not answer.is_refusal]
    allowed = list(reading.requests)
    if reading.doubtful and len(answered) == len(allowed) + 1 and answered[-1].closes and talk.is_closed:
        allowed.append(reading.doubtful)
    demand(len(answered) <= len(allowed), f"answers what is {reading.end}: {talk}; {reading}")
    for answer, request in zip(answered, allowed, strict=False):
        demand(is_answer_to(answer, request), f"answers {request} with {answer}: {talk}; {reading}")


# The mutations

WRONG = '{"model": 5}'
SEEDS = [
    get(name="m1"),
    post(body=WRONG, name="m1"),
    get("Accept: */*", "User-Agent: seed", "X: a b", name="m1") + get(name="m2"),
    post("Content-Type: application/json", body=WRONG, name="m1") + get(name="m2") + get(name="m3"),
    get(name="m1") + post(body=WRONG, name="m2"),
    chunked('5\r\n{"mod\r\n7\r\nel": 5}\r\n0\r\n\r\n', name="m1"),
    get(name="m1") + chunked('c;a="b"\r\n{"model": 5}\r\n0\r\nX: y\r\n\r\n', name="m2") + get(name="m3"),
    post("Expect: 100-continue", body=WRONG, name="m1") + get(name="m2"),
    get(method="OPTIONS", name="m1") + get("Connection: close", name="m2"),
    get(version="HTTP/1.0", name="m1") + get(name="m2"),
    post("Connection: keep-alive", body=WRONG, version="HTTP/1.0", name="m1") + get(name="m2"),
    post(body=get(name="inner").decode(), name="m1") + get(name="m2"),
]
ODD_BYTES = b"\0\x01\t\n\x0b\x0c\r \"(),/:;=@[]\x7f\x80\xa0\xff0a"
FRAMING = [
    "Content-Length: 0", "Content-Length: 3", "Content-Length: 12", "Content-Length: +12", "Content-Length : 12",
    "Transfer-Encoding: chunked", "Transfer-Encoding : chunked", "Transfer-Encoding: identity", "Host: localhost",
    "Transfer-Encoding: xchunked", "Connection: close", "Connection: keep-alive", "Expect: 100-continue", ": x", "X",
    "Upgrade: h2c", "Trailer: X", " X: y", "X-Long: " + "y" * 5000,
]
LINE_ENDS = [
    b"\n", b"\r", b"\r\r\n", b"\n\r", b"", b"\r\n\r\n", b"\r\n ", b" \r\n", b"\0\n", b"\0\r\n", b"\r\n:\n", b"\n:\r\n",
]
# What ends or begins something for one parser or another.
BORDERS = [b"\0", b"\r", b"\n", b"\r\n", b" ", b"\t", b":", b";", b",", b"0", b"\x0b", b"\x0c", b"\x85", b"x", b"A: b"]
NUMBERS = [
    "0", "1", "2", "00{}", "+{}", "-{}", "0x{}", "{}0", "{} ", "{},{}", "{};", "4294967296", "18446744073709551616",
]
WORDS = {
    b"GET": [b"POST", b"HEA", b"get", b"CONNECT", b""], b"POST": [b"GET", b"PUT", b"DELETE"],
    b"HTTP/1.1": [b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.1 ", b"http/1.1", b""], b"HTTP/1.0": [b"HTTP/1.1", b"HTTP/0.9"],
    b"Host": [b"host", b"Content-Length", b"X"], b"Content-Length": [b"content-length", b"Content-Lengt", b"Host"],
    b"Transfer-Encoding": [b"TRANSFER-ENCODING", b"Content-Encoding", b"TE"], b"close": [b"keep-alive", b"CLOSE"],
    b"chunked": [b"identity", b"Chunked", b"chunked, chunked"], b"/v1/": [b"/v1/%00", b"http://a/v1/", b"*", b"//"],
}


def somewhere(dice, data):
    return dice.randrange(len(data) + 1)


def delete_bytes(dice, data):
    at = somewhere(dice, data)
    return data[:at] + data[at + dice.randint(1, 4):]


def replace_byte(dice, data):
    at = somewhere(dice, data)
    return data[:at] + bytes([dice.choice(ODD_BYTES)]) + data[at + 1:]


def insert_byte(dice, data):
    at = somewhere(dice, data)
    return data[:at] + bytes([dice.choice(ODD_BYTES)]) * dice.choice([1, 1, 2]) + data[at:]


def change_border(dice, data):
    at = dice.choice([match.start() for match in re.finditer(rb"[\r\n: ]", data)] or [0]) + dice.randrange(2)
    return data[:at] + b"".join(dice.choices(BORDERS, k=dice.randint(1, 4))) + data[at + dice.randrange(3):]


def flip_bit(dice, data):
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1:]


def change_lines(change):
    """An operator that changes one of the lines in place, in the list of all."""
    def operator(dice, data):
        lines = data.splitlines(keepends=True)
        change(dice, lines, dice.randrange(len(lines)))
        return b"".join(lines)

    operator.__name__ = change.__name__
    return operator


@change_lines
def delete_line(_, lines, at):
    del lines[at]


@change_lines
def repeat_line(dice, lines, at):
    lines.insert(dice.randrange(len(lines) + 1), lines[at])


@change_lines
def swap_lines(dice, lines, at):
    other = dice.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


@change_lines
def fold_line(dice, lines, at):
    cut = dice.choice([0, dice.randrange(len(lines[at]))])
    lines[at] = lines[at][:cut] + (b"\r\n" if cut else b"") + dice.choice([b" ", b"\t", b"   "]) + lines[at][cut:]


@change_lines
def add_framing(dice, lines, at):
    lines.insert(at, dice.choice(FRAMING).encode() + b"\r\n")


@change_lines
def add_request(dice, lines, at):
    lines.insert(at, dice.choice([get(name="smuggled"), post(body=WRONG, name="smuggled"), b"0\r\n\r\n"]))


@change_lines
def add_blanks_at_colon(dice, lines, at):
    blank = dice.choice([b" ", b"\t", b"  ", b"\x0b"])
    lines[at] = lines[at].replace(b":", dice.choice([blank + b":", b":" + blank, blank + b":" + blank]), 1)


@change_lines
def change_line_end(dice, lines, at):
    lines[at] = lines[at].rstrip(b"\r\n") + dice.choice(LINE_ENDS)


def repeat_bytes(dice, data):
    at = somewhere(dice, data)
    piece = data[at:at + dice.randint(1, 30)]
    return data[:at] + piece * dice.randint(2, 4) + data[at + len(piece):]


def change_number(dice, data):
    found = dice.choice([*re.finditer(rb"[0-9]+", data)] or [re.match(b"", data)])
    number = dice.choice([*NUMBERS, str(int(found[0] or b"0") + dice.choice([-1, 1, 2, 40]))])
    return data[:found.start()] + number.replace("{}", found[0].decode()).encode() + data[found.end():]


def change_word(dice, data):
    found = [word for word in WORDS if word in data]
    if not found:
        return data
    word = dice.choice(found)
    at = dice.choice([match.start() for match in re.finditer(re.escape(word), data)])
    return data[:at] + dice.choice(WORDS[word]) + data[at + len(word):]


def cut_off(dice, data):
    return data[:somewhere(dice, data)]


def merge_requests(dice, data):
    other, at = dice.choice(SEEDS), somewhere(dice, data)
    return dice.choice([data[:at] + other[somewhere(dice, other):], data[:at] + other + data[at:]])


OPERATORS = [
    delete_bytes, replace_byte, insert_byte, change_border, flip_bit, delete_line, repeat_line, swap_lines, fold_line,
    add_framing, add_request, add_blanks_at_colon, change_line_end, repeat_bytes, change_number, change_word, cut_off,
    merge_requests,
]


def mutant(number):
    """The bytes of one number, always the same, and the names of what was done to them."""
    dice = random.Random(number)
    data, done = dice.choice(SEEDS), []
    for operator in [OPERATORS[number % len(OPERATORS)], *dice.choices(OPERATORS, k=dice.choice([0, 0, 1, 2]))]:
        # There is nothing more to change in nothing.
        data = operator(dice, data) or b"\r\n"
        done.append(operator.__name__)
    return data, done


def try_bytes(address, data, is_later):
    """Sends bytes and the canary behind them, and tells what is wrong with the answers, and what they are."""
    reading = read(data + CANARY)
    with Talk(address, is_later) as talk:
        talk.send(data + CANARY)
        if not reading.comes_to("canary"):
            # The server may wait for more than comes; it is done with what there is when others have had their turns.
            for _ in range(3):
                talk.let_arrive()
            talk.end()
        is_over = talk.read(lambda: talk.has_answer_to("canary"))
        compare(talk, reading)
        talk.check(has_chunks=b"chunked" in data.lower())
        demand(is_over, f"hangs: {talk}; {reading}")
        return reading, talk.answers


def try_mutant(address, number):
    data, done = mutant(number)
    is_later = number // len(OPERATORS) % 2 == 1
    try:
        reading, answers = try_bytes(address, data, is_later)
        refused = [answer.is_refusal for answer in answers]
        return reading.end == "doubt", True in refused, False in refused
    except (Disappointment, OSError) as error:
        place = "behind another request" if is_later else "first"
        return f"mutant {number} ({', '.join(done)}; {place}): {error}\n    {shown(data)}"


def try_mutants(server, numbers):
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        results = list(pool.map(lambda number: try_mutant(server.address, number), numbers))
    wrong = [result for result in results if isinstance(result, str)]
    if wrong:
        pytest.fail(f"{len(wrong)} of {len(results)} mutants:\n" + "\n".join(wrong[:40]), pytrace=False)
    # Were few of them doubtful, refused or answered, the test would not say much.
    shares = [sum(column) / len(results) for column in zip(*results, strict=True)]
    assert min(shares) > 0.2, f"doubtful, refused, answered: {shares}"


@pytest.mark.parametrize("is_later", [False, True], ids=["first", "later"])
def test_the_oracle_and_the_server_agree_on_what_is_right(server, is_later):
    for seed in SEEDS:
        reading, answers = try_bytes(server.address, seed, is_later)
        names = [name for _, _, name, _ in reading.requests]
        assert reading.end in ("nothing", "close") and names[0] == "m1"
        # Behind chunks the server closes (decision 0002).
        count = next((at + 1 for at, answer in enumerate(answers) if answer.closes), len(names))
        assert [answer.name for answer in answers] == names[:count]


@pytest.mark.parametrize("data, end, count", [
    (get() + get(), "nothing", 2), (get()[:-1], "part", 0), (get() + b"GET", "part", 1), (get() + b"\0", "doubt", 1),
    (get(end="\n"), "doubt", 0), (get("X : y"), "doubt", 0), (get("X: y", " z"), "doubt", 0),
    (get(host=None), "doubt", 0), (get(host="Host: a b"), "doubt", 0), (post("Content-Length: 2"), "doubt", 0),
    (get("Connection: close") + get(), "close", 1), (post(length="Content-Length: 3"), "part", 0),
    (post("Transfer-Encoding: chunked"), "doubt", 0),
    (chunked("2\r\n{}\r\n0\r\n\r\n") + get(), "nothing", 2), (chunked("2\r\n{}\r\n0\r\n"), "part", 0),
    (chunked("2 \r\n{}\r\n0\r\n\r\n"), "doubt", 0), (chunked("2\r\n{}\n0\r\n\r\n"), "doubt", 0),
    (chunked("0\r\nX\r\n\r\n"), "doubt", 0), (get(version="HTTP/1.0") + get(), "close", 1),
])
def test_the_oracle_reads_as_the_rfc_does(data, end, count):
    reading = read(data)
    assert (reading.end, len(reading.requests)) == (end, count)


def test_500_mutations(server):
    try_mutants(server, range(500))


@pytest.mark.hostile
def test_5000_mutations(server):
    try_mutants(server, range(500, 5500))
