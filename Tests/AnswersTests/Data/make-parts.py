"""Cuts answers into parts at exact numbers of real tokens, and writes parts.json.

The vocabularies come from the packages that Tests/PromptingTests/Data/count-tokens.py names, which tells how to get
them; its helpers are used here. Nothing is fetched when this runs:

    venv/bin/python make-parts.py packages

An answer is a stretch of one text, or of several of one kind joined by blank lines. It begins where a paragraph does
and ends where a paragraph (of code: a declaration; of JSON: the text) does. A job is simulated as a worker does it: the
rest of the answer is encoded anew, and its first `asked` tokens are the part. So the length of the last part is what
the text makes it, and nothing is chosen by length but the short answers.

A row of parts.json is [tokenizer, source, worker, asked, ends, repeat]:
  source  index into "sources", the lists of files that are joined
  worker  p: returns all; t: trims white space at the end; f: returns 1 to 3 % fewer tokens
  ends    byte offsets: where the answer begins, then where each part ends. All parts but the last were cut off. A last
          part of a positive length is the end of the answer unless `ends` closes with -1: then it was cut off too
  repeat  null; or what comes after these parts: {"text": ...} for an empty part, or {"parts": [[[from, to, times], ...]]}
          for parts that say things again, made of stretches of the source; the first of two has words before its loop
"""

import bisect
import importlib.util
import json
import pathlib
import random
import sys

import tiktoken
import tokenizers
from mistral_common.tokens.tokenizers.sentencepiece import SentencePieceTokenizer
from mistral_common.tokens.tokenizers.tekken import Tekkenizer
import mistral_common
import base64

HERE = pathlib.Path(__file__).parent
COUNTED = HERE.parent.parent / "PromptingTests" / "Data"
spec = importlib.util.spec_from_file_location("count_tokens", COUNTED / "count-tokens.py")
count_tokens = importlib.util.module_from_spec(spec)
spec.loader.exec_module(count_tokens)

SEED = 20261128
ASKED = [256, 400, 512, 1024]
# How many answers for each tokenizer and length: whole chains, and short ones within one job.
CHAINS = 30
SHORTS = 10
# Texts of the repository that end in the middle: only their paragraphs and declarations count as ends.
UNENDED = {
    "code-api-error-swift", "code-event-loop-swift", "code-json-reader-swift", "code-processes-python",
    "code-supply-swift", "json-refusals", "json-statuses", "json-transcripts", "markers-chat-formats",
}
RAW_CODE = {
    "code-api-error-swift", "code-event-loop-swift", "code-exchange-callbacks-swift", "code-json-reader-swift",
    "code-processes-python", "code-supply-swift", "code-test-slow-horde-python",
}
# The thresholds were chosen without the cases of these texts. A row's texts are all of these, or none.
TEST_ONLY = {
    "chat-oven", "chinese-tea", "code-json-reader-swift", "code-processes-python", "code-queue-go", "code-supply-swift",
    "english-harbour", "explain-rebase", "german-fahrrad", "json-recipes", "json-statuses", "list-packing",
    "markdown-api", "markdown-testing", "story-lighthouse", "table-trains",
}


