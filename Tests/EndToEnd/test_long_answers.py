"""Answers longer than a job: written over many, read as one text, as long as the client, the account and time allow."""

import concurrent.futures
import time

import openai
import pytest

import longtext
import processes
import wire
from longtext import TEXT, quick, rule
from processes import ALICE_KEY, ANONYMOUS_KEY, CHATML, RICH_KEY, SUBMIT, eventually

# Four parts or so, where it does not matter how many.
SHORT = longtext.make(6000, seed=2)
SEEDS = range(50)
LOAD = "/api/v2/status/performance"


def begins(content, least=0):
    """Whether an answer is a beginning of the text, and so many characters long."""
    return TEXT.startswith(content.rstrip()) and len(content) >= least


# MARK: The whole text


@pytest.fixture(scope="module")
def seeded():
    """Workers that end each part a little before its length, at other places for each seed."""
    rules = [rule(f"SEED-{seed:02}.", part_jitter=0.02, part_seed=seed) for seed in SEEDS]
    horde = processes.Horde(processes.script(workers=[quick(), quick("Long Shelf", max_length=400)], replies=rules))
    server = processes.Server(horde)
    yield horde, server
    server.close()
    horde.close()


def test_a_streamed_text_is_the_text_wherever_its_parts_end(seeded):
    horde, server = seeded
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda seed: longtext.streamed(server, f"SEED-{seed:02}.", max_tokens=16_000), SEEDS))
    wrong = [seed for seed, answer in zip(SEEDS, answers) if (answer.content, answer.finish) != (TEXT, "stop")]
    assert not wrong, {seed: (answers[seed].finish, answers[seed].content[-60:]) for seed in wrong}
    remembered = horde.jobs
    for seed, answer in zip(SEEDS, answers):
        parts = [job for job in remembered if f"SEED-{seed:02}." in job["prompt"]]
        counts_everything(answer, parts)
        # The first text comes with the first part, of fifteen or so.
        assert answer.first_at < answer.end_at / 3 and answer.pieces >= len(parts) - 2
    first, end = (sum(times) / len(SEEDS) for times in zip(*((answer.first_at, answer.end_at) for answer in answers)))
    print(f"\nfirst text after {first:.2f} s, all of it after {end:.2f} s, {len(remembered) / len(SEEDS):.1f} jobs each")
    longtext.nothing_is_left(horde)


def counts_everything(answer, parts):
    """The usage counts all parts, and `horde` tells who wrote and how many jobs it took."""
    written = sum(longtext.tokens(text) for part in parts for text in part["texts"])
    assert written > 5000 and abs(answer.usage["completion_tokens"] - written) < 0.15 * written, (answer.usage, written)
    assert set(answer.horde) >= {"model", "workers", "jobs"}, answer.horde
    assert answer.horde["model"] == CHATML and answer.horde["jobs"] == len(parts)
    assert set(answer.horde["workers"]) == {name for part in parts for name in part["taken_by"]}


def test_a_text_in_one_piece_is_the_text_wherever_its_parts_end(seeded):
    horde, server = seeded
    horde.reset()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda seed: longtext.whole(server, f"SEED-{seed:02}.", max_tokens=16_000), SEEDS[:8]))
    for seed, answer in enumerate(answers):
        assert (answer.content, answer.finish) == (TEXT, "stop"), (seed, len(answer.content), answer.content[-80:])
        counts_everything(answer, longtext.jobs(horde, f"SEED-{seed:02}."))


def test_openai_python_adds_up_the_stream(seeded):
    """Without a limit: all of it."""
    _, server = seeded
    request = {"model": CHATML, "messages": [{"role": "user", "content": "SEED-07."}]}
    with openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0, timeout=60) as client:
        with client.chat.completions.stream(**request) as stream:
            (choice,) = stream.get_final_completion().choices
        assert choice.message.content == TEXT and choice.finish_reason == "stop"
        (choice,) = client.chat.completions.create(**request, max_tokens=8000).choices
    assert choice.message.content == TEXT and choice.finish_reason == "stop"


