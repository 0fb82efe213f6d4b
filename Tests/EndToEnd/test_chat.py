"""`interposer chat`, with pipes and on a terminal."""

import os
import pty
import re
import signal
import subprocess

import pytest

import processes
from processes import CHATML, eventually, run


class Terminal:
    """The command with a person in front of it."""

    def __init__(self, *arguments, cache):
        master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [processes.binary(), "chat", *arguments], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env=processes.environment(str(cache), TERM="xterm"),
        )
        os.close(slave)
        os.set_blocking(master, False)
        self.master, self.text = master, ""

    def shows(self, pattern, seconds=10):
        """Reads until it shows this, and returns what it showed up to there."""

        def found():
            try:
                self.text += os.read(self.master, 65_536).decode(errors="replace")
            except (BlockingIOError, OSError):
                pass
            return re.search(pattern, self.text, re.DOTALL)

        match = eventually(found, seconds, f"{pattern!r} in {self.text!r}")
        before, self.text = self.text[: match.end()], self.text[match.end() :]
        return before

    def types(self, text):
        os.write(self.master, text.encode())

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)


def test_a_question_is_answered_on_standard_output_alone(horde):
    result = run("chat", "--horde-url", horde.url, "-m", CHATML, "Say", "[[reply:Hello there.]]")
    assert (result.returncode, result.stdout, result.stderr) == (0, "Hello there.\n", "")
    prompt = horde.job("[[reply:Hello there.]]")["prompt"]
    assert "Say [[reply:Hello there.]]" in prompt
    result = run("chat", "--horde-url", horde.url, "-m", CHATML, "--system", "Be brief.", stdin="From a pipe [[reply:Yes.\n]]\n")
    assert (result.returncode, result.stdout) == (0, "Yes.\n")
    assert "Be brief." in horde.job("From a pipe")["prompt"]


def test_what_cannot_be_asked_is_one_line(horde):
    for arguments, stdin, status, words in (
        (["-m", "no such model", "x"], "", 65, "does not exist"), ([], " \n", 64, "no question"),
        (["-m", "", "x"], "", 64, "--model"), (["--api-key", processes.BAD_KEY, "-m", CHATML, "x"], "", 65, "key"),
    ):
        result = run("chat", "--horde-url", horde.url, *arguments, stdin=stdin)
        assert result.returncode == status and words in result.stderr and not result.stdout, result
        assert len(result.stderr.splitlines()) == 1 and processes.BAD_KEY not in result.stderr
    result = run("chat", "--horde-url", "http://127.0.0.1:1", "x")
    assert result.returncode == 69 and "cannot be reached" in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_conversation_goes_on_with_what_was_said(start, tmp_path):
    replies = [
        {"match": "Who are you?", "reply": "A model.", "latency_seconds": 1}, {"match": "Thanks", "reply": "You are welcome."},
    ]
    horde = start(processes.Horde, processes.script(replies=replies[::-1]))
    terminal = Terminal("--horde-url", horde.url, "-m", CHATML, cache=tmp_path)
    try:
        terminal.shows("> ")
        terminal.types("Who are you?\n")
        waiting = terminal.shows(r"A model\.")
        assert "being written" in waiting and "\r\x1b[K" in waiting
        assert re.search(r"about \d+ tokens, \d+ s, \d+ kudos", terminal.shows("> "))
        terminal.types("Thanks\n")
        terminal.shows(r"You are welcome\..*> ")
        prompt = horde.job("Thanks")["prompt"]
        assert prompt.index("Who are you?") < prompt.index("A model.") < prompt.index("Thanks")
        terminal.types("\x04")
        assert terminal.process.wait(10) == 0
    finally:
        terminal.close()


def test_ctrl_c_deletes_the_job(start, tmp_path):
    horde = start(processes.Horde, processes.script(replies=[{"match": "Endless", "hang": True}]))
    terminal = Terminal("--horde-url", horde.url, "-m", CHATML, "Endless", cache=tmp_path)
    try:
        terminal.shows("being written")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(15) == 130
        assert horde.find("Endless")["deleted_at"]
    finally:
        terminal.close()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_that_goes_away_leaves_no_job(start, tmp_path, ending):
    horde = start(processes.Horde, processes.script(replies=[{"match": "Endless", "hang": True}]))
    terminal = Terminal("--horde-url", horde.url, "-m", CHATML, "Endless", cache=tmp_path)
    try:
        terminal.shows("being written")
        terminal.process.send_signal(ending)
        terminal.process.wait(15)
        assert horde.find("Endless")["deleted_at"]
    finally:
        terminal.close()


def test_a_paste_is_one_question_and_what_is_typed_last_is_asked(start, tmp_path):
    horde = start(processes.Horde, processes.script(replies=[{"reply": "Seen."}]))
    terminal = Terminal("--horde-url", horde.url, "-m", CHATML, cache=tmp_path)
    try:
        terminal.shows("> ")
        terminal.types("def f():\n    return 1\n\nprint(f())\n")
        terminal.shows(r"Seen\..*> ")
        assert "def f():\n    return 1\n\nprint(f())" in horde.job("def f()")["prompt"] and len(horde.jobs) == 1
        terminal.types("no end of line\x04\x04")
        terminal.shows(r"Seen\.")
        horde.job("no end of line")
    finally:
        terminal.close()


def test_what_a_model_writes_commands_no_terminal(start, tmp_path):
    worker = processes.worker("Evil\x1b]0;title\x07Shelf", CHATML)
    reply = "a\x1b]52;c;aGk=\x07b\x9b2Jc\rd\u202ee"
    horde = start(processes.Horde, processes.script(workers=[worker], replies=[{"reply": reply}]))
    terminal = Terminal("--horde-url", horde.url, "-m", CHATML, "Say", cache=tmp_path)
    try:
        shown = terminal.shows("kudos")
        assert "a]52;c;aGk=b2Jcde" in shown and "Evil]0;titleShelf" in shown
        assert "\x07" not in shown and "\x9b" not in shown and "\x1b]" not in shown
    finally:
        terminal.close()
    # For who reads it elsewhere it is what the model has said.
    assert run("chat", "--horde-url", horde.url, "-m", CHATML, "Say").stdout == reply.replace("\r", "\n") + "\n"


def test_who_reads_no_further_stops_the_work(start, tmp_path):
    text = "".join(f"A story of {number} words. " for number in range(1500))
    horde = start(processes.Horde, processes.script(replies=[{"match": "Tell", "text": text, "latency_seconds": 0.5}]))
    command = subprocess.Popen(
        [processes.binary(), "chat", "--horde-url", horde.url, "-m", CHATML, "Tell"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=processes.environment(str(tmp_path)),
    )
    assert command.stdout.read(1) == b"A"
    command.stdout.close()
    assert command.wait(20) == 74
    command.stderr.close()
    jobs = horde.jobs
    assert all(job["state"] in ("done", "cancelled") or job["deleted_at"] for job in jobs), jobs


def test_what_does_not_end_can_be_ended(horde, tmp_path):
    command = subprocess.Popen(
        [processes.binary(), "chat", "--horde-url", horde.url], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=processes.environment(str(tmp_path)),
    )
    command.stdin.write(b"It goes on")
    command.stdin.flush()
    command.send_signal(signal.SIGINT)
    assert command.wait(10) == -signal.SIGINT
    command.stdin.close()
