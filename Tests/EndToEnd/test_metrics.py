"""The metrics: where they are answered, and that they tell what happened."""

import json
import re
import socket

import processes
import wire
from processes import CHATML, eventually, figure, run



def test_the_metrics_have_an_address_of_their_own_and_nothing_else_is_there(horde, start):
    server = start(processes.Server, horde, "--metrics-listen", "127.0.0.1:0")
    [port] = re.findall(r"url=http://127\.0\.0\.1:(\d+)/metrics \[Gateway\] metrics\n", server.stderr)
    own = ("127.0.0.1", int(port))
    page = wire.ask(own, "GET", "/metrics")
    assert page.status == 200 and page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert page.body.decode().startswith("# HELP interposer_http_requests_total")
    assert wire.ask(own, "HEAD", "/metrics").status == 200
    refused = wire.ask(own, "POST", "/metrics", {})
    assert refused.status == 405 and refused.headers["allow"] == "GET, HEAD"
    assert [wire.ask(own, "GET", path).status for path in ("/", "/status", "/v1/models")] == [404] * 3
    assert server.get("/metrics").status == 404

    def refused_on_main():
        page = wire.ask(own, "GET", "/metrics").body.decode()
        return figure(page, "interposer_http_requests_total", route="/metrics", code="404") == 1

    # A page is kept for a moment.
    eventually(refused_on_main, 5, "the count of what was refused")
    strange = wire.ask(own, "GET", "/metrics", headers={"Host": "evil.example"})
    assert strange.status == 403 and strange.json["error"]["code"] == "host_not_allowed"


