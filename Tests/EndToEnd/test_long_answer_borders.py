"""A border between two parts at every place of what has a meaning: stops, tags, calls, JSON, channels.

Each text is as long as one job of a small worker up to the border, so that the worker is cut off just there. Whatever the
place, the answer is the one that a larger worker gives in one part.
"""

import concurrent.futures
import dataclasses
import functools
import json
import re

import pytest

import longtext
import processes
from longtext import quick, rule

PLAIN, PLAIN_LARGE = "koboldcpp/Qwen2.5-14B-Instruct", "koboldcpp/Qwen2.5-32B-Instruct"
THINKER, THINKER_LARGE = "koboldcpp/Qwen3-14B-Q4_K_M", "koboldcpp/Qwen3-32B-Q4_K_M"
R1, R1_LARGE = "koboldcpp/DeepSeek-R1-Distill-Qwen-14B", "koboldcpp/DeepSeek-R1-Distill-Qwen-32B"
OSS, OSS_LARGE = "koboldcpp/gpt-oss-20b", "koboldcpp/gpt-oss-120b"
MODELS = [(PLAIN, PLAIN_LARGE), (THINKER, THINKER_LARGE), (R1, R1_LARGE), (OSS, OSS_LARGE)]

# What a job of the small workers holds, in tokens.
PART = 512

MARKERS = ["<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|constrain|>", "<|return|>", "<|call|>"]
ARGUMENTS = {"path": "/a b.py", "text": 'x = "ü" </b>\n{😀', "times": 2}
ARGUMENTS_TEXT = json.dumps(ARGUMENTS, ensure_ascii=False)
CALL = f'{{"name": "edit", "arguments": {ARGUMENTS_TEXT}}}'
PROPERTIES = {"path": {"type": "string"}, "text": {"type": "string"}, "times": {"type": "integer"}}
TOOLS = [{"type": "function", "function": {"name": "edit", "parameters": {"type": "object", "properties": PROPERTIES}}}]
TAIL = {"tags": ["a", 'b "q" \\', "ü😀"], "count": -12.5, "ok": True, "none": None}
MEMBERS = json.dumps(TAIL, ensure_ascii=False)
SCHEMA = {
    "type": "object", "required": ["summary", *TAIL], "additionalProperties": False,
    "properties": {
        "summary": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}},
        "count": {"type": "number"}, "ok": {"type": "boolean"}, "none": {"type": "null"},
    },
}
JSON_ONLY = {"response_format": {"type": "json_schema", "json_schema": {"name": "note", "strict": True, "schema": SCHEMA}}}


@dataclasses.dataclass(eq=False)
class Case:
    """A text: some words before a region, and what comes of it; `%` stands for the words."""

    models: tuple
    before: str
    # Cut at every place.
    region: str
    after: str
    content: str
    reasoning: str = ""
    calls: list = dataclasses.field(default_factory=list)
    finish: str = "stop"
    request: dict = dataclasses.field(default_factory=dict)
    hides: list = dataclasses.field(default_factory=list)

    def cuts(self):
        """The places, in characters of the region; none inside what the worker does not return."""
        spans = [
            range(start + 1, start + len(hidden))
            for hidden in self.hides for start in range(len(self.region)) if self.region.startswith(hidden, start)
        ]
        return [cut for cut in range(len(self.region) + 1) if not any(cut in span for span in spans)]

    @functools.cache
    def words(self, cut):
        """So many that the part is full at the cut; of hidden texts each is a token."""
        begun = self.before.replace("%", "") + self.region[:cut]
        pieces = re.split("(" + "|".join(map(re.escape, self.hides)) + ")", begun) if self.hides else [begun]
        taken = sum(1 if piece in self.hides else longtext.tokens(piece) for piece in pieces)
        # Tokens may divide otherwise where the words meet the rest.
        return longtext.short_words(PART - taken - 2, seed=cut)

    def rules(self, name):
        for cut in self.cuts():
            begun = self.before.replace("%", self.words(cut)) + self.region[:cut]
            text = begun + self.region[cut:] + self.after
            more = {"hides": self.hides} if self.hides else {}
            inside = len(begun.encode()) < len(text.encode())
            yield rule(f"({name} CUT {cut:03})", text, **({"cuts": [len(begun.encode())]} if inside else {}), **more)
            yield rule(f"({name} UNCUT {cut:03})", text, **more)

    def expected(self, cut):
        words = self.words(cut)
        return self.content.replace("%", words), self.reasoning.replace("%", words), self.calls, self.finish


