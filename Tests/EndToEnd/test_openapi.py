"""The document of the server's own surface: it is valid, it has every route, and the server answers as it says."""

import json
import re
import tempfile

import hypothesis
import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import configuration, strategies
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks, definitions

import processes
import wire
from processes import BAD_KEY, CHATML, CROWDED_KEY

DOCUMENT = json.loads((processes.ROOT / "Sources/Gateway/Resources/openapi.json").read_text())
METHODS = ["get", "head", "post", "put", "patch", "delete", "trace"]
OPERATIONS = [(path, method) for path, item in DOCUMENT["paths"].items() for method in METHODS if method in item]
# The rest has nothing that could be wrong but the name in a path.
READING = [path for path, method in OPERATIONS if "requestBody" in DOCUMENT["paths"][path][method]]
# What stands for a name in a path.
NAMES = {"model": CHATML, "token": "none-such"}

CALL = '<tool_call>\n{"name": "look", "arguments": {"where": "up"}}\n</tool_call>'
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
REPLIES = [
    {"match": "call a tool", "reply": CALL},
    {"match": "think first", "reply": "<think>Hm.</think>Yes."},
    {"match": "be silent", "reply": ""},
    {"match": "be indecent", "state": "censored"},
    {"reply": "Hello."},
]

# Hypothesis would leave its notes in the working directory.
NOTES = tempfile.TemporaryDirectory(prefix="hypothesis-")
configuration.set_hypothesis_home_dir(NOTES.name)


@pytest.fixture(scope="module")
def server():
    """A server whose answers are short and come at once: nothing here is about the time that they take."""
    horde = processes.Horde(processes.script(replies=REPLIES, pickup_seconds=0), "--clock-speed", "20")
    server = processes.Server(horde)
    yield server
    server.close()
    horde.close()


@pytest.fixture(scope="module")
def schema(server):
    """The document as the server gives it, ready to ask that server."""
    schema = schemathesis.openapi.from_dict(server.get("/openapi.json").json)
    schema.config.update(base_url=server.url)
    # That U+0000 is refused in every text is no part of a schema.
    schema.config.generation.update(allow_x00=False)
    # Where 503 is not written down, it is refused as an unknown status.
    schema.config.checks.not_a_server_error.expected_statuses = ["2xx", "4xx", "503"]
    return schema


@pytest.fixture(scope="module")
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def for_all(examples, mode, operation, **more):
    """Runs a function with requests of one operation, the same ones each time."""
    settings = hypothesis.settings(
        max_examples=examples, database=None, deadline=None,
        # To find a smaller request that shows the same would take many answers.
        phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck),
    )
    given = hypothesis.given(case=operation.as_strategy(generation_mode=mode), **more)
    return lambda ask: hypothesis.seed(1)(settings(given(ask)))()


def test_the_server_gives_the_document(server):
    reply = server.get("/openapi.json")
    assert reply.status == 200 and reply.headers["content-type"] == "application/json"
    assert reply.json == DOCUMENT
    assert DOCUMENT["info"]["version"] == server.get("/").json["version"]


def test_the_document_is_valid():
    definitions.OPENAPI_31_VALIDATOR.validate(DOCUMENT)
    names = [DOCUMENT["paths"][path][method]["operationId"] for path, method in OPERATIONS]
    assert len(set(names)) == len(names)
    for name in DOCUMENT["components"]["schemas"]:
        # This refuses what is no JSON Schema, and a reference that leads nowhere.
        validator(f"#/components/schemas/{name}")
    kept = {f"#/components/{kind}/{name}" for kind, all in DOCUMENT["components"].items() for name in all}
    assert set(references(DOCUMENT)) == kept - {"#/components/securitySchemes/bearerAuth"}


@pytest.mark.parametrize("path", READING)
def test_the_examples_are_requests(path):
    (body,) = DOCUMENT["paths"][path]["post"]["requestBody"]["content"].values()
    validator(body["schema"]["$ref"]).validate(body["example"])


def validator(reference):
    return jsonschema_rs.Draft202012Validator({"$ref": reference, "components": DOCUMENT["components"]})


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for element in node:
            yield from references(element)


