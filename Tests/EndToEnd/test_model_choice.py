"""Which models a request is answered by: spellings, lists, aliases and virtual models, and what is tried next."""

import concurrent.futures
import json
import re
import time

import openai
import pytest

import contract
import processes
import returning
import wire
from processes import STATUS, SUBMIT, eventually, worker

QWEN = "koboldcpp/Qwen2.5-14B-Instruct"
QWEN_SPELLINGS = {QWEN, "koboldcpp/Qwen2.5-14B-Instruct-Q4_K_M", "aphrodite/Qwen/Qwen2.5-14B-Instruct"}
SMALL = "koboldcpp/Qwen2.5-7B-Instruct"
CODER = "koboldcpp/Qwen2.5-Coder-32B-Instruct"
LLAMA = "koboldcpp/Llama-3.3-70B-Instruct"
STHENO = "koboldcpp/L3-8B-Stheno-v3.2"
NEMO = "koboldcpp/Mistral-Nemo-12B-Instruct-2407"
TWINS = {"aphrodite/north/Twin-12B", "aphrodite/south/Twin-12B"}

SPEEDS = {
    **dict.fromkeys(QWEN_SPELLINGS, 40), SMALL: 90, CODER: 15, LLAMA: 8, STHENO: 60, NEMO: 30,
    **dict.fromkeys(TWINS, 1),
}
WORKERS = [
    worker(f"Booth {number}", model, 512, 16384, tokens_per_second=speed)
    for number, (model, speed) in enumerate(SPEEDS.items())
]
VIRTUAL = ["horde/auto", "horde/fast", "horde/large", "horde/coder"]

CONFIGURATION = f"""\
models:
  aliases:
    house: {SMALL}
    both llamas:
      - l3-8b-stheno-v3.2
      - {LLAMA}
    any-qwen: "*qwen2.5-14b*"
    odd: ["koboldcpp/[lm]3-8?-stheno*"]
    everything: "*"
    gone: ["koboldcpp/none-such*"]
    pair: [koboldcpp/none-such, {STHENO}, {SMALL}]
"""
ALIASES = ["house", "both llamas", "any-qwen", "odd", "everything", "pair"]


@pytest.fixture(scope="module")
def horde():
    horde = processes.Horde(processes.script(workers=WORKERS, replies=[{"reply": "Yes."}]))
    yield horde
    horde.close()


@pytest.fixture(scope="module")
def server(horde, tmp_path_factory):
    config = tmp_path_factory.mktemp("config") / "interposer.yaml"
    config.write_text(CONFIGURATION)
    server = processes.Server(horde, "--config", str(config))
    yield server
    server.close()


def models_of(horde, server, name, text, **fields):
    """The models in the job that a name makes."""
    reply = server.chat(text, model=name, **fields)
    assert reply.status == 200, reply.body
    return horde.job(text)["models"]


NAMES = [
    (QWEN, {QWEN}), ("KOBOLDCPP/qwen2.5-14B-INSTRUCT", {QWEN}), ("qwen2.5-14b-instruct", QWEN_SPELLINGS),
    ("Qwen2.5-14B-Instruct", QWEN_SPELLINGS), ("Qwen/Qwen2.5-14B-Instruct", QWEN_SPELLINGS),
    ("Qwen2.5-14B-Instruct-Q8_0.gguf", QWEN_SPELLINGS), ("tabbyAPI/Qwen2.5-14B-Instruct-exl2", QWEN_SPELLINGS),
    ("l3-8b-stheno-v3.2", {STHENO}), ("north/twin-12b", {"aphrodite/north/Twin-12B"}),
    (f"{SMALL},{QWEN}", {SMALL, QWEN}), (f" ,{SMALL} ,, {QWEN.upper()},", {SMALL, QWEN}),
    (f"{NEMO},{SMALL}", {NEMO}), (f"{LLAMA},{SMALL},{STHENO}", {LLAMA, STHENO}),
    ("house", {SMALL}), ("HOUSE", {SMALL}), ("both llamas", {LLAMA, STHENO}), ("any-qwen", QWEN_SPELLINGS),
    ("odd", {STHENO}), ("pair", {STHENO}), (f"house,{STHENO}", {SMALL}),
    ("horde/fast", {SMALL}), ("Horde/Large", {LLAMA}), ("horde/coder", {CODER}), ("horde/mistral-v3-tekken", {NEMO}),
]


