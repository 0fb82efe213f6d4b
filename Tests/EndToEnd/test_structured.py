"""Answers that keep to a form, through openai-python: schemas, forced calls, and what is asked for once more."""

import json

import openai
import pydantic
import pytest

import contract
import processes
from processes import CHATML


class Weather(pydantic.BaseModel):
    city: str
    degrees: int
    wind: str | None


VALID = '"city": "Oslo", "degrees": 12, "wind": null}'
REPLIES = [
    {"match": "That JSON is invalid", "reply": VALID},
    {"match": "That call cannot be read", "reply": ' "look", "arguments": {"city": "Oslo"}}\n</tool_call>'},
    {"match": "VALID-AT-ONCE", "reply": VALID + "\nI hope that helps!<|im_end|>"},
    {"match": "WITH-FENCE", "reply": "```json\n{" + VALID + "\n```"},
    {"match": "WRONG-TYPE", "reply": '"city": "Oslo", "degrees": "warm", "wind": null}'},
    {"match": "NEARLY-RIGHT", "reply": '"city": "Oslo", "degrees": "12"}'},
    {"match": "CUT-OFF", "reply": '"city": "Oslo", "wind": "' + "very strong and " * 60},
    {"match": "FORCED-FIRST", "reply": " I would rather not say\n</tool_call>"},
    {"match": "FORCED", "reply": ' "look", "arguments": {"city": "Bergen"}}\n</tool_call>'},
    {"match": "EMPTY-ONCE", "times": 1, "reply": "<|im_end|>"},
    {"match": "EMPTY-ONCE", "reply": "Here I am."},
    {"match": "EMPTY-FOR-EVER", "reply": "<|im_end|>"},
]
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]


@pytest.fixture(scope="module")
def horde():
    horde = processes.Horde(processes.script(replies=REPLIES))
    yield horde
    horde.close()


@pytest.fixture(scope="module")
def server(horde):
    server = processes.Server(horde)
    yield server
    server.close()


@pytest.fixture
def client(server):
    with openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0, timeout=60) as client:
        yield client


def messages(text):
    return [{"role": "system", "content": "Be exact."}, {"role": "user", "content": text}]


@pytest.mark.parametrize("text, retries", [
    ("VALID-AT-ONCE", 0), ("WITH-FENCE", 0), ("NEARLY-RIGHT", 0), ("WRONG-TYPE", 1),
])
def test_a_schema_is_kept(client, horde, text, retries):
    answer = client.chat.completions.parse(model=CHATML, messages=messages(text), response_format=Weather)
    (choice,) = answer.choices
    assert choice.message.parsed == Weather(city="Oslo", degrees=12, wind=None) and choice.finish_reason == "stop"
    assert (answer.model_extra or {}).get("horde", {}).get("retries", 0) == retries
    job = horde.job(text)
    assert job["prompt"].endswith("<|im_start|>assistant\n{") and '"degrees"' in job["prompt"]
    # The newest job is the one that asks once more.
    assert job["params"]["temperature"] == (0.1 if retries else 0.3) and job["params"]["rep_pen"] == 1


def test_the_cost_of_every_round_is_told(client):
    once = client.chat.completions.create(model=CHATML, messages=messages("VALID-AT-ONCE"), response_format={"type": "json_object"})
    twice = client.chat.completions.parse(model=CHATML, messages=messages("WRONG-TYPE"), response_format=Weather)
    assert twice.model_extra["horde"]["retry_prompt_tokens"] > twice.usage.prompt_tokens > once.usage.prompt_tokens
    assert twice.usage.completion_tokens > once.usage.completion_tokens
    assert twice.usage.total_tokens == twice.usage.prompt_tokens + twice.usage.completion_tokens


def test_json_is_streamed(client):
    with client.chat.completions.stream(
        model=CHATML, messages=messages("VALID-AT-ONCE"), response_format=Weather,
        stream_options={"include_usage": True},
    ) as stream:
        list(stream)
        answer = stream.get_final_completion()
    assert answer.choices[0].message.parsed.degrees == 12


def test_any_json_object(client):
    answer = client.chat.completions.create(
        model=CHATML, messages=messages("VALID-AT-ONCE"), response_format={"type": "json_object"}, n=2
    )
    assert [json.loads(choice.message.content)["city"] for choice in answer.choices] == ["Oslo", "Oslo"]


def test_json_that_the_length_cuts_off_is_closed_and_says_so(client):
    answer = client.chat.completions.create(
        model=CHATML, messages=messages("CUT-OFF"), response_format={"type": "json_object"}, max_tokens=40
    )
    (choice,) = answer.choices
    assert choice.finish_reason == "length" and json.loads(choice.message.content)["city"] == "Oslo"


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "look"}}])
def test_a_forced_call(client, horde, choice):
    asked = messages("FORCED-FIRST" if choice == "required" else "FORCED")
    if choice != "required":
        # The name stands in the prompt already: only the arguments are left to say.
        horde.install(processes.script(replies=[{"match": "FORCED", "reply": '{"city": "Bergen"}}\n</tool_call>'}]))
    answer = client.chat.completions.create(model=CHATML, messages=asked, tools=TOOLS, tool_choice=choice)
    horde.install(processes.script(replies=REPLIES))
    (said,) = answer.choices
    (call,) = said.message.tool_calls
    assert call.function.name == "look" and said.finish_reason == "tool_calls"
    assert json.loads(call.function.arguments) == {"city": "Oslo" if choice == "required" else "Bergen"}


def test_nothing_is_asked_for_once_more(client):
    answer = client.chat.completions.create(model=CHATML, messages=messages("EMPTY-ONCE"))
    assert answer.choices[0].message.content == "Here I am." and answer.model_extra["horde"]["retries"] == 1


def test_an_answer_is_never_nothing(client, server):
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model=CHATML, messages=messages("EMPTY-FOR-EVER"))
    assert caught.value.code == "generation_failed" and int(caught.value.response.headers["retry-after"]) <= 60
    stream = server.stream("EMPTY-FOR-EVER")
    stream.rest()
    assert contract.check_stream(stream.raw, fails=True).error["code"] == "generation_failed"


def test_a_schema_that_is_none_is_named(client, horde):
    before = horde.counters["submits"]
    for schema, param in [
        ({"name": "w", "schema": "object"}, "response_format.json_schema.schema"),
        ({"schema": {}}, "response_format.json_schema.name"),
    ]:
        with pytest.raises(openai.BadRequestError) as caught:
            client.chat.completions.create(
                model=CHATML, messages=messages("x"), response_format={"type": "json_schema", "json_schema": schema}
            )
        assert caught.value.param.startswith(param)
    assert horde.counters["submits"] == before
