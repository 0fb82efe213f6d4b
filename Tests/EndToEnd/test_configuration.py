"""The configuration as an operator meets it: `check`, `config show`, a reload on HUP; and what systemd is told."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

import processes
from processes import ALICE_KEY, Child, eventually, run


def write(path, text):
    path.write_text(text)
    return str(path)


def shown(*flags, **environment):
    """What `config show` says: each key with its value and its source."""
    result = run("config", "show", *flags, **environment)
    assert result.returncode == 0 and not result.stderr, result.stderr
    lines = [re.fullmatch(r"([a-z_.]+): (.*) \((.*?)\)", line).groups() for line in result.stdout.splitlines()]
    return {key: (value, source) for key, value, source in lines}


def test_each_setting_is_shown_with_its_source(tmp_path):
    file = write(tmp_path / "interposer.yaml", "drain:\n  delay: 3\nhttp:\n  allowed_hosts: [a.example, localhost]\n")
    settings = shown(
        "--config", file, "--drain-timeout", "7", "--api-key", ALICE_KEY, INTERPOSER_ANSWERS_TIMEOUT="90",
        AI_HORDE_URL="http://127.0.0.1:1",
    )
    assert settings["drain.timeout"] == ("7", "--drain-timeout")
    assert settings["drain.delay"] == ("3", f"{file}:2")
    assert settings["http.allowed_hosts"] == ("a.example, localhost", f"{file}:4")
    assert settings["answers.timeout"] == ("90", "INTERPOSER_ANSWERS_TIMEOUT")
    assert settings["horde.url"] == ("http://127.0.0.1:1", "AI_HORDE_URL")
    assert settings["horde.api_key"] == ("(secret)", "--api-key")
    assert settings["listen"] == ("127.0.0.1:8080", "default")


def test_check_says_what_is_wrong_and_where(tmp_path):
    good = write(tmp_path / "good.yaml", "answers: {timeout: 90}\n")
    result = run("check", "--config", good)
    assert result.returncode == 0 and result.stdout == f"{good}: nothing is wrong.\n"
    bad = write(tmp_path / "bad.yaml", "http:\n  max_fields: 50\n  max_field: 50\n")
    result = run("check", "--config", bad)
    assert result.returncode == 78 and not result.stdout
    words = f"interposer: {bad}:3: 'max_field' is no key of 'http'; did you mean 'max_fields'?\n"
    assert result.stderr == words
    for flags, environment, status in [
        (["--drain-delay", "long"], {}, 64), ([], {"INTERPOSER_DRAIN_DELAY": "long"}, 78),
        (["--api-key-file", str(tmp_path / "none")], {}, 78), (["--config", str(tmp_path / "none")], {}, 78),
    ]:
        result = run("check", *flags, **environment)
        assert result.returncode == status and len(result.stderr.splitlines()) == 1, result.stderr


def test_a_reload_takes_what_is_right_and_leaves_all_as_it_is_where_it_is_not(horde, start, tmp_path):
    file = tmp_path / "interposer.yaml"
    write(file, "models: {aliases: {mine: horde/auto}}\n")
    server = start(processes.Server, horde, "--config", str(file))

    def names():
        return {model["id"] for model in server.get("/v1/models").json["data"]}

    assert "mine" in names()
    write(file, "models: {aliases: {yours: horde/auto}}\nhttp: {max_fields: 50, allowed_hosts: [127.0.0.1]}\n")
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: "yours" in names(), 5, "the new alias")
    assert "mine" not in names()
    log = server.stderr
    assert "changed=http.allowed_hosts,http.max_fields,models.aliases" in log
    assert "settings=http.max_fields" in log and "needs a restart" in log
    assert server.get("/v1/models", Host="elsewhere").status == 403
    assert "yours" in names()
    write(file, "models: {alias: {}}\n")
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: "not reloaded" in server.stderr, 5, "the refusal")
    assert "did you mean 'aliases'?" in server.stderr and "yours" in names()


def test_systemd_is_told_how_the_service_is(horde, start, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)

        def heard(field):
            """The next message that has this field."""
            while True:
                message = dict(line.split("=", 1) for line in manager.recv(4096).decode().splitlines())
                if field in message:
                    return message

        server = start(
            Child, "serve", "--listen", "127.0.0.1:0", "--horde-url", horde.url, "--drain-timeout", "5",
            NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="200000",
        )
        assert heard("READY")["STATUS"].startswith(f"listening on {server.url}; ")
        for _ in range(3):
            assert heard("WATCHDOG")["WATCHDOG"] == "1"
        server.process.send_signal(signal.SIGHUP)
        assert int(heard("RELOADING")["MONOTONIC_USEC"]) > 0
        assert heard("READY")["READY"] == "1"
        server.process.send_signal(signal.SIGTERM)
        assert int(heard("STOPPING")["EXTEND_TIMEOUT_USEC"]) == 35_000_000


def test_a_watchdog_of_another_process_is_not_fed(horde, start, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0interposer-test-" + str(os.getpid()))
        server = start(
            Child, "serve", "--listen", "127.0.0.1:0", "--horde-url", horde.url, "--drain-timeout", "5",
            NOTIFY_SOCKET="@interposer-test-" + str(os.getpid()), WATCHDOG_USEC="50000", WATCHDOG_PID="1",
        )
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(10)
        manager.setblocking(False)
        messages = []
        while True:
            try:
                messages.append(manager.recv(4096))
            except BlockingIOError:
                break
        assert [message.split(b"=")[0] for message in messages] == [b"READY", b"STOPPING"]


def test_what_is_no_terminal_gets_an_object_in_each_line(horde, start):
    server = start(processes.Server, horde, INTERPOSER_LOG_FORMAT="", INTERPOSER_LOG_LEVEL="warning")
    server.get("/v1/models")
    server.get("/nowhere")
    lines = eventually(lambda: [line for line in server.stderr.splitlines()[1:] if "/nowhere" in line], 5, "the line")
    entry = json.loads(lines[0])
    assert entry.items() >= {
        "level": "info", "source": "Gateway", "message": "request", "method": "GET", "path": "/nowhere", "status": 404,
        "end": "whole", "client": "127.0.0.1",
    }.items()
    assert entry["request_id"].startswith("req_") and entry["error"] == "unknown_url" and re.fullmatch(r"[0-9-]+T[0-9:]+\.\d{3}Z", entry["time"])
    for line in server.stderr.splitlines()[1:]:
        json.loads(line)


def example_keys():
    """The keys of the file that the package brings, with every line in force."""
    keys, parents = set(), []
    for line in (processes.ROOT / "Packaging" / "interposer.yaml").read_text().splitlines():
        if found := re.fullmatch(r"#( *)([a-z_]+):.*", line):
            depth = len(found[1]) // 2
            parents = [*parents[:depth], found[2]]
            keys.add(".".join(parents))
    return keys


def test_every_setting_is_explained_in_the_pages_and_stands_in_the_example():
    pages = {
        "the manual page": re.findall(r"^\.It Ic (\S+)$", (processes.ROOT / "Packaging/man/interposer.yaml.5").read_text(), re.M),
        "OPERATING.md": re.findall(r"`([a-z_.]+)`", (processes.ROOT / "docs" / "OPERATING.md").read_text()),
        # Everybody may read it, and is told where the key belongs.
        "the example": example_keys() | {"horde.api_key", "horde.api_key_file"},
    }
    for name, keys in pages.items():
        missing = {*shown(), "keys", "models.aliases"} - {*keys}
        assert not missing, f"{name} has no {sorted(missing)}"


def request_lines(server, count):
    def found():
        lines = [line for line in server.stderr.splitlines() if '"request"' in line and "chat/completions" in line]
        return lines if len(lines) >= count else None

    return [json.loads(line) for line in eventually(found, 5, "the lines")]


def test_the_line_of_an_answer_tells_what_it_took(start):
    horde = start(processes.Horde, processes.script(replies=[
        {"match": "slowly", "reply": "Too late.", "latency_seconds": 30}, {"reply": "Here it is.", "latency_seconds": 1},
    ]))
    server = start(processes.Server, horde, INTERPOSER_LOG_FORMAT="json")
    for stream in (False, True):
        reply = server.chat("a planted question", model=processes.CHATML, stream=stream)
        assert reply.status == 200, reply.body
    left = server.stream("slowly", model=processes.CHATML)
    horde.job("slowly")
    left.leave()
    assert server.chat("hello", model="no-such-model").status == 404
    whole, streamed, cut, refused = request_lines(server, 4)
    for entry in (whole, streamed):
        assert entry["model"] == processes.CHATML and entry["jobs"] == 1 and entry["end"] == "whole"
        assert 800 <= entry["waited_ms"] <= entry["duration_ms"] and "error" not in entry and "key" not in entry
        assert entry["prompt_tokens"] > 0 and entry["completion_tokens"] > 0 and entry["kudos"] > 0
    assert cut["end"] == "cut" and cut["model"] == processes.CHATML and cut["jobs"] == 1
    assert "completion_tokens" not in cut
    assert refused["error"] == "model_not_found" and refused["status"] == 404 and "model" not in refused
    assert "planted" not in server.stderr


MOUNTS = 'mkdir -p /run/systemd/journal && mount --bind "$0" /run/systemd/journal && exec "$@"'


def has_mounts():
    probe = ["unshare", "--mount", "sh", "-c", MOUNTS, "/tmp", "true"]
    return shutil.which("unshare") and subprocess.run(probe, capture_output=True).returncode == 0


@pytest.mark.skipif(not has_mounts(), reason="no mounts of its own are to be had here")
def test_the_journal_gets_the_fields_of_a_request(horde, start, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(tmp_path / "socket"))
        journal.settimeout(10)
        server = start(
            processes.Server, horde, before=["unshare", "--mount", "sh", "-c", MOUNTS, str(tmp_path)],
            INTERPOSER_LOG_FORMAT="journal",
        )
        reply = server.chat("hello", model=processes.CHATML)
        while b"PATH=/v1/chat" not in (entry := journal.recv(65536)):
            pass
        fields = dict(line.split("=", 1) for line in entry.decode().splitlines())
        assert fields.items() >= {
            "REQUEST_ID": reply.headers["x-request-id"], "MODEL": processes.CHATML, "STATUS": "200", "JOBS": "1",
            "PRIORITY": "6", "SYSLOG_IDENTIFIER": "interposer", "PATH": "/v1/chat/completions", "END": "whole",
        }.items()
        # What `journalctl` shows by itself.
        assert fields["MESSAGE"].startswith(f"request request_id={fields['REQUEST_ID']} method=POST ")
        assert "\n" not in server.stderr.removeprefix(f"listening on {server.url}\n"), "it goes nowhere else"
