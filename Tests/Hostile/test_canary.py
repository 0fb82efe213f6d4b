"""Planted keys, prompts and answers through all that can go wrong: none, and no job's id, shows where it must not.

What is searched: all that each server writes, every head and body of an error, its pages, its command line, and every
file in its cache and its state directory, while it runs and after it was stopped or killed. The journal has the ids of
jobs, which is what it is for. Bodies of answers have the answer, and no key, prompt or id.
"""

import base64
import concurrent.futures
import json
import pathlib
import re
import urllib.parse

import hostile
import processes
import returning
import test_horde_failures
import wire
from hostile import Client
from processes import CHATML, eventually

SERVER_KEY = "Zq7SrvCanary_aK4-ws91x"
CLIENT_KEY = "Vh2CliCanary_pT8-mn36d"
UNKNOWN_KEY = "Jc5BadCanary_xE1-rb74q"
KEYS = [SERVER_KEY, CLIENT_KEY, UNKNOWN_KEY]
PROMPTS = ["the heron of Quillmere 5521", "a lantern for Oxbarrow 8087", "seven oars at Tindlewick 1934"]
ANSWERS = ["Wendlebury keeps 4416 bells.", "Marrowfen sold 2273 kites.", "Pillowick lost 9158 spoons."]
ECHO = " ".join([*KEYS, *PROMPTS, *ANSWERS])

ACCOUNTS = [
    {"key": SERVER_KEY, "username": "server#1", "concurrency": 5000},
    {"key": CLIENT_KEY, "username": "client#2", "concurrency": 5000},
]


def script(**changes):
    replies = [{"match": prompt, "reply": answer} for prompt, answer in zip(PROMPTS, ANSWERS)]
    return processes.script(**{
        "keys": ACCOUNTS, "unknown_keys": [UNKNOWN_KEY], "replies": replies, "pickup_seconds": 0.1, **changes
    })


def forms(secret):
    """How a secret may look: itself, a good part of it, and its usual encodings."""
    text = secret.encode()
    found = {text, text[:10], text[-10:], text.hex().encode(), urllib.parse.quote(secret).encode()}
    for shift in range(3):
        # What surrounds it shifts the groups of three bytes; the ends of the code are the neighbours'.
        found.add(base64.b64encode(b"\0" * shift + text)[4:-4])
    return {form.lower() for form in found if len(form) >= 8}


FORMS = {secret: forms(secret) for secret in [*KEYS, *PROMPTS, *ANSWERS]}


class Evidence:
    """What was written, by whom and where, and which ids the jobs had."""

    def __init__(self):
        self.pieces = []
        self.ids = set()
        self.by_design = []

    def add(self, place, text, answers=False, ids=True):
        """Keeps what is to be searched: `answers` where an answer may be, without `ids` where they belong."""
        self.pieces.append((place, text if isinstance(text, bytes) else text.encode(), answers, ids))

    def add_reply(self, place, reply):
        self.add(f"{place}: head", reply.headers.as_string())
        self.add(f"{place}: body", reply.body, answers=reply.status == 200)

    def add_files(self, place, folder):
        for file in pathlib.Path(folder).rglob("*"):
            if file.is_file():
                is_journal = ".local/state" in str(file)
                self.add(f"{place}: {file.name}", str(file).encode() + file.read_bytes(), ids=not is_journal)

    def add_pages(self, place, server):
        paths = ["/", "/health", "/readyz", "/metrics", "/v1/models", "/v1/models/" + CHATML, "/opencode.json", "/no"]
        for path in paths:
            self.add_reply(f"{place}: {path}", server.get(path))
        self.add(f"{place}: command line", pathlib.Path(f"/proc/{server.pid}/cmdline").read_bytes())

    def hits(self):
        found = []
        for place, text, has_answer, has_ids in self.pieces:
            text = text.lower()
            for secret, shapes in FORMS.items():
                if secret in ANSWERS and has_answer:
                    continue
                found += [f"{secret} in {place}" for shape in shapes if shape in text]
            if has_ids:
                found += [f"job {job} in {place}" for job in self.ids if job.encode() in text]
        return found

    @property
    def size(self):
        return sum(len(text) for _, text, _, _ in self.pieces)


