"""AI Horde on raw sockets, which goes wrong as it is told: call by call, and byte by byte.

It answers what the server asks, well, except where a `Plan` says otherwise. A plan is for the jobs whose prompt has its
mark, for the key that is its own, and for servers whose URL of Horde ends with its mark; so many of them go on side by
side. `WIRE` has what may be wrong with any answer, whatever was asked.
"""

import asyncio
import dataclasses
import enum
import functools
import gzip
import json
import re
import secrets
import socket
import struct
import threading
import uuid
import zlib

from processes import CHATML, MISTRAL

# In every message of an error: neither a client nor the log may ever see it.
MARK = "do-not-show-4711"
# In what belongs to nobody's answer.
INTRUDER = "intruder-0815"
MIB = 1024 * 1024
# The first byte of whoever speaks TLS.
TLS = b"\x16"

HTML = (
    "<!DOCTYPE html><html><head><title>aihorde.net | 520: Web server is returning an unknown error</title></head>"
    f"<body><h1>Error 520</h1><p>Cloudflare Ray ID: {MARK}</p></body></html>"
).encode()


class Act(enum.Enum):
    """What is done to a connection, between the bytes that are sent."""

    CLOSE = "close"
    RESET = "reset"
    # Nothing more is sent until the plan is let go, or the peer has gone.
    HANG = "hang"
    # Closes the connection when an earlier request came on it.
    CLOSE_IF_REUSED = "close if reused"


CLOSE, RESET, HANG, CLOSE_IF_REUSED = Act


@dataclasses.dataclass(frozen=True)
class Drip:
    """Bytes that are sent in pieces, with a pause after each."""

    data: bytes
    piece: int = 1
    seconds: float = 1.0


class Effect(enum.Enum):
    """What becomes of an answer, for whoever waits for it."""

    # It gets through.
    HARMLESS = "harmless"
    # No status line comes.
    SILENT = "silent"
    # A status line comes, and the connection breaks.
    CUT = "cut"
    # What comes is not HTTP, or not what Horde says.
    BROKEN = "broken"
    # It never ends.
    ENDLESS = "endless"
    # A reader may take it or leave it.
    EITHER = "either"


HARMLESS, SILENT, CUT, BROKEN, ENDLESS, EITHER = Effect


@dataclasses.dataclass
class Answer:
    """An answer as Horde means it."""

    status: int
    body: bytes
    fields: dict = dataclasses.field(default_factory=dict)

    @staticmethod
    def json(status, document, **fields):
        return Answer(status, json.dumps(document).encode(), fields)

    def lines(self, version="HTTP/1.1", **changes):
        """Status line and fields; a change to None leaves a field out."""
        fields = {
            "Date": "Sun, 29 Nov 2026 07:00:00 GMT", "Content-Type": "application/json",
            "Content-Length": len(self.body), "Connection": "keep-alive",
        }
        fields |= {name.replace("_", "-"): value for name, value in {**self.fields, **changes}.items()}
        told = [f"{name}: {value}" for name, value in fields.items() if value is not None]
        return [f"{version} {self.status} Told", *told]

    def head(self, version="HTTP/1.1", **changes):
        return "\r\n".join(self.lines(version, **changes)).encode() + b"\r\n\r\n"

    def wire(self, version="HTTP/1.1", **changes):
        return self.head(version, **changes) + self.body

    def with_body(self, body, **fields):
        return Answer(self.status, body, {**self.fields, **fields})


@dataclasses.dataclass
class Call:
    """One request, and how it would be answered if all were well."""

    kind: str
    key: str
    good: Answer
    job: str = ""
    elsewhere: str = ""


@dataclasses.dataclass(frozen=True)
class Fault:
    effect: Effect
    # Of a call: what is sent and done, in order; the connection stays open behind it unless that says otherwise.
    steps: object
    # Whether it leaves a connection behind that is no good for others: those get a server of their own.
    is_catching: bool = False


