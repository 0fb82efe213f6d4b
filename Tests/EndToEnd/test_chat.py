"""`interposer chat`, with pipes and on a terminal."""

import os
import pty
import re
import signal
import subprocess

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
