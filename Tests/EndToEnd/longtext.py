"""A long known text, workers that write it piece by piece, and answers with everything that is told of them."""

import dataclasses
import json
import random

import contract
import processes
from processes import eventually, worker

# Workers that are quicker than the server looks, so that a part takes the half second until its first look.
QUICK = {"tokens_per_second": 5000}

# Of up to six letters, for the most part: longer ones are several tokens to the simulator, but seldom to a model.
ADJECTIVES = "quiet narrow bright rusty early hollow sudden warm grey honest tall clever frozen lonely".split()
NOUNS = (
    "harbor lamp field kettle bridge window letter garden engine market river ladder mirror tower müller straße bäcker"
).split()
VERBS = "lifts finds mends sees takes loses weighs calls leaves picks paints counts".split()
PLACES = "behind the mill,under an old roof,across the square,near the sea,at the edge of town,on the third floor".split(",")
EMOJI = "🙂🚲🌧️🧭🎈🫖"


def sentence(dice):
    """One of very many, so that none comes twice."""
    subject = f"{dice.choice(ADJECTIVES)} {dice.choice(NOUNS)}"
    thing = f"{dice.choice(ADJECTIVES)} {dice.choice(NOUNS)}"
    return dice.choice([
        f"The {subject} {dice.choice(VERBS)} the {thing} {dice.choice(PLACES)}.",
        f"In {dice.randint(1200, 2020)} a {subject} stood {dice.choice(PLACES)}, and nobody asked why.",
        f"Nobody {dice.choice(VERBS)} a {subject} twice; the {thing} knows it best {dice.choice(EMOJI)}.",
        f"Is the {subject} really {dice.choice(PLACES)}, or was it the {thing}?",
        f"After {dice.randint(2, 99)} days the {subject} {dice.choice(VERBS)} what the {thing} {dice.choice(VERBS)}.",
        f"“{thing.capitalize()},” said the {dice.choice(NOUNS)}, “{dice.choice(VERBS)} more than it should.”",
    ])


def prose(tokens, seed=0):
    """Plain sentences of exactly so many tokens; the last one may lack its end."""
    dice = random.Random(seed)
    text = sentence(dice)
    # No token of prose is longer than a word of six bytes with its blank.
    while len(text.encode()) < 7 * tokens:
        text += " " + sentence(dice)
    return text.encode()[:token_ends(text)[tokens - 1]].decode()


def short_words(tokens, seed=0):
    """About so many words (never more tokens), each of which is one token to the simulator and to most models."""
    dice = random.Random(seed)
    words = "the old cat sat on a red mat and saw us run to see big bad dogs play with six tall men from far away".split()
    text = " ".join(dice.choice(words) for _ in range(tokens - 1))
    return text.capitalize() + "."


def block(dice, number):
    """A paragraph, a list, a table or some code, each under a heading of its own."""
    name = f"{dice.choice(ADJECTIVES)}_{dice.choice(NOUNS)}_{number}"
    words = " ".join(sentence(dice) for _ in range(dice.randint(3, 6)))
    return f"## {number}. The {name.replace('_', ' ')}\n\n" + dice.choice([
        words,
        "\n".join(f"- **{dice.choice(NOUNS)} {dice.randint(10, 999)}**: {sentence(dice)}" for _ in range(4)),
        "\n".join(
            ["| word | count |", "|---|---|", *(f"| {dice.choice(NOUNS)} | {dice.random():.4f} |" for _ in range(3))]
        ),
        f"```python\ndef {name}(count):\n    total = {dice.randint(10, 9999)}\n    for step in range(count):\n"
        f'        total += step * {dice.randint(2, 99)}  # {dice.choice(VERBS)}\n    return {{"{name}": total}}\n```\n\n{words}',
    ])


def make(characters, seed=1):
    """A text of about so many characters (never fewer) that does not say anything twice."""
    dice = random.Random(seed)
    blocks = []
    while sum(map(len, blocks)) < characters:
        blocks.append(block(dice, len(blocks) + 1))
    return "\n\n".join(blocks) + "\n\n" + sentence(dice)


TEXT = make(20_000)