class Stage:
    """A Horde and a server of one scenario, whose user's home holds both cache and state."""

    def __init__(self, evidence, name, folder, **changes):
        self.evidence, self.name, self.folder = evidence, name, folder
        self.horde = processes.Horde(script(**changes))
        self.server = self.start()

    def start(self):
        # The cache is below the home too, where a user without XDG_CACHE_HOME has it.
        return hostile.Server(self.horde, key=SERVER_KEY, cache=str(self.folder), drain_timeout=1)

    def chat(self, prompt, key=None, **fields):
        reply = self.server.chat(prompt, key, **fields)
        self.evidence.add_reply(f"{self.name}: answer", reply)
        return reply

    def stream(self, prompt, key=None):
        stream = self.server.stream(prompt, key)
        if stream.status != 200:
            self.evidence.add_reply(f"{self.name}: answer", stream.reply)
            return
        stream.rest()
        self.heard(stream)

    def heard(self, stream):
        self.evidence.add(f"{self.name}: stream's head", stream.headers.as_string())
        has_failed = b'"error"' in stream.raw
        self.evidence.add(f"{self.name}: stream", stream.raw, answers=not has_failed)

    def leaver(self, prompt, key=None):
        asking = returning.Asking(self.server, prompt, False, key)
        asking.leave()

    def finish(self, code=0, is_ending=False):
        """Ends the server, unless it ends already, and keeps all that it has written."""
        self.evidence.ids |= {job["id"] for job in self.horde.jobs}
        if not is_ending:
            self.evidence.add_pages(self.name, self.server)
            self.evidence.add_files(f"{self.name}, while it runs", self.folder)
            self.server.terminate()
        assert self.server.wait() == code
        self.evidence.add(f"{self.name}: output", self.server.stderr)
        self.evidence.add_files(f"{self.name}, at its end", self.folder)

    def close(self):
        if self.server.process.poll() is None:
            self.server.kill()
        self.horde.close()


# What Horde does


def echoing(changes):
    """A failure whose message repeats everything that Horde was told."""
    return json.loads(json.dumps(changes).replace(test_horde_failures.MARK, ECHO))


FAILURES = {name: echoing(failure.script) for name, failure in test_horde_failures.FAILURES.items()}
ONES_OF_OUR_OWN = {
    "echo as plain text": {"faults": [{"path": processes.SUBMIT, "method": "POST", "status": 500, "body": ECHO}]},
    "echo as a header": {"faults": [
        {"path": processes.SUBMIT, "method": "POST", "status": 429, "body": {"message": ECHO},
         "headers": {"Retry-After": "1", "X-Echo": ECHO, "Server": ECHO}},
    ]},
    "echo in a code": {"faults": [
        {"path": processes.SUBMIT, "method": "POST", "status": 400, "body": {"message": ECHO, "rc": ECHO}},
    ]},
    "echo in a short code": {"faults": [
        {"path": processes.SUBMIT, "method": "POST", "status": 403, "body": {"message": "no", "rc": CLIENT_KEY}},
    ]},
    "echo of a status": {"faults": [
        {"path": processes.STATUS, "method": "GET", "status": 500, "body": {"message": ECHO}, "times": 9},
    ]},
    "echo of a list": {"faults": [{"path": "/api/v2/workers", "status": 500, "body": ECHO, "skip": 1}]},
    "a warning beside the id": {"faults": [
        {"path": processes.SUBMIT, "method": "POST", "status": 202, "body": {"id": ECHO, "message": ECHO}},
    ]},
    "a redirect to what was asked": {"faults": [
        {"path": processes.SUBMIT, "method": "POST", "status": 302, "headers": {"Location": "/?" + CLIENT_KEY}},
    ]},
}


def fail(evidence, name, changes, folder):
    """The same three prompts with the three keys, whole and streamed, and one client that leaves."""
    stage = Stage(evidence, f"Horde: {name}", folder, **changes)
    try:
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            work = []
            for prompt, key in zip(PROMPTS, [None, CLIENT_KEY, UNKNOWN_KEY]):
                work += [pool.submit(stage.chat, prompt, key), pool.submit(stage.stream, prompt, key)]
            for each in work:
                each.result(120)
        stage.leaver(PROMPTS[0] + " once more", CLIENT_KEY)
        stage.finish()
    finally:
        stage.close()


# What clients do