FINAL = "<|end|><|start|>assistant<|channel|>final<|message|>Four it is"
COMMENTARY = "<|end|><|start|>assistant<|channel|>commentary to=functions.edit <|constrain|>json<|message|>"
THOUGHT = "<|channel|>analysis<|message|>%"
CALLED = {"calls": [("edit", ARGUMENTS)], "finish": "tool_calls", "request": {"tools": TOOLS}}

CASES = {
    "STOP": Case(MODELS[0], "% ", "##HALT##", " and more of it", "%", request={"stop": ["##HALT##"]}),
    "TURN-END": Case(MODELS[0], "%", "<|im_end|>", "\n<|im_start|>user\nAnd what else?", "%"),
    "THOUGHT": Case(MODELS[1], "<think>\n%", "\n</think>\n\nIt is", " four.", "It is four.", "%"),
    "BEGUN-THOUGHT": Case(MODELS[2], "%", "\n</think>\n\nIt is", " four.", "It is four.", "%"),
    "CALL": Case(MODELS[0], "%\n", f"<tool_call>\n{CALL}\n</tool_call>", "<|im_end|>", "%", **CALLED),
    "JSON": Case(MODELS[0], '{"summary": "%', '", ' + MEMBERS[1:], "", "JSON", request=JSON_ONLY),
    "CHANNELS": Case(MODELS[3], THOUGHT, FINAL, ".<|return|>", "Four it is.", "%"),
    "FLAT-CHANNELS": Case(MODELS[3], THOUGHT, FINAL, ".<|return|>", "Four it is.", "%", hides=MARKERS),
    "CHANNEL-CALL": Case(MODELS[3], THOUGHT, COMMENTARY + ARGUMENTS_TEXT, "<|call|>", "", "%", **CALLED),
}


@pytest.fixture(scope="module")
def server():
    workers = [
        worker for number, (small, large) in enumerate(MODELS)
        for worker in (quick(f"Small {number}", small, PART), quick(f"Large {number}", large, 1024))
    ]
    rules = [rule for name, case in CASES.items() for rule in case.rules(name)]
    horde = processes.Horde(processes.script(workers=workers, replies=rules))
    # With kudos, for jobs of more than 512.
    server = processes.Server(horde, key=processes.RICH_KEY)
    yield server
    longtext.nothing_is_left(horde)
    server.close()
    horde.close()


def differences(case, cut, answer):
    """What is wrong with an answer, in words; nothing where all is well."""
    content, *others = case.expected(cut)
    said, *told = answer.core
    if content == "JSON":
        said, content = json.loads(said or "null"), {"summary": case.words(cut), **TAIL}
    else:
        said = said.rstrip()
    pairs = zip([content, *others], [said, *told])
    return [f"{excerpt(expected)} came as {excerpt(came)}" for expected, came in pairs if came != expected]


def excerpt(value):
    """The end of it, where the border is."""
    text = repr(value)
    return text if len(text) < 120 else "…" + text[-120:]


def look(server, name, case, cut, write):
    """One text with a border at one place, against the same text in one part."""
    small, large = case.models
    limits = {"max_tokens": 2000, **case.request}
    try:
        parted = write(server, f"({name} CUT {cut:03})", model=small, **limits)
        whole = write(server, f"({name} UNCUT {cut:03})", model=large, **limits)
    except AssertionError as failure:
        return 0, [f"{name} cut after {case.region[:cut]!r}: {failure!s:.300}"]
    found = differences(case, cut, parted)
    if parted.core != whole.core:
        found.append(f"in one part it is {[excerpt(value) for value in whole.core]}")
    if parted.horde["jobs"] > 2:
        found.append(f"{parted.horde['jobs']} jobs for two parts")
    if whole.horde["jobs"] != 1:
        found.append(f"{whole.horde['jobs']} jobs for one part")
    if name == "JSON" and parted.pieces > 1:
        found.append(f"JSON in {parted.pieces} pieces")
    return parted.horde["jobs"], [f"{name} cut after {case.region[:cut]!r}: {text}" for text in found]


@pytest.mark.parametrize("write", [longtext.streamed, longtext.whole])
@pytest.mark.parametrize("name", CASES)
def test_a_border_at_every_place(server, name, write):
    """What was streamed is never taken back, so a stream that says the same never said a piece of a stop, tag or call."""
    case = CASES[name]
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        looks = list(pool.map(lambda cut: look(server, name, case, cut, write), case.cuts()))
    found = [text for _, texts in looks for text in texts]
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:20])
    # At the ends of a region the answer may be known to be over; within it there is more to come.
    assert sum(jobs == 2 for jobs, _ in looks) >= len(looks) - 2, "the border was not where it should be"
