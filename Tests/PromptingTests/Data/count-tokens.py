"""Counts the tokens of token-texts/ with the vocabularies of real tokenizers, and writes token-counts.json.

The packages below carry their vocabularies, and nothing is fetched when this runs:

    python3 -m venv venv
    venv/bin/pip install mistral-common==1.13.1 sentencepiece==0.2.3 tiktoken==0.14.0 tokenizers==0.23.3 \\
        gguf==0.19.0 scikit-build-core
    venv/bin/pip download --no-deps -d packages litellm==1.110.2 dashscope==2.0.2 llama-models==0.3.0
    venv/bin/pip download --no-deps -d packages --no-binary :all: --no-build-isolation llama-cpp-python==0.3.36
    venv/bin/python count-tokens.py packages

Texts are counted as plain text: no token for the beginning, none for control markers.
"""

import base64
import json
import pathlib
import sys
import tarfile
import tempfile
import zipfile

import gguf
import tiktoken
import tokenizers
from mistral_common.tokens.tokenizers.sentencepiece import SentencePieceTokenizer
from mistral_common.tokens.tokenizers.tekken import Tekkenizer
import mistral_common

HERE = pathlib.Path(__file__).parent
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
COMMAND_R = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def find(packages, name):
    """The only file of this name in the wheels."""
    for wheel in packages.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for path in archive.namelist():
                if path.endswith(name):
                    return archive.read(path)
    raise SystemExit(f"{name} is in no package.")


def tiktoken_counter(data, pattern):
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in data.splitlines())}
    encoding = tiktoken.Encoding("plain", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return lambda text: len(encoding.encode_ordinary(text))


def gguf_model(packages, name, **options):
    """The byte pair encoding in one of llama.cpp's files."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(next(packages.glob("llama_cpp_python-*.tar.gz"))) as archive:
            member = next(one for one in archive.getmembers() if one.name.endswith(f"ggml-vocab-{name}.gguf"))
            member.name = "vocabulary.gguf"
            archive.extract(member, folder, filter="data")
        fields = gguf.GGUFReader(f"{folder}/vocabulary.gguf").fields
        tokens = fields["tokenizer.ggml.tokens"].contents()
        merges = [split_merge(merge) for merge in fields["tokenizer.ggml.merges"].contents()]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    return tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=merges, **options))


def split_merge(merge):
    left, right = merge[1:].split(" ", 1)
    return merge[0] + left, right


def command_r(packages):
    model = gguf_model(packages, "command-r")
    pre = tokenizers.pre_tokenizers
    model.pre_tokenizer = pre.Sequence(
        [
            pre.Split(tokenizers.Regex(r"\p{N}"), "isolated"),
            pre.Split(tokenizers.Regex(COMMAND_R), "isolated"),
            pre.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    return lambda text: len(model.encode(text, add_special_tokens=False).ids)


def gemma(packages):
    model = gguf_model(packages, "gemma-4", byte_fallback=True, ignore_merges=True)
    model.normalizer = tokenizers.normalizers.Replace(" ", "\u2581")
    model.pre_tokenizer = tokenizers.pre_tokenizers.Split(tokenizers.Regex(r"\n+"), "isolated")
    return lambda text: len(model.encode(text, add_special_tokens=False).ids)


def counters(packages):
    mistral = pathlib.Path(mistral_common.__file__).parent / "data"
    tekken = Tekkenizer.from_file(str(mistral / "tekken_240911.json"))
    sentence_piece = SentencePieceTokenizer(str(mistral / "tokenizer.model.v1"))
    deepseek = tokenizers.Tokenizer.from_str(find(packages, "deepseek_tokenizer.json").decode())
    return {
        "llama3": tiktoken_counter(find(packages, "llama3/tokenizer.model"), LLAMA3),
        "qwen": tiktoken_counter(find(packages, "qwen.tiktoken"), LLAMA3.replace("{1,3}", "")),
        "deepseek": lambda text: len(deepseek.encode(text, add_special_tokens=False).ids),
        "tekken": lambda text: len(tekken.encode(text, bos=False, eos=False)),
        "spm32k": lambda text: len(sentence_piece.encode(text, bos=False, eos=False)),
        "gemma": gemma(packages),
        "command-r": command_r(packages),
        # litellm names the file of o200k_base by a hash of the address it comes from.
        "o200k": tiktoken_counter(find(packages, "fb374d419588a4632f3f557e76b4b70aebbca790"), O200K),
    }


SOURCES = {
    "llama3": "llama-models 0.3.0, llama3/tokenizer.model",
    "qwen": "dashscope 2.0.2, qwen.tiktoken",
    "deepseek": "litellm 1.110.2, deepseek_tokenizer.json",
    "tekken": "mistral-common 1.13.1, tekken_240911.json",
    "spm32k": "mistral-common 1.13.1, tokenizer.model.v1",
    "gemma": "llama-cpp-python 0.3.36, ggml-vocab-gemma-4.gguf",
    "command-r": "llama-cpp-python 0.3.36, ggml-vocab-command-r.gguf",
    "o200k": "litellm 1.110.2, o200k_base",
}


def main():
    count = counters(pathlib.Path(sys.argv[1]))
    texts = {path.name: path.read_bytes().decode() for path in sorted((HERE / "token-texts").glob("*.txt"))}
    counts = {name: {family: of(text) for family, of in count.items()} for name, text in texts.items()}
    with open(HERE / "token-counts.json", "w") as file:
        json.dump({"sources": SOURCES, "counts": counts}, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