def sends(effect, make, *acts, **more):
    """A fault that sends what is made of the good answer."""
    return Fault(effect, lambda call: [make(call.good), *acts], **more)


def body(effect, make, **fields):
    """A fault that sends another body in the form of the good answer."""
    return Fault(effect, lambda call: [call.good.with_body(make(call.good.body), **fields).wire()])


def says(status, document=None, rc=None, effect=BROKEN, **fields):
    """A fault that is another answer; without a document an error in Horde's form, which repeats what was sent."""

    def steps(call):
        told = document
        if told is None:
            told = {"message": f"{MARK}: {call.key} may not do that with {call.job}", "rc": rc}
            if rc is None:
                del told["rc"]
        if isinstance(told, bytes):
            return [Answer(status, told, {"Content-Type": "text/html; charset=UTF-8", **fields}).wire()]
        return [Answer.json(status, told, **fields).wire()]

    return Fault(effect, steps)


def changed(effect, change=dict, **changes):
    """A fault that is the good answer with other fields in it."""
    return Fault(
        effect,
        lambda call: [Answer.json(call.good.status, {**change(json.loads(call.good.body)), **changes}).wire()],
    )


def moved(status):
    return Fault(BROKEN, lambda call: [Answer(status, HTML, {"Location": call.elsewhere}).wire()])


def chunks(*pieces, end=b"0\r\n\r\n"):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def chunked(effect, make, *acts):
    """A fault in the chunks of a body."""
    framing = {"Content_Length": None, "Transfer_Encoding": "chunked"}
    return Fault(effect, lambda call: [call.good.head(**framing) + make(call.good.body), *acts])


def halves(data):
    return data[:len(data) // 2], data[len(data) // 2:]


def padded(data, size):
    """The same JSON, with white space before it."""
    return b" " * (size - len(data)) + data


def deep(data, levels=100_000):
    """The same object, with something deep in it that nobody reads."""
    return data[:-1] + b', "more": ' + b"[" * levels + b"]" * levels + b"}" if data[:1] == b"{" else b"[" * levels


def bomb(layers=1):
    """Some tens of kilobytes that become 64 MiB."""
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(bytes(MIB)) for _ in range(64)) + packer.flush()
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


BOMB, DOUBLE_BOMB = bomb(), bomb(2)


def intruding(answer):
    """An answer to a question that nobody has asked."""
    document = {
        "id": str(uuid.UUID(int=815)), "generations": [{"text": INTRUDER, "state": "ok"}], "finished": 1,
        "processing": 0, "waiting": 0, "done": True, "faulted": False, "queue_position": 0, "is_possible": True,
    }
    return Answer.json(answer.status, document).wire()


