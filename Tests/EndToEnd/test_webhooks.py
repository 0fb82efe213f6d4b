"""AI Horde calls when a text is there: sooner than any poll, believed in nothing, and missed by nobody.

The simulated Horde delivers to a relay, which stands where an operator's proxy with its certificate would, and which
knows what was delivered and what the server said to it.
"""

import http.server
import re
import threading
import time

import pytest

import processes
import wire
from processes import eventually

PUBLIC = "https://hooks.example"
HOOK = re.compile(r"https://hooks\.example(/hooks/[A-Za-z0-9_-]{20,})")


class Relay:
    """Passes deliveries on to a server that starts later, and remembers them: path, body, the server's status."""

    def __init__(self):
        self.target = None
        self.deliveries = []
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status = wire.ask(relay.target, "POST", self.path, body, {"Content-Type": "application/json"}).status
                relay.deliveries.append((self.path, body, status))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return "http://{}:{}".format(*self.server.server_address)

    @property
    def statuses(self):
        return [status for _, _, status in self.deliveries]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hooked(start):
    """Starts a Horde that delivers, a server that wants to be called, and the relay between."""

    def hooked(**changes):
        relay = start(Relay)
        horde = start(processes.Horde, processes.script(**changes), "--webhook-to", relay.url)
        server = start(processes.Server, horde, "--public-url", PUBLIC)
        relay.target = server.address
        return relay, horde, server

    return hooked


def warm_up(relay, server):
    """One answer after which the server knows that deliveries arrive."""
    assert server.chat("[[reply:Warm.]] [[latency:1]]").text == "Warm."
    eventually(lambda: relay.deliveries, 5, "a delivery")
    assert relay.statuses == [204] or relay.statuses == [200]


def last_lag(horde):
    return horde.control("GET", "lags")[-1]


def path(job):
    assert (found := HOOK.fullmatch(job["webhook"])), job["webhook"]
    return found[1]


def post(server, hook, body=b"{}"):
    return wire.ask(server.address, "POST", hook, body, {"Content-Type": "application/json"})


def test_a_delivered_answer_arrives_at_once_with_few_reads(hooked):
    relay, horde, server = hooked()
    warm_up(relay, server)
    assert server.chat("[[reply:Called.]] [[latency:8]]", timeout=30).text == "Called."
    assert last_lag(horde) < 300
    job = horde.job("Called.")
    assert job["status_reads"] <= 3, job
    # The answer may be there before Horde's call has been answered.
    eventually(lambda: horde.counters["webhooks_delivered"] == 2, 5, "the second delivery's answer")
    assert horde.counters["webhooks_failed"] == 0


def test_each_job_has_a_path_of_its_own_that_nobody_can_guess(hooked):
    relay, horde, server = hooked()
    for number in range(3):
        server.chat(f"[[reply:a]] {number}")
    paths = [path(job) for job in horde.jobs]
    assert len(set(paths)) == 3
    eventually(lambda: len(relay.deliveries) == 3, 5, "three deliveries")
    assert sorted(hook for hook, _, _ in relay.deliveries) == sorted(paths)


def test_without_a_public_url_horde_is_not_asked_to_call(server, horde):
    server.chat("[[reply:a]] uncalled")
    assert horde.job("uncalled")["webhook"] is None
    assert post(server, "/hooks/" + "a" * 24).status == 404


def test_wrong_used_and_ended_tokens_are_all_the_same_404(hooked):
    relay, horde, server = hooked()
    warm_up(relay, server)
    used = relay.deliveries[0][0]
    replies = [post(server, hook) for hook in (used, "/hooks/" + "A" * 24, "/hooks/x", "/hooks/", used + "x")]
    assert [reply.status for reply in replies] == [404] * 5
    assert len({reply.error["message"] for reply in replies}) == 1
    assert used.removeprefix("/hooks/") not in server.stderr


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_a_post_is_a_delivery(hooked, method):
    relay, horde, server = hooked()
    stream = server.stream("[[reply:Kept.]] [[latency:2]] only posts")
    hook = path(horde.job("only posts"))
    assert wire.ask(server.address, method, hook).status in (404, 405)
    assert b"Kept." in b"".join(event.text.encode() for event in stream.rest())
    eventually(lambda: relay.deliveries, 5, "a delivery")
    assert relay.statuses[0] < 400


