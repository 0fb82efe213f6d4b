"""The status page and its twin, as a browser and a script see them."""

import html.parser

import processes
import wire
from processes import CHATML, eventually


class Page(html.parser.HTMLParser):
    """What a page shows and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.open, self.loads = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        # What a person may follow is not loaded.
        odd = ("src", "action", "style") if tag == "a" else ("src", "href", "action", "style")
        self.loads += [value for name, value in attributes if name in odd or name.startswith("on")]
        self.open.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)


def test_a_browser_sees_the_state_and_a_script_the_same(horde, start):
    server = start(processes.Server, horde)
    for path, fields in (("/status", {}), ("/", {"Accept": "text/html,application/xhtml+xml"})):
        answer = server.get(path, **fields)
        assert answer.status == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"
        assert len(answer.body) < 50_000 and "default-src 'none'" in answer.headers["content-security-policy"]
        page = Page(answer.body.decode())
        text = " ".join(page.texts)
        assert not page.loads and "All is well" in text and CHATML in text and f"{server.url}/v1" in text
    assert server.get("/").json["name"] == "interposer"
    report = server.get("/status.json").json
    assert report["state"] == "ok" and report["base_url"] == server.url + "/v1" and report["state_seconds"] < 60
    assert {model["id"] for model in report["models"]} >= {CHATML}
    assert report["process"]["descriptors"] > 0 and report["process"]["resident_bytes"] > 1_000_000


def test_what_is_under_way_and_what_has_failed_is_shown_without_its_words(start):
    slow = {"match": "a secret question", "latency_seconds": 5, "reply": "Slowly."}
    horde = start(processes.Horde, processes.script(replies=[slow, {"reply": "At once."}]))
    server = start(processes.Server, horde, "--failover-seconds", "60")
    stream = server.stream("a secret question", model=CHATML)

    def running():
        return [one for one in server.get("/status.json").json["requests"]["list"] if one["stage"] == "being written"]

    [one] = eventually(running, 5, "a request that is being written")
    assert one["model"] == CHATML
    assert "secret" not in server.get("/status").body.decode()
    stream.leave()
    eventually(lambda: server.get("/status.json").json["requests"]["running"] == 0, 5, "nothing under way")
    assert server.chat("hello", key=processes.BAD_KEY, model=CHATML).status == 401
    [failure] = server.get("/status.json").json["failures"]
    assert failure["code"] == "invalid_api_key" and failure["count"] == 1 and "doctor" in failure["remedy"]
    assert "401 invalid_api_key" in " ".join(Page(server.get("/status").body.decode()).texts)


def test_with_keys_it_is_for_this_machine_and_for_who_has_one(horde, start):
    server = start(processes.Server, horde, "--access", "passthrough")
    assert server.get("/status").status == server.get("/status.json").status == 200
    forwarded = {"X-Forwarded-For": "192.0.2.1"}
    assert server.get("/status", **forwarded).status == server.get("/status.json", **forwarded).status == 401
    # A proxy that adds no such field still mostly passes on what the server was called.
    assert server.get("/status", Host="horde.example.org").status == 401
    assert wire.ask(server.address, "GET", "/status", headers=wire.bearer(processes.ALICE_KEY) | forwarded).status == 200