WIRE = {
    # The connection.
    "closed without a byte": Fault(SILENT, lambda call: [CLOSE]),
    "reset without a byte": Fault(SILENT, lambda call: [RESET]),
    "reset in the status line": sends(SILENT, lambda good: good.wire()[:10], RESET),
    "closed in the status line": sends(CUT, lambda good: good.wire()[:10], CLOSE),
    "reset in the head": sends(CUT, lambda good: good.head()[:60], RESET),
    "closed in the head": sends(CUT, lambda good: good.head()[:60], CLOSE),
    "reset in the body": sends(CUT, lambda good: good.head() + halves(good.body)[0], RESET),
    "closed in the body": sends(CUT, lambda good: good.head() + halves(good.body)[0], CLOSE),
    "silence": Fault(ENDLESS, lambda call: [HANG, CLOSE]),
    "silence in the head": sends(ENDLESS, lambda good: good.head()[:60], HANG, CLOSE),
    "silence in the body": sends(ENDLESS, lambda good: good.head() + halves(good.body)[0], HANG, CLOSE),
    "one byte a second": Fault(ENDLESS, lambda call: [Drip(call.good.wire()), CLOSE]),
    "in pieces": Fault(HARMLESS, lambda call: [Drip(call.good.wire(), 64, 0.05)]),
    "closed behind the answer": sends(HARMLESS, lambda good: good.wire(), CLOSE),
    "closed on reuse": Fault(HARMLESS, lambda call: [CLOSE_IF_REUSED, call.good.wire()], is_catching=True),
    # The status line and the fields.
    "no HTTP at all": sends(BROKEN, lambda good: HTML, CLOSE),
    "the banner of SSH": sends(BROKEN, lambda good: b"SSH-2.0-OpenSSH_9.2p1\r\n", CLOSE),
    "an alert of TLS": sends(BROKEN, lambda good: b"\x15\x03\x01\x00\x02\x02\x28", CLOSE),
    "a status of letters": sends(BROKEN, lambda good: good.wire().replace(b" %d " % good.status, b" 2OO "), CLOSE),
    "a status of four digits": sends(BROKEN, lambda good: good.wire().replace(b" %d " % good.status, b" 2020 "), CLOSE),
    "an unknown version": sends(BROKEN, lambda good: good.wire("HTTP/7.3"), CLOSE),
    "HTTP/1.0": sends(HARMLESS, lambda good: good.wire("HTTP/1.0", Connection=None), CLOSE),
    "HTTP/1.0 until it closes": sends(
        HARMLESS, lambda good: good.wire("HTTP/1.0", Connection=None, Content_Length=None), CLOSE
    ),
    "until it closes": sends(HARMLESS, lambda good: good.wire(Connection="close", Content_Length=None), CLOSE),
    "no reason": sends(HARMLESS, lambda good: good.wire().replace(b" Told\r\n", b"\r\n", 1)),
    "line feeds alone": sends(EITHER, lambda good: good.head().replace(b"\r\n", b"\n") + good.body, CLOSE),
    "a line that is no field": sends(EITHER, lambda good: good.head(Server="x\r\nno field") + good.body, CLOSE),
    "a folded field": sends(EITHER, lambda good: good.wire(Server="x\r\n y"), CLOSE),
    "U+0000 in a field": sends(EITHER, lambda good: good.wire(Server="a\0b"), CLOSE),
    "a field of a megabyte": sends(BROKEN, lambda good: good.wire(X_Filler="x" * MIB), CLOSE),
    "100,000 fields": sends(
        BROKEN, lambda good: good.wire(X_Filler="\r\n".join(["x", *["X-Filler: x"] * 100_000])), CLOSE
    ),
    "a Date a day ahead": sends(HARMLESS, lambda good: good.wire(Date="Mon, 30 Nov 2026 07:00:00 GMT")),
    "a Date a day behind": sends(HARMLESS, lambda good: good.wire(Date="Sat, 28 Nov 2026 07:00:00 GMT")),
    "a Date of words": sends(HARMLESS, lambda good: good.wire(Date="the day after tomorrow")),
    "a cookie": sends(HARMLESS, lambda good: good.wire(Set_Cookie="__cf_bm=1; path=/; HttpOnly; Secure")),
    # Answers before the answer.
    "100 that nobody expects": sends(HARMLESS, lambda good: b"HTTP/1.1 100 Continue\r\n\r\n" + good.wire()),
    "103 with fields": sends(
        HARMLESS, lambda good: b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nContent-Length: 7\r\n\r\n" + good.wire()
    ),
    "100 without end": sends(BROKEN, lambda good: b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000, CLOSE),
    "101": sends(BROKEN, lambda good: b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + good.wire(), CLOSE),
    # The length, the chunks, and what comes behind.
    "a length that is too long, then silence": sends(
        ENDLESS, lambda good: good.wire(Content_Length=len(good.body) + 1), HANG, CLOSE
    ),
    "a length that is too long": sends(CUT, lambda good: good.wire(Content_Length=len(good.body) + 1), CLOSE),
    "a length that is too short": sends(
        BROKEN, lambda good: good.wire(Content_Length=len(good.body) // 2), is_catching=True
    ),
    "a length below nothing": sends(BROKEN, lambda good: good.wire(Content_Length=-1), CLOSE),
    "a length of words": sends(BROKEN, lambda good: good.wire(Content_Length="seven"), CLOSE),
    "a length beyond 64 bits": sends(EITHER, lambda good: good.wire(Content_Length=10 ** 30), CLOSE),
    "two lengths": sends(
        EITHER, lambda good: good.wire(Content_Length=f"7\r\nContent-Length: {len(good.body)}"), CLOSE
    ),
    "chunks": chunked(HARMLESS, lambda body: chunks(*halves(body))),
    "chunks with extensions and trailers": chunked(
        HARMLESS, lambda body: b"%x;a=b\r\n%s\r\n0;c\r\nX-More: x\r\nContent-Length: 3\r\n\r\n" % (len(body), body)
    ),
    "chunks and a length": sends(
        EITHER, lambda good: good.head(Content_Length=3, Transfer_Encoding="chunked") + chunks(good.body), CLOSE
    ),
    "a chunk of no size": chunked(BROKEN, lambda body: b"zz\r\n" + body, CLOSE),
    "a chunk beyond 64 bits": chunked(BROKEN, lambda body: b"f" * 40 + b"\r\n" + body, CLOSE),
    "a chunk that is longer than it says": chunked(
        BROKEN, lambda body: b"%x\r\n%s" % (len(body) // 2, body) + b"\r\n0\r\n\r\n", CLOSE
    ),
    "chunks without an end": chunked(CUT, lambda body: chunks(*halves(body), end=b""), CLOSE),
    "chunks, then silence": chunked(ENDLESS, lambda body: chunks(*halves(body), end=b""), HANG, CLOSE),
    "bytes behind the answer": sends(HARMLESS, lambda good: good.wire() + b"more, " * 100, is_catching=True),
    "another answer behind the answer": sends(
        HARMLESS, lambda good: good.wire() + intruding(good), is_catching=True
    ),
    "another answer a moment later": Fault(
        HARMLESS, lambda call: [call.good.wire(), Drip(b"", 1, 0.05), intruding(call.good)], is_catching=True
    ),
    # Codings.
    "gzip": body(HARMLESS, gzip.compress, Content_Encoding="gzip"),
    "deflate": body(HARMLESS, zlib.compress, Content_Encoding="deflate"),
    "a gzip bomb": body(BROKEN, lambda good: BOMB, Content_Encoding="gzip"),
    "a gzip bomb in gzip": body(BROKEN, lambda good: DOUBLE_BOMB, Content_Encoding="gzip, gzip"),
    "gzip that is none": body(BROKEN, lambda good: good, Content_Encoding="gzip"),
    "half of a gzip": body(BROKEN, lambda good: halves(gzip.compress(good))[0], Content_Encoding="gzip"),
    "an unknown coding": body(BROKEN, lambda good: good, Content_Encoding="rot13"),
    # What the body says.
    "nothing": body(BROKEN, lambda good: b""),
    "HTML": body(BROKEN, lambda good: HTML, Content_Type="text/html; charset=UTF-8"),
    "HTML that calls itself JSON": body(BROKEN, lambda good: HTML),
    "JSON that calls itself HTML": body(EITHER, lambda good: good, Content_Type="text/html"),
    "half of the JSON": body(BROKEN, lambda good: halves(good)[0]),
    "another type: null": body(BROKEN, lambda good: b"null"),
    "another type: a number": body(BROKEN, lambda good: b"7"),
    "another type: a string": body(BROKEN, lambda good: b'"id"'),
    "another type: the other of array and object": body(
        BROKEN, lambda good: b"[" + good + b"]" if good[:1] == b"{" else b'{"list": ' + good + b"}"
    ),
    "deep JSON": body(BROKEN, deep),
    "deep JSON that is cut off": body(BROKEN, lambda good: b'{"a":' * 100_000),
    "a megabyte of space": body(HARMLESS, lambda good: padded(good, MIB)),
    "17 MiB": body(BROKEN, lambda good: padded(good, 17 * MIB)),
    "17 MiB in chunks": chunked(BROKEN, lambda body: chunks(*[b" " * MIB] * 17, body), CLOSE),
    "a byte order mark": body(EITHER, lambda good: b"\xef\xbb\xbf" + good),
    "UTF-16": body(
        EITHER, lambda good: good.decode().encode("utf-16"), Content_Type="application/json; charset=utf-16"
    ),
    "a charset that is none": body(EITHER, lambda good: good, Content_Type="application/json; charset=iso-8859-1"),
    "bytes that are no UTF-8": body(
        EITHER, lambda good: good.replace(b"{", b'{"note": "\xff\xc3\x28\xed\xa0\x80", ', 1)
    ),
    # Another place.
    **{f"{status} to another place": moved(status) for status in (301, 302, 303, 307, 308)},
    # Statuses that mean nothing here; the body of a 206 would do.
    "200 for 202, and 202 for 200": sends(BROKEN, lambda good: Answer(402 - good.status, good.body).wire()),
    "204": sends(BROKEN, lambda good: Answer(204, b"").wire(Content_Length=None)),
    "206": sends(BROKEN, lambda good: Answer(206, good.body).wire()),
    "304": sends(BROKEN, lambda good: Answer(304, b"").wire(Content_Length=None)),
    "404 as HTML": says(404, HTML),
    "403 as HTML": says(403, HTML),
    "500 as JSON": says(500),
    "500 with an rc": says(500, rc="DatabaseFailure"),
    **{f"{status} as HTML": says(status, HTML) for status in (500, 502, 503, 504, 520, 522, 524, 530)},
}


class Plan:
    """What goes wrong for one scenario, and what has come of it."""

    def __init__(self, horde, text=None, count=1, finish="stop", **faults):
        self.horde = horde
        self.mark = "mark-" + secrets.token_hex(8)
        self.key = "Key-" + secrets.token_hex(9)
        self.text = text if text is not None else f"The answer to {self.mark}."
        self.count = count
        self.finish = finish
        # What a job does that nothing goes wrong with: "done", "queued" or "running".
        self.life = "done"
        self.faults = {}
        self.submits = self.reads = 0
        # How often the last of the lists was asked for.
        self.looks = 0
        # How many submissions were answered with a 202 that was seen, whatever came behind it.
        self.accepted = 0
        # How often a fault began, and was over without having closed the connection.
        self.acted = self.played = 0
        # All ids, those that came whole, those whose job was told to be over, and those that were deleted.
        self.ids, self.issued, self.over, self.deleted = set(), set(), set(), set()
        self.released = asyncio.Event()
        for kind, fault in faults.items():
            self.set(kind, fault)

    def set(self, kind, fault, times=None):
        """Lets a fault act on the next calls of a kind, so often."""
        self.faults[kind] = [fault, times]
        self.horde.loop.call_soon_threadsafe(self.released.clear)

    def heal(self):
        """Nothing goes wrong from now on; what hangs is let go."""
        self.faults = {}
        self.let_go()

    def let_go(self):
        self.horde.loop.call_soon_threadsafe(self.released.set)

    def take(self, kind):
        """The fault that acts on this call."""
        fault, times = self.faults.get(kind, (None, None))
        if fault is None or times == 0:
            return None
        if times is not None:
            self.faults[kind][1] -= 1
        return fault

    @property
    def left(self):
        """Jobs that somebody would still work on, for nobody."""
        return self.issued - self.over - self.deleted

    @property
    def secrets(self):
        return {self.key, MARK, INTRUDER, *self.ids}


WORKERS = [
    {
        "id": str(uuid.UUID(int=number)), "name": name, "type": "text", "online": True, "models": [model],
        "max_length": 512, "max_context_length": 32768, "threads": 4, "performance": "48.4 tokens per second",
        "trusted": True, "flagged": False, "maintenance_mode": False, "uncompleted_jobs": 3,
    }
    for number, (name, model) in enumerate([("Lantern", CHATML), ("Mill Pond", MISTRAL)], 1)
]
MODELS = [
    {
        "name": worker["models"][0], "count": 4, "performance": 48.4, "queued": 100.0, "jobs": 2.0, "eta": 1,
        "type": "text",
    }
    for worker in WORKERS
]


def status(generations=(), **changes):
    """What is told of a job, by default one that is over."""
    return {
        "generations": list(generations), "finished": len(generations), "processing": 0, "restarted": 0, "waiting": 0,
        "done": True, "faulted": False, "wait_time": 0, "queue_position": 0, "kudos": 1.0, "is_possible": True,
        **changes,
    }


def generation(text, **changes):
    return {
        "text": text, "seed": 0, "gen_metadata": [], "worker_id": WORKERS[0]["id"], "worker_name": "Lantern",
        "model": CHATML, "state": "ok", **changes,
    }


LIVES = {
    "queued": status(waiting=1, done=False, queue_position=3),
    "running": status(processing=1, done=False, wait_time=9),
}


@functools.cache
def event_loop():
    """The loop of all faulty Hordes, in one thread: with one for each, they would mostly wait for one another."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


class FaultyHorde:
    """The server."""

    def __init__(self):
        self.loop = event_loop()
        self.plans = {}
        self.jobs = {}
        # Paths that nobody should ask for.
        self.strays = []
        self.resets_all = False
        self.writers = set()
        self.listener = None
        self.port = 0
        self.listen()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def plan(self, **options):
        plan = Plan(self, **options)
        self.plans[plan.mark] = self.plans[plan.key] = plan
        return plan

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def listen(self):
        """Takes connections, on the same port as before."""
        self.run(self.start_listening())

    async def start_listening(self):
        self.listener = await asyncio.start_server(self.serve, "127.0.0.1", self.port, limit=MIB)
        self.port = self.listener.sockets[0].getsockname()[1]

    def refuse(self):
        """Takes none, and ends those that there are."""
        self.run(self.stop_listening())

    async def stop_listening(self):
        self.listener.close()
        for writer in list(self.writers):
            reset(writer)

    def close(self):
        for plan in set(self.plans.values()):
            plan.let_go()
        self.refuse()

    async def serve(self, reader, writer):
        self.writers.add(writer)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        served = 0
        try:
            if self.resets_all:
                reset(writer)
                return
            while request := await read_request(reader):
                if not await self.answer(reader, writer, request, served > 0):
                    return
                served += 1
        except (ConnectionError, asyncio.IncompleteReadError):
            # The peer has had enough of it.
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def answer(self, reader, writer, request, is_reused):
        """Sends one answer; false when the connection is at its end."""
        call, plan = self.understand(*request)
        fault = plan.take(call.kind) if plan else None
        if fault is None:
            self.told(plan, call)
            writer.write(call.good.wire())
            await writer.drain()
            return True
        steps = fault.steps(call)
        is_cut = steps[0] is CLOSE_IF_REUSED and is_reused
        if steps[0] is not CLOSE_IF_REUSED or is_reused:
            plan.acted += 1
        # One that may be left is a matter of the reader's; only to an id that it may not have it is not held.
        if not is_cut and (fault.effect is HARMLESS or fault.effect is EITHER and call.kind != "submit"):
            self.told(plan, call)
        elif call.kind == "submit" and isinstance(steps[0], bytes) and steps[0].startswith(b"HTTP/1.1 202 Told\r\n"):
            plan.accepted += 1
        for step in steps:
            match step:
                case Act.RESET:
                    reset(writer)
                    return False
                case Act.CLOSE:
                    return False
                case Act.CLOSE_IF_REUSED:
                    if is_reused:
                        return False
                case Act.HANG:
                    await either(plan.released.wait(), reader.read(1))
                case Drip(data, piece, seconds):
                    for start in range(0, max(len(data), 1), piece):
                        writer.write(data[start:start + piece])
                        await writer.drain()
                        await either(plan.released.wait(), asyncio.sleep(seconds))
                        if plan.released.is_set() and fault.effect is ENDLESS:
                            break
                case bytes():
                    writer.write(step)
                    await writer.drain()
        plan.played += 1
        return True

    def told(self, plan, call):
        """Notes what the server knows after an answer that gets through."""
        if plan is None or not call.job:
            return
        if call.kind == "submit":
            plan.issued.add(call.job)
        elif call.kind == "delete":
            plan.deleted.add(call.job)
        elif call.good.status == 404 or json.loads(call.good.body)["done"]:
            plan.over.add(call.job)

    def understand(self, method, target, fields, body):
        """The call, and the plan that it belongs to."""
        prefix, _, path = target.partition("/api/v2/")
        path, _, query = path.partition("?")
        key = fields.get("apikey", "")
        call = Call(path, key, Answer.json(404, {"message": MARK, "rc": "NotFound"}), elsewhere=self.url + "/elsewhere")
        plan = self.plans.get(prefix.strip("/"))
        match method, *path.split("/"):
            case "POST", "generate", "text", "async":
                return self.submitted(call, plan, body)
            case "GET" | "DELETE", "generate", "text", "status", job:
                return self.watched(call, method, job)
            case "GET", "workers":
                call.kind, call.good = "workers", Answer.json(200, WORKERS)
            case "GET", "status", "models":
                call.kind, call.good = "models", Answer.json(200, MODELS)
            case "GET", "status", "performance":
                call.kind = "load"
                if plan:
                    plan.looks += 1
                call.good = Answer.json(200, {"queued_text_requests": 3, "text_thread_count": 8, "queued_tokens": 900})
            case "GET", "find_user":
                call.kind, plan = "user", self.plans.get(key)
                call.good = Answer.json(200, {"username": "somebody#7", "kudos": 9.0, "concurrency": 30})
            case _:
                self.strays.append(target)
        if call.kind in ("workers", "models") and query != "type=text":
            self.strays.append(target)
        return call, plan

    def submitted(self, call, plan, body):
        order = json.loads(body)
        if marks := re.findall(r"mark-[0-9a-f]{16}", order["prompt"]):
            plan = self.plans[marks[-1]]
        call.kind, call.job = "submit", str(uuid.uuid4())
        call.good = Answer.json(202, {"id": call.job, "kudos": 1.0})
        if plan:
            plan.submits += 1
            plan.ids.add(call.job)
            self.jobs[call.job] = plan
        return call, plan

    def watched(self, call, method, job):
        plan = self.jobs.get(job)
        if plan is None:
            self.strays.append(job)
            return call, None
        call.job = job
        call.kind = "delete" if method == "DELETE" else "status"
        if call.kind == "status":
            plan.reads += 1
        told = LIVES.get(plan.life) or status([generation(plan.text)] * plan.count)
        call.good = Answer.json(200, told)
        return call, plan


def reset(writer):
    """Ends a connection with RST instead of FIN."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def either(*works):
    """Waits for one of several, and gives up the others."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_request(reader):
    """Method, target, fields and body; None when the peer has ended the connection."""
    first = await reader.read(1)
    if not first:
        return None
    if first == TLS:
        raise ConnectionError("no plain HTTP")
    head = first + await reader.readuntil(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = line.split(" ")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return method, target, fields, await reader.readexactly(int(fields.get("content-length", 0)))
