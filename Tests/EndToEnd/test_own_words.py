"""Every model in its own words: what is submitted for it, and what openai-python sees of the text that comes back."""

import json
import time

import openai
import pytest

import contract
import processes
import wire
from processes import worker

QWEN3 = "koboldcpp/Qwen3-14B-Q4_K_M"
R1 = "koboldcpp/DeepSeek-R1-Distill-Qwen-14B"
GPT_OSS = "koboldcpp/gpt-oss-20b"
GEMMA = "aphrodite/google/gemma-3-12b-it"
GLM = "tabbyAPI/zai-org/GLM-4.6"
CYDONIA = "TheDrummer/Cydonia-24B-v4.3"
LLAMA = "koboldcpp/L3-8B-Stheno-v3.2"

MODELS = [QWEN3, R1, GPT_OSS, GEMMA, GLM, CYDONIA, LLAMA]
WORKERS = [worker(f"Shelf {number}", model) for number, model in enumerate(MODELS)]

REPLIES = [
    {"match": "QWEN-THINKS", "reply": "<think>\nTwo and two.\n</think>\n\nFour.<|im_end|>"},
    {"match": "QWEN-EMPTY-THOUGHT", "reply": "<think>\n\n</think>\n\nFour."},
    {"match": "R1-THINKS", "reply": "Hmm, sums.\n</think>\n\nFour.<｜end▁of▁sentence｜>"},
    {"match": "R1-IS-CUT", "reply": "I wonder about " + "this and that and " * 200},
    {"match": "OSS-CHANNELS", "reply": "<|channel|>analysis<|message|>Sum it.<|end|><|start|>assistant<|channel|>final<|message|>Four.<|return|>"},
    {"match": "OSS-FLAT", "reply": "analysisSum it.assistantfinalFour."},
    {"match": "SPEAKS-FOR-THE-USER", "reply": "Four.<end_of_turn>\n<start_of_turn>user\nAnd three?"},
    {"match": "STOP-INSIDE", "reply": "one two STOP three"},
    {"match": "MARKUP", "reply": 'class</s>"'},
    {"match": "FILLS-THE-LENGTH", "reply": "word " * 65},
    {"match": "GOES-ON", "reply": ", 4, 5"},
]


@pytest.fixture(scope="module")
def horde():
    horde = processes.Horde(processes.script(workers=WORKERS, replies=REPLIES))
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


def ask(client, model, text, **more):
    answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}], **more)
    (choice,) = answer.choices
    return choice, answer.usage


THOUGHTS = [
    (QWEN3, "QWEN-THINKS", "Two and two."), (QWEN3, "QWEN-EMPTY-THOUGHT", None), (R1, "R1-THINKS", "Hmm, sums."),
    (GPT_OSS, "OSS-CHANNELS", "Sum it."), (GPT_OSS, "OSS-FLAT", "Sum it."),
]


@pytest.mark.parametrize("model, text, thought", THOUGHTS)
def test_thoughts_are_told_apart(client, model, text, thought):
    choice, usage = ask(client, model, text)
    assert choice.message.content == "Four." and choice.finish_reason == "stop"
    assert getattr(choice.message, "reasoning_content", None) == thought
    details = usage.completion_tokens_details
    assert (details.reasoning_tokens > 0) if thought else details is None


@pytest.mark.parametrize("model, text, thought", THOUGHTS)
def test_thoughts_are_told_apart_in_a_stream(server, model, text, thought):
    stream = server.stream(text, model=model)
    stream.rest()
    said = contract.check_stream(stream.raw, model=model)
    assert said.text == "Four." and (said.thoughts[0] or None) == thought


def test_a_thought_that_was_cut_off_is_no_answer(client):
    choice, usage = ask(client, R1, "R1-IS-CUT", max_tokens=64)
    assert choice.message.content == "" and choice.message.reasoning_content.startswith("I wonder")
    assert choice.finish_reason == "length" and usage.completion_tokens == 64


def test_what_the_model_says_for_the_user_is_cut(client):
    choice, _ = ask(client, GEMMA, "SPEAKS-FOR-THE-USER")
    assert choice.message.content == "Four." and choice.finish_reason == "stop"