# MARK: As long as the account gets


TWO_SIZES = [quick("Long Shelf", max_length=1024), quick("Lantern", max_length=512)]


@pytest.mark.parametrize("free", [512, 300], ids=["a quiet Horde", "a busy Horde"])
def test_without_an_account_no_job_is_longer_than_what_is_free(pair, free):
    # Horde's rule: 512 and 5 more for each thread, less 0.9 for each request that waits.
    load = {"text_thread_count": 8, "queued_text_requests": 280}
    faults = [{"path": LOAD, "status": 200, "body": load}] if free == 300 else []
    horde, server = pair(
        workers=TWO_SIZES, replies=[rule("how long", SHORT)], faults=faults, server={"key": ANONYMOUS_KEY}
    )
    answer = longtext.streamed(server, "how long", max_tokens=32_000)
    assert (answer.content, answer.finish) == (SHORT, "stop")
    counters = horde.counters
    assert counters["kudos_refusals"] == 0 and 256 <= counters["max_length_max"] <= free, counters


def test_kudos_buy_longer_jobs(pair):
    horde, server = pair(workers=TWO_SIZES, replies=[rule("how long", SHORT)])
    answer = longtext.streamed(server, "how long", key=RICH_KEY, max_tokens=32_000)
    assert (answer.content, answer.finish) == (SHORT, "stop")
    assert horde.counters["kudos_refusals"] == 0 and horde.counters["max_length_max"] == 1024
    assert answer.horde["workers"] == ["Long Shelf"]


def test_an_account_without_kudos_learns_from_the_first_refusal(pair):
    horde, server = pair(workers=TWO_SIZES, replies=[rule("how long", SHORT)])
    for _ in range(2):
        answer = longtext.streamed(server, "how long", key=ALICE_KEY, max_tokens=32_000)
        assert (answer.content, answer.finish) == (SHORT, "stop")
    assert horde.counters["kudos_refusals"] == 1 and horde.counters["max_length_max"] == 1024
    lengths = [job["max_length"] for job in horde.jobs]
    assert 256 <= min(lengths) and max(lengths) <= 512, lengths


# MARK: As long as the client wants, and as fits


