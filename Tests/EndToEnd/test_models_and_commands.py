"""The commands besides `serve`, and the model list that outlives a restart."""

import json
import socket

import pytest

import processes
import wire
from processes import ALICE_KEY, CHATML, SHARED_KEY, Child, eventually, run

REQUEST = processes.chat("Hello", temperature=0.5, stop="END", max_tokens=100)


def unused_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def fails_in_one_line(result, *words):
    """One clear line: what is wrong, with the name of it, and nothing that only a programmer reads."""
    assert result.returncode != 0 and result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, result.stderr
    assert all(word in lines[0] for word in words), lines
    assert not any(word in lines[0] for word in ("Fatal", "Swift", "Optional(", "error.")), lines


def test_the_model_list_outlives_horde(start, tmp_path):
    horde = processes.Horde()
    first = start(processes.Server, horde, cache=str(tmp_path))
    names = [model["id"] for model in first.get("/v1/models").json["data"]]
    (file,) = processes.eventually(lambda: [*tmp_path.glob("interposer/*")], what="the file")
    first.close()
    horde.close()
    second = start(processes.Server, horde.url, cache=str(tmp_path), ready=False)
    assert second.get("/readyz").status == 200, "not ready from the file at once"
    assert [model["id"] for model in second.get("/v1/models").json["data"]] == names
    reply = second.chat()
    assert reply.status == 503 and 1 <= reply.retry_after <= 60
    assert processes.SERVER_KEY not in file.read_text()


@pytest.mark.parametrize("content", [b"", b"{", b"null", b'{"workers": 5}', b"\xff" * 1000])
def test_a_broken_file_is_no_file(start, tmp_path, content, horde):
    first = start(processes.Server, horde, cache=str(tmp_path))
    (file,) = processes.eventually(lambda: [*tmp_path.glob("interposer/*")], what="the file")
    first.close()
    file.write_bytes(content)
    second = start(processes.Server, horde, cache=str(tmp_path))
    assert second.chat("[[reply:Fine.]]").text == "Fine."


def test_a_cache_that_cannot_be_written_does_not_matter(start, horde):
    server = start(processes.Server, horde, cache="/proc/nowhere")
    assert server.chat("[[reply:Fine.]]").text == "Fine."


def test_models_as_a_table(horde):
    result = run("models", "--horde-url", horde.url)
    assert result.returncode == 0, result.stderr
    head, *rows = result.stdout.splitlines()
    for title in ("model", "workers", "context", "tokens/s", "queue", "eta", "format"):
        assert title in head.lower(), head
    models, virtual = rows[: rows.index("")], rows[rows.index("") + 1 :]
    (row,) = [row for row in models if CHATML in row]
    assert "8192" in row and "chatml" in row.lower()
    assert len(models) == 5 and result.stderr == ""
    assert any(row.startswith("horde/chatml ") and CHATML in row for row in virtual)


def test_models_as_json(horde):
    result = run("models", "--json", AI_HORDE_URL=horde.url)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    models = document["data"] if isinstance(document, dict) else document
    assert CHATML in [model["id"] for model in models]


def test_models_without_horde():
    fails_in_one_line(run("models", "--horde-url", f"http://127.0.0.1:{unused_port()}"))


def test_models_when_horde_answers_html(start):
    horde = start(processes.Horde, processes.script(faults=[{"status": 502, "body": "<html>"}]))
    fails_in_one_line(run("models", "--horde-url", horde.url))


def prompt(*arguments, stdin=None, **more):
    return run("prompt", *arguments, stdin=json.dumps(stdin or REQUEST), **more)


def test_prompt_shows_the_submission(horde):
    before = horde.counters["submits"]
    result = prompt("--horde-url", horde.url)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert list(document) == ["format", "models", "prompt", "stop_sequence", "params", "prompt_tokens"]
    assert document["format"] == "chatml" and document["models"] == [CHATML]
    assert document["prompt"].endswith("<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n")
    assert "END" in document["stop_sequence"] and document["params"]["max_length"] == 100
    assert document["params"]["temperature"] == 0.5 and 5 <= document["prompt_tokens"] <= 40
    assert horde.counters["submits"] == before, "something was sent"


def test_prompt_is_what_serve_submits(horde, server):
    server.chat(messages=[{"role": "user", "content": "[[reply:Same.]] the same"}], temperature=0.7, max_tokens=50)
    job = horde.job("the same")
    result = prompt("--horde-url", horde.url, stdin=processes.chat(
        "[[reply:Same.]] the same", temperature=0.7, max_tokens=50
    ))
    document = json.loads(result.stdout)
    assert document["prompt"] == job["prompt"] and document["models"] == job["models"]
    shown = {**document["params"], "stop_sequence": document["stop_sequence"]}
    assert {key: value for key, value in job["params"].items() if key in shown} == shown
    assert {"max_length", "max_context_length", "temperature"} <= set(document["params"])


def test_prompt_offline_takes_any_model():
    for model, form in [("my-own/Qwen3-8B", "chatml"), ("x/Mistral-7B-Instruct-v0.1", "mistral"), ("nobody knows", None)]:
        result = prompt(
            "--offline", "--context", "4096", "--max-length", "256", "--model", model, "--horde-url", "http://127.0.0.1:1"
        )
        assert result.returncode == 0, result.stderr
        document = json.loads(result.stdout)
        assert document["models"] == [model] and (form is None or form in document["format"])
        assert document["params"]["max_length"] == 100 and document["params"]["max_context_length"] <= 4096


