"""openai-python from PyPI against the server: what its users call, and every class of error they catch."""

import asyncio

import openai
import pytest

import contract
import processes
import wire
from processes import ALPACA, CHATML, LONG, MISTRAL, TWO_SLASHES

MODELS = [CHATML, MISTRAL, ALPACA, TWO_SLASHES, LONG]


def user(text):
    return [{"role": "user", "content": text}]


@pytest.mark.parametrize("model", MODELS)
def test_chat(client, model):
    answer = client.chat.completions.create(model=model, messages=user("[[reply:Hello there.]]"))
    assert answer.object == "chat.completion" and answer.model == model
    assert answer.id.startswith("chatcmpl-") and answer.created > 1_700_000_000
    (choice,) = answer.choices
    assert choice.index == 0 and choice.finish_reason == "stop" and choice.logprobs is None
    assert choice.message.role == "assistant" and choice.message.content == "Hello there."
    assert choice.message.refusal is None and choice.message.tool_calls is None
    usage = answer.usage
    assert usage.prompt_tokens > 0 and 1 <= usage.completion_tokens <= 10
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert answer._request_id


def test_the_answer_is_valid_for_the_strict_types(client):
    raw = client.chat.completions.with_raw_response.create(model=CHATML, messages=user("[[reply:Hello.]]"))
    assert raw.headers["content-type"].startswith("application/json")
    openai.types.chat.ChatCompletion.model_validate_json(raw.content, strict=True)


def test_streamed_chat_with_usage(client):
    stream = client.chat.completions.create(
        model=CHATML, messages=user("[[reply:One two three.]]"), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "One two three."
    assert [c.choices[0].delta.role for c in chunks if c.choices and c.choices[0].delta.role] == ["assistant"]
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens > chunks[-1].usage.completion_tokens > 0
    assert len({c.id for c in chunks}) == 1 and {c.object for c in chunks} == {"chat.completion.chunk"}


def test_streamed_chat_without_usage(client):
    chunks = list(client.chat.completions.create(model=CHATML, messages=user("[[reply:Hi.]]"), stream=True))
    assert all(chunk.choices for chunk in chunks) and not any(chunk.usage for chunk in chunks)


@pytest.mark.parametrize("model", MODELS)
def test_a_stream_keeps_the_contract_to_the_letter(server, model):
    stream = server.stream("[[reply:Ünïcode 🦉 \"quoted\"]]", model=model, stream_options={"include_usage": True})
    assert stream.status == 200
    contract.check_head(stream.headers)
    stream.rest()
    said = contract.check_stream(stream.raw, usage=True, model=model)
    assert said.text == "Ünïcode 🦉 \"quoted\"" and said.finish_reasons == {0: "stop"}


def test_a_stream_that_the_client_offers_to_unzip_is_not_compressed(server):
    body = processes.chat("[[reply:Hi.]]", stream=True)
    stream = wire.EventStream(server.address, body, {"Accept-Encoding": "gzip, br", "Accept": "*/*"})
    contract.check_head(stream.headers)
    stream.rest()
    assert contract.check_stream(stream.raw).text == "Hi."


def test_two_answers(client, horde):
    answer = client.chat.completions.create(model=CHATML, messages=user("two answers, please"), n=2)
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert all(choice.message.content for choice in answer.choices)
    assert horde.job("two answers, please")["n"] == 2


def test_two_streamed_answers(server):
    stream = server.stream("two streamed answers", n=2, stream_options={"include_usage": True})
    stream.rest()
    said = contract.check_stream(stream.raw, choices=2, usage=True)
    assert all(said.texts.values())


def test_the_accumulator(client):
    with client.chat.completions.stream(
        model=CHATML, messages=user("[[reply:Added up.]]"), stream_options={"include_usage": True}
    ) as stream:
        kinds = [event.type for event in stream]
        answer = stream.get_final_completion()
    assert {"chunk", "content.delta", "content.done"} <= set(kinds)
    (choice,) = answer.choices
    assert (choice.message.role, choice.message.content) == ("assistant", "Added up.")
    assert choice.finish_reason == "stop" and answer.usage.total_tokens > 0


def test_the_accumulator_with_two_answers(client):
    with client.chat.completions.stream(model=CHATML, messages=user("[[reply:Twice.]]"), n=2) as stream:
        answer = stream.get_final_completion()
    assert [choice.message.content for choice in answer.choices] == ["Twice.", "Twice."]


def test_models(client):
    models = client.models.list()
    assert models.object == "list" and {model.id for model in models if model.owned_by == "ai-horde"} == set(MODELS)
    for model in models:
        assert model.object == "model" and model.created > 0 and model.owned_by
        assert client.models.retrieve(model.id).to_dict() == model.to_dict()


def test_model_names_have_slashes(server):
    for path in (TWO_SLASHES, TWO_SLASHES.replace("/", "%2F"), TWO_SLASHES.replace("/", "%2f", 1)):
        reply = server.get("/v1/models/" + path)
        assert reply.status == 200 and reply.json["id"] == TWO_SLASHES, path


ERRORS = [
    ("temperature", openai.BadRequestError, 400, {"temperature": 3}, "none"),
    ("bad key", openai.AuthenticationError, 401, {}, processes.BAD_KEY),
    ("deleted account", openai.PermissionDeniedError, 403, {}, processes.DELETED_KEY),
    ("model", openai.NotFoundError, 404, {"model": "koboldcpp/Qwen2.5-14B-Instruc"}, "none"),
    ("crowded account", openai.RateLimitError, 429, {}, processes.CROWDED_KEY),
    ("no text", openai.InternalServerError, 503, {"messages": user("[[empty]]")}, "none"),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name, kind, status, fields, key", ERRORS, ids=[case[0] for case in ERRORS])
def test_every_class_of_error(client, name, kind, status, fields, key, stream):
    asked = {"model": CHATML, "messages": user("[[reply:No.]]"), **fields, "stream": stream}
    if stream and name == "no text":
        # Horde has accepted the job by then, so the head is out.
        with pytest.raises(openai.APIError) as caught:
            list(client.chat.completions.create(**asked))
        assert not isinstance(caught.value, openai.APIStatusError) and caught.value.code and caught.value.message
        return
    with pytest.raises(kind) as caught:
        client.with_options(api_key=key).chat.completions.create(**asked)
    error = caught.value
    assert error.status_code == status and error.request_id
    assert set(error.body) == {"message", "type", "param", "code"}
    assert key == "none" or key not in str(error.response.content) + str(error.response.headers)
    if status in (429, 503):
        assert 0 < int(error.response.headers["retry-after"]) <= 60
    if status == 404:
        assert error.code == "model_not_found" and error.param == "model" and CHATML in error.message


def test_an_unknown_model_is_not_found(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("koboldcpp/none-such")
    assert caught.value.code == "model_not_found" and caught.value.request_id


def test_fifty_at_once(server):
    async def one(client, number):
        text = f"[[reply:Number {number}.]]"
        if number % 2:
            answer = await client.chat.completions.create(model=CHATML, messages=user(text))
            return answer.choices[0].message.content
        stream = await client.chat.completions.create(model=MISTRAL, messages=user(text), stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def all_of_them():
        async with openai.AsyncOpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0) as client:
            return await asyncio.gather(*(one(client, number) for number in range(50)))

    assert asyncio.run(all_of_them()) == [f"Number {number}." for number in range(50)]