def test_an_address_that_is_taken_is_a_warning_and_off_is_nowhere(horde, start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        server = start(processes.Server, horde, "--metrics-listen", place)
        assert server.chat().status == 200 and server.get("/metrics").status == 404
        assert f"reason=cannot listen on {place}: Address already in use [Gateway] no metrics\n" in server.stderr
        assert server.stderr.count("listening on") == 1
        taken.close()
        eventually(lambda: f"url=http://{place}/metrics" in server.stderr, 10, "the address that is free now")
        assert server.stderr.count("no metrics") == 1
    server = start(processes.Server, horde, "--metrics-listen", "off")
    assert server.get("/metrics").status == 404 and "metrics" not in server.stderr.replace("/metrics", "")
    for place in ("here", "127.0.0.1", ""):
        result = run("check", "--metrics-listen", place)
        assert result.returncode == 64 and "--metrics-listen" in result.stderr, result


def test_the_figures_are_those_of_what_happened(start):
    slow = {"match": "slowly", "latency_seconds": 3, "reply": "There."}
    horde = start(processes.Horde, processes.script(replies=[slow, {"reply": "At once."}]))
    server = start(processes.Server, horde)
    for number in range(3):
        assert server.chat(f"number {number}", model=CHATML).status == 200
    assert server.chat("x", model="no such model").status == 404
    assert server.chat("x", key=processes.BAD_KEY, model=CHATML).status == 401
    stream = server.stream("slowly", model=CHATML)
    eventually(lambda: (horde.find("slowly") or {}).get("state") == "processing", 5, "a worker")
    page = server.metrics_page()
    assert figure(page, "interposer_http_requests_total", route="/v1/chat/completions", code="200", method="POST") == 3
    assert figure(page, "interposer_http_request_duration_seconds_count", route="/v1/chat/completions") == 5
    assert figure(page, "interposer_http_in_flight") == 2 and figure(page, "interposer_answers_running") == 1
    assert figure(page, "interposer_http_rejected_total", reason="auth") == 0
    assert figure(page, "interposer_horde_jobs_total", model=CHATML, outcome="done") == 3
    assert figure(page, "interposer_horde_job_duration_seconds_count", model=CHATML) == 3
    assert figure(page, "interposer_horde_requests_total", endpoint="submit", code="202") == 4
    assert figure(page, "interposer_horde_requests_total", endpoint="submit", code="401") == 1
    assert figure(page, "interposer_queue_wait_seconds_count") == 5
    assert figure(page, "interposer_horde_kudos_spent_total") >= sum(round(job["kudos"]) for job in horde.jobs) - 1
    chat = {"gen_ai_operation_name": "chat", "gen_ai_request_model": CHATML}
    assert figure(page, "gen_ai_client_operation_duration_seconds_count", **chat) == 4
    assert figure(page, "gen_ai_client_operation_duration_seconds_count", **chat, error_type="invalid_api_key") == 1
    assert 0 < figure(page, "interposer_overhead_seconds_sum") < 1
    stream.leave()
    # What a worker has begun is written to its end, for a client that comes back.
    eventually(lambda: server.figure("interposer_answers_running") == 0, 10, "the end of what nobody waits for")
    page = server.metrics_page()
    assert figure(page, "interposer_horde_jobs_total", outcome="done") == 4
    assert figure(page, "gen_ai_client_operation_duration_seconds_count", **chat, error_type="client_left") == 1
    assert figure(page, "interposer_overhead_seconds_count") == 3


def test_names_from_outside_stay_within_their_quotation_marks(start):
    odd = 'evil"} 1\n\\'
    workers = [{"name": "one", "models": [odd], "threads": 1}]
    horde = start(processes.Horde, processes.script(workers=workers))
    page = start(processes.Server, horde).metrics_page()
    assert '{model="evil\\"} 1\\n\\\\"} 1\n' in page
    assert all(re.fullmatch(r'(# .*|\w+(\{(\w+="([^"\\]|\\.)*",?)*\})? \S+)', line) for line in page.splitlines())


def test_a_key_has_its_use_counted(start, tmp_path):
    result = run("key", "new", "ann")
    key, digest = re.search(r"sk-interposer-\w{43}", result.stdout)[0], re.search(r"sha256:\w{64}", result.stdout)[0]
    (tmp_path / "interposer.yaml").write_text(f"access: keys\nkeys: [{{name: ann, digest: '{digest}', daily_kudos: 500}}]\n")
    horde = start(processes.Horde)
    server = start(processes.Server, horde, "--config", str(tmp_path / "interposer.yaml"))
    answer = server.chat(key=key, model=CHATML)
    usage, page = answer.json["usage"], server.metrics_page()
    assert figure(page, "interposer_key_answers_total", key="ann") == 1
    assert figure(page, "interposer_key_tokens_total", key="ann") == usage["total_tokens"]
    assert figure(page, "interposer_key_kudos_total", key="ann") == usage["kudos"] > 0
    [shown] = server.get("/status.json").json["keys"]
    assert shown["name"] == "ann" and shown["kudos_today"] == usage["kudos"] and shown["daily_kudos"] == 500
    assert "ann: kudos of today" in server.get("/status").body.decode()
    assert server.chat(key="sk-wrong", model=CHATML).status == 401
    eventually(lambda: server.figure("interposer_http_rejected_total", reason="auth") == 1, 5, "the refusal's count")


def test_what_the_server_counts_is_what_the_load_generator_measured(start):
    horde = start(processes.Horde, processes.script(replies=[{"reply": "At once.", "latency_seconds": 0.3}]))
    server = start(processes.Server, horde)
    result = run(
        "bench", "--target", server.url + "/v1", "--clients", "20", "--requests", "200", "--model", CHATML, "--json",
        timeout=60,
    )
    measured, page = json.loads(result.stdout), server.metrics_page()
    labels = {"route": "/v1/chat/completions", "code": "200"}
    assert measured["failed"] == 0
    assert figure(page, "interposer_http_requests_total", **labels) == measured["requests"] == 200
    mean = figure(page, "interposer_http_request_duration_seconds_sum", **labels) / 200
    assert abs(mean * 1000 - measured["total_ms"]["mean"]) <= 0.05 * measured["total_ms"]["mean"]
    answers = figure(page, "gen_ai_client_operation_duration_seconds_sum", gen_ai_operation_name="chat") / 200
    assert abs(answers * 1000 - measured["total_ms"]["mean"]) <= 0.05 * measured["total_ms"]["mean"]


def test_a_balance_that_no_number_holds_is_shown_and_harms_nothing(start):
    body = {"username": "rich#4", "kudos": 1e300, "concurrency": 30}
    fault = {"path": "/api/v2/find_user", "status": 200, "body": body}
    horde = start(processes.Horde, processes.script(faults=[fault]))
    server = start(processes.Server, horde, key=processes.RICH_KEY)
    eventually(lambda: "rich#4" in server.get("/status").body.decode(), 5, "the balance")
    assert server.get("/status.json").json["kudos"]["balance"] == 1e15
