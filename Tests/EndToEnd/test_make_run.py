"""`make run`, which a newcomer starts with, up to the point from which it serves until Ctrl-C."""

import os
import re
import subprocess

import pytest

import processes
import wire


@pytest.mark.slow
def test_run_once():
    result = subprocess.run(
        [processes.ROOT / "Scripts/run"], cwd=processes.ROOT, capture_output=True, text=True, timeout=900,
        env={**os.environ, "RUN_ONCE": "1"},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    text = result.stdout
    assert re.search(r"http://127\.0\.0\.1:\d+/v1", text) and "curl" in text and "make serve" in text
    assert "@ai-sdk/openai-compatible" in text and '"baseURL"' in text
    # What was streamed is shown as text: no JSON of the stream, and no marker of its end.
    assert "chat.completion.chunk" not in text and "[DONE]" not in text
    # Both children have ended.
    for port in set(re.findall(r"http://127\.0\.0\.1:(\d+)", text)):
        with pytest.raises(ConnectionError):
            wire.ask(("127.0.0.1", int(port)), "GET", "/health")