@pytest.mark.parametrize("name, models", NAMES)
def test_a_name_means_models(horde, server, name, models):
    listed = models_of(horde, server, name, f"by the name of {name}")
    assert set(listed) == models and len(listed) == len(models)


def test_a_list_keeps_its_order(horde, server):
    assert models_of(horde, server, f"{LLAMA},{STHENO}", "in order") == [LLAMA, STHENO]
    assert models_of(horde, server, f"{STHENO},{LLAMA}", "the other way") == [STHENO, LLAMA]


def test_a_plain_completion_has_the_same_names(horde, server):
    body = {"model": "both llamas", "prompt": "plainly, both"}
    reply = wire.ask(server.address, "POST", "/v1/completions", body)
    assert reply.status == 200 and reply.json["model"] == "both llamas"
    assert set(horde.job("plainly, both")["models"]) == {LLAMA, STHENO}


def test_one_job_has_models_of_one_format(horde, server):
    formats = {model["id"]: model["horde"]["format"] for model in server.get("/v1/models").json["data"]}
    chatml = {name for name in SPEEDS if formats[name] == "chatml"}
    assert len({formats[name] for name in SPEEDS}) >= 3
    several = 0
    for name in [*VIRTUAL, *ALIASES, ",".join(SPEEDS), ",".join(reversed(SPEEDS)), "horde/chatml", "horde/llama3"]:
        models = models_of(horde, server, name, f"of one format: {name[:40]}")
        assert len({formats[model] for model in models}) == 1, models
        assert len(models) <= 8
        several += len(models) > 1
    assert several >= 5
    assert set(models_of(horde, server, "horde/chatml", "all of chatml")) <= chatml
    # The best in balance is among them, and the far larger or slower are not.
    assert QWEN_SPELLINGS <= set(models_of(horde, server, "horde/auto", "in balance"))


def test_the_prompt_is_in_the_format_of_the_models(horde, server):
    server.chat("spoken to", model="both llamas")
    assert "<|start_header_id|>user<|end_header_id|>" in horde.job("spoken to")["prompt"]
    server.chat("said to", model="horde/fast")
    assert "<|im_start|>user" in horde.job("said to")["prompt"]


@pytest.mark.parametrize("name", ["qwen2.5-14b-instruct", f"{LLAMA},{STHENO}", "Both Llamas", "horde/fast", SMALL])
def test_an_answer_tells_what_was_asked_and_who_wrote(horde, server, name):
    answer = server.chat("who?", model=name).json
    models = horde.job("who?")["models"]
    assert answer["model"] == name and answer["horde"]["model"] in models
    assert answer["horde"]["jobs"] == 1 and answer["horde"]["workers"]
    stream = server.stream("who, chunk by chunk?", model=name)
    stream.rest()
    contract.check_stream(stream.raw, model=name)
    notes = [chunk["horde"] for chunk in chunks(stream) if "horde" in chunk]
    assert len(notes) == 1 and notes[0]["model"] in models


def chunks(stream):
    return [json.loads(line[6:]) for line in stream.raw.decode().split("\n\n") if line.startswith("data: {")]


# Lists


