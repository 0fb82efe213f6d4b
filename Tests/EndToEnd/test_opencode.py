"""`interposer opencode`: what it writes, what it leaves alone, and how it keeps up with AI Horde."""

import json
import os
import pathlib
import signal
import stat
import subprocess
import threading

import pytest

import processes
from processes import CHATML, LONG, MISTRAL, SERVER_KEY, eventually, run, worker
from test_models_and_commands import fails_in_one_line, unused_port

MINE = '{\n    // Mine.\n    "theme": "dark", // stays\n    "mcp": {},\n}\n'


def opencode(horde, file, *arguments, timeout=30, **more):
    url = horde if isinstance(horde, str) else horde.url
    return run("opencode", "--horde-url", url, "--output", str(file), *arguments, timeout=timeout, **more)


def models(file):
    return json.loads(pathlib.Path(file).read_text())["provider"]["horde"]["models"]


class Refreshing:
    """The command that runs and refreshes, with the lines that it says."""

    def __init__(self, horde, file, *arguments):
        self.cache = str(pathlib.Path(file).parent)
        self.lines = []
        self.process = subprocess.Popen(
            [processes.binary(), "opencode", "--horde-url", horde.url, "--output", str(file), "--interval", "1",
             *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=processes.environment(self.cache),
        )
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True)
        self.reader.start()

    def says(self, word, seconds=10):
        return eventually(lambda: [line for line in self.lines if word in line], seconds, f"a line with {word!r}")

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(10)
        self.reader.join(5)
        assert self.process.stdout.read() == "", "standard output is for results"
        return code

    def close(self):
        if self.process.poll() is None:
            assert self.end() == 0, self.lines


@pytest.fixture
def refreshing(start):
    return lambda *arguments: start(Refreshing, *arguments)


def test_a_new_file(horde, tmp_path):
    file = tmp_path / "opencode.json"
    result = opencode(horde, file, "--once", AI_HORDE_API_KEY=SERVER_KEY)
    assert result.returncode == 0 and result.stdout == "", result.stderr
    assert len(result.stderr.splitlines()) == 1 and "2 models" in result.stderr
    document = json.loads(file.read_text())
    provider = document["provider"]["horde"]
    assert provider["npm"] == "@ai-sdk/openai-compatible"
    assert provider["options"] == {
        "baseURL": "http://localhost:8080/v1", "apiKey": "{env:AI_HORDE_API_KEY}", "timeout": False,
        "headerTimeout": False, "chunkTimeout": 900000,
    }
    assert list(provider["models"]) == sorted([MISTRAL, LONG]), "a model that is too small"
    assert provider["models"][LONG]["limit"] == {"context": 32768, "output": 16384}
    assert document["model"].removeprefix("horde/") in provider["models"]
    assert document["small_model"].removeprefix("horde/") in provider["models"]
    assert SERVER_KEY not in file.read_text()
    assert os.listdir(tmp_path) == ["opencode.json"], "something is left behind"


def test_nothing_is_written_when_nothing_changed(horde, tmp_path):
    file = tmp_path / "opencode.json"
    assert opencode(horde, file, "--once").returncode == 0
    before = os.stat(file)
    result = opencode(horde, file, "--once")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    after = os.stat(file)
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_the_file_of_a_person(horde, tmp_path):
    file = tmp_path / "opencode.jsonc"
    file.write_bytes(b"\xef\xbb\xbf" + MINE.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    assert opencode(horde, file, "--once").returncode == 0
    text = file.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf" + MINE.removesuffix("}\n").replace("\n", "\r\n").encode())
    assert text.count(b"\n") == text.count(b"\r\n") and LONG.encode() in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_link_stays_a_link(horde, tmp_path):
    (tmp_path / "real").mkdir()
    for target in ["there.json", "not-yet.json"]:
        link = tmp_path / f"link-{target}"
        link.symlink_to(f"real/{target}")
        if target == "there.json":
            (tmp_path / "real" / target).write_text("{}")
        assert opencode(horde, link, "--once").returncode == 0
        assert link.is_symlink() and LONG in models(tmp_path / "real" / target)
    loop = tmp_path / "loop"
    loop.symlink_to("loop")
    fails_in_one_line(opencode(horde, loop, "--once"), "loop")


def test_options(horde, tmp_path):
    file = tmp_path / "opencode.json"
    result = opencode(horde, file, "--once", "--min-context", "8192", "--base-url", "http://10.0.0.5:9/v1")
    assert result.returncode == 0 and CHATML in models(file) and processes.ALPACA not in models(file)
    assert json.loads(file.read_text())["provider"]["horde"]["options"]["baseURL"] == "http://10.0.0.5:9/v1"


def test_print_writes_nothing(horde, tmp_path):
    file = tmp_path / "opencode.json"
    result = run("opencode", "--print", "--output", str(file), AI_HORDE_URL=horde.url)
    assert result.returncode == 0 and result.stderr == ""
    assert LONG in json.loads(result.stdout)["provider"]["horde"]["models"]
    assert not file.exists()
    file.write_text("broken")
    assert opencode(horde, file, "--print").stdout == result.stdout and file.read_text() == "broken"