def wrong_requests(evidence, stage):
    """Requests that are refused, with secrets in every place where a value of the client's may stand."""
    key, prompt, address = CLIENT_KEY, PROMPTS[1], stage.server.address
    secret = f"{prompt} {ANSWERS[1]} {key}"
    bodies = [
        b'{"model": "' + secret.encode(), json.dumps(secret).encode(), secret.encode(),
        json.dumps([secret]).encode(), b'{"' + secret.encode() + b'": 1, "messages": []}',
        b'{"messages": ' * 200 + json.dumps(secret).encode(),
    ]
    for field in ("temperature", "max_tokens", "stop", "n", "stream", "tools", "response_format", "logprobs", "seed",
                  "tool_choice", "messages", "top_p", "horde", "reasoning_effort", "stream_options", "modalities"):
        for value in (secret, {secret: secret}, [secret, 5]):
            bodies.append(json.dumps(processes.chat(secret) | {field: value}).encode())
    for message in ({"role": secret, "content": "x"}, {"role": "user", "content": [{"type": secret}]},
                    {"role": "tool", "content": secret}, {"role": "user", "content": {secret: 1}}):
        bodies.append(json.dumps(processes.chat("x", messages=[message])).encode())
    bodies.append(json.dumps(processes.chat(secret + " many words" * 20_000)).encode())
    for body in bodies:
        headers = {"Authorization": f"Bearer {key}"}
        reply = wire.ask(address, "POST", "/v1/chat/completions", body, headers)
        evidence.add_reply(f"a wrong body {body[:60]!r}", reply)

    post = "POST /v1/chat/completions HTTP/1.1\r\nHost: t\r\n"
    heads = [
        f"GET /v1/models?key={key} HTTP/1.1\r\nHost: t\r\n\r\n",
        f"GET /v1/models HTTP/1.1\r\nHost: {key}\r\n\r\n",
        f"GET /v1/models HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {key}{key}\r\n\r\n",
        f"GET /v1/models HTTP/1.1\r\nHost: t\r\nAuthorization: {key}\r\nOrigin: https://{key}\r\n\r\n",
        f"GET /v1/models HTTP/1.1\r\nHost: t\r\nx-api-key: {key}\r\nCookie: key={key}\r\n\r\n",
        f"GET /health HTTP/1.1\r\nHost: t\r\nX-Request-Id: {key} {key}\r\n\r\n",
        f"POST /v1/embeddings?{key} HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n",
        f"GET /v1/models HTTP/1.1\r\nHost: t\r\nX-Filler: {key * 1000}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: t\r\n" + "".join(f"X-{number}: {key}\r\n" for number in range(120)) + "\r\n",
        f"{post}Content-Length: {key}\r\n\r\n",
        f"{post}Transfer-Encoding: {key}\r\n\r\n",
        f"{post}Authorization: Bearer {key}\r\nContent-Length: 99999999\r\n\r\n",
        f"{key}\r\n\r\n", f"GET {key} HTTP/1.1\r\nHost: t\r\n\r\n", f"GET / {key}\r\nHost: t\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: t\r\n{key}\r\n\r\n", f"GET / HTTP/1.1\r\nHost: t\r\n{key} : x\r\n\r\n",
    ]
    for head in heads:
        reply = wire.raw(address, head.encode())
        evidence.add_reply(f"a wrong head {head[:60]!r}", reply)
    # One that breaks off in the middle of its secret.
    Client(address, f"{post}Authorization: Bearer {key}".encode()).leave(True)
    Client(address, hostile.request(processes.chat(secret))[:-5]).leave(True)


def by_design(evidence, stage):
    """A client's own unknown model is named to it, since it is what is wrong; to it alone, and not in the log."""
    for model in (PROMPTS[2], CLIENT_KEY):
        for body in ({"model": model}, {"models": [model]}):
            body = processes.chat("x") | body
            reply = wire.ask(
                stage.server.address, "POST", "/v1/chat/completions", body, wire.bearer(CLIENT_KEY)
            )
            if reply.status != 200 and model in reply.body.decode():
                evidence.by_design.append(f"{reply.status} {reply.json['error']['code']} names the model")