def test_stops_are_cut_as_strings(client, horde):
    choice, _ = ask(client, LLAMA, "STOP-INSIDE", stop=["STOP"])
    assert choice.message.content == "one two" and choice.finish_reason == "stop"
    choice, _ = ask(client, CYDONIA, "MARKUP")
    assert choice.message.content == "class" and choice.finish_reason == "stop"
    assert horde.job("STOP-INSIDE")["params"]["stop_sequence"][-1] == "STOP"


def test_many_stops_are_all_honoured_and_few_are_sent(client, horde):
    stops = [f"~{number}~" for number in range(40)] + ["STOP", "x" * 2500]
    choice, _ = ask(client, LLAMA, "STOP-INSIDE, many", stop=stops)
    assert choice.message.content == "one two"
    sent = horde.job("STOP-INSIDE, many")["params"]["stop_sequence"]
    assert len(sent) == 16 and sent[0] == "<|eot_id|>" and sum(map(len, sent)) <= 2000


def test_a_text_of_the_length_asked_for_ends_by_length(client):
    choice, usage = ask(client, LLAMA, "FILLS-THE-LENGTH", max_tokens=64)
    assert choice.finish_reason == "length" and 60 <= usage.completion_tokens <= 64
    choice, usage = ask(client, LLAMA, "FILLS-THE-LENGTH", max_tokens=128)
    assert choice.finish_reason == "stop" and 60 <= usage.completion_tokens <= 70


def test_a_prefill_is_continued_to_the_letter(client, horde):
    answer = client.chat.completions.create(
        model=QWEN3,
        messages=[{"role": "user", "content": "GOES-ON counting"}, {"role": "assistant", "content": "1, 2, 3"}],
    )
    assert answer.choices[0].message.content == ", 4, 5"
    assert horde.job("GOES-ON counting")["prompt"].endswith("1, 2, 3")


EFFORT = [
    (QWEN3, "none", "<|im_start|>assistant\n<think>\n\n</think>\n\n"), (QWEN3, "high", "<|im_start|>assistant\n"),
    (QWEN3, None, "<|im_start|>assistant\n"), (R1, None, "<｜Assistant｜><think>\n"),
    (GLM, "minimal", "/nothink<|assistant|>\n<think></think>"), (GLM, "low", "<|assistant|>"),
    (GPT_OSS, "none", "<|start|>assistant<|channel|>final<|message|>"), (GPT_OSS, "high", "<|start|>assistant"),
]


@pytest.mark.parametrize("model, effort, ending", EFFORT)
def test_effort_is_said_in_the_family_s_own_way(client, horde, model, effort, ending):
    text = f"effort {effort} for {model}"
    ask(client, model, text, **({"reasoning_effort": effort} if effort else {}))
    prompt = horde.job(text)["prompt"]
    assert prompt.endswith(ending)
    if model == GPT_OSS and effort == "high":
        assert "Reasoning: high" in prompt


SHAPES = {
    QWEN3: ("chatml", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nHello"),
    GEMMA: ("gemma", "<start_of_turn>user\nS\n\nHello"),
    GLM: ("glm45", "[gMASK]<sop><|system|>\nS<|user|>\nHello"),
    CYDONIA: ("mistral-v7-tekken", "[SYSTEM_PROMPT]S[/SYSTEM_PROMPT][INST]Hello"),
    LLAMA: ("llama3", "<|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>"),
    R1: ("deepseek3", "S<｜User｜>Hello"),
    GPT_OSS: ("harmony", "<|start|>system<|message|>You are ChatGPT"),
}


@pytest.mark.parametrize("model", SHAPES)
def test_the_list_of_models_says_how_each_is_spoken_to(client, horde, model):
    name, beginning = SHAPES[model]
    listed = client.models.retrieve(model).horde
    assert listed["format"] == name and listed["format_source"].split()[0] in ("rule", "reference")
    text = f"Hello to {model}"
    client.chat.completions.create(
        model=model, messages=[{"role": "system", "content": "S"}, {"role": "user", "content": text}]
    )
    assert horde.job(text)["prompt"].startswith(beginning)


def test_overflow_is_an_error_that_clients_know(client, horde):
    before = horde.counters["submits"]
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, QWEN3, "many words " * 20_000)
    error = caught.value
    assert error.code == "context_length_exceeded" and error.param == "messages"
    assert error.message.count("This model's maximum context length is 8192 tokens. However, your messages resulted in") == 1
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model=QWEN3, prompt="many words " * 20_000)
    assert caught.value.code == "context_length_exceeded" and "your prompt resulted in" in caught.value.message
    assert horde.counters["submits"] == before


