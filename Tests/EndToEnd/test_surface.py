"""The HTTP surface: paths, methods, fields and headers, and who pays for a request."""

import concurrent.futures
import json

import pytest

import processes
import wire
from processes import (
    ALICE_KEY, ALPACA, ANONYMOUS_KEY, CHATML, LONG, SECRETS, SERVER_KEY, SHARED_KEY, TWO_SLASHES,
)

ORIGIN = {"Origin": "https://app.example"}


def test_the_root_says_what_this_is(server):
    reply = server.get("/")
    assert reply.status == 200 and reply.headers["content-type"].startswith("application/json")
    assert "interposer" in json.dumps(reply.json).lower()


def test_health_and_readiness(server):
    for path in ("/health", "/readyz"):
        reply = server.get(path)
        assert reply.status == 200 and reply.headers["content-type"].startswith("application/json")
        assert isinstance(reply.json, dict)


def test_models_have_what_clients_look_for(server):
    reply = server.get("/v1/models")
    assert reply.status == 200 and reply.json["object"] == "list"
    models = {model["id"]: model for model in reply.json["data"]}
    assert len(models) == len(reply.json["data"])
    assert len([model for model in models.values() if model["owned_by"] == "ai-horde"]) == 5
    for name, context in [(CHATML, 8192), (ALPACA, 4096), (LONG, 32768)]:
        model = models[name]
        assert model["object"] == "model" and isinstance(model["created"], int) and model["owned_by"]
        assert model["context_length"] == model["max_context_length"] == model["context_window"] == context
        assert model["max_completion_tokens"] == model["max_output_tokens"] == context // 2
        supply = model["horde"]
        assert supply["workers"] == 1 and supply["threads"] == 64 and supply["tokens_per_second"] > 0
        assert {"queued_tokens", "eta_seconds", "format"} <= set(supply), supply
    formats = json.loads((processes.ROOT / "Sources/Prompting/Resources/chat-formats.json").read_text())
    assert models[CHATML]["horde"]["format"] in json.dumps(formats)
    assert server.get("/v1/models/" + CHATML).json["horde"]["format"] == "chatml"
    assert server.get("/v1/models/" + CHATML.split("/")[1].upper()).json == server.get("/v1/models/" + CHATML).json


def test_virtual_models_are_listed_and_answer(server, horde):
    models = {model["id"]: model for model in server.get("/v1/models").json["data"]}
    for name in ("horde/auto", "horde/fast", "horde/large", "horde/coder", "horde/chatml"):
        model = models[name]
        assert model["owned_by"] == "interposer" and model["horde"]["virtual"] is True
        assert set(model["horde"]["models"]) <= set(models)
    assert server.get("/v1/models/HORDE%2Fauto").json["id"] == "horde/auto"
    reply = server.chat("[[reply:Chosen.]] for me", model="horde/chatml")
    assert reply.text == "Chosen." and reply.json["model"] == "horde/chatml"
    assert CHATML in horde.job("for me")["models"]


@pytest.mark.parametrize("method, path, code", [
    ("GET", "/v2/models", "unknown_url"),
    ("GET", "/v1", "unknown_url"),
    ("GET", "/favicon.ico", "unknown_url"),
    ("POST", "/v1/chat/completions/", None),
    ("POST", "/v1/chat", "unknown_url"),
    ("POST", "/v1/embeddings", "unsupported_endpoint"),
    ("POST", "/v1/responses", "unsupported_endpoint"),
    ("GET", "/v1/models/none-such", "model_not_found"),
    ("GET", "/v1/models/", None),
    ("GET", "/v1/models/%2e%2e/secret", "model_not_found"),
    ("GET", "/simulator/jobs", "unknown_url"),
])
def test_what_is_not_there(server, method, path, code):
    reply = wire.ask(server.address, method, path, {} if method == "POST" else None)
    if code is None and reply.status == 200:
        return  # a slash at the end may be overlooked
    assert reply.status == 404 or (code is None and reply.status == 400), reply.status
    assert code is None or reply.error["code"] == code
    assert reply.headers["x-request-id"]