def tiktoken_lengths(data, pattern):
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in data.splitlines())}
    encoding = tiktoken.Encoding("plain", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return lambda text: [len(encoding.decode_single_token_bytes(one)) for one in encoding.encode_ordinary(text)]


def byte_level_lengths(model):
    """For byte pair encodings that show each byte as one character; added tokens are shown as they are."""
    added = {token.content for token in model.get_added_tokens_decoder().values()}

    def lengths(text):
        tokens = model.encode(text, add_special_tokens=False).tokens
        return [len(token.encode()) if token in added else len(token) for token in tokens]

    return lengths


def piece_length(piece):
    """For vocabularies that show a space as one character, and bytes by their number."""
    if len(piece) == 6 and piece.startswith("<0x"):
        return 1
    return len(piece.replace("\u2581", " ").encode())


def sentence_piece_lengths(model):
    def lengths(text):
        found = [piece_length(model.id_to_piece(one)) for one in model.encode(text)]
        # The space that the tokenizer puts before every text.
        found[0] -= 1
        return found

    return lengths


def encoders(packages):
    mistral = pathlib.Path(mistral_common.__file__).parent / "data"
    tekken = Tekkenizer.from_file(str(mistral / "tekken_240911.json"))
    sentence_piece = SentencePieceTokenizer(str(mistral / "tokenizer.model.v1"))
    deepseek = tokenizers.Tokenizer.from_str(count_tokens.find(packages, "deepseek_tokenizer.json").decode())
    gemma = count_tokens.gguf_model(packages, "gemma-4", byte_fallback=True, ignore_merges=True)
    gemma.normalizer = tokenizers.normalizers.Replace(" ", "\u2581")
    gemma.pre_tokenizer = tokenizers.pre_tokenizers.Split(tokenizers.Regex(r"\n+"), "isolated")
    command_r = count_tokens.gguf_model(packages, "command-r")
    pre = tokenizers.pre_tokenizers
    command_r.pre_tokenizer = pre.Sequence(
        [
            pre.Split(tokenizers.Regex(r"\p{N}"), "isolated"),
            pre.Split(tokenizers.Regex(count_tokens.COMMAND_R), "isolated"),
            pre.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    llama3, o200k = count_tokens.LLAMA3, count_tokens.O200K
    find = count_tokens.find
    return {
        "llama3": tiktoken_lengths(find(packages, "llama3/tokenizer.model"), llama3),
        "qwen": tiktoken_lengths(find(packages, "qwen.tiktoken"), llama3.replace("{1,3}", "")),
        "deepseek": byte_level_lengths(deepseek),
        "tekken": lambda text: [
            len(tekken._model.decode_single_token_bytes(one - tekken.num_special_tokens))
            for one in tekken.encode(text, bos=False, eos=False)
        ],
        "spm32k": sentence_piece_lengths(sentence_piece._model),
        "gemma": lambda text: [piece_length(one) for one in gemma.encode(text, add_special_tokens=False).tokens],
        "command-r": byte_level_lengths(command_r),
        "o200k": tiktoken_lengths(find(packages, "fb374d419588a4632f3f557e76b4b70aebbca790"), o200k),
    }


def load():
    files = sorted((COUNTED / "token-texts").glob("*.txt")) + sorted((HERE / "texts").glob("*.txt"))
    return {path.stem: path.read_bytes() for path in files}


def lines(data):
    """Each line with its offset and whether it is in a fence."""
    offset, fenced = 0, False
    for line in data.splitlines(keepends=True):
        marks = line.lstrip().startswith(b"```")
        yield offset, line, fenced or marks
        fenced ^= marks
        offset += len(line)


def breaks(name, data):
    """Where an answer may begin, and where it may end."""
    starts, ends = [0], []
    previous, blank = None, False
    for offset, line, fenced in lines(data):
        if not line.strip():
            blank = True
            continue
        if blank and previous and not fenced and not previous[2] or blank and previous and is_fence_end(previous, fenced):
            flat = line[:1] not in b" \t"
            end = previous[0] + len(previous[1].rstrip())
            if flat and (name not in RAW_CODE or previous[1][:1] not in b" \t"):
                starts.append(offset)
                if is_end(previous[1]):
                    ends.append(end)
        previous, blank = (offset, line, fenced), False
    if name not in UNENDED:
        ends.append(len(data.rstrip()))
    if name.startswith("json"):
        starts, ends = [0], ends[-1:] if name not in UNENDED else []
    return starts, ends


def is_fence_end(previous, fenced):
    return not fenced and previous[1].strip() == b"```"


def is_end(line):
    line = line.strip()
    heading = line.startswith(b"#") or (line.startswith(b"**") and line.endswith(b"**"))
    return not heading and not line.endswith((b":", "：".encode(), b"---", b","))


class Cutter:
    def __init__(self, lengths, rng):
        self.lengths, self.rng = lengths, rng

    def chain(self, data, start, end, asked, worker):
        """The ends of the parts of data[start:end], and whether the last one is the end."""
        ends = [start]
        while ends[-1] < end:
            rest = data[ends[-1] : end].decode()
            lengths = self.lengths(rest)
            if sum(lengths) != len(rest.encode()):
                raise SystemExit("The tokens do not make the text.")
            given = asked
            if worker == "f":
                given = asked - max(1, round(asked * self.rng.uniform(0.01, 0.03)))
            if len(lengths) < given:
                stop = end
            else:
                stop = ends[-1] + sum(lengths[:given])
                while stop < len(data) and data[stop] & 0xC0 == 0x80:
                    stop -= 1
            if worker == "t":
                stop = ends[-1] + len(data[ends[-1] : stop].rstrip())
            if stop == ends[-1]:
                break
            ends.append(stop)
            if len(lengths) < given:
                return ends, True
        return ends, False

    def loop(self, data, start, middle, first, last, asked):
        """Two parts of data[start:middle] and endless copies of data[first:last], as [from, to, times]."""
        size = last - first
        text = data[start:middle] + data[first:last] * (asked * 24 // size)
        parts, done = [], 0
        for _ in range(2):
            stop = done + sum(self.lengths(text[done:].decode())[:asked])
            while text[stop] & 0xC0 == 0x80:
                stop -= 1
            copies = [[start + done, middle, 1]] if done < middle - start else []
            at = max(done, middle - start) - (middle - start)
            left = stop - (middle - start)
            if at % size:
                copies.append([first + at % size, last, 1])
                at += size - at % size
            copies.append([first, last, (left - at) // size])
            copies.append([first, first + (left - at) % size, 1])
            parts.append([one for one in copies if one[0] < one[1] and one[2]])
            done = stop
        return parts


def kinds_of(texts):
    kinds = {}
    for name in texts:
        kinds.setdefault(name.split("-")[0], []).append(name)
    return kinds


def make_source(rng, texts, kinds, asked):
    """A few texts of one kind, enough of them for some jobs of this length."""
    name = rng.choice(kinds[rng.choice(sorted(kinds))])
    names, size = [name], len(texts[name])
    others = [one for one in kinds[name.split("-")[0]] if one != name and (one in TEST_ONLY) == (name in TEST_ONLY)]
    rng.shuffle(others)
    while others and size < asked * rng.uniform(4, 14) and name not in UNENDED and not name.startswith("json"):
        other = others.pop()
        if names[-1] in UNENDED:
            break
        names.append(other)
        size += len(texts[other])
    return names


def join(texts, names):
    data, starts, ends = b"", [], []
    for name in names:
        if data:
            data = data.rstrip() + b"\n\n"
        more_starts, more_ends = breaks(name, texts[name])
        starts += [len(data) + one for one in more_starts]
        ends += [len(data) + one for one in more_ends]
        data += texts[name]
    return data, starts, ends


def pick_worker(rng):
    return rng.choices("ptf", [55, 25, 20])[0]


def chains(rng, texts, kinds, cutter, asked, is_short):
    while True:
        names = make_source(rng, texts, kinds, asked)
        data, starts, stops = join(texts, names)
        worker = pick_worker(rng)
        start = rng.choice(starts)
        later = stops[bisect.bisect_right(stops, start + 40) :]
        if is_short:
            later = [one for one in later if one - start < asked * 6]
            if not later:
                continue
            ends, finished = cutter.chain(data, start, rng.choice(later), asked, worker)
            tokens = len(cutter.lengths(data[ends[0] : ends[-1]].decode()))
            if len(ends) != 2 or not finished or not 0.05 * asked <= tokens <= 0.9 * asked:
                continue
        elif later:
            ends, finished = cutter.chain(data, start, rng.choice(later), asked, worker)
        else:
            ends, _ = cutter.chain(data, start, len(data), asked, worker)
            # The text ends in the middle here: its last stretch is no part.
            ends, finished = ends[:-1], False
            if len(ends) < 2:
                continue
        # Some models write a line end before they end.
        if finished and worker == "p" and data[ends[-1] : ends[-1] + 1] == b"\n" and rng.random() < 0.1:
            ends[-1] += 1
        return names, worker, ends if finished else ends + [-1]


def sentence_starts(data, start, end):
    found = [start]
    for index in range(start + 1, end):
        if data[index - 2 : index] in (b". ", b"? ", b"! ", b".\n", b"\n\n", b";\n", b"|\n") and data[index : index + 1].strip():
            found.append(index)
    return found


def repeats(rng, texts, kinds, cutter, kind):
    while True:
        asked = rng.choice(ASKED[:3])
        names, worker, ends = chains(rng, texts, kinds, cutter, asked, False)
        if names[0].startswith(("json", "table")) or ends[-1] == -1 and kind != "loop":
            continue
        data = join(texts, names)[0]
        start, end = ends[0], ends[-1] if ends[-1] >= 0 else ends[-2]
        if kind == "empty":
            return names, worker, asked, ends, {"text": rng.choice(["", "", "", "\n", " ", "\n\n", " \n"])}
        if end - start < 600:
            continue
        if kind == "again":
            # The answer had ended, and the model says its last sentences or lines again.
            places = [one for one in sentence_starts(data, start, end) if 60 <= end - one <= 700]
            if not places:
                continue
            copies = [[rng.choice(places), end, rng.choice([1, 1, 2, 3])]]
        elif kind == "restart":
            copies = [[start, start + min(end - start, asked * 3), 1]]
        else:
            # A few more words of the text, then one of its sentences for ever: the part with its beginning and the next.
            places = sentence_starts(data, start, end)
            pairs = [(a, b) for a, b in zip(places, places[1:]) if 60 <= b - a <= 400 and is_prose(data[a:b])]
            if not pairs or len(ends) < 4 and not ends[-1] == -1:
                continue
            said = ends[:-1]
            first, last = rng.choice(pairs)
            more = [one for one in places if said[-1] < one < said[-1] + asked]
            parts = cutter.loop(data, said[-1], rng.choice(more or [said[-1]]), first, last, asked)
            return names, worker, asked, said + [-1], {"parts": parts}
        return names, worker, asked, ends, {"parts": [copies]}


def is_prose(data):
    text = data.decode(errors="ignore")
    return len(text.split()) >= 8 and sum(one.isalpha() or one == " " for one in text) > 0.9 * len(text)


def main():
    texts = load()
    kinds = kinds_of(texts)
    rng = random.Random(SEED)
    sources, rows = [], []

    def add(family, names, worker, asked, ends, repeat=None):
        if names not in sources:
            sources.append(names)
        rows.append([family, sources.index(names), worker, asked, ends, repeat])

    for family, lengths in encoders(pathlib.Path(sys.argv[1])).items():
        cutter = Cutter(lengths, rng)
        for asked in ASKED:
            for index in range(CHAINS + SHORTS):
                names, worker, ends = chains(rng, texts, kinds, cutter, asked, index >= CHAINS)
                add(family, names, worker, asked, ends)
        for kind in ["empty"] * 6 + ["again"] * 6 + ["restart"] * 3 + ["loop"] * 4:
            names, worker, asked, ends, repeat = repeats(rng, texts, kinds, cutter, kind)
            add(family, names, worker, asked, ends, repeat)

    with open(HERE / "parts.json", "w") as file:
        file.write('{"testOnly": ' + json.dumps(sorted(TEST_ONLY)) + ',\n"sources": [\n')
        file.write(",\n".join(json.dumps(one) for one in sources))
        file.write('\n], "rows": [\n')
        file.write(",\n".join(json.dumps(one, separators=(",", ":")) for one in rows))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