def test_the_job_asks_for_no_more_context_than_it_needs(client, horde):
    ask(client, QWEN3, "a small question of context", max_tokens=100)
    payload = horde.job("a small question of context")["params"]
    assert payload["max_length"] == 100 and payload["max_context_length"] <= 256


def test_samplers_and_hordes_own_knobs_reach_horde(client, horde):
    samplers = {
        "top_k": 40, "min_p": 0.05, "top_a": 0.1, "typical": 0.9, "tfs": 0.95, "rep_pen": 1.1, "dynatemp_range": 0.5,
        "dynatemp_exponent": 1.5, "smoothing_factor": 0.2, "sampler_order": [6, 0, 1, 3, 4, 2, 5],
    }
    knobs = {"trusted_workers": True, "validated_backends": False, "allow_downgrade": True}
    ask(client, QWEN3, "with samplers", extra_body={**samplers, "horde": knobs, "unheard_of": {"x": 1}})
    job = horde.job("with samplers")
    assert {name: job["params"][name] for name in samplers} == samplers
    result = processes.run(
        "prompt", "--offline", "--context", "4096", "--max-length", "256",
        stdin=json.dumps(processes.chat("hi", model=QWEN3, horde=knobs, **samplers)),
    )
    shown = json.loads(result.stdout)
    assert {name: shown[name] for name in knobs} == knobs
    assert result.stderr == "format chatml: rule qwen3\n"


def test_a_worker_that_is_not_wanted_is_not_sized_for(client):
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, QWEN3, "hi", extra_body={"horde": {"workers": ["00000000-0000-0000-0000-000000000000"]}})
    assert caught.value.param == "horde" and "worker" in caught.value.message


def test_wrong_knobs_are_named(client):
    for body, param in [
        ({"top_k": "many"}, "top_k"), ({"min_p": 2}, "min_p"), ({"horde": {"workers": [1]}}, "horde.workers[0]"),
        ({"horde": {"trusted_workers": "yes"}}, "horde.trusted_workers"), ({"reasoning_effort": "huge"}, "reasoning_effort"),
    ]:
        with pytest.raises(openai.BadRequestError) as caught:
            ask(client, QWEN3, "hi", extra_body=body)
        assert caught.value.param == param


# Plain completions


def test_a_plain_completion_is_the_prompt_and_nothing_else(client, horde):
    answer = client.completions.create(model=QWEN3, prompt="GOES-ON, plainly: 1, 2, 3")
    assert answer.object == "text_completion" and answer.id.startswith("cmpl-")
    (choice,) = answer.choices
    assert (choice.text, choice.index, choice.finish_reason) == (", 4, 5", 0, "stop") and choice.logprobs is None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    job = horde.job("GOES-ON, plainly")
    assert job["prompt"] == "GOES-ON, plainly: 1, 2, 3" and job["max_length"] == 16
    assert not job["params"].get("stop_sequence")


def test_plain_completions_of_several_prompts(client):
    answer = client.completions.create(
        model=QWEN3, prompt=["GOES-ON a 1, 2, 3", "STOP-INSIDE b"], n=2, echo=True, stop="STOP", max_tokens=40
    )
    texts = [choice.text for choice in answer.choices]
    assert texts == ["GOES-ON a 1, 2, 3, 4, 5"] * 2 + ["STOP-INSIDE bone two "] * 2
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]


