"""The standard scenarios: each returns rows of the table in docs/BENCHMARKS.md."""

import json
import signal
import statistics
import subprocess
import tempfile
import time

import rig
from rig import bench, bench_beside, result, server, simulator

FIRST_READ_MS = 500  # The server reads a job's status for the first time so long after its submission (PollSchedule).
JOB_SECONDS = 30
CLOCK_SPEED = 10


def row(what, goal, measured, met, why=None, note=None):
    """One line of the table: `met` is True, False or None (not judged); `why` is told only when the goal is missed."""
    return {"what": what, "goal": goal, "measured": measured, "met": met, "why": why, "note": note}


def figure(value, digits=0):
    """A figure that was not measured, for want of requests, is a dash."""
    return "-" if value is None else f"{value:,.{digits}f}"


def models(quick=False):
    """GET /v1/models from memory against nginx with the same bytes as a file, both with an access log in a file."""
    seconds, rounds = (2, 2) if quick else (5, 5)
    with simulator() as horde, server(horde) as ours:
        body = ours.get("/v1/models")
        with rig.Nginx(files={"/v1/models": body}) as nginx:
            ratios, costs = [], []
            tool = "wrk -t1 -c64"
            for _ in range(rounds):
                pair = []
                for url, pid in ((ours.url, ours.pid), (nginx.url, nginx.pid)):
                    before = rig.cpu_seconds(pid)
                    count = rig.wrk(url + "/v1/models", seconds)
                    if count is None:
                        tool = "interposer bench --clients 64"
                        answer = bench(url, path="models", clients=64, duration=seconds)
                        count = answer["requests"]
                    pair.append(1e6 * (rig.cpu_seconds(pid) - before) / count)
                costs.append(pair)
                ratios.append(pair[0] / pair[1])
    ratio = statistics.median(ratios)
    mine, theirs = (statistics.median(cost[side] for cost in costs) for side in (0, 1))
    return [row(
        f"`GET /v1/models` ({len(body)} bytes), 64 connections kept alive, CPU per request", "≤ 1.3 × nginx",
        f"{ratio:.2f} × ({mine:.1f} µs, nginx {theirs:.1f} µs)", ratio <= 1.3,
        why="judging the head of each later request as well as the first costs a system call and two readings of it "
            "(decision 2); the rest of the difference is Swift's: an object and a task for each request, its fields as strings",
        note=f"Median of {rounds} rounds of {tool}, {seconds} s each; {min(ratios):.2f} to {max(ratios):.2f} ×.",
    )]


def chat(quick=False):
    """A 4 KB prompt and a Horde that finishes at once; the CPU time against the same exchanges in C."""
    seconds = 4 if quick else 24
    options = {"prompt_bytes": 4096, "keys": 1, "warm_up": 4}
    with simulator() as horde, server(horde) as ours:
        bench(ours.url, clients=200, requests=400, prompt_bytes=4096, keys=1)
        # Each client waits for the first status read, and all together come in waves of a second or more.
        tries = [
            bench(ours.url, clients=clients, duration=seconds / 2, **options) for clients in (1000, 2000, 4000, 8000)
        ]
        best = max(tries, key=lambda one: one["requests_per_second"])["clients"]
        began, simulator_before = time.monotonic(), rig.cpu_seconds(horde.pid)
        final = bench(ours.url, pid=ours.pid, clients=best, duration=seconds, **options)
        simulator_cores = (rig.cpu_seconds(horde.pid) - simulator_before) / (time.monotonic() - began)
        reads = reads_per_job(horde)
        rows = [row(
            "chat completion, 4 KB prompt, Horde that finishes at once: complete requests/s",
            "≥ 5,000/s, or the ceiling explained",
            f"{final['requests_per_second']:,.0f}/s with {best} clients", final["requests_per_second"] >= 5000,
            why="one core is the server's and the other the simulator's and the load generator's: "
                f"server {figure(final['server']['cores'], 2)} cores "
                f"({figure(final['server']['us_per_request'])} µs a request), "
                f"simulator {simulator_cores:.2f}, "
                f"generator {(final['generator_us_per_request'] or 0) * final['requests_per_second'] / 1e6:.2f}",
            note=f"{reads:.2f} status reads a job; {final['failed']} failed; total p50 "
                 f"{final['total_ms']['p50']:.0f} ms, p99 {final['total_ms']['p99']:.0f} ms.",
        )]
        rows += against_c(ours, seconds, quick)
    return rows


def reads_per_job(horde):
    counters = json.loads(horde.get("/simulator/counters"))
    return counters["status_reads"] / max(counters["accepted"], 1)


