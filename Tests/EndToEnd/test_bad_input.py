"""Requests that are wrong: each is refused with a 4xx that names the field, and Horde never hears of it."""

import json

import pytest

import processes
import wire
from processes import CHATML

# Stands for a client's own data: it may be in the request, and never in the answer.
SECRET = "swordfish-7f3a"
USER = {"role": "user", "content": "hi"}


@pytest.fixture(autouse=True)
def nothing_is_submitted(horde):
    before = horde.counters["submits"]
    yield
    assert horde.counters["submits"] == before


def post(server, body, **headers):
    return wire.ask(server.address, "POST", "/v1/chat/completions", body, headers)


def refused(reply, status=400):
    assert reply.status == status, (reply.status, reply.body[:500])
    assert SECRET not in reply.everything
    assert reply.headers["x-request-id"]
    return reply.error


def fields(**changes):
    return {"model": CHATML, "messages": [USER], **changes}


def message(**changes):
    return fields(messages=[USER, {**USER, **changes}])


NOT_JSON = {
    "nothing": b"",
    "words": SECRET.encode(),
    "half": b'{"model": "' + SECRET.encode(),
    "two documents": json.dumps(fields()).encode() + b"{}",
    "trailing comma": b'{"model": "a", "messages": [],}',
    "not UTF-8": json.dumps(fields()).encode().replace(b"hi", b"\xff\xfe"),
    "NaN": b'{"temperature": NaN}',
    "UTF-16": json.dumps(fields()).encode("utf-16"),
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"messages":' * 100_000,
    "deep and whole": b'{"messages":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_not_json(server, body):
    error = refused(post(server, body))
    assert "JSON" in error["message"] and error["type"] == "invalid_request_error"


# The field that is at fault, and a body in which it is.
WRONG = [
    (None, [fields()]),
    (None, SECRET),
    (None, 5),
    (None, None),
    ("model", {"messages": [USER]}),
    ("model", fields(model=None)),
    ("model", fields(model=7)),
    ("model", fields(model=[SECRET])),
    ("model", fields(model="")),
    ("messages", {"model": CHATML}),
    ("messages", fields(messages=None)),
    ("messages", fields(messages=SECRET)),
    ("messages", fields(messages={"role": "user"})),
    ("messages", fields(messages=[])),
    ("messages[0]", fields(messages=[SECRET])),
    ("messages[0]", fields(messages=[None])),
    ("messages[1].role", fields(messages=[USER, {"content": SECRET}])),
    ("messages[1].role", message(role=SECRET)),
    ("messages[1].role", message(role=3)),
    ("messages[1].content", message(content=5)),
    ("messages[1].content", message(content={"text": SECRET})),
    ("messages[1].content", fields(messages=[USER, {"role": "user"}])),
    ("messages[1].content[0]", message(content=[SECRET])),
    ("messages[1].content[0].text", message(content=[{"type": "text", "text": 5}])),
    ("messages[1].content[0].type", message(content=[{"type": SECRET}])),
    ("messages[1].content[1]", message(content=[
        {"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64," + SECRET}},
    ])),
    ("messages[1].content[0]", message(content=[{"type": "input_audio", "input_audio": {"data": SECRET}}])),
    ("messages[1].content[0]", message(content=[{"type": "file", "file": {"file_data": SECRET}}])),
    ("temperature", fields(temperature=3)),
    ("temperature", fields(temperature=-0.1)),
    ("temperature", fields(temperature=SECRET)),
    ("temperature", fields(temperature=True)),
    ("top_p", fields(top_p=1.5)),
    ("top_p", fields(top_p="0.5")),
    ("frequency_penalty", fields(frequency_penalty=3)),
    ("presence_penalty", fields(presence_penalty=SECRET)),
    ("n", fields(n=0)),
    ("n", fields(n=21)),
    ("n", fields(n=1.5)),
    ("n", fields(n="2")),
    ("stop", fields(stop=5)),
    ("stop[1]", fields(stop=["a", 5])),
    ("stop", fields(stop={"a": SECRET})),
    ("max_tokens", fields(max_tokens=0)),
    ("max_tokens", fields(max_tokens=-1)),
    ("max_tokens", fields(max_tokens=10.5)),
    ("max_tokens", fields(max_tokens=SECRET)),
    ("max_completion_tokens", fields(max_completion_tokens=0)),
    ("stream", fields(stream="true")),
    ("stream_options", fields(stream=True, stream_options=5)),
    ("stream_options.include_usage", fields(stream=True, stream_options={"include_usage": SECRET})),
    ("tools", fields(tools=SECRET)),
    ("tools", fields(tools={})),
    ("tools[0]", fields(tools=[SECRET])),
    ("tools[0].function", fields(tools=[{"type": "function"}])),
    ("tools[0].function.name", fields(tools=[{"type": "function", "function": {"name": 5}}])),
    ("logprobs", fields(logprobs=True)),
    ("top_logprobs", fields(top_logprobs=21)),
    ("response_format.type", fields(response_format={"type": SECRET})),
    ("modalities", fields(modalities=["text", "audio"])),
    ("audio", fields(audio={"voice": SECRET})),
]


