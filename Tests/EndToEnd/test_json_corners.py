"""JSON at its corners: what the grammar of RFC 8259 allows is read, and what it forbids is a 400 that says where.

Each document stands in a field that nobody reads, of a request for a model that nobody serves: a 404 says that all of
the body was read, and AI Horde never hears of it.
"""

import contextlib
import gzip
import json
import re
import time

import pytest

import wire

PREFIX = b'{"model": "none-such", "messages": [{"role": "user", "content": "hi"}], "x": '
SUFFIX = b"}"
LIMIT = 8 * 1024 * 1024
# Arrays and objects in each other, the request's own among them.
LEVELS = 128
MILLION = 1_000_000
# What a document may have at most.
ROOM = LIMIT - len(PREFIX) - len(SUFFIX)


@pytest.fixture(scope="module", autouse=True)
def nothing_is_submitted(horde, server):
    before = horde.counters["submits"]
    yield
    assert horde.counters["submits"] == before
    assert server.get("/health").status == 200


@pytest.fixture(scope="module")
def connection(server):
    """One for all: what is refused leaves it as it was, or says that it closes it."""
    with contextlib.closing(wire.Connection(server.address)) as connection:
        yield connection


def post(connection, body):
    return connection.ask("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})


def is_read(reply):
    assert reply.status == 404, (reply.status, reply.body[:300])
    assert reply.error["code"] == "model_not_found" and reply.error["param"] == "model"


def is_refused(reply, places):
    """A 400 that says at which byte, within those where that may be seen first; or that it is too deep."""
    assert reply.status == 400, (reply.status, reply.body[:300])
    error = reply.error
    assert error["type"] == "invalid_request_error", error
    if "levels deep" in error["message"]:
        return
    place = int(re.search(r"at byte (\d+)\b", error["message"])[1])
    assert place in places, (place, places, error)
    assert error["code"] in (None, "invalid_value"), error


def named(*documents):
    """Documents by what they look like."""
    names = {ascii(one.decode("latin-1"))[1:-1][:60]: one for one in documents}
    assert len(names) == len(documents), "two documents look alike"
    return names


def text(one):
    return one.encode() if isinstance(one, str) else one


def quoted(*insides):
    return named(*(b'"' + text(inside) + b'"' for inside in insides))


def nested(levels, opening=b"[", closing=b"]", inside=b""):
    return opening * levels + inside + closing * levels


# What the grammar allows.

WORDS = named(b"true", b"false", b"null")
NUMBERS = named(*map(text, (
    "0 -0 1 -1 9 10 42 -99 1234567890 0.0 -0.0 0.5 -0.5 0.10 3.14159 10.01 1e0 1E0 1e1 1e+1 1e-1 1E+1 1E-1 1e00 1e007 "
    "1e-007 0e0 0E+0 -0e-0 0.0e0 1.5e3 -1.5E-3 12.34e+56 1e308 1e-308 4.9e-324 2147483648 -2147483649 9007199254740993 "
    "9223372036854775807 9223372036854775808 -9223372036854775808 18446744073709551616 "
    "0.1000000000000000055511151231257827"
).split()))
STRINGS = quoted(
    "", " ", "a", "abc def", "'", "`", "//", "/* no comment */", "# none", "<b>&amp;</b>", "[1,]", "{", "}", "NaN", "1",
    ",", ":", r"\"", r"\\", r"\/", r"\b", r"\f", r"\n", r"\r", r"\t", r"\\n", r"\\u0000", r"\\\"", r"\\\\",
    r"\"\\\/\b\f\n\r\t", r"\u0041", r"\u00e9", r"\u00E9", r"\u0001", r"\u001f", r"\u007f", r"\u0080", r"\u2028",
    r"\u2029", r"\ufeff", r"\ufffd", r"\uffff", r"\ufffe", r"\ufdd0", r"\u0022", r"\u005c", r"\u005C", r"\u002f",
    r"\uABCD", r"\uabcd", r"\uAbCd", r"\u0041\u0042", r"\ud83d\ude00", r"\uD83D\uDE00", r"\uD83d\uDe00",
    r"\ud800\udc00", r"\udbff\udfff", r"\udbff\udffe", r"a\ud83d\ude00b", "é", "ß", "€", "語", "😀", "\u007f", "\u0080",
    "\u00a0", "\u07ff", "\u0800", "\u2028", "\u2029", "\ufeff", "\ufffd", "\ufffe", "\uffff", "\U00010000",
    "\U0001f469\u200d\U0001f4bb", "\U0010fffe", "\U0010ffff", "e\u0301", "\u202etxt", r"a\\0b",
)
ARRAYS = named(
    b"[]", b"[ ]", b"[\n]", b"[\t\r\n ]", b"[1]", b"[ 1 ]", b"[1,2]", b"[1 , 2]", b"[1\n,\n2]", b"[null]", b"[[]]",
    b"[[],[]]", b"[[[[]]]]", b"[{}]", b'["",[],{},0,true]', b"[1,[2,[3,[4]]]]", b"[-0]", b'["a","a"]',
)
OBJECTS = named(
    b"{}", b"{ }", b"{\r\n}", b'{"a":1}', b'{ "a" : 1 }', b'{"a":1,"b":2}', b'{"a":{"a":{"a":{}}}}', b'{"":0}',
    b'{"":{"":{"":[]}}}', b'{"a":1,"a":1}', b'{"a":1,"a":2}', b'{"a":{},"a":[],"a":null}', b'{"":1,"":2}',
    b'{"\\u0061":1,"a":2}', b'{"\\n":1}', b'{"\\"":1}', b'{"\xc3\xa9":1}', '{"😀":1}'.encode(), b'{"a b":1}', b'{"0":1}',
    b'{"__proto__":{"x":1}}', b'{"constructor":1}', b'{"$ref":"#"}', b'{"model":7}', b'{"error":1}',
)
BORDERS = {
    "arrays as deep as they may be": nested(LEVELS - 1),
    "objects as deep as they may be": nested(LEVELS - 1, b'{"a":', b"}", b"0"),
    "both as deep as they may be": nested((LEVELS - 2) // 2, b'[{"a":', b"}]", b"[]"),
    "many beside each other": b"[" + b",".join([b"[[]]"] * 50_000) + b"]",
    "a number of a million digits": b"7" * MILLION,
    "a fraction of a million digits": b"0." + b"3" * MILLION,
    "a million zeros behind the point": b"0." + b"0" * MILLION + b"1",
    "an exponent of a million digits": b"1e" + b"9" * MILLION,
    "an exponent of a million zeros": b"1e-" + b"0" * MILLION,
    "a string of a million bytes": b'"' + b"a" * MILLION + b'"',
    "a string of a million escapes": b'"' + rb"\u00e9" * (MILLION // 6) + b'"',
    "a key of a million bytes": b'{"' + b"k" * MILLION + b'":0}',
    "a million spaces": b" " * MILLION + b"0",
    "a million line ends": b"0" + b"\r\n" * (MILLION // 2),
    "a million elements": b"[" + b"0," * (MILLION - 1) + b"0]",
    "a hundred thousand keys": b"{" + b",".join(b'"key%d":0' % number for number in range(100_000)) + b"}",
    "a hundred thousand times the same key": b"{" + b",".join([b'"key":0'] * 100_000) + b"}",
}
VALID = {**WORDS, **NUMBERS, **STRINGS, **ARRAYS, **OBJECTS, **BORDERS}


@pytest.mark.parametrize("document", VALID.values(), ids=VALID)
def test_valid(connection, document):
    is_read(post(connection, PREFIX + document + SUFFIX))


# What the grammar forbids.

NO_WORDS = named(*map(text, (
    "True TRUE tru truee truE False FALSE fals falsee Null NULL nul nulll None nil undefined yes no on off t f n true1 "
    "nullnull NaN nan -NaN Infinity -Infinity +Infinity inf INF Inf"
).split()), b"true false", b"tr ue", b"nu\nll")
NO_NUMBERS = named(*map(text, (
    "- + +1 +0 --1 -+1 00 01 -01 -00 012 00.5 1. -1. .5 -.5 . -. 1.e1 0.e1 1e 1E 1e+ 1e- 1E+ 0e 0e+ 1.5.5 1e1.5 1e1e1 "
    "1ee1 e1 .e1 0x10 0X1F -0x1 0b1 0o7 1_000 1'000 1f 1n 1d 1L 1u 1- 1+ 1+1 1/2 $1 #1 1% "
    "1e0x1 0..1 1... ١ １ ½ ∞ −1 1٫5"
).split()), b"- 1", b"1 2", b"1. 5", b"1 e5", b"1\xc2\xa0", b"1\x00")
# Every other byte behind a backslash, and a u with digits that are none.
NO_ESCAPES = quoted(
    *(b"\\" + bytes([byte]) for byte in range(0x20, 0x7F) if bytes([byte]) not in b'"\\/bfnrtu'), "\\\n", "\\\t",
    "\\\0", "\\é", b"\\\xff", r"\u", r"\u1", r"\u12", r"\u123", r"\u123g", r"\ug123", r"\uGHIJ", r"\u 123", r"\u-123",
    r"\u+123", r"\u0x41", r"\u{41}", r"\U00000041", r"\x41", r"\101", r"\u00", r"\u000", r"\u00e", r"\ud83d\u",
    r"\ud83d\ude0", r"\ud83d\ude0g", r"\u\u0041", r"\u１２３４", "\\u12\n34",
)
NO_STRINGS = named(
    b'"', b'"a', b'"a\\"', b'"\\', b'a"', b"'a'", b"'", b"`a`", b"a", b'"a\'', b'"a"b', b'"a" "b"', b'"a"+"b"', b'""""',
    b'"a\nb"', b'r"a"', b'b"a"', b"\\u0022a\\u0022", '“a”'.encode(), "«a»".encode(), b"&quot;a&quot;", b"\\",
    b'\\"a\\"',
)
# Control characters have to be escaped; between values, all but three of them are nothing.
CONTROLS = {
    **quoted(*(b"a" + bytes([byte]) + b"b" for byte in range(0x20))),
    **named(*(b"[1," + bytes([byte]) + b"2]" for byte in range(0x20) if bytes([byte]) not in b"\t\n\r")),
}
NO_SPACES = named(*(
    text(f"[1,{space}2]")
    for space in "\u007f\u0085\u00a0\u1680\u180e\u2000\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\U000e0020"
))
NO_UTF8 = {
    "a rest alone": b"\x80", "the last rest alone": b"\xbf", "rests": b"\x80\xbf\x80", "the first of two": b"\xc3",
    "two firsts": b"\xc3\xc3", "one of two and a letter": b"\xc3(", "one of three": b"\xe2",
    "two of three": b"\xe2\x82", "two of three and a letter": b"\xe2\x82(", "one of three and a letter": b"\xe2(\xa1",
    "one of four": b"\xf0", "two of four": b"\xf0\x9f", "three of four": b"\xf0\x9f\x98",
    "three of four and a letter": b"\xf0\x9f\x98(", "one of four and a letter": b"\xf0(\x98\x80",
    "a byte too long": b"\xc3\xa9\xa9", "U+0000 in two": b"\xc0\x80", "a slash in two": b"\xc0\xaf",
    "a quote in two": b"\xc0\xa2", "U+007F in two": b"\xc1\xbf", "U+0000 in three": b"\xe0\x80\x80",
    "a slash in three": b"\xe0\x80\xaf", "U+07FF in three": b"\xe0\x9f\xbf", "a slash in four": b"\xf0\x80\x80\xaf",
    "U+FFFF in four": b"\xf0\x8f\xbf\xbf", "the first surrogate": b"\xed\xa0\x80",
    "the last surrogate": b"\xed\xbf\xbf", "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "beyond the last": b"\xf4\x90\x80\x80", "far beyond the last": b"\xf7\xbf\xbf\xbf",
    "in five": b"\xf8\x88\x80\x80\x80", "in six": b"\xfc\x84\x80\x80\x80\x80", "FE": b"\xfe", "FF": b"\xff",
    "FE and FF": b"\xfe\xff", "Latin-1": "café".encode("latin-1"), "Windows-1252": "“a”".encode("cp1252"),
    "Shift_JIS": "表示".encode("shift_jis"), "GB 18030": "語".encode("gb18030"), "KOI8-R": "текст".encode("koi8-r"),
}
ENCODINGS = {
    **{f"{name}, in a string": b'"a' + data + b'b"' for name, data in NO_UTF8.items()},
    **{f"{name}, at the end of a string": b'"' + data + b'"' for name, data in NO_UTF8.items()},
    **{f"{name}, in a key": b'{"' + data + b'": 1}' for name, data in NO_UTF8.items()},
    **{f"{name}, behind an escape": b'"\\n' + data + b'"' for name, data in NO_UTF8.items()},
    **{f"{name}, between values": b"[1, " + data + b"]" for name, data in NO_UTF8.items()},
}
NO_STRUCTURES = named(
    b"", b" ", b",", b":", b"[", b"]", b"{", b"[1", b"[1,", b"[1,]", b"[,1]", b"[,]", b"[1,,2]", b"[1 2]", b"[1;2]",
    b"[1}", b"[1:2]", b"[:]", b"[=]", b"[[]", b"[]]", b"[1]]", b"[]1", b"[][]", b"[1],[2]", b"[1,2,,]",
    b"[\"a\",\n4\n,1,", b"[(1)]", b"[...]", b"[*]", b"[1,\n1\n,1", b"[{}", b"{]", b'{"a"}', b'{"a":}', b'{"a":1,}',
    b'{,"a":1}', b'{,}', b'{"a" 1}', b'{"a"::1}', b'{"a":1,,"b":2}', b'{"a":1 "b":2}', b"{a:1}", b"{'a':1}", b"{1:1}",
    b"{null:1}", b"{true:1}", b"{[]:1}", b'{"a":1;"b":2}', b'{"a":1}}', b'{"a":1]', b'{"a",1}', b'{"a"=1}', b'{"a"=>1}',
    b'{"a":1:2}', b'{"a":"b" "c"}', b'{"a":"b"."c"}', b'{:1}', b'{"a":1,"b"}', b'{"a":1,"b":}', b'{"a":{"b":1}',
    b"{{}}", b'{{"a":1}}', b'{"a":(1)}', b'{"a":a}', b'{"a":new Date()}', b'{...{}}', b'{["a"]:1}', b"{*}", b'{"a":[}',
    b'{"a":1,\n}', b"(1)", b"<1>", b"1,", b"1;", b";", b"=1", b"@", b"\\", b"%7B%7D", b"\\u007b\\u007d", b"a:1", b"- 1",
    b"---", b"!!map {}", b"function(){}", b"new Map()",
)
COMMENTS = named(
    b"/* a */ 1", b"1 /* a */", b"/**/1", b"1/**/", b"// a\n1", b"1 // a\n", b"//", b"/", b"/*", b"/* a", b"*/1",
    b"# a\n1", b"1 # a\n", b"#", b"<!-- a -->1", b"-- a\n1", b"; a\n1", b"% a\n1", b"REM a\n1", b"[1, // a\n2]",
    b"[/* a */]", b'{/* a */"a":1}', b'{"a":/* a */1}', b'{"a":1 // a\n}', b'{"a":1, # a\n"b":2}',
    b'/* a */{"a":1}/* b */', b"/* /* a */ */1",
)
# Halves of pairs, and U+0000: JSON can say them, and AI Horde cannot take them.
UNSAYABLE = quoted(
    r"\u0000", r"a\u0000b", r"\u0000\u0000", r"\ud800", r"\udbff", r"\udc00", r"\udfff", r"\uD83D", r"\ude00",
    r"a\ud83d", r"\ud83da", r"\ud83d ", r"\ud83d\n", r"\ud83d\\", r"\ud83d\"", r"\ud83d\u0041", r"\ud83d\ud83d",
    r"\ud83d\ud83d\ude00", r"\ude00\ud83d", r"\ude00\ude00", r"\ud83d\ude00\ude00", r"\ud83d\ue000", r"\ud800\uffff",
    r"\udbff\udbff",
)
UNSAYABLE |= {f"key {name}": b'{"a":{' + data + b":1}}" for name, data in UNSAYABLE.items()}
DEEP = 100_000
TOO_DEEP = {
    "arrays one too deep": nested(LEVELS),
    "objects one too deep": nested(LEVELS, b'{"a":', b"}", b"0"),
    "deep arrays": nested(DEEP),
    "deep arrays, never closed": b"[" * DEEP,
    "deep arrays with something in them": b"[1," * DEEP + b"1" + b"]" * DEEP,
    "deep objects": nested(DEEP, b'{"a":', b"}", b"0"),
    "deep objects, never closed": b'{"a":' * DEEP,
    "deep objects of empty keys": nested(DEEP, b'{"":', b"}", b"0"),
    "both, deep": nested(DEEP // 2, b'[{"a":', b"}]", b"0"),
    "both, deep, never closed": b'[{"":' * DEEP,
    "as deep as a body can be": b"[" * ROOM,
    "deep in the second place": b"[0," + nested(DEEP) + b"]",
    "deep and wrong": b"[" * DEEP + b"}" * DEEP,
}
INVALID = {
    **NO_WORDS, **NO_NUMBERS, **NO_ESCAPES, **NO_STRINGS, **CONTROLS, **NO_SPACES, **ENCODINGS, **NO_STRUCTURES,
    **COMMENTS, **UNSAYABLE, **TOO_DEEP,
}


@pytest.mark.parametrize("document", INVALID.values(), ids=INVALID)
def test_invalid(connection, document):
    body = PREFIX + document + SUFFIX
    is_refused(post(connection, body), range(len(PREFIX) - 1, len(body) + 1))


@pytest.mark.parametrize("document", UNSAYABLE.values(), ids=UNSAYABLE)
def test_text_that_cannot_be_said(connection, document):
    reply = post(connection, PREFIX + document + SUFFIX)
    assert reply.status == 400 and reply.error["code"] == "invalid_value"


@pytest.mark.parametrize("document", TOO_DEEP.values(), ids=TOO_DEEP)
def test_what_is_too_deep_is_called_so(connection, document):
    assert f"{LEVELS} levels" in post(connection, PREFIX + document + SUFFIX).error["message"]


# Whole bodies.

GOOD = PREFIX + b"0" + SUFFIX
MARK = b"\xef\xbb\xbf"
READ = {
    "space around it": b" \t\r\n" + GOOD + b"\r\n\t ",
    "a mark of UTF-8": MARK + GOOD,
    "a mark of UTF-8 and space": MARK + b"\n" + GOOD,
    "a key in escapes": GOOD.replace(b'"model"', rb'"\u006d\u006f\u0064\u0065\u006c"'),
    "the last of two models": GOOD.replace(b"{", b'{"model": 7, ', 1),
    "the last of two of everything": GOOD[:-1] + b", " + GOOD[1:],
    "a body of just the limit": GOOD.ljust(LIMIT),
    "a string up to the limit": PREFIX + b'"' + b"a" * (ROOM - 2) + b'"' + SUFFIX,
    "escapes up to the limit": PREFIX + b'"' + rb"\u00e9" * ((ROOM - 2) // 6) + b'"' + SUFFIX,
    "elements up to the limit": PREFIX + b"[" + b"0," * ((ROOM - 4) // 2) + b"0]" + SUFFIX,
    "empty arrays up to the limit": PREFIX + b"[" + b"[]," * ((ROOM - 5) // 3) + b"[]]" + SUFFIX,
    "keys up to the limit": PREFIX[:-5] + b'"a":0,' * ((LIMIT - len(PREFIX)) // 6) + b'"x":0' + SUFFIX,
}
UNREAD = {
    "nothing": b"", "a space": b" ", "space": b"\r\n\t ", "a mark of UTF-8 alone": MARK, "two marks": MARK * 2 + GOOD,
    "half a mark": MARK[:2] + GOOD, "a mark behind a space": b" " + MARK + GOOD, "a mark at the end": GOOD + MARK,
    "UTF-16": GOOD.decode().encode("utf-16"), "UTF-16, little": GOOD.decode().encode("utf-16-le"),
    "UTF-16, big": GOOD.decode().encode("utf-16-be"), "UTF-32": GOOD.decode().encode("utf-32"),
    "UTF-32, little": GOOD.decode().encode("utf-32-le"), "UTF-32, big": GOOD.decode().encode("utf-32-be"),
    "UTF-7": b"+AHs-" + GOOD[1:], "EBCDIC": GOOD.decode().encode("cp037"), "gzip": gzip.compress(GOOD),
    "base64": b"eyJtb2RlbCI6ICJhIn0=", "two bodies": GOOD + GOOD, "two lines": GOOD + b"\n" + GOOD,
    "a comma behind it": GOOD + b",", "a bracket behind it": GOOD + b"]", "a brace behind it": GOOD + b"}",
    "a letter behind it": GOOD + b"x", "U+0000 behind it": GOOD + b"\0", "U+001A behind it": GOOD + b"\x1a",
    "U+001E before it": b"\x1e" + GOOD, "a comment before it": b"// a\n" + GOOD, "a comment behind it": GOOD + b" // a",
    "parentheses": b"(" + GOOD + b")", "JSONP": b"call(" + GOOD + b");", "a guard before it": b")]}',\n" + GOOD,
    "a loop before it": b"while(1);" + GOOD, "an event": b"data: " + GOOD + b"\n\n", "an assignment": b"a=" + GOOD,
    "a form": b"model=none-such&messages=hi",
    "parts": b'--a\r\nContent-Disposition: form-data; name="model"\r\n\r\nnone-such\r\n--a--\r\n',
    "XML": b'<?xml version="1.0"?><model>a</model>', "HTML": b"<!DOCTYPE html><title>a</title>",
    "YAML": b"model: none-such\nmessages: []\n", "TOML": b'model = "none-such"',
    "Python": b"{'model': 'none-such', 'x': None}", "JavaScript": b'{model: "none-such"}',
    "a shell's quotes": b"'" + GOOD + b"'", "MessagePack": b"\x81\xa5model\xa9none-such",
    "CBOR": b"\xa1emodelinone-such", "random bytes": bytes(range(256)), "all zeros": bytes(4096),
    "a megabyte of quotes": b'"' * (MILLION + 1), "a megabyte of backslashes": b'"' + b"\\" * MILLION,
    "a megabyte of commas": b"[" + b"," * MILLION, "a megabyte of colons": b"{" + b":" * MILLION,
    "a megabyte of minus": b"-" * MILLION, "a megabyte of U+FFFD": "\ufffd".encode() * (MILLION // 3),
    "a string that never ends": b'"' + b"a" * (LIMIT - 1),
    "escapes that never end": b'"' + rb"\u00e9" * ((LIMIT - 1) // 6), "spaces to the limit": b" " * LIMIT,
}


@pytest.mark.parametrize("body", READ.values(), ids=READ)
def test_bodies_that_are_read(connection, body):
    assert len(body) <= LIMIT
    started = time.monotonic()
    is_read(post(connection, body))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("body", UNREAD.values(), ids=UNREAD)
def test_bodies_that_are_not(connection, body):
    started = time.monotonic()
    is_refused(post(connection, body), range(len(body) + 1))
    assert time.monotonic() - started < 5


# Numbers that no reader has to be able to hold: whatever is said of them, the server goes on.

UNDEFINED = named(*map(text, (
    "1e309 -1e309 1e999 1e-999 1e2147483648 1e-2147483649 1e9223372036854775808 0e99999999999 123456789e-100000 "
    "1.7976931348623159e308 2.4703282292062327e-324 -0.0e-99999 100000000000000000000000000000000000000000"
).split()))
FIELDS = {
    # A field that is read, the number in it, and whether it fits there.
    **{f"temperature {number}": ("temperature", number, 404) for number in (
        "0", "-0", "0e999999", "1e-999999", "1.0", "10e-1", "0.1e1", "2.000", "0." + "3" * 9999,
        "1" + "0" * 9999 + "e-9999",
    )},
    **{f"temperature {number}": ("temperature", number, 400) for number in (
        "2.1", "-1e-300", "1e309", "1e999999999", "-1e999999999", "3" + "0" * 9999, "1" * 9999 + "e" + "9" * 9999,
    )},
    **{f"n {number}": ("n", number, 404) for number in ("1", "1.0", "1e0", "10e-1", "0.2e1", "20",
    "2" + "0" * 99 + "e-99")},
    **{f"n {number}": ("n", number, 400) for number in (
        "0", "-0", "-1", "21", "1.5", "1e-1", "1e99", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551617", "1" + "0" * 9999, "1e" + "9" * 9999, "1." + "0" * 9999 + "1",
    )},
    **{f"max_tokens {number}": ("max_tokens", number, 404) for number in ("1", "9223372036854775807",
    "9.223372036854775807e18", "1e18")},
    **{f"max_tokens {number}": ("max_tokens", number, 400) for number in ("0", "-1", "9223372036854775808", "1e19",
    "0.1", "1e" + "0" * 99 + "99")},
}


@pytest.mark.parametrize("document", UNDEFINED.values(), ids=UNDEFINED)
def test_undefined(connection, document):
    assert post(connection, PREFIX + document + SUFFIX).status in (400, 404)


@pytest.mark.parametrize("field, number, status", FIELDS.values(), ids=[name[:60] for name in FIELDS])
def test_numbers_where_they_count(connection, field, number, status):
    reply = post(connection, b'{"' + field.encode() + b'": ' + number.encode() + b", " + GOOD[1:])
    assert reply.status == status, reply.body
    assert reply.error["param"] == (field if status == 400 else "model")


WHOLE = json.dumps({
    "model": "none-such", "messages": [{"role": "user", "content": "h\u00ef \U0001f989\n"}], "temperature": 0.5e0,
    "stream": False,
    "stop": ["a", None], "metadata": {"a": {}, "b": "\u0301"},
}, ensure_ascii=False).replace('"a", null', '"a", "b"').encode()


def test_a_body_that_ends_at_every_byte(connection):
    is_read(post(connection, WHOLE))
    for end in range(len(WHOLE)):
        is_refused(post(connection, WHOLE[:end]), range(end + 1))


@pytest.mark.parametrize("byte", [0x00, 0x0A, 0x22, 0x2C, 0x30, 0x5C, 0x5D, 0x7B, 0x7D, 0x80, 0xC3, 0xFF])
def test_a_body_with_another_byte_at_every_place(connection, byte):
    for place in range(len(WHOLE)):
        body = WHOLE[:place] + bytes([byte]) + WHOLE[place + 1:]
        reply = post(connection, body)
        assert reply.status in (400, 404), (place, reply.status)
        # What others read, the server reads; what they do not, it does not.
        try:
            json.loads(body.decode("utf-8"))
        except ValueError:
            is_refused(reply, range(len(body) + 1))