def test_the_document_has_every_route():
    router = (processes.ROOT / "Sources/Gateway/Router.swift").read_text()
    routes = set(re.findall(r'case "(/[^"]*)":', router))
    assert len(routes) >= 10 and routes <= set(DOCUMENT["paths"]), routes - set(DOCUMENT["paths"])


@pytest.mark.parametrize("path, method", OPERATIONS)
def test_what_the_document_allows_is_answered_as_it_says(schema, session, path, method):
    @for_all(10, GenerationMode.POSITIVE, schema[path][method])
    def ask(case):
        case.call_and_validate(session=session, checks=CHECKS)


# Rules that a schema cannot have: what one parameter may be depends on another.
RELATIONS = {"best_of", "prompt", "tool_choice", "horde"}


@pytest.mark.parametrize("path", READING)
def test_what_the_document_allows_is_written(schema, session, path):
    """Requests for a model that is there: what is refused is refused for one of few reasons."""
    @for_all(12, GenerationMode.POSITIVE, schema[path]["post"], streams=strategies.booleans())
    def ask(case, streams):
        case.body.update(model=CHATML, stream=streams)
        reply = case.call_and_validate(session=session, checks=CHECKS)
        if reply.status_code == 400:
            error = reply.json()["error"]
            # What Horde alone knows, such as which workers there are, is no part of the document.
            assert error["code"] in ("upstream_refused", "context_length_exceeded") or error["param"].split(".")[0] in RELATIONS, error


@pytest.mark.parametrize("path", READING)
def test_what_the_document_does_not_allow_is_refused(schema, session, path):
    (body,) = DOCUMENT["paths"][path]["post"]["requestBody"]["content"].values()
    document = validator(body["schema"]["$ref"])

    @for_all(40, GenerationMode.NEGATIVE, schema[path]["post"])
    def ask(case):
        reply = case.call_and_validate(session=session, checks=CHECKS)
        # 404 says that nothing is wrong but the name of the model.
        assert reply.status_code == 400 or document.is_valid(looked_at(case.body)), reply.text


# Beside the first of a row that has a value, the others are not looked at.
ROWS = [
    ("max_completion_tokens", "max_tokens"), ("typical", "typical_p"), ("rep_pen", "repetition_penalty"),
    ("reasoning_effort", "reasoning", "chat_template_kwargs"), ("effort", "enabled"), ("enable_thinking", "thinking"),
    ("content", "refusal"), ("tool_calls", "function_call"),
]


def looked_at(node):
    if isinstance(node, list):
        return [looked_at(element) for element in node]
    if not isinstance(node, dict):
        return node
    beside = {name for row in ROWS for name in [name for name in row if node.get(name) is not None][1:]}
    return {name: looked_at(value) for name, value in node.items() if name not in beside}


@pytest.mark.parametrize("path", READING)
def test_each_range_is_the_one_that_the_document_has(server, path):
    """Asked for a model that is not there, the server has nothing against a request but that."""
    (body,) = DOCUMENT["paths"][path]["post"]["requestBody"]["content"].values()
    # With as many choices as can be, no other parameter is too large for them.
    asked = {**body["example"], "model": "none-such", "n": 20}
    seen = 0
    for name, field in resolved(body["schema"])["properties"].items():
        for value, is_taken in edges(field):
            reply = wire.ask(server.address, "POST", path, {**asked, name: value})
            seen += 1
            if is_taken:
                assert (reply.status, reply.error["code"]) == (404, "model_not_found"), (name, value, reply.error)
            else:
                assert reply.status == 400 and reply.error["param"].split(".")[0] == name, (name, value, reply.error)
    assert seen > 100


def resolved(node):
    return resolved(DOCUMENT["components"]["schemas"][node["$ref"].rsplit("/", 1)[1]]) if "$ref" in node else node


