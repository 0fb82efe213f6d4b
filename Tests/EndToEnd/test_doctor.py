"""`interposer doctor`: what it looks at, and what it says to do."""

from processes import ALICE_KEY, BAD_KEY, run


def findings(result):
    """What was looked at, with the verdict on it."""
    return {line.split(None, 1)[1].partition(":")[0]: line.split(None, 1)[0] for line in result.stdout.splitlines()}


def test_all_is_well(horde):
    result = run(
        "doctor", "--horde-url", horde.url, "--listen", "127.0.0.1:0", "--api-key", ALICE_KEY,
        INTERPOSER_METRICS_LISTEN="127.0.0.1:0",
    )
    assert result.returncode == 0, result.stdout + result.stderr
    looked = findings(result)
    assert set(looked) == {"configuration", "access", "descriptors", "port", "metrics port", "AI Horde", "key", "clock"}
    assert "WRONG" not in looked.values() and "alice#2" in result.stdout and ALICE_KEY not in result.stdout


def test_what_is_wrong_is_told_with_what_to_do(horde, tmp_path):
    host, port = horde.address
    result = run("doctor", "--horde-url", horde.url, "--listen", f"{host}:{port}", "--api-key", BAD_KEY, "--access", "keys")
    looked = findings(result)
    assert result.returncode == 69 and not result.stderr
    assert looked["key"] == looked["access"] == "WRONG" and looked["port"] == "note"
    assert "interposer key new" in result.stdout and BAD_KEY not in result.stdout


def test_without_horde_the_rest_is_still_looked_at():
    result = run("doctor", "--horde-url", "http://127.0.0.1:9", "--listen", "0.0.0.0:0")
    looked = findings(result)
    assert result.returncode == 69 and looked["AI Horde"] == looked["access"] == "WRONG" and looked["port"] == "ok"