def test_virtual_models_and_aliases_are_listed_behind_the_live_ones(server):
    listed = server.get("/v1/models").json["data"]
    names = [model["id"] for model in listed]
    formats = ["horde/chatml", "horde/llama3", "horde/mistral-v3-tekken"]
    assert set(names) >= {*SPEEDS, *VIRTUAL, *ALIASES, *formats} and len(names) == len(set(names))
    ours = [model for model in listed if model["owned_by"] == "interposer"]
    assert listed[len(listed) - len(ours):] == ours and {*VIRTUAL, *ALIASES} <= {model["id"] for model in ours}
    for model in ours:
        assert model["horde"]["virtual"] is True and model["context_length"] > 0 < model["max_completion_tokens"]
        assert model["horde"]["models"] and set(model["horde"]["models"]) <= set(SPEEDS)
    assert not any("virtual" in model["horde"] for model in listed if model not in ours)
    assert "gone" not in names, "an alias without a live model"


@pytest.mark.parametrize("name", [*VIRTUAL, "horde/chatml", "house", "both llamas"])
def test_a_virtual_model_can_be_retrieved(server, name):
    with openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0) as client:
        model = client.models.retrieve(name)
        assert model.id == name and model.owned_by == "interposer" and model.horde["virtual"] is True
        assert client.models.retrieve(name.upper()).horde == model.horde


def test_what_is_listed_is_what_is_asked(horde, server):
    for name in [*VIRTUAL, "house", "everything"]:
        listed = server.get("/v1/models/" + name).json["horde"]["models"]
        assert models_of(horde, server, name, f"as listed: {name}") == listed


def test_opencode_gets_them_only_if_asked(horde, server):
    def ids(path):
        (provider,) = server.get(path).json["provider"].values()
        return set(provider["models"])

    plain, more = ids("/opencode.json"), ids("/opencode.json?virtual=1")
    assert plain <= set(SPEEDS) and more - plain >= {*VIRTUAL, "house"} and plain < more
    result = processes.run("opencode", "--print", "--virtual", "--horde-url", horde.url)
    assert result.returncode == 0 and '"horde/auto"' in result.stdout, result.stderr
    result = processes.run("opencode", "--print", "--horde-url", horde.url)
    assert result.returncode == 0 and '"horde/auto"' not in result.stdout


def test_the_command_shows_them_behind_the_live_ones(horde):
    lines = processes.run("models", "--horde-url", horde.url).stdout.splitlines()
    words = [line.split()[0] if line else "" for line in lines]
    assert {*SPEEDS, *VIRTUAL} <= set(words)
    assert max(map(words.index, SPEEDS)) < min(map(words.index, VIRTUAL))


# Errors


@pytest.mark.parametrize("name, words", [
    ("koboldcpp/Qwen2.5-7B-Instuct", [SMALL]), ("horde/atuo", ["horde/auto"]), ("hose", ["house"]),
    ("horde/none-such", []), ("twin-12b", TWINS), (f"{SMALL},not-there", ["not-there"]),
    ("not-there,neither", ["not-there", "neither"]), ("", []), (",", []), ("q" * 300, []),
])
def test_an_unknown_name_is_a_404_that_helps(horde, server, name, words):
    before = horde.counters["submits"]
    reply = server.chat("hi", model=name)
    if name == "":
        assert reply.status in (400, 404)
    else:
        assert reply.status == 404 and reply.error["code"] == "model_not_found" and reply.error["param"] == "model"
        assert all(word in reply.error["message"] for word in words), reply.error
    if name not in ("", ","):
        listed = server.get("/v1/models/" + name.replace(" ", "%20"))
        assert listed.status == 404 and listed.error["code"] == "model_not_found"
    assert horde.counters["submits"] == before


def test_an_alias_whose_models_are_gone_is_told_so(server):
    reply = server.chat("hi", model="gone")
    assert reply.status == 503 and reply.error["code"] == "no_worker" and reply.retry_after > 0