SUBMIT_ANSWER = '{"id":"00000000-0000-0000-0000-000000000000","kudos":1.0}'
STATUS_ANSWER = (
    '{"finished":1,"processing":0,"restarted":0,"waiting":0,"done":true,"faulted":false,"wait_time":0,'
    '"queue_position":0,"kudos":1.0,"is_possible":true,"generations":[{"text":"The harbour was quiet.",'
    '"model":"koboldcpp/Giant-8B","seed":0,"worker_id":"00000000-0000-0000-0000-000000000000",'
    '"worker_name":"Giant","gen_metadata":[],"state":"ok"}]}'
)


def against_c(ours, seconds, quick):
    """The server and the reference in C take turns, with bodies of the same size.

    More clients wait at the server, because each waits there for the first status read, which the reference does at
    once.
    """
    answers = [
        ("= /api/v2/generate/text/async", 202, SUBMIT_ANSWER),
        ("/api/v2/generate/text/status/", 200, STATUS_ANSWER),
    ]
    try:
        nginx = rig.Nginx(answers=answers)
    except rig.Missing as missing:
        return [row("the same, CPU of the server per request", "≤ 3 × the same in C", str(missing), None)]
    ratios, costs = [], []
    with nginx, rig.three_exchanges(nginx.url, 4400) as reference:
        seconds = min(seconds, 12)
        for _ in range(2 if quick else 4):
            common = {"duration": seconds / 2, "warm_up": 1, "prompt_bytes": 4096, "keys": 1}
            mine = bench(ours.url, pid=ours.pid, clients=1000, **common)
            theirs = bench(reference.url, pid=reference.pid, clients=64, **common)
            pair = [one["server"]["us_per_request"] for one in (mine, theirs)]
            costs.append(pair)
            ratios.append(pair[0] / pair[1])
    ratio = statistics.median(ratios)
    mine, theirs = (statistics.median(cost[side] for cost in costs) for side in (0, 1))
    return [row(
        "the same, CPU of the server per request", "≤ 3 × its three HTTP exchanges by libmicrohttpd + libcurl in C",
        f"{ratio:.2f} × ({mine:.0f} µs, C {theirs:.0f} µs)", ratio <= 3,
        why="half of the server's time is Swift code that the reference does not have: the request checked, a model chosen, "
            "its prompt written and counted, the order, the status and the answer (`Scripts/bench-request chat` tells what "
            "each takes); a fifth is malloc and free",
        note=f"Median of {len(ratios)} rounds, {min(ratios):.2f} to {max(ratios):.2f} ×; "
             "the reference (three-exchanges.c) parses nothing and its upstream is nginx with fixed answers.",
    )]


def agent(quick=False):
    """64 KB prompts with 12 tools at 500 requests a second; and at half of that, which says more where that is too much."""
    common = {"prompt_bytes": 65536, "tools": 12, "keys": 1, "timeout": 60}
    rows, curves = [], {}
    with simulator() as horde, server(horde) as ours:
        bench(ours.url, clients=50, requests=200, **common)
        for rate, goal in ((250, None), (500, (1, 3))):
            one = bench(
                ours.url, pid=ours.pid, clients=3000, rate=rate, duration=5 if quick else 20, warm_up=3, **common,
            )
            added = {name: one["total_ms"][name] - FIRST_READ_MS for name in ("p50", "p99")}
            rows.append(row(
                f"64 KB agent prompt with 12 tools, {rate} requests/s: added latency p50 and p99",
                f"≤ {goal[0]} ms and ≤ {goal[1]} ms" if goal else "–",
                f"{added['p50']:.1f} ms and {added['p99']:.1f} ms",
                added["p50"] <= goal[0] and added["p99"] <= goal[1] if goal else None,
                why="the prompt crosses a socket twice and is read, rendered and counted, which takes longer than that "
                    "alone; and where it takes the one core that the loop has, requests queue",
                note=f"{figure(one['server']['us_per_request'])} µs of the server's CPU for each, "
                     f"{figure(one['server']['cores'], 2)} cores. Added is the total less the 0.5 s until the first status "
                     "read that the schedule prescribes; it still has the simulator's own time and the generator's in it. "
                     f"{one['requests']} answers, {one['failed']} failed.",
            ))
            curves[f"agent, {rate}/s: added"] = [
                [max(ms - FIRST_READ_MS, 0.01), share] for ms, share in one["total_ms"]["curve"]
            ]
    return rows, curves