def edges(field):
    """Values at the edges of a schema, and whether they are inside; none for a schema without edges."""
    field = resolved(field)
    types = field.get("type", [])
    if "enum" in field:
        yield from ((value, True) for value in field["enum"])
        yield "none-such", False
    elif "null" in types:
        yield None, True
    if "boolean" in types:
        yield from [(True, True), (False, True), (0, False), ("true", False)]
    if "maximum" in field:
        yield from [(field["minimum"], True), (field["maximum"], True), (str(field["maximum"]), False)]
        yield from [(field["minimum"] - 1, False), (field["maximum"] + 1, False)]
    if "integer" in types:
        yield 1.5, False
    if "object" in types:
        yield from [({}, True), ([], False)]
        for name, member in field.get("properties", {}).items():
            yield from (({name: value}, is_taken) for value, is_taken in edges(member))


def chat(text="Hi.", **fields):
    return "/v1/chat/completions", processes.chat(text, **fields)


def plain(prompt="Once", **fields):
    return "/v1/completions", {"model": CHATML, "prompt": prompt, **fields}


STREAM = {"stream": True, "stream_options": {"include_usage": True}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "greeting", "schema": {"type": "object"}}}

# One of each kind of answer, which requests made at random seldom get.
KINDS = {
    "choices": (200, chat(n=3)),
    "choices, streamed": (200, chat(n=3, **STREAM)),
    "notes": (200, chat(metadata={"a": "b"})),
    "a call": (200, chat("call a tool", tools=TOOLS)),
    "a call, streamed": (200, chat("call a tool", tools=TOOLS, **STREAM)),
    "a thought": (200, chat("think first")),
    "a thought, streamed": (200, chat("think first", **STREAM)),
    "JSON": (200, chat(response_format=SCHEMA)),
    "censored": (200, chat("be indecent")),
    "two texts with their prompts": (200, plain(["One", "Two"], echo=True)),
    "two texts, streamed": (200, plain(["One", "Two"], **STREAM)),
    "nothing": (503, chat("be silent")),
    "nothing, streamed": (200, chat("be silent", **STREAM)),
    "kudos": (403, chat(horde={"slow_workers": False})),
    "no room": (400, chat("word " * 20_000)),
    "too large": (413, chat("x" * 9_000_000)),
}


@pytest.mark.parametrize("status, request_", KINDS.values(), ids=KINDS)
def test_kinds_of_answers(schema, session, status, request_):
    reply = ask_for(schema, session, request_)
    assert reply.status_code == status, reply.text[:500]


@pytest.mark.parametrize("status, key", [(401, BAD_KEY), (429, CROWDED_KEY)])
def test_keys_that_do_not_work(schema, session, status, key):
    reply = ask_for(schema, session, chat(), headers=wire.bearer(key))
    assert reply.status_code == status, reply.text[:500]


def ask_for(schema, session, request, headers=None):
    path, body = request
    case = schema[path]["post"].Case(body=body, media_type="application/json")
    return case.call_and_validate(session=session, checks=CHECKS, headers=headers)


@pytest.mark.parametrize("path", ["/readyz", "/opencode.json", "/v1/models"])
def test_a_server_without_models(schema, session, idle, path):
    reply = schema[path]["get"].Case().call_and_validate(base_url=idle.url, session=session, checks=CHECKS)
    assert reply.status_code == (200 if path == "/v1/models" else 503)


@pytest.fixture(scope="module")
def idle():
    # Nobody listens there.
    server = processes.Server("http://127.0.0.1:9", ready=False)
    yield server
    server.close()


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_other_methods_are_refused(server, path):
    offered = {method.upper() for method in METHODS if method in DOCUMENT["paths"][path]}
    offered |= {"HEAD"} if "GET" in offered else set()
    for method in {method.upper() for method in METHODS} - offered:
        reply = wire.ask(server.address, method, path.format(**NAMES))
        assert reply.status == 405, method
        assert set(reply.headers["allow"].split(", ")) == offered | {"OPTIONS"}
        assert method == "HEAD" or reply.error["code"] == "method_not_allowed"
    preflight = wire.ask(server.address, "OPTIONS", path.format(**NAMES))
    assert preflight.status == 204 and preflight.headers["access-control-allow-methods"]
    if "HEAD" in offered:
        assert wire.ask(server.address, "HEAD", path.format(**NAMES)).status == 200
