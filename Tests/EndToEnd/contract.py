"""Section 0 of the survey of clients, as a check of a stream's bytes: each rule is one that breaks some client."""

import dataclasses
import json

import wire


@dataclasses.dataclass
class Streamed:
    """What a stream said."""

    texts: dict
    finish_reasons: dict
    usage: dict | None
    comments: list
    error: dict | None
    heartbeats: int
    thoughts: dict
    calls: dict

    @property
    def text(self):
        return self.texts[0]


def check_head(headers):
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-cache"
    assert headers["x-accel-buffering"] == "no"
    assert headers["x-request-id"]
    # An SSE answer is never compressed, whatever the client offers, and has no length.
    assert headers["content-encoding"] is None and headers["content-length"] is None


def check_stream(raw, choices=1, usage=False, fails=False, model=None, calls=False):
    """Checks the bytes of a whole stream; one that `fails` ends with an error instead of finish chunks."""
    text = raw.decode("utf-8")
    assert text.endswith("data: [DONE]\n\n")
    blocks = text.removesuffix("\n\n").split("\n\n")
    assert blocks.count("data: [DONE]") == 1
    said = Streamed({}, {}, None, [], None, 0, {}, {})
    identity = None
    for block in blocks[:-1]:
        assert "\n" not in block, f"an event of several lines: {block!r}"
        if block.startswith(": "):
            # Continue takes a comment that begins with "ping" for the end of the data.
            assert not block[2:].startswith("ping"), block
            said.comments.append(block[2:])
            continue
        # Neither id:, event: nor retry:, nor data without anything.
        assert block.startswith("data: {"), f"neither data nor a comment: {block!r}"
        chunk = json.loads(block[6:])
        assert said.error is None, "something comes after the error"
        assert said.usage is None, "something comes after the usage"
        if "error" in chunk:
            # With choices beside it, some clients lose the error.
            said.error = wire.checked_error(chunk)
            continue
        identity = identity or {key: chunk[key] for key in ("id", "object", "created", "model")}
        check_chunk(chunk, identity, said, choices, usage)
    # "tool_calls" if and only if there are calls: agents loop or stop otherwise.
    for index, reason in said.finish_reasons.items():
        assert (reason == "tool_calls") == bool(said.calls[index]), reason
    assert calls or not any(said.calls.values())
    assert identity and identity["object"] == "chat.completion.chunk"
    assert identity["id"].startswith("chatcmpl-") and isinstance(identity["created"], int)
    assert model is None or identity["model"] == model
    assert (said.error is not None) == fails, said.error
    if not fails:
        assert sorted(said.texts) == sorted(said.finish_reasons) == list(range(choices))
        assert (said.usage is not None) == usage
    return said


def check_chunk(chunk, identity, said, choices, usage):
    assert {key: chunk[key] for key in identity} == identity
    assert not {"error", "message", "event"} & set(chunk)
    if not chunk["choices"]:
        assert usage, "usage that nobody asked for"
        assert len(said.finish_reasons) == choices, "usage before the end"
        said.usage = chunk["usage"]
        assert set(said.usage) >= {"prompt_tokens", "completion_tokens", "total_tokens"}
        assert said.usage["total_tokens"] == said.usage["prompt_tokens"] + said.usage["completion_tokens"]
        assert all(isinstance(said.usage[key], int) for key in said.usage if key.endswith("_tokens"))
        return
    (choice,) = chunk["choices"]
    assert set(choice) >= {"index", "delta", "logprobs", "finish_reason"}
    index, delta = choice["index"], choice["delta"]
    assert isinstance(delta, dict) and set(delta) <= {"role", "content", "reasoning_content", "tool_calls"}, delta
    assert index not in said.finish_reasons, "something comes after the end of a choice"
    if index not in said.texts:
        # The role comes in the first delta and never again: accumulators would join it on.
        assert delta == {"role": "assistant", "content": ""}, delta
        said.texts[index] = said.thoughts[index] = ""
        said.calls[index] = []
        return
    assert "role" not in delta, delta
    # A thought comes before the text: clients close it with the first word of the text.
    assert not (delta.get("reasoning_content") and said.texts[index]), delta
    said.thoughts[index] += delta.get("reasoning_content", "")
    said.texts[index] += delta.get("content", "")
    for call in delta.get("tool_calls", []):
        # Whole and once: accumulators add up what comes twice, and run a call as soon as its arguments parse.
        assert call["index"] == len(said.calls[index]) and call["type"] == "function" and call["id"], call
        assert isinstance(json.loads(call["function"]["arguments"]), dict) and call["function"]["name"], call
        said.calls[index].append(call)
    if choice["finish_reason"] is not None:
        assert choice["finish_reason"] in ("stop", "length", "content_filter", "tool_calls")
        assert delta == {}
        said.finish_reasons[index] = choice["finish_reason"]
    elif delta == {}:
        said.heartbeats += 1