@pytest.mark.parametrize("method, path, allowed", [
    ("GET", "/v1/chat/completions", "POST"),
    ("PUT", "/v1/chat/completions", "POST"),
    ("POST", "/v1/models", "GET"),
    ("DELETE", "/v1/models", "GET"),
    ("DELETE", "/v1/models/" + TWO_SLASHES, "GET"),
    ("POST", "/", "GET"),
    ("POST", "/health", "GET"),
    ("PATCH", "/readyz", "GET"),
])
def test_wrong_methods(server, method, path, allowed):
    reply = wire.ask(server.address, method, path)
    assert reply.status == 405
    assert reply.error
    allow = {name.strip() for name in reply.headers["allow"].split(",")}
    assert allowed in allow and method not in allow
    assert allowed != "GET" or "HEAD" in allow


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/models", "/v1/models/" + CHATML])
def test_browsers_may_ask_from_anywhere(server, path):
    asked = {**ORIGIN, "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "authorization,content-type,x-stainless-os"}
    reply = wire.ask(server.address, "OPTIONS", path, headers=asked)
    assert reply.status == 204 and reply.body == b""
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in reply.headers
    assert ("POST" if "chat" in path else "GET") in reply.headers["access-control-allow-methods"]
    allowed = reply.headers["access-control-allow-headers"].lower()
    for name in ("authorization", "content-type", "x-stainless-os"):
        # The star does not stand for Authorization (Fetch standard, "CORS-preflight fetch").
        assert name in allowed or (allowed.strip() == "*" and name != "authorization"), allowed


def test_answers_may_be_read_from_anywhere(server):
    replies = [
        wire.ask(server.address, "GET", "/v1/models", headers=ORIGIN),
        wire.ask(server.address, "GET", "/nowhere", headers=ORIGIN),
        wire.ask(server.address, "POST", "/v1/chat/completions", b"{", ORIGIN),
        wire.ask(server.address, "POST", "/v1/chat/completions", processes.chat("[[reply:Hi.]]"), ORIGIN),
    ]
    stream = wire.EventStream(server.address, processes.chat("[[reply:Hi.]]", stream=True), ORIGIN)
    stream.rest()
    for reply in [*replies, stream]:
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize("path", ["/", "/health", "/readyz", "/v1/models", "/v1/models/" + CHATML, "/nowhere"])
def test_head_is_get_without_the_body(server, path):
    got, headed = (wire.ask(server.address, method, path) for method in ("GET", "HEAD"))
    assert headed.status == got.status and headed.body == b""
    assert headed.headers["content-type"] == got.headers["content-type"]
    connection = wire.Connection(server.address)
    connection.ask("HEAD", path)
    assert connection.ask("GET", "/health").status == 200, "something was left on the connection"
    connection.close()


def test_request_ids(server):
    assert server.get("/health", **{"x-request-id": "mine-1.2_3"}).headers["x-request-id"] == "mine-1.2_3"
    given = {server.get("/health").headers["x-request-id"] for _ in range(20)}
    assert len(given) == 20
    for odd in ("two words", "x" * 129, "quote\"", "sl/ash"):
        assert server.get("/health", **{"x-request-id": odd}).headers["x-request-id"] not in (odd, None)
    stream = wire.EventStream(server.address, processes.chat("[[reply:Hi.]]", stream=True), {"x-request-id": "stream-1"})
    assert stream.headers.get_all("x-request-id") == ["stream-1"]
    stream.rest()


def test_one_connection_serves_many_requests(server):
    connection = wire.Connection(server.address)
    for number in range(3):
        reply = connection.ask("POST", "/v1/chat/completions", processes.chat(f"[[reply:No. {number}]]"))
        assert reply.text == f"No. {number}"
        assert connection.ask("GET", "/v1/none").status == 404
    connection.close()


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "text/plain",
                                          "application/x-www-form-urlencoded"])