def test_a_streamed_plain_completion(client):
    chunks = list(client.completions.create(
        model=QWEN3, prompt=["GOES-ON c", "GOES-ON d"], stream=True, stream_options={"include_usage": True}
    ))
    assert {chunk.object for chunk in chunks} == {"text_completion"} and len({chunk.id for chunk in chunks}) == 1
    texts, reasons = ["", ""], [None, None]
    for chunk in chunks:
        for choice in chunk.choices:
            texts[choice.index] += choice.text
            reasons[choice.index] = choice.finish_reason or reasons[choice.index]
    assert texts == [", 4, 5", ", 4, 5"] and reasons == ["stop", "stop"]
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens > 0


def test_plain_completions_refuse_what_they_cannot_do(client, horde):
    before = horde.counters["submits"]
    for body, param in [
        ({"prompt": [1, 2, 3]}, "prompt"), ({"prompt": []}, "prompt"), ({"prompt": "a", "suffix": "b"}, "suffix"),
        ({"prompt": "a", "logprobs": 2}, "logprobs"), ({"prompt": "a", "best_of": 3}, "best_of"),
        ({"prompt": ["a"] * 11, "n": 2}, "prompt"),
    ]:
        with pytest.raises(openai.BadRequestError) as caught:
            client.completions.create(model=QWEN3, **body)
        assert caught.value.param == param
    assert horde.counters["submits"] == before


def test_nothing_is_a_continuation_too(client, horde):
    before = horde.counters["submits"]
    answer = client.completions.create(model=QWEN3, prompt="[[empty]] STOPS-AT-ONCE", stop="\n")
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == ("", "stop")
    assert horde.counters["submits"] == before + 1


def test_a_prompt_without_room_is_told_before_any_other_is_submitted(client, horde):
    before = horde.counters["submits"]
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model=QWEN3, prompt=["[[latency:20]] slow", "many words " * 20_000])
    assert caught.value.code == "context_length_exceeded" and horde.counters["submits"] == before


def test_the_first_prompt_that_fails_ends_the_others(pair):
    refusal = {"message": "No user matching sent API Key.", "rc": "InvalidAPIKey"}
    horde, server = pair(
        faults=[{"path": processes.SUBMIT, "method": "POST", "skip": 1, "status": 401, "body": refusal}]
    )
    body = {"model": processes.CHATML, "prompt": ["[[latency:30]] SLOW-SIBLING", "refused"]}
    began = time.monotonic()
    assert wire.ask(server.address, "POST", "/v1/completions", body).status == 401
    assert time.monotonic() - began < 10
    assert processes.eventually(lambda: horde.job("[[latency:30]]")["deleted_at"], what="the deletion of the sibling")


# A configuration of the user's own


@pytest.fixture
def formats(tmp_path):
    """Writes a configuration with the formats of a test, and gives its path."""

    def formats(table):
        (tmp_path / "my-formats.json").write_text(json.dumps(table))
        (tmp_path / "interposer.yaml").write_text("# mine\nformats: my-formats.json\n")
        return str(tmp_path / "interposer.yaml")

    return formats


def offline(model, config):
    return processes.run(
        "prompt", "--offline", "--context", "4096", "--max-length", "256", "--config", config,
        stdin=json.dumps(processes.chat("hi", model=model)),
    )


def test_a_user_s_own_rules_come_first(formats):
    config = formats({
        "models": {LLAMA: "vicuna"},
        "rules": [{"id": "mine", "match": "qwen3", "format": "mistral-v3", "reasoning": "think_open"}],
    })
    result = offline(LLAMA, config)
    assert json.loads(result.stdout)["format"] == "vicuna" and result.stderr == "format vicuna: override\n"
    result = offline(QWEN3, config)
    assert json.loads(result.stdout)["prompt"].endswith("<think>\n") and result.stderr == "format mistral-v3: rule mine\n"


@pytest.mark.parametrize(
    "table, words",
    [
        ({"rules": [{"id": "mine", "match": "(", "format": "chatml"}]}, "formats.rules.mine.match"),
        ({"rules": [{"id": "mine", "match": "a", "format": "none-such"}]}, "formats.rules.mine"),
        ({"models": {"a": "none-such"}}, "none-such"),
        ({"rules": [{"id": "mine", "format": "chatml"}]}, "match"),
        ({"rules": 7}, "rules"),
    ],
)
def test_a_mistake_in_formats_is_one_line_that_names_it(formats, table, words):
    result = offline(LLAMA, formats(table))
    assert result.returncode != 0 and not result.stdout
    assert len(result.stderr.splitlines()) == 1 and words in result.stderr and "my-formats.json" in result.stderr