MISTAKES = [
    ("models:\n  aliases:\n    good: a\n    bad: {x: y}\n", 4), ("models:\n  aliases:\n    empty: []\n", 3),
    ("models:\n  aliases:\n    horde/mine: a\n", 3), ("models:\n  aliases:\n    a: b\n    a,b: c\n", 4),
    ("models:\n  aliases:\n    none:\n", 3), ("models:\n  aliases:\n    many:\n      - a\n      - [b]\n", 5),
    ("models:\n  alias:\n    a: b\n", 2), ("models: 7\n", 1), ("models:\n  aliases: text\n", 2),
    ("models:\n  aliases:\n    Same: a\n    same: b\n", 4), ("models:\n  aliases:\n    a: ['']\n", 3),
    ("models:\n  aliases:\n    a: [b\n", None),
]


@pytest.mark.parametrize("text, line", MISTAKES)
def test_a_mistake_in_the_aliases_is_one_line_that_tells_where(tmp_path, text, line):
    config = tmp_path / "interposer.yaml"
    config.write_text(text)
    for arguments in (["serve", "--listen", "127.0.0.1:0"], ["models", "--horde-url", "http://127.0.0.1:1"]):
        result = processes.run(*arguments, "--config", str(config))
        assert result.returncode != 0 and len(result.stderr.splitlines()) == 1, result.stderr
        assert "interposer.yaml" in result.stderr
        assert line is None or re.search(rf"yaml:{line}: ", result.stderr), result.stderr


# When a model does not begin


def failover_pair(start, tmp_path, first, *options, **changes):
    """A Horde where QWEN seems the fastest and is served by `first`, and STHENO really works."""
    config = tmp_path / "interposer.yaml"
    config.write_text(f"models:\n  aliases:\n    mine: [{QWEN}, {STHENO}]\n")
    first = worker("First", QWEN, tokens_per_second=90, **first)
    workers = [first, worker("Second", STHENO, tokens_per_second=40)]
    plan = processes.script(workers=workers, replies=[{"reply": "Here."}], **changes)
    horde = start(processes.Horde, plan)
    return horde, start(processes.Server, horde, "--config", str(config), *options)


def moved_on(jobs):
    """What was withdrawn was gone before the next was asked for."""
    first, second = jobs
    assert first["models"] == [QWEN] and second["models"] == [STHENO]
    assert first["deleted_at"] and first["deleted_at"][0] <= second["submitted_at"], "two jobs at a time"
    assert first["started_at"] is None and not second["deleted_at"]


several = pytest.mark.parametrize("name", [f"{QWEN},{STHENO}", "mine", "horde/fast"], ids=["list", "alias", "virtual"])


@several
def test_models_that_do_not_begin_are_replaced(start, tmp_path, name):
    horde, server = failover_pair(start, tmp_path, {"pickup_seconds": 60}, "--failover-seconds", "2")
    began = time.monotonic()
    answer = server.chat("slow", model=name)
    took = time.monotonic() - began
    assert answer.text == "Here." and answer.json["model"] == name and answer.json["horde"]["model"] == STHENO
    assert 1.9 < took < 6, f"{took:.1f} s"
    moved_on(horde.jobs)
    stream = server.stream("slow again", model=name)
    stream.rest()
    assert contract.check_stream(stream.raw, model=name).text == "Here."
    moved_on(horde.jobs[2:])
    assert "<|start_header_id|>" in horde.jobs[3]["prompt"], "the next models are not spoken to in their own way"
    assert horde.counters["open_jobs"] == 0


@several
def test_models_whose_workers_have_gone_are_replaced(start, tmp_path, name):
    """The list of models is a minute old; Horde says twice that the job is impossible."""
    horde, server = failover_pair(start, tmp_path, {"leaves_after": 1})
    assert server.chat("farewell", model=QWEN).json["horde"]["model"] == QWEN
    began = time.monotonic()
    answer = server.chat("gone", model=name)
    took = time.monotonic() - began
    assert answer.text == "Here." and answer.json["horde"]["model"] == STHENO
    assert took < 10, f"{took:.1f} s"
    moved_on(horde.jobs[1:])
    assert horde.counters["open_jobs"] == 0