def clients(evidence, folder):
    stage = Stage(evidence, "clients", folder)
    try:
        for prompt, key in zip(PROMPTS, [None, CLIENT_KEY, UNKNOWN_KEY]):
            stage.chat(prompt, key)
            stage.stream(prompt, key)
            stage.leaver(prompt, key)
        assert [stage.chat(prompt).status for prompt in PROMPTS] == [200] * 3, "no answer to be looked for"
        wrong_requests(evidence, stage)
        by_design(evidence, stage)
        stage.finish()
    finally:
        stage.close()


# How servers end


def endings(evidence, folder):
    """A drain with answers in work, a SIGKILL with answers in work, and a start that finds what they have left."""
    replies = [{"match": prompt, "reply": answer, "latency_seconds": 6} for prompt, answer in zip(PROMPTS, ANSWERS)]
    stage = Stage(evidence, "drained", folder, replies=replies)

    def begin():
        streams = [stage.server.stream(prompt, key) for prompt, key in zip(PROMPTS, [None, CLIENT_KEY, None])]
        asking = returning.Asking(stage.server, PROMPTS[0], False, CLIENT_KEY)
        eventually(
            lambda: len(jobs := stage.horde.jobs) >= 4 and jobs[-1]["state"] == "processing", 10, "all in work"
        )
        return streams, asking

    try:
        streams, asking = begin()
        stage.server.terminate()
        for stream in streams:
            stream.rest()
            stage.heard(stream)
        evidence.add_reply("drained: answer", asking.reply)
        stage.finish(is_ending=True)

        stage.name, stage.server = "killed", stage.start()
        streams, asking = begin()
        eventually(lambda: any(b"job" in text for text in journal(folder)), 5, "a journal")
        evidence.add_files("killed, while it runs", folder)
        stage.server.kill()
        asking.leave()
        for stream in streams:
            stream.leave()
        stage.finish(code=-9, is_ending=True)

        stage.name, stage.server = "started again", stage.start()
        for prompt, key in zip(PROMPTS, [None, CLIENT_KEY, None]):
            assert stage.chat(prompt, key).status == 200
        stage.finish()
    finally:
        stage.close()


def journal(folder):
    return [file.read_bytes() for file in pathlib.Path(folder, ".local/state/interposer").glob("jobs-*")]


def test_nothing_shows(tmp_path_factory):
    evidence = Evidence()
    scenarios = {**FAILURES, **ONES_OF_OUR_OWN}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        work = [
            pool.submit(fail, evidence, name, changes, tmp_path_factory.mktemp("home"))
            for name, changes in scenarios.items()
        ]
        work += [
            pool.submit(clients, evidence, tmp_path_factory.mktemp("home")),
            pool.submit(endings, evidence, tmp_path_factory.mktemp("home")),
        ]
        for each in work:
            each.result(400)
    hits = evidence.hits()
    hostile.report(
        "canary", f"{len(KEYS)} keys, {len(PROMPTS)} prompts, {len(ANSWERS)} answers and {len(evidence.ids)} job ids "
        f"through {len(work)} scenarios; {len(hits)} hits in {len(evidence.pieces)} pieces of "
        f"{evidence.size / 2**20:.1f} MiB; "
        f"named to the client by design: {sorted(set(evidence.by_design)) or 'nothing'}",
    )
    assert evidence.ids and evidence.size > 500_000, "there was nothing to search"
    assert not hits, "\n".join(sorted(set(hits))[:40])


def test_what_is_searched_for_would_be_found():
    """The search itself: every secret in every form, in a text around it."""
    for secret in [*KEYS, *PROMPTS, *ANSWERS]:
        shown = [
            secret, secret.upper(), secret[:12], secret[-12:], secret.encode().hex(), urllib.parse.quote(secret),
            *(base64.b64encode(b"x" * shift + secret.encode() + b"yz").decode() for shift in range(3)),
        ]
        for text in shown:
            evidence = Evidence()
            evidence.add("here", f"before {text} after")
            assert evidence.hits(), text
    evidence = Evidence()
    evidence.ids.add("0b5e7f6a-1c2d-4e3f-8a9b-0c1d2e3f4a5b")
    evidence.add("here", "id=0b5e7f6a-1c2d-4e3f-8a9b-0c1d2e3f4a5b", answers=True)
    evidence.add("journal", "0b5e7f6a-1c2d-4e3f-8a9b-0c1d2e3f4a5b", ids=False)
    assert len(evidence.hits()) == 1
    assert not re.search("canary", " ".join(PROMPTS), re.I)