def waiting(quick=False):
    """Ten thousand streams on jobs of 30 s, which come within 20 s: from then on all of them wait.

    The worker's speed is what such jobs have at a real Horde: 512 tokens at 17 a second.
    """
    clients = 1000 if quick else 10_000
    prompt = 4096
    script = {
        "workers": [{
            "name": "Giant", "models": ["koboldcpp/Giant-8B"], "threads": 100_000, "max_length": 512,
            "max_context_length": 131_072, "tokens_per_second": 17,
        }],
        "replies": [{"reply": "The harbour was quiet.", "latency_seconds": JOB_SECONDS}],
    }
    with simulator(script=script) as horde, server(horde) as ours:
        base = rig.status(ours.pid, "VmRSS")
        began, simulator_before = time.monotonic(), rig.cpu_seconds(horde.pid)
        load = bench_beside(
            ours.url, pid=ours.pid, clients=clients, requests=clients, rate=clients / 20, stream=True,
            prompt_bytes=prompt, max_tokens=512, keys=1, timeout=240,
        )
        probe = bench_beside(ours.url, path="models", clients=20, rate=20, duration=JOB_SECONDS + 20)
        upstream = watch_connections(load, horde.port)
        one, lag = result(load), result(probe)
        simulator_cores = (rig.cpu_seconds(horde.pid) - simulator_before) / (time.monotonic() - began)
        counters = json.loads(horde.get("/simulator/counters"))
    each = (one["server"]["resident_kib_max"] - base) / clients - prompt / 1024
    reads = counters["status_reads"] / max(counters["waited_seconds_sum"], 1)
    found = counters["lag_ms_sum"] / max(counters["lags"], 1)
    total = {name: one["total_ms"][name] / 1000 - JOB_SECONDS for name in ("p50", "p99")}
    what = f"{clients:,} streams waiting on 30 s jobs: "
    whole = one["requests"] == clients and one["failed"] == 0
    return [
        row(what + "answered", "all", f"{one['requests']:,}, {one['failed']} failed{errors(one)}", whole),
        row(what + "resident memory each, over the prompt", "≤ 25 KB", f"{each:.1f} KB", each <= 25,
            note=f"{base / 1024:.0f} MB before, {one['server']['resident_kib_max'] / 1024:.0f} MB at most."),
        row(what + "CPU", "≤ 1 core", f"{one['server']['cores']:.2f} cores", one["server"]["cores"] <= 1,
            note="Over the whole run, with the arrival of all and the answers to all. "
                 f"{reads:.2f} status reads a second and job, and {found:.0f} ms in the mean from a job's end to the read "
                 f"that finds it; the simulator took {simulator_cores:.2f} cores."),
        row(what + "lag p99 beyond the poll that found it", "≤ 250 ms", f"{lag['total_ms']['p99']:.0f} ms",
            lag["total_ms"]["p99"] <= 250,
            note="The time that another request takes on the same loop, asked 20 times a second all the while. A "
                 f"stream takes longer than its job by {total['p50']:.2f} s (p50) and {total['p99']:.2f} s (p99)."),
        row(what + "upstream connections", "≤ 16", f"{upstream}", upstream <= 16),
    ], {"waiting: longer than the job": [
        [max(ms - 1000 * JOB_SECONDS, 0.01), share] for ms, share in one["total_ms"]["curve"]
    ]}