def test_a_job_that_is_taken_at_the_last_moment_is_not_given_up(start, tmp_path):
    """The DELETE meets a worker that has just begun: its text is paid for."""
    late = {"path": STATUS, "method": "DELETE", "delay_seconds": 1.5, "times": 1}
    horde, server = failover_pair(
        start, tmp_path, {"pickup_seconds": 2.7}, "--failover-seconds", "2", faults=[late],
    )
    horde.install(processes.script(
        workers=[worker("First", QWEN, tokens_per_second=90, pickup_seconds=2.7), worker("Second", STHENO)],
        faults=[late], replies=[{"reply": "After all.", "latency_seconds": 3}],
    ))
    answer = server.chat("just in time", model="mine")
    assert answer.text == "After all." and answer.json["horde"]["model"] == QWEN
    (job,) = horde.jobs
    assert job["deleted_at"] and job["started_at"] < job["deleted_at"][0], "the test was too slow"


@pytest.mark.parametrize("name", [QWEN, QWEN.upper(), "qwen2.5-14b-instruct"])
def test_a_plain_name_is_never_replaced(start, tmp_path, name):
    horde, server = failover_pair(start, tmp_path, {"pickup_seconds": 5}, "--failover-seconds", "2")
    answer = server.chat("patient", model=name)
    assert answer.text == "Here." and answer.json["horde"]["model"] == QWEN
    (job,) = horde.jobs
    assert job["models"] == [QWEN] and not job["deleted_at"]


@pytest.mark.long
def test_a_plain_name_whose_workers_have_gone_is_an_error(start, tmp_path):
    horde, server = failover_pair(start, tmp_path, {"leaves_after": 1}, "--failover-seconds", "2")
    assert server.chat("farewell", model=QWEN).status == 200
    reply = server.chat("gone", model=QWEN, timeout=150)
    assert reply.status == 503 and reply.error["code"] == "no_worker"
    assert all(job["models"] == [QWEN] for job in horde.jobs)
    assert horde.counters["open_jobs"] == 0


# Time

PACES = {QWEN: 60, NEMO: 60, "koboldcpp/gemma-3-12b-it": 15, "koboldcpp/Fimbulvetr-11B-v2": 9, "koboldcpp/phi-4-14B": 6}
QUEUED = 6


def test_virtual_models_are_about_as_fast_as_the_best(start):
    """Five models of a size that need 1.5 to 17 seconds; the one with the queue is as fast as the best without it."""
    workers = [
        worker(f"Lane {number}", model, tokens_per_second=pace, threads=1 if model == NEMO else 64)
        for number, (model, pace) in enumerate(PACES.items())
    ]
    horde = start(processes.Horde, processes.script(workers=workers, replies=[
        {"match": "RACE", "reply": returning.tale(330)}, {"match": "QUEUE", "latency_seconds": 3, "reply": "Yes."},
    ]))
    order = {"prompt": "QUEUE", "models": [NEMO], "params": {"max_length": 180, "max_context_length": 1024}}
    for _ in range(QUEUED):
        assert wire.ask(horde.address, "POST", SUBMIT, order, {"apikey": processes.RICH_KEY}).status == 202
    server = start(processes.Server, horde)

    def measure(name):
        began = time.monotonic()
        assert server.chat("RACE", model=name).text == returning.tale(330)
        return time.monotonic() - began

    names = [*PACES, "horde/auto", "horde/fast"]
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        seconds = dict(zip(names, pool.map(measure, names)))
    for name, took in seconds.items():
        print(f"\n{took:5.1f} s  {name}", end="")
    best, worst = min(seconds[name] for name in PACES), max(seconds[name] for name in PACES)
    assert worst > 5 * best, "there was nothing to choose"
    for name in ("horde/auto", "horde/fast"):
        assert seconds[name] <= 1.5 * best + 2, f"{name}: {seconds[name]:.1f} s, the best {best:.1f} s"