@pytest.mark.parametrize("param, body", WRONG, ids=[f"{param}-{index}" for index, (param, _) in enumerate(WRONG)])
def test_wrong_fields(server, param, body):
    error = refused(post(server, json.dumps(body).encode()))
    assert error["type"] == "invalid_request_error"
    if param is not None:
        assert error["param"] == param and param in error["message"], error


@pytest.mark.parametrize("stream", [False, True])
def test_a_wrong_field_is_an_error_for_streams_as_well(server, stream):
    assert refused(post(server, fields(stream=stream, temperature=SECRET)))["param"] == "temperature"


@pytest.mark.parametrize("text", ['"\\u0000"', '"a\\u0000b"', '"\\ud83d"', '"\\ude00 alone"', '"\\ud83d\\u0041"'])
def test_text_that_is_none(server, text):
    body = json.dumps(message(content="TEXT")).replace('"TEXT"', text)
    error = refused(post(server, body.encode()))
    assert error["param"] == "messages[1].content" and error["param"] in error["message"]


def test_an_unknown_model_is_named_with_its_neighbours(server):
    error = refused(post(server, fields(model="koboldcpp/qwen2.5-14b-instruckt")), 404)
    assert error["code"] == "model_not_found" and error["param"] == "model"
    assert "`koboldcpp/qwen2.5-14b-instruckt`" in error["message"] and f"`{CHATML}`" in error["message"]


def test_a_conversation_that_is_too_long(server):
    error = refused(post(server, fields(messages=[{"role": "user", "content": "many words " * 20_000}])))
    assert error["code"] == "context_length_exceeded"
    assert "maximum context length is 8192 tokens" in error["message"]
    assert "reduce the length of the messages" in error["message"]


def head(*lines, path="/v1/chat/completions", method="POST", host=True):
    lines = [f"{method} {path} HTTP/1.1", *(["Host: localhost"] if host else []), *lines]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


BODY = json.dumps(fields()).encode()
LIMIT = 8 * 1024 * 1024


def test_a_body_that_says_it_is_too_large_is_not_waited_for(server):
    reply = wire.raw(server.address, head("Content-Type: application/json", f"Content-Length: {LIMIT + 1}"))
    assert refused(reply, 413)["code"] == "payload_too_large"


def test_a_body_that_turns_out_too_large(server):
    block = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    reply = wire.raw(server.address, head("Transfer-Encoding: chunked"), *[block] * 8, b"1\r\n \r\n", b"0\r\n\r\n")
    refused(reply, 413)


def test_a_body_of_just_the_limit_is_read(server):
    body = json.dumps(fields(model="none-such")).encode().ljust(LIMIT)
    reply = wire.raw(server.address, head(f"Content-Length: {LIMIT}"), body)
    assert refused(reply, 404)["code"] == "model_not_found"


def test_a_head_that_is_too_large(server):
    reply = wire.raw(server.address, head(f"X-Filler: {'x' * 17_000}", f"Content-Length: {len(BODY)}"), BODY)
    refused(reply, 431)


def test_a_head_that_is_far_too_large(server):
    filler = [f"X-Filler-{number}: {'x' * 1000}" for number in range(100)]
    refused(wire.raw(server.address, head(*filler, f"Content-Length: {len(BODY)}"), BODY), 431)


FRAMING = {
    "Content-Length with Transfer-Encoding": (
        head(f"Content-Length: {len(BODY)}", "Transfer-Encoding: chunked"),
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
    ),
    "no Host": (head(f"Content-Length: {len(BODY)}", host=False), BODY),
    "two Hosts": (head("Host: elsewhere", f"Content-Length: {len(BODY)}"), BODY),
    "two lengths": (head(f"Content-Length: {len(BODY)}", f"Content-Length: {len(BODY) + 1}"), BODY),
    "an unknown coding": (head("Transfer-Encoding: gzip, chunked"), BODY),
    "two codings": (head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), BODY),
}


@pytest.mark.parametrize("pieces", FRAMING.values(), ids=FRAMING)
def test_a_request_that_two_servers_would_read_differently(server, pieces):
    reply = wire.raw(server.address, *pieces)
    refused(reply)
    assert reply.headers["connection"] == "close"


LENGTHS = {"a sign": f"+{len(BODY)}", "nothing": "", "words": "seven", "two in one": f"{len(BODY)}, {len(BODY)}"}


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_a_length_that_is_no_number(server, length):
    reply = wire.raw(server.address, head(f"Content-Length: {length}"), BODY)
    assert "Content-Length" in refused(reply)["message"]
    assert reply.headers["connection"] == "close"


@pytest.mark.parametrize("line", ["POST /v1/chat/completions", "POST /v1/chat/completions HTTP/7", "nonsense"])
def test_a_request_line_that_is_none(server, line):
    refused(wire.raw(server.address, f"{line}\r\nHost: localhost\r\n\r\n".encode()))


def test_the_server_still_answers_after_all_that(server):
    assert server.get("/health").status == 200
