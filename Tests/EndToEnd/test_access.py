"""Who may use the server: three modes with four kinds of keys, wrong keys, and what a local key may ask for."""

import datetime
import signal

import pytest

import processes
import wire
from processes import ALICE_KEY, CHATML, SHARED_KEY, run

def new_key(name):
    """A key and the digest that stands in a configuration."""
    result = run("key", "new", name)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    return lines[0], next(line.split()[-1] for line in lines if "digest:" in line)


@pytest.fixture(scope="module")
def local_keys():
    return {name: new_key(name) for name in ("ann", "ben", "cas", "dan")}


@pytest.fixture
def serving(horde, start, tmp_path, local_keys):
    """Starts a server in a mode, with three local keys."""
    key_file = tmp_path / "ben.key"
    key_file.write_text(ALICE_KEY + "\n")
    key_file.chmod(0o600)
    digests = {name: digest for name, (_, digest) in local_keys.items()}
    (tmp_path / "interposer.yaml").write_text(f"""\
keys:
  - {{name: ann, digest: "{digests['ann']}", max_concurrent: 1}}
  - {{name: ben, digest: "{digests['ben']}", horde_key_file: ben.key, models: ["*qwen*"]}}
  - {{name: cas, digest: "{digests['cas']}", daily_tokens: 5}}
  - {{name: dan, digest: "{digests['dan']}", daily_kudos: 2}}
""")

    def serving(mode, horde=horde):
        config = str(tmp_path / "interposer.yaml")
        return start(processes.Server, horde, "--config", config, "--access", mode, key=SHARED_KEY)

    return serving


# For each mode: what a client gets with no key, a placeholder, an AI Horde key, a local key; a name is the account that pays.
MODES = {
    "open": ["shared#3", "shared#3", "alice#2", "shared#3"],
    "passthrough": [401, 401, "alice#2", 401],
    "keys": [401, 401, 401, "shared#3"],
}


@pytest.mark.parametrize("mode", MODES)
def test_who_is_let_in_and_who_pays(mode, serving, horde, local_keys):
    server = serving(mode)
    for number, (key, expected) in enumerate(zip([None, "sk-placeholder", ALICE_KEY, local_keys["ann"][0]], MODES[mode])):
        text = f"{mode} with key {number}"
        jobs = len(horde.jobs)
        answer = server.chat(text, key=key, model=CHATML)
        models = wire.ask(server.address, "GET", "/v1/models", headers=wire.bearer(key))
        if expected == 401:
            assert answer.status == models.status == 401 and answer.json["error"]["code"] == "invalid_api_key"
            assert answer.headers["www-authenticate"] == "Bearer" and (key or "sk-") not in answer.json["error"]["message"]
            assert len(horde.jobs) == jobs
        else:
            assert answer.status == models.status == 200, answer.json
            assert horde.job(text)["user"] == expected
    for path in ("/", "/health", "/readyz"):
        assert server.get(path).status == 200


def test_open_is_for_this_machine_alone():
    for command in ("serve", "check"):
        result = run(command, "--listen", "0.0.0.0:0", "--horde-url", "http://127.0.0.1:1", timeout=10)
        assert result.returncode == 78 and "access" in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_reload_does_not_open_a_server_that_others_can_reach(horde, start, tmp_path):
    file = tmp_path / "interposer.yaml"
    file.write_text("access: passthrough\n")
    server = start(
        processes.Child, "serve", "--listen", "0.0.0.0:0", "--horde-url", horde.url, "--drain-timeout", "5",
        "--config", str(file),
    )
    file.write_text("# nothing chosen\n")
    server.process.send_signal(signal.SIGHUP)
    processes.eventually(lambda: "not reloaded" in server.stderr, 5, "the refusal")
    address = ("127.0.0.1", server.address[1])
    assert wire.ask(address, "GET", "/v1/models").status == 401
    file.write_text("access: passthrough\nanswers: {timeout: 90}\n")
    server.process.send_signal(signal.SIGHUP)
    processes.eventually(lambda: "changed=answers.timeout" in server.stderr, 5, "the reload")


def test_a_thousand_wrong_keys_are_refused_and_then_made_to_wait(serving, horde, local_keys):
    server = serving("keys")
    right, jobs = local_keys["ann"][0], len(horde.jobs)
    statuses = [server.chat("guess", key=f"{right[:-4]}{number:04}", model=CHATML).status for number in range(1000)]
    assert statuses == [401] * 20 + [429] * 980
    answer = server.chat("guess", key="none", model=CHATML)
    assert answer.status == 429 and answer.json["error"]["code"] == "too_many_failed_attempts"
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert len(horde.jobs) == jobs
    # Who shares the address and has a key is not kept out.
    assert server.chat("no guess", key=right, model=CHATML).status == 200


def test_an_answer_that_was_left_is_there_when_its_owner_had_to_wait_for_room(serving, start, local_keys):
    slow = {"match": "long ago", "latency_seconds": 2, "reply": "Still here."}
    other = {"match": "meanwhile", "latency_seconds": 6, "reply": "Other."}
    horde = start(processes.Horde, processes.script(replies=[slow, other]))
    server, ann = serving("keys", horde), local_keys["ann"][0]
    first = server.stream("long ago", key=ann, model=CHATML)
    processes.eventually(lambda: horde.job("long ago")["state"] == "processing", 5, "a worker")
    first.leave()
    processes.eventually(lambda: server.get("/status.json").json["requests"]["running"] == 0, 5, "the end of the first")
    second = server.stream("meanwhile", key=ann, model=CHATML)
    horde.job("meanwhile")
    assert server.chat("long ago", key=ann, model=CHATML, stream=True).status == 429
    second.leave()
    processes.eventually(
        lambda: server.chat("long ago", key=ann, model=CHATML, stream=True).status == 200, 10, "room for the first"
    )
    assert len([job for job in horde.jobs if "long ago" in job["prompt"]]) == 1