@pytest.mark.parametrize("text, words", [
    ("format: a.json\n", "'format' is no key"), ("- formats\n", "keys"), ("formats: {a: b}\n", "path"),
    ("models: {alias: {}}\n", "'alias' is no key"), ("models:\n  aliases:\n    a: [x, {b: c}]\n", "yaml:3: "),
    ("models: {aliases: {a: []}}\n", "at least one"), ("models: {aliases: {horde/a: b}}\n", "horde/"),
    ("models: {aliases: {a: }}\n", "'a'"), ("models: {aliases: {a: b, A: c}}\n", "there is an alias"), ("models: x\n", "aliases"),
    ("http: {header_timeout: 0}\n", "'http.header_timeout' has to be a number from 1 to 3600, not '0'"),
    ("http:\n  max_body_bytes: 2000\n  max_bodies: 3\n", "yaml:3: 'max_bodies' is no key of 'http'"),
    ("http: {trusted_proxies: [10.0.0.0/8, proxy]}\n", "'http.trusted_proxies'"), ("http: 7\n", "'http' has keys"),
    ("answers: {timeout: long}\n", "'answers.timeout' has to be a number"), ("answers: {timeouts: 3}\n", "'timeouts' is no key"),
    ("formats: none-such.json\n", "none-such.json"), ("formats: [\n", "interposer.yaml"),
])
def test_a_mistake_in_the_configuration_is_one_line(tmp_path, text, words):
    config = tmp_path / "interposer.yaml"
    config.write_text(text)
    for result in (offline(LLAMA, str(config)), processes.run("serve", "--listen", "127.0.0.1:0", "--config", str(config))):
        assert result.returncode != 0 and len(result.stderr.splitlines()) == 1 and words in result.stderr


def test_an_alias_answers_and_is_listed(horde, start, tmp_path):
    config = tmp_path / "interposer.yaml"
    config.write_text('models:\n  aliases:\n    gpt-4.1: [gone, "*STHENO*v[0-9]*", "horde/auto"]\n    "my own": horde/large\n')
    server = start(processes.Server, horde, "--config", str(config))
    reply = server.chat("[[reply:Mine.]] by alias", model="GPT-4.1")
    assert reply.text == "Mine." and reply.json["model"] == "GPT-4.1"
    assert horde.job("by alias")["models"] == [LLAMA]
    listed = {model["id"]: model["horde"] for model in server.get("/v1/models").json["data"]}
    assert listed["gpt-4.1"]["virtual"] and listed["my own"]["models"] == listed["horde/large"]["models"]
    table = processes.run("models", "--horde-url", horde.url, "--config", str(config)).stdout
    assert any(line.startswith("my own ") for line in table.splitlines())
    written = processes.run("opencode", "--horde-url", horde.url, "--config", str(config), "--print", "--virtual",
                            "--min-context", "0")
    assert {"gpt-4.1", "my own", "horde/coder"} <= set(json.loads(written.stdout)["provider"]["horde"]["models"])
    written = processes.run("opencode", "--horde-url", horde.url, "--print", "--min-context", "0")
    assert set(json.loads(written.stdout)["provider"]["horde"]["models"]) == {n for n in listed if "virtual" not in listed[n]}


def test_serve_and_models_read_the_configuration(horde, start, formats):
    config = formats({"models": {LLAMA: "vicuna"}})
    server = start(processes.Server, horde, "--config", config)
    listed = {model["id"]: model["horde"] for model in server.get("/v1/models").json["data"]}
    assert listed[LLAMA]["format"] == "vicuna" and listed[LLAMA]["format_source"] == "override"
    assert listed[GEMMA]["format"] == "gemma"
    table = processes.run("models", "--horde-url", horde.url, "--config", config).stdout
    assert any(LLAMA in line and "vicuna" in line and "override" in line for line in table.splitlines())