def test_the_server_serves_the_same(horde, server):
    reply = server.get("/opencode.json")
    assert reply.status == 200 and reply.headers["content-type"] == "application/json"
    printed = run(
        "opencode", "--print", "--base-url", server.url + "/v1", "--horde-url", horde.url, "--api-key", SERVER_KEY
    )
    assert reply.json == json.loads(printed.stdout)


@pytest.mark.parametrize("content, word", [
    ("{", "line 1"), ('{"a": 1} x', "column 10"), ("[]", "object"), ('{"provider": []}', "provider"),
    ("{\n  // fine\n  'a': 1\n}", "line 3, column 3"),
])
def test_a_file_that_cannot_be_read_is_left_alone(horde, tmp_path, content, word):
    file = tmp_path / "opencode.json"
    file.write_text(content)
    fails_in_one_line(opencode(horde, file, "--once"), "opencode.json", word)
    assert file.read_text() == content and os.listdir(tmp_path) == ["opencode.json"]


def test_what_is_no_file(horde, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in [tmp_path, tmp_path / "pipe", "/dev/null"]:
        fails_in_one_line(opencode(horde, path, "--once", timeout=10), str(path), "regular")
    fails_in_one_line(opencode(horde, tmp_path / "none" / "opencode.json", "--once"), "none/opencode.json")


def test_without_horde(tmp_path):
    file = tmp_path / "opencode.json"
    url = f"http://127.0.0.1:{unused_port()}"
    fails_in_one_line(opencode(url, file, "--once"), "AI Horde")
    fails_in_one_line(opencode(url, file, "--print"), "AI Horde")
    assert not file.exists()


def test_without_models(start, tmp_path):
    horde = start(processes.Horde, processes.script(workers=[worker("Small", CHATML)]))
    file = tmp_path / "opencode.json"
    file.write_text(MINE)
    result = opencode(horde, file, "--once")
    assert result.returncode == 0 and result.stdout == "" and file.read_text() == MINE
    assert len(result.stderr.splitlines()) == 1 and "warning" in result.stderr and "16000" in result.stderr
    fails_in_one_line(opencode(horde, file, "--print"), "no model")
    server = start(processes.Server, horde)
    reply = server.get("/opencode.json")
    assert reply.status == 503 and reply.retry_after == 60 and reply.error["code"] == "not_ready"


def test_it_keeps_up(start, refreshing, tmp_path):
    horde = start(processes.Horde)
    file = tmp_path / "opencode.json"
    running = refreshing(horde, file)
    running.says("written")
    horde.install(processes.script(workers=[worker("One", MISTRAL, 700, 20480)]))
    eventually(lambda: list(models(file)) == [MISTRAL], what="the new list")
    assert models(file)[MISTRAL]["limit"] == {"context": 20480, "output": 10240}
    assert json.loads(file.read_text())["model"] == "horde/" + MISTRAL
    text = file.read_text()

    horde.install(processes.script(workers=[]))
    running.says("no model online")
    assert file.read_text() == text
    horde.install(processes.script(faults=[{"status": 500}]))
    running.says("not working properly")
    horde.install(processes.script(workers=[worker("One", MISTRAL, 700, 20480)]))
    running.says("up to date again")
    assert file.read_text() == text

    file.write_text("{ // half")
    running.says("line 1")
    assert file.read_text() == "{ // half"
    file.write_text("{}")
    eventually(lambda: len(running.says("written")) == 3, what="the third line")
    # Several looks went by in each state, and none of them was told twice.
    for word in ["no model online", "not working properly", "line 1", "up to date again"]:
        assert len(running.says(word)) == 1, running.lines
    assert running.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_ends_when_told_to(refreshing, start, tmp_path, number):
    horde = start(processes.Horde, processes.script(faults=[{"skip": 3, "delay_seconds": 60}]))
    running = refreshing(horde, tmp_path / "opencode.json")
    running.says("written")
    eventually(lambda: horde.counters["scripted_faults"] > 0, what="a look that takes long")
    assert running.end(number) == 0
    assert len(running.lines) == 1 and os.listdir(tmp_path) == ["opencode.json"]


@pytest.mark.parametrize("flags, word", [
    (["--interval", "0"], "--interval"), (["--interval", "soon"], "soon"), (["--min-context", "-1"], "--min-context"),
    (["--base-url", "localhost"], "--base-url"), (["--output", ""], "--output"), (["--bogus"], "--bogus"),
])
def test_bad_flags(flags, word):
    fails_in_one_line(run("opencode", *flags, timeout=10), word)


def test_help():
    text = run("opencode", "--help").stdout
    for word in ["--once", "--interval", "300", "--output", "opencode.json", "--base-url", "http://localhost:8080/v1",
                 "--min-context", "16000", "--print", "--horde-url", "AI_HORDE_URL", "AI_HORDE_API_KEY"]:
        assert word in text, word
