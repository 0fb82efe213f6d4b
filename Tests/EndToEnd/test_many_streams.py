"""Five hundred streams at once, each on a job of ten seconds, through one server."""

import asyncio
import json
import resource
import time

import pytest

import contract
import processes
import watching

STREAMS = 500
JOB_SECONDS = 10


async def one(address, number):
    """One streamed request on a socket of its own; returns the body's bytes and when the head and the end came."""
    started = time.monotonic()
    reader, writer = await asyncio.open_connection(*address)
    body = json.dumps(processes.chat(f"[[reply:Answer {number}.]]", stream=True)).encode()
    writer.write(
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    head_at = time.monotonic() - started
    pieces = []
    while length := int(await reader.readuntil(b"\r\n"), 16):
        pieces.append(await reader.readexactly(length))
        assert await reader.readexactly(2) == b"\r\n"
    writer.close()
    return b"".join(pieces), head_at, time.monotonic() - started


async def all_of_them(address):
    async with asyncio.timeout(90):
        return await asyncio.gather(*(one(address, number) for number in range(STREAMS)))


@pytest.mark.slow
def test_five_hundred_streams(start):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    workers = [processes.worker("Giant", processes.CHATML, threads=1000)]
    keys = [{"key": processes.ANONYMOUS_KEY, "concurrency": 5000}]
    horde = start(processes.Horde, processes.script(
        workers=workers, keys=keys, replies=[{"latency_seconds": JOB_SECONDS}],
    ))
    server = start(processes.Server, horde, key=processes.ANONYMOUS_KEY)
    watch = watching.Watch(server.pid, horde.address[1])
    answers = asyncio.run(all_of_them(server.address))
    watch.stop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    for number, (raw, _, _) in enumerate(answers):
        assert contract.check_stream(raw).text == f"Answer {number}."
    counters = horde.counters
    heads, ends = (sorted(times) for times in list(zip(*answers))[1:])
    per_client = (watch.peak_kib - watch.idle_kib) / STREAMS
    print(
        f"\n{STREAMS} streams on {JOB_SECONDS} s jobs: all answered; "
        f"threads {watch.threads}, one busy {watch.busiest:.2f} s, all others {sum(watch.others):.2f} s; "
        f"upstream connections at most {watch.connections}; "
        f"memory {watch.idle_kib / 1024:.1f} MiB idle, {watch.peak_kib / 1024:.1f} MiB at most, "
        f"{per_client:.1f} KiB a waiting client; "
        f"head after {heads[STREAMS // 2]:.2f} s (last {heads[-1]:.2f} s), "
        f"end after {ends[STREAMS // 2]:.2f} s (last {ends[-1]:.2f} s); "
        f"status reads {counters['status_reads'] / STREAMS:.1f} a job, "
        f"of one job at most {counters['status_reads_of_one_id_in_60_s_max']} in 60 s"
    )
    assert counters["accepted"] == STREAMS and counters["open_jobs"] == 0
    assert watch.connections <= 16
    assert sum(watch.others) <= 0.1 + watch.busiest / 20, "more than one thread is busy"
    assert watch.threads <= 8, "threads grow with the load"
    assert counters["status_reads_of_one_id_in_60_s_max"] <= 60
    # The worker's speed says for most of the time that the text is all but there.
    assert all(job["status_reads"] <= job["ended_at"] - job["submitted_at"] + 13 for job in horde.jobs)
    assert per_client < 256
    assert ends[-1] < JOB_SECONDS + 15