# MARK: The simulator's tokens (TextTokens.swift)


def kind(byte):
    if byte >= 0x80:
        return "letter" if byte <= 0xE1 else "alone"
    character = chr(byte)
    if character.isalpha():
        return "letter"
    if character.isdigit():
        return "digit"
    return "space" if byte == 0x20 else "line end" if 0x09 <= byte <= 0x0D else "punctuation"


LONGEST = {"letter": 6, "digit": 3, "line end": 4, "punctuation": 4}


def run_end(data, start):
    def width(at):
        return min(1 if data[at] < 0x80 else 4 if data[at] >= 0xF0 else 3 if data[at] >= 0xE0 else 2, len(data) - at)

    first, end = kind(data[start]), start + width(start)
    while end < len(data) and kind(data[end]) == first and end + width(end) - start <= LONGEST.get(first, 0):
        end += width(end)
    return end


def token_ends(text):
    """Where each token of a text ends, in bytes."""
    data = text.encode()
    found = []
    start = 0
    while start < len(data):
        end = start
        while end < len(data) and end - start < 16 and data[end] == 0x20:
            end += 1
        if end == start or end < len(data) and end - start == 1 and kind(data[end]) in ("letter", "punctuation"):
            end = run_end(data, end)
        elif end < len(data) and kind(data[end]) in ("letter", "punctuation"):
            end -= 1
        found.append(end)
        start = end
    return found


def tokens(text):
    return len(token_ends(text))


# MARK: Answers


@dataclasses.dataclass
class Answer:
    """An answer, streamed or not."""

    content: str
    reasoning: str
    calls: list
    finish: str | None
    usage: dict | None
    horde: dict | None
    error: dict | None = None
    # When text first came and when all of it was there, in seconds, and in how many pieces it came.
    first_at: float = 0.0
    end_at: float = 0.0
    pieces: int = 0

    @property
    def core(self):
        """What does not change from one time to the next."""
        return self.content, self.reasoning, self.calls, self.finish


def arguments(calls):
    return [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls]


def streamed(server, text, fails=False, timeout=120, **fields):
    """A streamed answer, of which every rule for streams is checked; `fails=None` takes an error as well."""
    options = {"stream_options": {"include_usage": True}}
    stream = server.stream(text, timeout=timeout, **options, **fields)
    assert stream.status == 200, stream.reply.body
    events = [event for event in stream.rest() if event.kind == "data" and event.text != "[DONE]"]
    fails = any("error" in event.chunk for event in events) if fails is None else fails
    said = contract.check_stream(stream.raw, usage=True, calls=True, fails=fails)
    calls = arguments(said.calls[0])
    answer = Answer(said.text, said.thoughts[0], calls, said.finish_reasons.get(0), said.usage, None, said.error)
    texts = []
    for event in events:
        answer.horde = event.chunk.get("horde", answer.horde)
        for choice in event.chunk.get("choices", []):
            if choice["delta"].get("content"):
                texts.append(event.at)
    answer.pieces = len(texts)
    answer.first_at, answer.end_at = min(texts, default=0.0), events[-1].at
    return answer


def whole(server, text, timeout=120, **fields):
    """An answer in one piece."""
    reply = server.chat(text, timeout=timeout, **fields)
    assert reply.status == 200, reply.body
    (choice,) = reply.json["choices"]
    message = choice["message"]
    return Answer(
        message["content"] or "", message.get("reasoning_content", ""), arguments(message.get("tool_calls", [])),
        choice["finish_reason"], reply.json["usage"], reply.json["horde"],
    )


# MARK: Horde


def quick(name="Lantern", model=processes.CHATML, max_length=400, max_context_length=32768, **more):
    return worker(name, model, max_length, max_context_length, **{**QUICK, **more})


def rule(match, text=TEXT, **more):
    return {"match": match, "text": text, **more}


def jobs(horde, match):
    """The jobs of one answer, in order."""
    return [job for job in horde.jobs if match in job["prompt"]]


def nothing_is_left(horde, seconds=5):
    eventually(lambda: horde.counters["open_jobs"] == 0, seconds, "the end of all jobs")