def test_the_content_type_does_not_matter(server, content_type):
    reply = wire.ask(
        server.address, "POST", "/v1/chat/completions", json.dumps(processes.chat("[[reply:Hello.]]")).encode(),
        {"Content-Type": content_type},
    )
    assert reply.status == 200


WHO = [
    ("alice", {"Authorization": f"Bearer {ALICE_KEY}"}, "alice#2"),
    ("alice in lower case", {"Authorization": f"bearer {ALICE_KEY}"}, "alice#2"),
    ("shared", {"Authorization": f"Bearer {SHARED_KEY}"}, "shared#3"),
    ("anonymous", {"Authorization": f"Bearer {ANONYMOUS_KEY}"}, "Anonymous#0"),
    ("absent", {}, "server#1"),
    ("none", {"Authorization": "Bearer none"}, "server#1"),
    ("OpenAI's", {"Authorization": "Bearer sk-proj-0123456789abcdef0123456789abcdef"}, "server#1"),
    ("empty", {"Authorization": "Bearer "}, "server#1"),
    ("basic", {"Authorization": "Basic dXNlcjpwYXNz"}, "server#1"),
    ("one short", {"Authorization": f"Bearer {ALICE_KEY[:-1]}"}, "server#1"),
]


@pytest.mark.parametrize("name, headers, user", WHO, ids=[case[0] for case in WHO])
def test_whose_key_is_used(server, horde, name, headers, user):
    reply = wire.ask(server.address, "POST", "/v1/chat/completions", processes.chat(f"[[reply:Hi.]] {name}?"), headers)
    assert reply.status == 200
    assert horde.job(f"{name}?")["user"] == user


def test_the_environment_may_name_key_and_horde(start, horde):
    server = start(
        processes.Child, "serve", "--listen", "127.0.0.1:0", "--submits-per-minute", "0",
        AI_HORDE_URL=horde.url + "/api/v2", AI_HORDE_API_KEY=ALICE_KEY,
    )
    processes.eventually(lambda: wire.ask(server.address, "GET", "/readyz").status == 200, what="a model list")
    reply = wire.ask(server.address, "POST", "/v1/chat/completions", processes.chat("[[reply:Hi.]] by environment"))
    assert reply.status == 200 and horde.job("by environment")["user"] == "alice#2"


def test_no_key_means_the_anonymous_one(start, horde):
    server = start(
        processes.Child, "serve", "--listen", "127.0.0.1:0", "--submits-per-minute", "0", "--horde-url",
        horde.url + "/api/",
    )
    processes.eventually(lambda: wire.ask(server.address, "GET", "/readyz").status == 200, what="a model list")
    reply = wire.ask(server.address, "POST", "/v1/chat/completions", processes.chat("[[reply:Hi.]] by nobody"))
    assert reply.status == 200 and horde.job("by nobody")["user"] == "Anonymous#0"


def test_keys_and_job_ids_stay_inside(pair):
    """Neither a key nor the id of a job, which is a capability, leaves the server: in bodies, headers or the log."""
    horde, server = pair()

    def streamed(key):
        stream = server.stream("[[latency:0.5]][[reply:Hi.]]", key=key)
        stream.rest()
        return stream.headers.as_string() + stream.raw.decode()

    asks = [
        lambda key: server.chat("[[reply:Hi.]] from inside", key=key).everything,
        lambda key: server.chat("[[empty]]", key=key).everything,
        streamed,
    ]
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = [pool.submit(ask, key) for ask in asks for key in [None, *SECRETS]]
        seen = [answer.result(30) for answer in answers]
    seen += [server.get(path).everything for path in ("/", "/health", "/readyz", "/v1/models")]
    jobs = horde.jobs
    assert len(jobs) > 10
    text = "\n".join(seen) + server.stderr
    for secret in [*SECRETS, *(job["id"] for job in jobs)]:
        assert secret not in text
    assert horde.job("from inside")["client_agent"].count(":") >= 2