def test_prompt_refuses_what_serve_refuses():
    offline = ("--offline", "--context", "4096", "--max-length", "256")
    fails_in_one_line(prompt(*offline, stdin={"model": "m", "messages": []}), "messages")
    fails_in_one_line(run("prompt", *offline, stdin="{"), "JSON")
    long = processes.chat("word " * 10_000)
    fails_in_one_line(prompt(*offline, stdin=long), "4096")


def test_prompt_of_an_unknown_model(horde):
    fails_in_one_line(prompt("--horde-url", horde.url, "--model", "none-such"), "none-such")


@pytest.mark.parametrize("command", [[], ["serve"], ["simulate"], ["models"], ["prompt"]], ids=lambda c: " ".join(c))
def test_help(command):
    result = run(*command, "--help")
    assert result.returncode == 0 and "USAGE: interposer" in result.stdout
    for option in {
        "serve": ["--listen", "--horde-url", "--api-key", "--submits-per-minute", "87", "127.0.0.1:8080", "AI_HORDE_URL",
                  "AI_HORDE_API_KEY"],
        "simulate": ["--listen", "--no-limits", "--tokens-per-second", "--script"],
        "models": ["--json", "--horde-url"],
        "prompt": ["--offline", "--context", "--max-length", "--model"],
    }.get(" ".join(command), ["serve", "simulate", "models", "prompt"]):
        assert option in result.stdout, option


@pytest.mark.parametrize("command", [[], ["serve"], ["simulate"], ["models"], ["prompt"]], ids=lambda c: " ".join(c))
def test_version(command):
    result = run(*command, "--version")
    assert result.returncode == 0 and result.stdout.strip() and len(result.stdout.splitlines()) == 1


BAD_FLAGS = [
    ("serve", ["--bogus"], "--bogus"),
    ("serve", ["--listen", "nonsense"], "nonsense"),
    ("serve", ["--listen", "127.0.0.1:99999"], "99999"),
    ("serve", ["--submits-per-minute", "-1"], "submits-per-minute"),
    ("serve", ["--submits-per-minute", "many"], "many"),
    ("serve", ["--horde-url", "ftp://horde"], "horde-url"),
    ("serve", ["--horde-url", "nonsense"], "horde-url"),
    ("serve", ["extra"], "extra"),
    ("simulate", ["--tokens-per-second", "0"], "tokens-per-second"),
    ("simulate", ["--script", "/nowhere/script.json"], "/nowhere/script.json"),
    ("models", ["--bogus"], "--bogus"),
    ("prompt", ["--offline"], "--context"),
]


@pytest.mark.parametrize("command, flags, word", BAD_FLAGS)
def test_bad_flags(command, flags, word):
    fails_in_one_line(run(command, *flags, timeout=10), word)


def test_a_key_of_no_shape_is_refused_and_not_shown():
    result = run("serve", "--listen", "127.0.0.1:0", "--api-key", "hunter2-hunter2", timeout=10)
    fails_in_one_line(result, "api-key")
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize("mode, content, word", [
    (0o644, ALICE_KEY + "\n", "everybody"), (0o600, "hunter2-hunter2", "shape"), (0o600, "a\nb\n", "one line"),
    (0o600, "", "one line"), (None, "", "read"),
])
def test_a_file_that_holds_no_key_is_refused_and_not_shown(tmp_path, mode, content, word):
    file = tmp_path / "key"
    if mode is not None:
        file.write_text(content)
        file.chmod(mode)
    result = run("serve", "--listen", "127.0.0.1:0", "--api-key-file", str(file), timeout=10)
    fails_in_one_line(result, word)
    assert "hunter2" not in result.stderr and ALICE_KEY not in result.stderr


def test_the_key_comes_from_a_file_or_a_credential(tmp_path, horde, start):
    (tmp_path / "horde-api-key").write_text(ALICE_KEY + "\n")
    (tmp_path / "horde-api-key").chmod(0o640)
    for options, more in [
        (["--api-key-file", str(tmp_path / "horde-api-key")], {"AI_HORDE_API_KEY": SHARED_KEY}),
        ([], {"AI_HORDE_API_KEY_FILE": str(tmp_path / "horde-api-key")}),
        ([], {"CREDENTIALS_DIRECTORY": str(tmp_path)}),
    ]:
        server = start(
            Child, "serve", "--listen", "127.0.0.1:0", "--horde-url", horde.url, "--submits-per-minute", "0",
            "--drain-timeout", "5", *options, **more,
        )
        eventually(lambda: wire.ask(server.address, "GET", "/readyz").status == 200, 10, "a model list")
        text = f"whose key {options} {more}"
        asked = {"model": CHATML, "messages": [{"role": "user", "content": text}]}
        assert wire.ask(server.address, "POST", "/v1/chat/completions", asked).status == 200
        assert horde.job(text)["user"] == "alice#2"


@pytest.mark.parametrize("command", ["serve", "simulate"])
def test_a_taken_port(command, horde):
    fails_in_one_line(run(command, "--listen", "{}:{}".format(*horde.address), timeout=10), str(horde.address[1]))


def test_a_script_that_is_wrong(tmp_path):
    file = tmp_path / "script.json"
    file.write_text('{"wrokers": []}')
    fails_in_one_line(run("simulate", "--listen", "127.0.0.1:0", "--script", str(file), timeout=10), "wrokers")