def test_a_local_key_has_its_limits(serving, start, local_keys):
    slow = {"match": "one at a time", "latency_seconds": 5, "reply": "Slowly."}
    horde = start(processes.Horde, processes.script(replies=[slow, {"reply": "At once."}]))
    server = serving("keys", horde)
    ann, ben, cas, dan = (local_keys[name][0] for name in ("ann", "ben", "cas", "dan"))
    stream = server.stream("one at a time", key=ann, model=CHATML)
    horde.job("one at a time")
    answer = server.chat("another", key=ann, model=CHATML)
    assert answer.status == 429 and answer.json["error"]["code"] == "concurrency_limit_exceeded"
    stream.leave()
    processes.eventually(lambda: server.chat("another", key=ann, model=CHATML).status == 200, 5, "room for another")
    assert server.chat("ben pays himself", key=ben, model=CHATML).status == 200
    assert horde.job("ben pays himself")["user"] == "alice#2"
    answer = server.chat("not this one", key=ben, model="horde/auto")
    assert answer.status == 403 and answer.json["error"]["code"] == "model_not_allowed"
    assert server.chat("all of today's tokens", key=cas, model=CHATML).status == 200
    answer = server.chat("one too many", key=cas, model=CHATML)
    assert answer.status == 429 and answer.json["error"]["code"] == "daily_budget_exceeded"
    assert "its 5 tokens" in answer.json["error"]["message"] and "00:00 UTC" in answer.json["error"]["message"]
    now = datetime.datetime.now(datetime.timezone.utc)
    left = 86_400 - (now - now.replace(hour=0, minute=0, second=0, microsecond=0)).seconds
    assert abs(int(answer.headers["retry-after"]) - left) <= 5 or left < 10
    assert answer.headers["x-should-retry"] == "false"
    answer = server.chat("all of today's kudos", key=dan, model=CHATML)
    assert answer.status == 200 and answer.json["usage"]["kudos"] >= 2
    answer = server.chat("one kudo too many", key=dan, model=CHATML)
    assert answer.status == 429 and "its 2 kudos" in answer.json["error"]["message"]


@pytest.mark.parametrize("text, words", [
    ("keys: 7\n", "yaml:1: 'keys' is a list"), ("keys: [{name: a}]\n", "'digest'"),
    ("keys: [{digest: 'sha256:00'}]\n", "'name'"), ("keys:\n  - nmae: a\n", "yaml:2: 'nmae' is no key"),
    ("keys: [{name: a b, digest: x}]\n", "'name'"), ("access: all\n", "'open' or 'passthrough' or 'keys'"),
    ("keys: [{name: a, digest: 'sha256:" + "0" * 64 + "', daily_tokens: 0}]\n", "'daily_tokens'"),
    ("keys: [{name: a, digest: 'sha256:" + "0" * 64 + "', daily_kudos: much}]\n", "'daily_kudos'"),
    ("keys:\n" + ("  - {name: a, digest: 'sha256:" + "0" * 64 + "'}\n") * 2, "yaml:3: There is a key"),
])
def test_a_mistake_in_the_keys_names_its_line(tmp_path, text, words):
    file = tmp_path / "interposer.yaml"
    file.write_text(text)
    result = run("check", "--config", str(file))
    assert result.returncode == 78 and words in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_page_shows_each_what_is_theirs(serving, start, local_keys):
    slow = {"match": "of ann", "latency_seconds": 5, "reply": "Slowly."}
    horde = start(processes.Horde, processes.script(replies=[slow]))
    server = serving("keys", horde)
    ann, ben = (local_keys[name][0] for name in ("ann", "ben"))
    stream = server.stream("of ann", key=ann, model=CHATML)

    def seen(key, **fields):
        reply = wire.ask(server.address, "GET", "/status.json", headers={**wire.bearer(key), **fields})
        keys = [one["name"] for one in reply.json["keys"]]
        return keys, [one["key"] for one in reply.json["requests"]["list"]], reply.json["requests"]["running"]

    elsewhere = {"X-Forwarded-For": "192.0.2.1"}
    assert seen(ann, **elsewhere) == (["ann"], ["ann"], 1)
    assert seen(ben, **elsewhere) == (["ben"], [], 1)
    assert seen(None) == (["ann", "ben", "cas", "dan"], ["ann"], 1)
    stream.leave()
    passthrough = serving("passthrough")
    reply = wire.ask(passthrough.address, "GET", "/status.json", headers={**wire.bearer(ALICE_KEY), **elsewhere})
    assert reply.status == 200 and reply.json["kudos"]["account"] is None and reply.json["keys"] == []


def test_who_comes_back_for_what_was_paid_is_not_refused_for_the_day(serving, start, local_keys):
    horde = start(processes.Horde, processes.script(replies=[{"match": "paid", "latency_seconds": 1, "reply": "Here."}]))
    server, dan = serving("keys", horde), local_keys["dan"][0]
    stream = server.stream("paid", key=dan, model=CHATML)
    processes.eventually(lambda: horde.job("paid")["state"] == "processing", 5, "a worker")
    stream.leave()
    processes.eventually(lambda: horde.job("paid")["state"] == "done", 5, "the text")
    processes.eventually(lambda: server.get("/status.json").json["keys"][3]["kudos_today"] >= 2, 5, "the charge")
    assert server.chat("something else", key=dan, model=CHATML).status == 429
    answer = server.stream("paid", key=dan, model=CHATML)
    chunks = [event.chunk for event in answer.rest() if event.kind == "data" and event.text != "[DONE]"]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == "Here."