@pytest.mark.parametrize("write", [longtext.streamed, longtext.whole])
@pytest.mark.parametrize("limit", [100, 810, 1000])
def test_the_limit_counts_over_all_parts(pair, write, limit):
    horde, server = pair(workers=[quick()], replies=[rule("not too much")])
    answer = write(server, "not too much", max_tokens=limit)
    assert answer.finish == "length" and begins(answer.content, 2 * limit), (len(answer.content), answer.content[-80:])
    assert 0.8 * limit <= answer.usage["completion_tokens"] <= limit
    lengths = [job["max_length"] for job in horde.jobs]
    # Horde takes no job of fewer than 16.
    assert sum(lengths) <= limit + 15 and len(lengths) == -(-limit // 400) == horde.counters["submits"], lengths


@pytest.mark.parametrize("write", [longtext.streamed, longtext.whole])
def test_the_end_of_the_context_is_the_end(pair, write):
    horde, server = pair(workers=[quick(max_context_length=2048)], replies=[rule("to the brim")])
    answer = write(server, "to the brim", max_tokens=32_000)
    assert answer.finish == "length" and begins(answer.content, 4000), (len(answer.content), answer.content[-80:])
    for job in horde.jobs:
        assert longtext.tokens(job["prompt"]) + job["max_length"] <= job["max_context_length"] <= 2048
    longtext.nothing_is_left(horde)


# Not 1, which Horde says of a worker that has not written yet.
@pytest.mark.parametrize("speed", [1.5, 3])
def test_no_job_asks_for_more_than_a_slow_worker_can_write_in_time(pair, speed):
    """Horde takes a job away after 150 seconds; shorter than 256 tokens it is not made."""
    horde, server = pair(
        workers=[quick(max_length=1024, tokens_per_second=speed)], replies=[rule("slowly", SHORT, latency_seconds=0.05)]
    )
    answer = longtext.streamed(server, "slowly", max_tokens=16_000)
    assert (answer.content, answer.finish) == (SHORT, "stop")
    assert 256 <= horde.counters["max_length_max"] <= max(256, 150 * speed)


@pytest.mark.parametrize("write", [longtext.streamed, longtext.whole])
def test_a_paragraph_that_comes_again_and_again_is_said_once(pair, write):
    paragraph = longtext.prose(399, seed=3) + " and"
    horde, server = pair(workers=[quick()], replies=[{"match": "parrot", "reply": paragraph, "latency_seconds": 0.05}])
    answer = write(server, "parrot", max_tokens=8000)
    assert answer.content.rstrip() == paragraph and len(horde.jobs) == 2, (len(answer.content), len(horde.jobs))


# MARK: As long as somebody waits


def leaver(server, text, stream):
    """Sends a request and returns a way to leave."""
    if stream:
        return server.stream(text, max_tokens=16_000).leave
    connection = wire.Connection(server.address)
    wire.send(connection.connection, "POST", "/v1/chat/completions", processes.chat(text, max_tokens=16_000), {})
    return connection.close


def third(horde):
    return next(iter(job for job in horde.jobs if job["part"] == 3), None)


def nothing_comes_after(horde, seconds=1.5):
    """No part is submitted while nobody waits: looked at for a while, since nothing tells that it does not happen."""
    longtext.nothing_is_left(horde)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert horde.counters["submits"] == 3 and horde.counters["open_jobs"] == 0, horde.counters
        time.sleep(0.05)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_client_that_leaves_within_a_part(pair, stream):
    horde, server = pair(workers=[quick()], replies=[rule("goodbye", parts={"3": {"latency_seconds": 3}})])
    leave = leaver(server, "goodbye", stream)
    eventually(lambda: (job := third(horde)) and job["state"] == "processing", 10, "the third part")
    leave()
    eventually(lambda: third(horde)["deleted_at"], 1.3, "the DELETE")
    # Once more, by which the server hears that the worker is through.
    eventually(lambda: (job := third(horde))["texts"] and job["deleted_at"][-1] > job["ended_at"], 9, "another DELETE")
    nothing_comes_after(horde)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_client_that_leaves_while_a_part_waits(pair, stream):
    workers = [quick(leaves_after=2), quick("Slow Riser", pickup_seconds=60)]
    horde, server = pair(workers=workers, replies=[rule("goodbye")])
    leave = leaver(server, "goodbye", stream)
    eventually(lambda: (job := third(horde)) and job["state"] == "waiting", 10, "the third part")
    leave()
    eventually(lambda: third(horde)["deleted_at"], 1.3, "the DELETE")
    nothing_comes_after(horde)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_client_that_leaves_between_two_parts(pair, stream):
    """The submission of the third is on its way: its id has to be known before it can be deleted."""
    slow = {"path": SUBMIT, "method": "POST", "skip": 2, "times": 1, "delay_seconds": 1.5}
    horde, server = pair(workers=[quick(pickup_seconds=1)], replies=[rule("goodbye")], faults=[slow])
    leave = leaver(server, "goodbye", stream)
    eventually(lambda: horde.counters["scripted_faults"] == 1, 20, "the third submission")
    leave()
    eventually(lambda: (job := third(horde)) and job["deleted_at"], 3, "the DELETE")
    nothing_comes_after(horde)


@pytest.mark.long
def test_what_is_there_is_given_in_time(pair):
    """Clients that wait for the whole answer give up after five minutes without a byte."""
    horde, server = pair(workers=[quick()], replies=[rule("by and by", latency_seconds=33)])
    started = time.monotonic()
    answer = longtext.whole(server, "by and by", max_tokens=16_000, timeout=330)
    took = time.monotonic() - started
    assert 270 < took < 290 and answer.finish == "length", (took, answer.finish)
    # Eight parts are written by then.
    assert begins(answer.content, 8 * 400 * 2.5) and answer.horde["jobs"] == 8, (len(answer.content), answer.horde)
    longtext.nothing_is_left(horde)