def schedule(quick=False):
    """How late the end of a job is seen, without webhooks in a reckoned mix of jobs, and with them live."""
    folder = rig.ROOT / "Sources/Horde"
    sources = [
        *(folder / "Dispatch" / f"{name}.swift" for name in ("PollSchedule", "JobOutlook", "ReadBudget", "JobForecast")),
        folder / "GenerationStatus.swift", rig.ROOT / "Tests/HordeTests/Dispatch/PollScheduleMix.swift",
        rig.ROOT / "Tests/HordeTests/SeededGenerator.swift", rig.ROOT / "Tests/Benchmarks/poll-schedule.swift",
    ]
    mix = json.loads(rig.swift_program("poll-schedule", sources, ["-module-name", "Horde", "-suppress-warnings"]))
    port = rig.free_port()
    script = {"replies": [{"reply": "The harbour was quiet.", "latency_seconds": 5}]}
    hooks = ["--webhook-to", f"http://127.0.0.1:{port}"]
    with simulator(script=script, options=hooks) as horde:
        with server(horde, "--listen", f"127.0.0.1:{port}", "--public-url", "https://interposer.example") as ours:
            # What is there at first is proof that calls arrive; before, jobs are asked about as often as without them.
            bench(ours.url, clients=20, requests=20, prompt_bytes=512, keys=1)
            known = len(json.loads(horde.get("/simulator/lags")))
            one = bench(ours.url, clients=400, rate=20, duration=10 if quick else 30, prompt_bytes=512, keys=1)
        lags = sorted(json.loads(horde.get("/simulator/lags"))[known:])
        counters = json.loads(horde.get("/simulator/counters"))
    late = lags[min(len(lags) * 99 // 100, len(lags) - 1)]
    return [
        row("a mix of jobs of 2 to 150 s, reckoned: mean lag from the job's end to the read that finds it",
            "≤ 300 ms at ≤ 0.6 reads a second and job", f"{mix['lag_ms']:.0f} ms at {mix['reads_per_second']:.3f}",
            mix["lag_ms"] <= 300 and mix["reads_per_second"] <= 0.6,
            why="how long a text becomes nobody knows; a schedule that knows the mix, and when each job was taken by how fast "
                "a worker, comes to some 330 ms (`swift test --filter PollScheduleMixTests`)",
            note=f"{mix['jobs']:,} jobs, at most {mix['reads_per_window_max']} reads in a window of 60."),
        row("with webhooks, live: p99 lag from the job's end to the read that finds it", "≤ 50 ms", f"{late:.0f} ms",
            late <= 50,
            note=f"The delivery itself is in it. {len(lags)} jobs of 5 s, {one['failed']} failed; "
                 f"{counters['webhooks_delivered']} calls."),
    ]


def errors(one):
    told = "; ".join(f"{error['count']} × {error['error']}" for error in one["errors"][:3])
    return f" ({told})" if told else ""


def watch_connections(popen, port):
    """The most connections to a port while a process runs."""
    most = 0
    while popen.poll() is None:
        most = max(most, rig.connections_to(port))
        try:
            # The pipe is read at the end: its content is small.
            popen.wait(1)
        except subprocess.TimeoutExpired:
            pass
    return most


def idle(quick=False):
    """A server that nobody asks anything, and how soon a new one is ready."""
    seconds = 20 if quick else 130
    with simulator() as horde, tempfile.TemporaryDirectory() as cache, server(horde, cache=cache) as ours:
        time.sleep(2)
        woken = []
        last = rig.status(ours.pid, "voluntary_ctxt_switches")
        for second in range(seconds):
            time.sleep(1)
            now = rig.status(ours.pid, "voluntary_ctxt_switches")
            if now != last:
                woken.append(second)
            last = now
        resident, own = rig.status(ours.pid, "VmRSS"), rig.status(ours.pid, "RssAnon")
        starts = [seconds_until_ready(horde, cache) for _ in range(5 if quick else 11)]
    # The model list is looked at once a minute, which takes a moment that may lie on the border of two seconds.
    refreshes = sum(1 for index, second in enumerate(woken) if index == 0 or second - woken[index - 1] > 1)
    beyond = max(0, refreshes - (seconds // 60 + 1))
    ready = 1000 * statistics.median(starts)
    return [
        row("idle: wake-ups beyond the refresh of the model list", "0", f"{beyond}", beyond == 0,
            note=f"In {seconds} s the process ran in the seconds {', '.join(map(str, woken)) or 'none'}."),
        row("idle: resident memory", "≤ 20 MB", f"{resident / 1024:.1f} MB", resident <= 20 * 1024,
            why=f"{own / 1024:.1f} MB are the server's own; the rest are pages of files, the program's and its libraries', of "
                "which Linux maps sixteen around each that is touched"),
        row("idle: ready after start, with a cached model list", "≤ 100 ms", f"{ready:.0f} ms", ready <= 100,
            why="nearly half of it is reading the table of formats and names that is in the program, two fifths of that its "
                "regular expressions (`perf record` of a start)",
            note=f"From exec to 200 of /readyz; median of {len(starts)}, {1000 * max(starts):.0f} ms at most."),
    ]


def seconds_until_ready(horde, cache):
    began = time.monotonic()
    one = server(horde, cache=cache)
    took = time.monotonic() - began
    one.stop()
    return took


def fairness(quick=False):
    """Ten keys that share AI Horde's budget of an address, one of them with a thousand requests."""
    heavy = 200 if quick else 1000
    rounds = 2 if quick else 5
    light = {"clients": 9, "keys": 9, "first_key": 1, "requests": 9 * rounds, "prompt_bytes": 512, "timeout": 280}
    with simulator() as horde, server(horde, submits=87) as ours:
        alone = bench(ours.url, **light)
        # Stopped when the light keys are done: a thousand submissions take Horde over eleven minutes.
        load = bench_beside(
            ours.url, clients=heavy, requests=heavy, keys=1, stream=True, prompt_bytes=512, timeout=1000,
        )
        time.sleep(2)
        beside = bench(ours.url, **light)
        load.send_signal(signal.SIGINT)
        rest = result(load)
    ratio = beside["total_ms"]["p99"] / alone["total_ms"]["p99"]
    return [row(
        f"10 keys, one of them with {heavy:,} requests, of which those wait that get their turn in time: the light keys' "
        "p99 wait", "≤ 2 × their wait alone",
        f"{ratio:.1f} × ({beside['total_ms']['p99'] / 1000:.1f} s, alone {alone['total_ms']['p99'] / 1000:.1f} s)",
        ratio <= 2 and beside["failed"] == 0,
        note=f"87 submissions a minute for all; the nine light keys ask {rounds} times each, one request at a time "
             f"({beside['failed']} failed{errors(beside)}); meanwhile the heavy key had {rest['requests']} answers, and "
             f"{rest['failed']} failures{errors(rest)}.",
    )]


def budget(quick=False):
    """Half an hour of submissions at full budget against the simulator's windows, with its clock sped up."""
    seconds = 15 if quick else 1800 / CLOCK_SPEED
    allowed = 90 * CLOCK_SPEED
    submits = round(allowed * 87 / 90)
    try:
        horde = simulator(limits=True, options=["--clock-speed", str(CLOCK_SPEED)])
    except RuntimeError as error:
        return [row("30 minutes of submits at full budget", "0 upstream 429, ≥ 95 % of the budget used",
                    "not measured: " + str(error)[:100], None)]
    with horde, server(horde, submits=submits) as ours:
        # Many keys, because AI Horde lets each submit twice a second only; and always some that wait for their turn.
        load = bench_beside(ours.url, clients=200, keys=60, duration=seconds + 5, prompt_bytes=512, timeout=120)
        time.sleep(3)
        began, before = time.monotonic(), json.loads(horde.get("/simulator/counters"))
        time.sleep(seconds)
        after = json.loads(horde.get("/simulator/counters"))
        took = time.monotonic() - began
        one = result(load)
        refused = json.loads(horde.get("/simulator/counters"))["too_many_requests"]
    accepted = after["accepted"] - before["accepted"]
    used = accepted * 60 / took / allowed
    return [row(
        f"{seconds * CLOCK_SPEED / 60:.0f} minutes of submits at full budget, clock × {CLOCK_SPEED}",
        "0 upstream 429, ≥ 95 % of the budget used", f"{refused} × 429, {100 * used:.1f} %",
        refused == 0 and used >= 0.95,
        why=f"{1000 * took / max(accepted, 1):.2f} ms lie between two submissions that should lie "
            f"{60_000 / submits:.2f} apart: timers have 1 ms, which at this speed counts {CLOCK_SPEED} times; and AI Horde's "
            f"second is {1000 / CLOCK_SPEED:.0f} ms, so that {1000 * (2 * 60 / submits - 1 / CLOCK_SPEED):.0f} ms on the way "
            "put a third submission into one",
        note=f"{accepted} jobs accepted in {took:.0f} s, of {allowed * took / 60:.0f} that the windows allow; "
             f"{one['failed']} failed{errors(one)}.",
    )]


def overload(quick=False):
    """Four times as many requests as the budget of submissions lets through, until long after the line is full."""
    submits = 6000
    seconds = 8 if quick else 30
    # Many keys, because a key may submit twice a second only: the address's budget is what binds.
    common = {"keys": 60, "duration": seconds, "prompt_bytes": 512, "timeout": 200}
    with simulator() as horde, server(horde, submits=submits) as ours:
        peak = bench(ours.url, pid=ours.pid, clients=300, warm_up=5, **common)
        rate = 4 * peak["requests_per_second"]
        one = bench(ours.url, pid=ours.pid, clients=9000, rate=rate, warm_up=25, **common)
    share = one["requests_per_second"] / peak["requests_per_second"]
    refusal = one["refusal_ms"]
    return [
        row("overload × 4: goodput", "≥ 95 % of peak",
            f"{100 * share:.1f} % ({one['requests_per_second']:.1f} of {peak['requests_per_second']:.1f}/s)",
            share >= 0.95, note=f"{one['failed']} refused or failed{errors(one)}."),
        row("overload × 4: time of a refusal, p99", "≤ 10 ms",
            f"{refusal['p99']:.1f} ms (p50 {refusal['p50']:.1f})" if refusal["count"] else "nothing was refused",
            refusal["count"] > 0 and refusal["p99"] <= 10,
            note="Without the time that the load generator itself was late."),
    ]


ALL = {
    "models": models, "chat": chat, "agent": agent, "waiting": waiting, "schedule": schedule, "idle": idle,
    "fairness": fairness, "budget": budget, "overload": overload,
}