def test_nothing_that_a_delivery_says_is_believed(hooked):
    relay, horde, server = hooked()
    stream = server.stream("[[reply:True.]] [[latency:2]] forged")
    job = horde.job("forged")
    lie = b'{"text": "False.", "state": "ok", "request": "%s"}' % job["id"].encode()
    assert post(server, path(job), lie).status < 400
    said = b"".join(event.text.encode() for event in stream.rest())
    assert b"True." in said and b"False." not in said
    # The forged one has used the token up; the real one is nothing to the server any more, and not missed.
    eventually(lambda: relay.deliveries, 5, "a delivery")
    assert set(relay.statuses) == {404}


def test_two_texts_of_one_job_are_two_deliveries(hooked):
    relay, horde, server = hooked()
    reply = server.chat("[[latency:1]] [[reply:Both.]]", n=2)
    assert [choice["message"]["content"] for choice in reply.json["choices"]] == ["Both.", "Both."]
    eventually(lambda: len(relay.deliveries) >= 2, 5, "two deliveries")
    assert all(status < 400 for status in relay.statuses), relay.statuses


def test_a_second_delivery_of_the_same_text_changes_nothing(hooked):
    relay, horde, server = hooked(webhooks="twice")
    assert server.chat("[[reply:Once.]] [[latency:1]]").text == "Once."
    # Horde tries a refused one three times.
    eventually(lambda: len(relay.deliveries) == 4, 5, "all attempts")
    assert relay.statuses[0] < 400 and relay.statuses[1:] == [404] * 3
    eventually(lambda: horde.counters["webhooks_failed"] == 1, 5, "the end of the attempts")
    assert horde.counters["webhooks_delivered"] == 1


@pytest.mark.parametrize("lost", [{"webhooks": "drop"}, {"webhook_delay_seconds": 600}], ids=["dropped", "late"])
def test_an_answer_whose_delivery_is_lost_is_found_by_asking(hooked, lost):
    relay, horde, server = hooked(**lost)
    started = time.monotonic()
    assert server.chat("[[reply:Found.]] [[latency:2]]").text == "Found."
    assert time.monotonic() - started < 6 and last_lag(horde) < 2500
    assert not relay.deliveries


@pytest.mark.slow
def test_deliveries_that_cease_are_noticed(hooked):
    relay, horde, server = hooked()
    warm_up(relay, server)
    horde.install(processes.script(webhooks="drop"))
    # Trusted, so asked for seldom; but asked for.
    assert server.chat("[[reply:Sparse.]] [[latency:3]]", timeout=60).text == "Sparse."
    # A delivery that has not come ten seconds after its text does not come.
    time.sleep(10.5)
    assert server.chat("[[reply:Dense.]] [[latency:3]]", timeout=60).text == "Dense."
    assert last_lag(horde) < 2500


@pytest.mark.parametrize("url", ["hooks.example", "http://", "http://127.0.0.1:1/?a=b"])
def test_a_simulator_that_has_nowhere_to_send_webhooks_does_not_start(url):
    outcome = processes.run("simulate", "--webhook-to", url)
    assert outcome.returncode == 64 and "webhook-to" in outcome.stderr


@pytest.mark.parametrize("speed", ["0", "1001", "fast"])
def test_a_clock_speed_out_of_range_is_refused(speed):
    outcome = processes.run("simulate", "--clock-speed", speed)
    assert outcome.returncode == 64 and "clock-speed" in outcome.stderr


def test_a_public_url_that_horde_would_not_call_is_refused():
    outcome = processes.run("serve", "--public-url", "http://hooks.example")
    assert outcome.returncode == 64 and "public-url" in outcome.stderr
