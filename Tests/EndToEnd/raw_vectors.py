"""Requests as bytes, right and wrong, with what RFC 9110 and RFC 9112 let a careful server make of each.

`accept`: the API answers with the statuses in `answers`, and the connection serves another request, or is closed where
the vector says that it `closes`. `refuse`: beyond `answers` nothing is answered but a refusal, or nothing at all, and
the connection is closed. `either`: it is answered whole or refused, but the connection is closed in any case.

Each is sent twice, as the first bytes of a connection, which `FirstHead` judges, and behind a request that was
answered, where libmicrohttpd reads the head and only one that has come in one piece can be judged as well: behind any
other, and behind empty lines, the connection may end. Text stands for its Latin-1 bytes.

What the server refuses although it might be accepted has a comment that begins with "A rule of the server's own".
"""

import dataclasses

CHAT = "/v1/chat/completions"
# Is answered 400 by the API, which asks AI Horde nothing.
BODY = "{}"

# The ids of the requests that a vector has, in their order.
IDS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

# Steps beside bytes: waiting for the interim answer 100, and closing the sending half.
CONTINUE, END = "continue", "end"


@dataclasses.dataclass(frozen=True)
class Vector:
    name: str
    section: str
    expected: str
    # Bytes, each given time to arrive alone, and steps.
    pieces: tuple
    # The statuses of the API's answers, to requests named first, second and so on.
    answers: tuple = ()
    # Closed although accepted, as it was asked to be, or behind chunks (decision 0002).
    closes: bool = False
    # What is expected behind another request, and answered there, where that differs; None leaves it out.
    later: str | None = "same"
    later_answers: tuple = ()
    # Whether it may be closed behind an answer: as the first request too, or behind another one.
    may_close: bool = False
    later_may_close: bool = False
    # Whether the server may wait for more, and give up when the time for a head is over.
    waits: bool = False
    # Whether the interim answer 100 has to come, or must not; None asks for neither.
    continues: bool | None = None


def accept(name, section, *pieces, answers=(200,), **more):
    return Vector(name, section, "accept", pieces, answers, **more)


def refuse(name, section, *pieces, answers=(), **more):
    return Vector(name, section, "refuse", pieces, answers, **more)


def either(name, section, *pieces, answers=(200,), **more):
    return Vector(name, section, "either", pieces, answers, **more)


def head(*fields, line=None, method="GET", target="/v1/models", version="HTTP/1.1", host="Host: localhost",
         name="first", end="\r\n"):
    """A head; `name` is the request's id, which the API's answer repeats."""
    line = f"{method} {target} {version}" if line is None else line
    lines = [line, *([] if host is None else [host]), f"x-request-id: {name}", *fields, "", ""]
    return end.join(lines).encode("latin-1")


get = head


def post(*fields, body=BODY, length="right", **more):
    """A chat request that the API answers with 400."""
    lengths = {"right": [f"Content-Length: {len(body)}"], None: []}.get(length, [length])
    return head(*lengths, *fields, **{"method": "POST", "target": CHAT, **more}) + body.encode("latin-1")


def chunked(*text, coding="Transfer-Encoding: chunked", fields=(), **more):
    """A chat request with whatever is to stand for chunks."""
    return post(*([] if coding is None else [coding]), *fields, body="".join(text), length=None, **more)


SMUGGLED = get(name="smuggled")
SMUGGLED_TEXT = SMUGGLED.decode("latin-1")
SECOND = get(name="second")
CHUNKS = "2\r\n{}\r\n0\r\n\r\n"
TOKEN = "!#$%&'*+-.^_`|~09azAZ"
KIB = 1024


def cases(make, section, table, **more):
    """One vector for each pair of a name and bytes."""
    return [make(name, section, data, **more) for name, data in table.items()]


METHODS = [
    accept("HEAD", "9110 9.3.2", get(method="HEAD", name="head-first")),
    accept("OPTIONS", "9110 9.3.7", get(method="OPTIONS"), answers=(204,)),
    accept("OPTIONS with a body", "9110 9.3.7", post(method="OPTIONS"), answers=(204,)),
    accept("POST", "9110 9.3.3", post(), answers=(400,)),
    *cases(accept, "9110 9.1", {
        "method in lower case is another one": get(method="get"),
        "method that is unknown": get(method="BREW"),
        "method of all characters of a token": get(method=TOKEN),
        "method of one character": get(method="X"),
        "method of 500 characters": get(method="M" * 500),
        "PUT": get(method="PUT"), "DELETE": get(method="DELETE"), "PATCH": get(method="PATCH"),
        "DELETE with a body": post(method="DELETE", target="/v1/models"),
        "TRACE is not echoed": get(method="TRACE"),
        "QUERY with a body": post(method="QUERY", target="/v1/models"),
    }, answers=(405,)),
    *cases(refuse, "9110 5.6.2", {
        f"method with {what}": get(method=f"GE{byte}T") for what, byte in {
            "a slash": "/", "a colon": ":", "a comma": ",", "a semicolon": ";", "an at sign": "@", "a quote": '"',
            "a bracket": "(", "a brace": "{", "a less-than sign": "<", "a backslash": "\\", "an equals sign": "=",
            "a NUL": "\0", "a control byte": "\1", "a DEL": "\x7f", "a high byte": "\xe9", "an escape": "\x1b",
        }.items()
    }),
    refuse("method that is empty", "9112 3", get(line=" /v1/models HTTP/1.1")),
    refuse("method that is quoted", "9112 3.1", get(method='"GET"')),
    refuse("method of 20 KB", "9112 3", get(method="M" * 20_000)),
    refuse("CONNECT with an authority", "9112 3.2.3", get(method="CONNECT", target="localhost:80")),
    # Nothing becomes a tunnel by an answer of 405.
    accept("CONNECT with a path", "9112 3.2.3", get(method="CONNECT"), answers=(405,)),
]

REQUEST_LINES = cases(refuse, "9112 3", {
    "two blanks behind the method": get(line="GET  /v1/models HTTP/1.1"),
    "two blanks behind the target": get(line="GET /v1/models  HTTP/1.1"),
    "blank before the method": get(line=" GET /v1/models HTTP/1.1"),
    "tab before the method": get(line="\tGET /v1/models HTTP/1.1"),
    "blank behind the version": get(line="GET /v1/models HTTP/1.1 "),
    "tab behind the version": get(line="GET /v1/models HTTP/1.1\t"),
    "tab behind the method": get(line="GET\t/v1/models HTTP/1.1"),
    "tab behind the target": get(line="GET /v1/models\tHTTP/1.1"),
    "vertical tab behind the method": get(line="GET\x0b/v1/models HTTP/1.1"),
    "form feed behind the target": get(line="GET /v1/models\x0cHTTP/1.1"),
    "no-break space behind the method": get(line="GET\xa0/v1/models HTTP/1.1"),
    "CR behind the method": get(line="GET\r/v1/models HTTP/1.1"),
    "CR behind the target": get(line="GET /v1/models\rHTTP/1.1"),
    "CR twice behind the version": get(line="GET /v1/models HTTP/1.1\r"),
    "LF behind the method": get(line="GET\n/v1/models HTTP/1.1"),
    "LF alone behind the request line": get(line="GET /v1/models HTTP/1.1\nX: y"),
    "NUL before the method": get(line="\0GET /v1/models HTTP/1.1"),
    "NUL behind the version": get(line="GET /v1/models HTTP/1.1\0"),
    "blank in the target": get(target="/v1/models /more"),
    "word behind the version": get(line="GET /v1/models HTTP/1.1 HTTP/1.1"),
    "no target": get(line="GET HTTP/1.1"),
    "no method": get(line="/v1/models HTTP/1.1"),
    "no version": get(line="GET /v1/models"),
    "no version, with a blank": get(line="GET /v1/models "),
    "method alone": get(line="GET"),
    "HTTP/0.9": b"GET /v1/models\r\n\r\n",
    "status line instead of a request line": get(line="HTTP/1.1 200 OK"),
    "field instead of a request line": get(line="X-First: y"),
    "byte order mark": b"\xef\xbb\xbf" + get(),
})

VERSIONS = [
    *cases(refuse, "9112 2.3", {
        f"version {version!r}": get(version=version) for version in [
            "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/01.1", "HTTP/1.01", "HTTP/1.10", "HTTP/11.1", "http/1.1", "Http/1.1",
            "HTTP/1.1x", "HTTPS/1.1", "HTTP-1.1", "HTTP/A.B", "HTTP/1,1", "HTTP\\1.1", "HTTP//1.1", "HTTP/1.1.1",
            "HTTP/-1.1", "HTTP/+1.1", "HTTP/1 .1", "HTTP/ 1.1", "HTTP /1.1", "HTTP/1.\xb9", "HTTP/0.9", "HTTP/2.0",
            "HTTP/2", "HTTP/3.0", "HTTP/9.9", "RTSP/1.0", "ICY/1.1", "",
        ]
    }),
    # A higher minor version should be read as the highest one that is known.
    # A rule of the server's own: it knows two versions. No other HTTP/1 exists.
    refuse("version 'HTTP/1.2'", "9110 2.5", get(version="HTTP/1.2")),
    refuse("version 'HTTP/1.9'", "9110 2.5", get(version="HTTP/1.9")),
]

TARGETS = [
    *cases(accept, "9112 3.2.1", {
        "query": get(target="/v1/models?a=1&b=2"),
        "empty query": get(target="/v1/models?"),
        "query with a question mark and a slash": get(target="/v1/models?a=/?b"),
        "query with an escaped NUL": get(target="/v1/models?a=%00"),
        "query with an escaped line end": get(target="/v1/models?a=%0d%0aX:%20y"),
        "query of 90 arguments without names": get(target="/v1/models?" + "&" * 89),
        "escaped letter": get(target="/v1/%6dodels"),
        "escaped slash": get(target="/v1%2fmodels"),
    }),
    *cases(accept, "9112 3.2.1", {
        "two slashes at the beginning": get(target="//v1/models"),
        "dots in the path": get(target="/v1/none/../models"),
        "escaped dots in the path": get(target="/v1/none/%2e%2e/models"),
        "escaped line end in the path": get(target="/a%0d%0aX-Split:%20y"),
        "escaped escape of NUL": get(target="/a%2500"),
        "semicolon in the path": get(target="/v1/models;a=b"),
        "all that a path may hold": get(target="/-._~!$&'()*+,;=:@a0"),
        # No URI has these bytes bare, but nothing of the framing hangs on them, and clients do send them.
        "bare brackets, bars and carets in the path": get(target="/{|}[]^`<>\"\\"),
        "fragment": get(target="/v1/none#part"),
    }, answers=(404,)),
    *cases(refuse, "9112 3.2", {
        "escaped NUL in the path": get(target="/v1/models%00"),
        "escaped NUL at the beginning": get(target="/%00/v1/models"),
        "escape without digits": get(target="/a%zz"),
        "escape of one digit": get(target="/a%4"),
        "escape that ends early": get(target="/a%"),
        # A rule of the server's own: a path is UTF-8. As URIs these are right.
        "escapes that are not UTF-8": get(target="/a%ff"),
        "escaped NUL in two bytes": get(target="/a%c0%80"),
        "path without a slash": get(target="v1/models"),
        "query alone": get(target="?a=b"),
        "fragment alone": get(target="#a"),
        "host and port": get(target="localhost:80"),
        "backslash at the beginning": get(target="\\v1\\models"),
        "two asterisks": get(target="**", method="OPTIONS"),
        "NUL": get(target="/v1/models\0"),
        "NUL before a path": get(target="/\0v1/models"),
        "control byte": get(target="/v1/\1models"),
        "DEL": get(target="/v1/\x7fmodels"),
        "tab": get(target="/v1/\tmodels"),
        "high byte": get(target="/v1/\xe9"),
        "UTF-8": get(target="/v1/\xc3\xa9"),
    }),
    accept("OPTIONS *", "9112 3.2.4", get(method="OPTIONS", target="*"), answers=(204,)),
    # Only OPTIONS may ask for it, and an answer of the API's own says as much as a refusal.
    accept("GET *", "9112 3.2.4", get(target="*"), answers=(404,)),
    *cases(accept, "9112 3.2.2", {
        "absolute form": get(target="http://localhost/v1/models"),
        "absolute form with a port": get(target="http://localhost:8080/v1/models"),
        "absolute form with another Host": get(target="http://localhost/v1/models", host="Host: elsewhere"),
        "absolute form in capitals": get(target="HTTP://LOCALHOST/v1/models"),
        "absolute form with a query": get(target="http://localhost/v1/models?a=b"),
        "absolute form without a path": get(target="http://localhost"),
        "absolute form of an IPv6 address": get(target="http://[::1]:8080/v1/models"),
    }),
    *cases(refuse, "9110 4.2.1", {
        "absolute form without a host": get(target="http:///v1/models"),
        "absolute form with a user": get(target="http://user@localhost/v1/models"),
        "absolute form with words for a port": get(target="http://localhost:port/v1/models"),
        "absolute form with an escaped NUL": get(target="http://localhost/%00"),
        "absolute form without a Host": get(target="http://localhost/v1/models", host=None),
        "another scheme": get(target="ftp://localhost/v1/models"),
    }),
    accept("target of 3 KB", "9112 3", get(target="/" + "a" * 3000), answers=(404,)),
    accept("target of 15 KB", "9112 3", get(target="/" + "a" * 15_000), answers=(404,), later="refuse"),
    refuse("target of 17 KB", "9112 3", get(target="/" + "a" * 17_000)),
    refuse("target of 100 KB", "9112 3", get(target="/" + "a" * 100_000)),
    # Behind another request it gets no answer (decision 0002).
    refuse("query of 500 arguments", "9110 4.1", get(target="/v1/models?" + "a&" * 500), waits=True),
]

HOSTS = [
    *cases(refuse, "9112 3.2", {
        "no Host": get(host=None),
        "Host twice": get("Host: localhost"),
        "another Host": get("Host: elsewhere"),
        "another Host in lower case": get("host: elsewhere"),
        "another Host that is empty": get("Host:"),
        "two Hosts of HTTP/1.0": get("Host: elsewhere", version="HTTP/1.0"),
        "blank before Host's colon": get(host="Host : localhost"),
        "Host on a folded line": get("X: y", " Host: elsewhere"),
        "Host as a fold alone": get(host=" Host: localhost"),
        "Host's value folded": get(host="Host:\r\n localhost"),
        "Host with an underscore behind it": get(host="Host_: localhost"),
    }),
    *cases(refuse, "9112 3.2", {
        f"Host {host!r}": get(host=f"Host: {host}") for host in [
            "a b", "a/b", "a\\b", "user@localhost", "a,b", "localhost:80:80", "localhost:port", "localhost:-1", "a?b",
            "a#b", "http://localhost", "[::1", "::1]", "[::1]a", "a\tb", "a\1b", "a<b>", "a\"b", "a%", "a%zz", "a\xe9",
        ]
    }),
    *cases(accept, "9110 7.2", {
        f"Host {host!r}": get(host=f"Host: {host}") for host in [
            "LOCALHOST", "127.0.0.1:1", "[::1]:80", "[::1]", "localhost:", "localhost:00080", "a_b", "xn--bcher-kva",
            "a%41", "a!$&'()*+;=b", "a." + "b" * 250,
        ]
    }),
    # What a client has to send for a target without an authority.
    accept("Host that is empty", "9112 3.2", get(host="Host:")),
    accept("HTTP/1.0 without a Host", "9112 3.2", get(host=None, version="HTTP/1.0"), closes=True),
]


def lengths(*values):
    return {f"Content-Length {value!r}": post(length=f"Content-Length: {value}") for value in values}


LENGTHS = [
    *cases(accept, "9110 8.6", {
        **lengths("2", "02", "0" * 40 + "2"),
        "Content-Length in capitals": post(length="CONTENT-LENGTH: 2"),
        "Content-Length without a blank": post(length="Content-Length:2"),
        "Content-Length behind a tab": post(length="Content-Length:\t2"),
        "Content-Length behind blanks": post(length="Content-Length:  \t 2"),
        "Content-Length of nothing": post(body=""),
        "no Content-Length, no body": post(body="", length=None),
        "another field with an underscore": post("Content_Length: 99"),
        "another field with a longer name": post("Content-Length-: 99", "X-Content-Length: 99"),
    }, answers=(400,)),
    accept("GET with a body", "9110 9.3.1", post(method="GET", target="/v1/models")),
    accept("GET with a body of a request", "9112 6", post(method="GET", target="/v1/models", body=SMUGGLED_TEXT)),
    accept("POST with a body of a request", "9112 6", post(body=SMUGGLED_TEXT), answers=(400,)),
    *cases(refuse, "9112 6.3", {
        **lengths(
            "+2", "-2", "-0", "0x2", "2.0", "2e0", "2_0", "2 2", "2;", "2a", "a2", "'2'", '"2"', "two", "", "#2", "2L",
            "\x0b2", "2\x0c", "2\0", "\0002", "2\xa0", "\xb2", "\xd9\xa2", "\xef\xbc\x92", "2,", ",2", "2,3", "2, 0",
        ),
        # A rule of the server's own: a list of equal numbers might be taken for one of them.
        **lengths("2,2", "2, 2"),
        "Content-Length twice, equal": post("Content-Length: 2"),
        "Content-Length twice, not equal": post("Content-Length: 3"),
        "Content-Length twice, 0 first": post("Content-Length: 2", length="Content-Length: 0"),
        "Content-Length twice in other letters": post("content-length: 0"),
        "Content-Length three times": post("Content-Length: 2", "Content-Length: 2"),
        "Content-Length twice, one empty": post("Content-Length:"),
        "blank before its colon": post(length="Content-Length : 2"),
        "tab before its colon": post(length="Content-Length\t: 2"),
        "Content-Length folded": post(length="Content-Length: 2\r\n 0"),
        "Content-Length behind a fold": post(length="Content-Length:\r\n 2"),
        "Content-Length as a fold": post("X: y\r\n Content-Length: 0"),
        "Content-Length behind CR": post("X: y\rContent-Length: 0"),
        "Content-Length behind LF": post("X: y\nContent-Length: 0"),
        "Content-Length behind NUL": post("X: y\0Content-Length: 0"),
    }),
    *cases(refuse, "9110 8.6", lengths(
        "8388609", "4294967298", "9223372036854775807", "9223372036854775808", "18446744073709551615",
        "18446744073709551618", "1" + "0" * 40, "9" * 400,
    )),
    # A rule of the server's own: blanks behind a value belong to it, because libmicrohttpd refuses them in a length.
    *cases(refuse, "9112 5.1", lengths("2 ", "2\t", "2 \t ")),
]


def codings(*values):
    return {f"Transfer-Encoding {value!r}": chunked(CHUNKS, coding=f"Transfer-Encoding: {value}") for value in values}


CODINGS = [
    *cases(accept, "9112 7", {
        **codings("chunked", "Chunked", "CHUNKED", "\tchunked", "  chunked"),
        "TRANSFER-ENCODING": chunked(CHUNKS, coding="TRANSFER-ENCODING: chunked"),
        "Transfer-Encoding without a blank": chunked(CHUNKS, coding="Transfer-Encoding:chunked"),
        "Transfer-Encoding in front of Host": chunked(CHUNKS, coding="Host: localhost",
                                                      host="Transfer-Encoding: chunked"),
    }, answers=(400,), closes=True),
    # A rule of the server's own, as for lengths.
    *cases(refuse, "9112 5.1", codings("chunked ", "chunked\t")),
    *cases(accept, "9112 6.1", {
        "a field with an underscore": post("Transfer_Encoding: chunked"),
        "TE is not Transfer-Encoding": post("TE: chunked"),
        "Content-Encoding is not Transfer-Encoding": post("Content-Encoding: chunked"),
    }, answers=(400,)),
    *cases(refuse, "9112 6.1", {
        **codings(
            "gzip", "deflate", "compress", "identity", "trailers", "cow", "", "gzip, chunked", "identity, chunked",
            "chunked, gzip", "chunked, identity", "chunked, chunked", "chunked chunked", "chunked;chunked", "xchunked",
            "chunkedx", "chunk", "chun ked", "'chunked'", '"chunked"', "chunked\0", "\0chunked", "\x0bchunked",
            "chunked\x0c", "chunked\xa0", "ch\xfcnked", "chunke\xe2\x84\xaad", "chunked/1", "=chunked", "(chunked)",
        ),
        "two lines of chunked": chunked(CHUNKS, fields=["Transfer-Encoding: chunked"]),
        "two lines, chunked last": chunked(CHUNKS, coding="Transfer-Encoding: gzip", fields=[
            "Transfer-Encoding: chunked"]),
        "two lines, chunked first": chunked(CHUNKS, fields=["Transfer-Encoding: identity"]),
        "two lines, one empty": chunked(CHUNKS, fields=["Transfer-Encoding:"]),
        "coding, blank, colon": chunked(CHUNKS, coding="Transfer-Encoding : chunked"),
        "coding, tab, colon": chunked(CHUNKS, coding="Transfer-Encoding\t: chunked"),
        "coding, vertical tab, colon": chunked(CHUNKS, coding="Transfer-Encoding\x0b: chunked"),
        "coding, NUL, colon": chunked(CHUNKS, coding="Transfer-Encoding\0: chunked"),
        "coding behind a blank": chunked(CHUNKS, coding=" Transfer-Encoding: chunked"),
        "coding behind a bracket": chunked(CHUNKS, coding="[Transfer-Encoding: chunked"),
        "coding folded": chunked(CHUNKS, coding="Transfer-Encoding:\r\n chunked"),
        "coding folded with a tab": chunked(CHUNKS, coding="Transfer-Encoding:\r\n\tchunked"),
        "coding with a folded tail": chunked(CHUNKS, coding="Transfer-Encoding: chunked\r\n , gzip"),
        "coding of HTTP/1.0": chunked(CHUNKS, version="HTTP/1.0"),
        "coding of HTTP/1.0 that is kept open": chunked(CHUNKS, version="HTTP/1.0", fields=["Connection: keep-alive"]),
    }),
    # Empty elements of a list may be passed over, and chunked has no parameters.
    *cases(either, "9110 5.6.1", codings("chunked,", ",chunked", ", chunked", "chunked;a=b"), answers=(400,)),
]

# One parser ends the body at the length, another behind the last chunk, and what is between is a request to one alone.
SHORT = "0\r\n\r\n" + SMUGGLED_TEXT
LENGTH_OF_SHORT = f"Content-Length: {len(SHORT)}"

LENGTH_WITH_CODING = [
    *cases(refuse, "9112 6.1", {
        "length, then coding": post("Transfer-Encoding: chunked", body=SHORT),
        "coding, then length": chunked(SHORT, fields=[LENGTH_OF_SHORT]),
        "length that ends the body before the chunks do": chunked("8\r\nGET / \r\n\r\n0\r\n\r\n",
                                                                  fields=["Content-Length: 3"]),
        "length 0 with coding": chunked(SHORT, fields=["Content-Length: 0"]),
        "both right": post("Transfer-Encoding: chunked", body=CHUNKS),
        "both in GET": post("Transfer-Encoding: chunked", body=SHORT, method="GET", target="/v1/models"),
        "both in HTTP/1.0": post("Transfer-Encoding: chunked", body=SHORT, version="HTTP/1.0"),
        "length twice with coding": post("Transfer-Encoding: chunked", LENGTH_OF_SHORT, body=SHORT),
        "coding twice with length": post("Transfer-Encoding: chunked", "Transfer-Encoding: cow", body=SHORT),
        "both in lower case": chunked(SHORT, coding="transfer-encoding: chunked", fields=["content-length: 5"]),
        "both and Connection: close": post("Transfer-Encoding: chunked", "Connection: close", body=SHORT),
        "both, Connection names one": post("Transfer-Encoding: chunked", "Connection: Content-Length", body=SHORT),
    }),
    *cases(refuse, "9112 6.3", {
        f"length with {what}": chunked(SHORT, coding=coding, fields=[LENGTH_OF_SHORT]) for what, coding in {
            "identity": "Transfer-Encoding: identity",
            "an unknown coding": "Transfer-Encoding: xchunked",
            "an empty coding": "Transfer-Encoding:",
            "a list of codings": "Transfer-Encoding: gzip, chunked",
            "a coding and a blank before its colon": "Transfer-Encoding : chunked",
            "a coding behind a vertical tab": "Transfer-Encoding: \x0bchunked",
            "a coding behind CR": "X: y\rTransfer-Encoding: chunked",
            "a coding behind LF": "X: y\nTransfer-Encoding: chunked",
            "a coding behind NUL": "X: y\0\r\nTransfer-Encoding: chunked",
            "a folded coding": "Transfer-Encoding:\r\n chunked",
            "a coding in a fold": "X: y\r\n Transfer-Encoding: chunked",
            "a coding behind an empty name": ": y\r\nTransfer-Encoding: chunked",
            "a coding behind a line without a colon": "y\r\nTransfer-Encoding: chunked",
        }.items()
    }),
]

REPEATED = [
    *cases(accept, "9110 5.3", {
        "a field twice": get("X: a", "X: a"),
        "a list in two fields": get("Accept: text/html", "Accept: */*"),
        "Cookie twice": get("Cookie: a=b", "Cookie: c=d"),
        "Content-Type twice": get("Content-Type: text/plain", "Content-Type: application/json"),
        "twenty fields": get(*[f"X-{number}: y" for number in range(18)]),
    }),
    accept("98 more fields", "9110 5.4", get(*[f"X-{number}: y" for number in range(98)]), later=None),
    refuse("99 more fields", "9110 5.4", get(*[f"X-{number}: y" for number in range(99)])),
    refuse("600 fields", "9110 5.4", get(*[f"X-{number}: y" for number in range(600)])),
    refuse("3000 fields of one byte", "9110 5.4", get(*["a:"] * 3000)),
    refuse("200 cookies", "9110 5.4", get("Cookie: " + "; ".join(["a=b"] * 200))),
]

FOLDS = cases(refuse, "9112 5.2", {
    "fold with a blank": get("X: y", " z"),
    "fold with a tab": get("X: y", "\tz"),
    "fold of many blanks": get("X: y", "      z"),
    "fold that looks like a field": get("X: y", " Z: a"),
    "fold of white space alone": get("X: y", " ", "Z: a"),
    "fold of a tab alone": get("X: y", "\t"),
    "fold before the first field": get(host=" X: y\r\nHost: localhost"),
    "fold at the end of the head": get("X: y\r\n "),
    "two folds": get("X: y", " z", " a"),
    "fold behind an empty value": get("X:", " y"),
    "fold of the request line": get(line="GET /v1/models\r\n HTTP/1.1"),
    "fold behind the request line": get(line="GET /v1/models HTTP/1.1\r\n X"),
    "white space instead of the empty line": get()[:-2] + b" \r\n\r\n",
})

NAMES = [
    *cases(accept, "9110 5.1", {
        "name of all characters of a token": get(f"{TOKEN}: y"),
        "name of one character": get("a: y"),
        "name of digits": get("123: y"),
        "name of a dash": get("-: y"),
        "name with an underscore and a dot": get("X_a.b: y"),
        "name of 1 KB": get("X" * 1000 + ": y"),
        "names in lower case": get("accept: */*", host="host: localhost"),
        "names in capitals": get("ACCEPT: */*", host="HOST: localhost"),
    }),
    *cases(refuse, "9112 5.1", {
        "name that is empty": get(": y"),
        "colon alone": get(":"),
        "name of a blank": get(" : y"),
        "line without a colon": get("X y"),
        "blank before the colon": get("X : y"),
        "tab before the colon": get("X\t: y"),
        "CR before the colon": get("X\r: y"),
        "last line without a colon": get("X"),
        "first line without a colon": get(host="X\r\nHost: localhost"),
    }),
    *cases(refuse, "9110 5.6.2", {
        f"name with {what}": get(f"X{byte}Y: z") for what, byte in {
            "a blank": " ", "a tab": "\t", "a slash": "/", "an at sign": "@", "a quote": '"', "a bracket": "(",
            "a square bracket": "[", "a brace": "{", "a less-than sign": "<", "a backslash": "\\",
            "an equals sign": "=", "a comma": ",", "a semicolon": ";", "a question mark": "?", "a NUL": "\0",
            "a control byte": "\1", "a DEL": "\x7f", "a high byte": "\xe9", "UTF-8": "\xc3\xa9", "an LF": "\n",
            "a CR": "\r", "a form feed": "\x0c",
        }.items()
    }),
]

VALUES = [
    *cases(accept, "9110 5.5", {
        "value that is empty": get("X:"),
        "value of white space": get("X: \t "),
        "value without a blank": get("X:y"),
        "value behind tabs and blanks": get("X: \t  y"),
        "value before blanks": get("X: y  "),
        "value before tabs": get("X: y\t\t"),
        "value with tabs and blanks in it": get("X: a \t b"),
        "value with colons": get("X: :a:b:"),
        "value with an open quote": get('X: "a'),
        "value with a backslash": get("X: \\a\\"),
        "value of high bytes": get("X: " + "".join(map(chr, range(0x80, 0x100)))),
        "value of UTF-8": get("X: \xe2\x82\xac"),
        "value that is not UTF-8": get("X: \xff\xfe"),
        "value with NEL": get("X: a\x85b"),
        "value of 3 KB": get("X: " + "y" * 3000),
        "value like a request": get("X: GET /v1/none HTTP/1.1"),
        "authorization of odd form": get("Authorization: ,;=\"\\ Bearer  x"),
    }),
    # Such bytes may be kept where nothing takes them for anything.
    *cases(accept, "9110 5.5", {
        f"value with byte {byte:#04x}": get(f"X: a{chr(byte)}b") for byte in (1, 7, 8, 0x0B, 0x0C, 0x1B, 0x7F)
    }),
    *cases(refuse, "9110 5.5", {
        "NUL in a value": get("X: a\0b"),
        "NUL before a value": get("X: \0a"),
        "NUL behind a value": get("X: a\0"),
        "NUL before a field": get("\0X: a"),
        "CR in a value": get("X: a\rb"),
        "CR before a value": get("X:\ra"),
        "CR and a field in a value": get("X: a\rHost: elsewhere"),
        "LF in a value": get("X: a\nY: b"),
        "LF and a blank in a value": get("X: a\n b"),
    }),
    accept("value of 15 KB", "9110 5.4", get("X: " + "y" * 15_000), later=None),
    refuse("value of 17 KB", "9110 5.4", get("X: " + "y" * 17_000)),
    refuse("value of 200 KB", "9110 5.4", get("X: " + "y" * 200_000)),
]

LINE_ENDS = [
    *cases(refuse, "9112 2.2", {
        "LF everywhere": get("X: y", end="\n"),
        "CR twice everywhere": get("X: y", end="\r\r\n"),
        "LF before CR everywhere": get("X: y", end="\n\r"),
        "LF at the end of a field": get("X: y\nZ: a"),
        "LF for the empty line": get()[:-2] + b"\n",
        "LF, LF at the end of the head": get()[:-4] + b"\n\n",
        "CR twice at the end of a field": get("X: y\r"),
        "CR twice at the end of the head": get()[:-2] + b"\r\r\n",
        "CR before a request": b"\r" + get(),
        "blank and CRLF before a request": b" \r\n" + get(),
        "NUL before a request": b"\0" + get(),
        "NUL and LF at the end of a field": get("X: y\0\nZ: a"),
        "NUL and LF at the end of the request line": get(line="GET /v1/models HTTP/1.1\0\nX: y"),
        "NUL and LF before a length": post("X: y\0\nContent-Length: 2", length=None),
        # As many bytes as in a head that is right, with an end in front of what others read as fields.
        "colon and LF for the empty line": get()[:-2] + b":\n" + SMUGGLED,
        "LF, colon and CRLF at the end of the head": get()[:-4] + b"\n:\r\n" + SMUGGLED,
        "NUL, CRLF and LF at the end of the head": get()[:-4] + b"\0\r\n\n" + SMUGGLED,
        "NUL, LF and CRLF at the end of the head": get()[:-4] + b"\0\n\r\n" + SMUGGLED,
        "LF in a head with a body": post("X: y\nZ: a"),
    }),
    *cases(refuse, "9112 2.2", {
        "CR everywhere": get("X: y", end="\r"),
        "CR at the end of the head": get()[:-4] + b"\r\r",
    }, waits=True),
    refuse("NUL and LF for the empty line", "9112 2.2", get()[:-2] + b"\0\n", waits=True, later="either",
           later_answers=(200,)),
    *cases(refuse, "9112 2.2", {
        "NUL and CRLF before a request": b"\0\r\n" + get(),
        "line behind a NUL before a request": b"\0GET /v1/none HTTP/1.1\r\n" + get(),
    }, later="either", later_answers=(200,)),
    # LF alone may be taken for a line end, and an empty line may be passed over, as libmicrohttpd does: nobody sees
    # another request there. A rule of the server's own: it may not begin a connection.
    refuse("LF before a request", "9112 2.2", b"\n" + get(), later="either", later_answers=(200,)),
    accept("empty line before a request", "9112 2.2", b"\r\n" + get(), later_may_close=True),
    accept("empty lines before a request", "9112 2.2", b"\r\n" * 5 + get(), later_may_close=True),
    accept("empty line between requests", "9112 2.2", post() + b"\r\n" + SECOND, answers=(400, 200), may_close=True),
]


def sizes(*values):
    return {f"size {value!r}": chunked(f"{value}\r\n{{}}\r\n0\r\n\r\n", SMUGGLED_TEXT) for value in values}


CHUNK_SIZES = [
    *cases(accept, "9112 7.1", {
        "one chunk": chunked(CHUNKS),
        "two chunks": chunked("1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"),
        "many chunks": chunked("1\r\n{\r\n", "1\r\n \r\n" * 200, "1\r\n}\r\n0\r\n\r\n"),
        "size in small letters": chunked("a\r\n{        }\r\n0\r\n\r\n"),
        "size in capitals": chunked("A\r\n{        }\r\n0\r\n\r\n"),
        "size with zeros": chunked("0002\r\n{}\r\n0\r\n\r\n"),
        "last size with zeros": chunked("2\r\n{}\r\n000\r\n\r\n"),
        "no chunk but the last": chunked("0\r\n\r\n"),
    }, answers=(400,), closes=True),
    accept("GET with chunks", "9112 7.1", chunked(CHUNKS, method="GET", target="/v1/models"), closes=True),
    *cases(refuse, "9112 7.1", sizes(
        "", "g", "-2", "+2", "0x2", "x2", " 2", "\t2", "2.", "2.0", "2_", "2,", "'2'", '"2"', "two", "\xb2", "2\0",
        "\x002", "2 2", "2\x0b", "2\xa0", "-0", "#2", "2h", "10000000000000002", "100000000000000002",
        "f" * 100,
    )),
    # More than fits in memory, or in a number of 32 bits or of 63, is nothing until it has come.
    *[refuse(f"size {size!r} and then cut", "9112 8", chunked(f"{size}\r\n{{}}\r\n0\r\n\r\n"), END, waits=True)
      for size in ("100000000", "100000002", "7fffffffffffffff", "8000000000000002", "ffffffffffffffff")],
    # Blanks are allowed nowhere but around a semicolon.
    *cases(either, "9112 7.1.1", sizes("2 ", "2\t", "0" * 200 + "2"), answers=(400,)),
    either("size of 20 KB", "9112 7.1", chunked("0" * 20_000 + "2\r\n{}\r\n0\r\n\r\n"), answers=(400,)),
]


def extended(*values):
    return {f"extension {value!r}": chunked(f"2{value}\r\n{{}}\r\n0\r\n\r\n", SMUGGLED_TEXT) for value in values}


EXTENSIONS = [
    *cases(accept, "9112 7.1.1", {
        **extended(";a=b", ";a", ';a="b"', ';a="b;c"', ";a=b;c=d"),
        "extension of the last chunk": chunked("2\r\n{}\r\n0;a=b\r\n\r\n"),
    }, answers=(400,), closes=True),
    # A recipient ignores extensions that it does not know, so most stop reading at the semicolon: the answer has to
    # be the last of its connection.
    *cases(either, "9112 7.1.1", {
        **extended(
            " ;a=b", "; a=b", ";a = b", ";", ";;", ";=b", ";a=", ";a b", ";a\0", ";a\1", ";\xe9", ';a="b', ";a\rb",
        ),
        "extension of 1 KB": chunked(f"2;{'a' * 1000}\r\n{{}}\r\n0\r\n\r\n", SMUGGLED_TEXT),
        "extension that LF ends": chunked("2;a\n{}\r\n0\r\n\r\n", SMUGGLED_TEXT),
        "extension with LF in it": chunked("2;\n2\r\n{}\r\n0\r\n\r\n", SMUGGLED_TEXT),
        "quoted LF in an extension": chunked('2;a="\n"\r\n{}\r\n0\r\n\r\n', SMUGGLED_TEXT),
    }, answers=(400,)),
    either("extension of 20 KB", "9112 7.1.1", chunked(f"2;{'a' * 20_000}\r\n{{}}\r\n0\r\n\r\n"), answers=(400,)),
    either("extension of 100 KB", "9112 7.1.1", chunked(f"2;{'a' * 100_000}\r\n{{}}\r\n0\r\n\r\n"), answers=(400,)),
]

CHUNK_ENDS = [
    *cases(refuse, "9112 7.1", {
        "data without an end": chunked("2\r\n{}0\r\n\r\n", SMUGGLED_TEXT),
        "data longer than its size": chunked("2\r\n{}}\r\n0\r\n\r\n", SMUGGLED_TEXT),
        "data shorter than its size": chunked("4\r\n{}\r\n0\r\n\r\n", SMUGGLED_TEXT),
        "data that letters end": chunked("2\r\n{}XX0\r\n\r\n", SMUGGLED_TEXT),
        "data that blanks end": chunked("2\r\n{}  0\r\n\r\n", SMUGGLED_TEXT),
        "data and a blank": chunked("2\r\n{} \r\n0\r\n\r\n", SMUGGLED_TEXT),
        "data that NULs end": chunked("2\r\n{}\0\0000\r\n\r\n", SMUGGLED_TEXT),
    }),
    # Only the last answer of a connection can stand such an end.
    *cases(either, "9112 7.1", {
        "data that LF ends": chunked("2\r\n{}\n0\r\n\r\n", SMUGGLED_TEXT),
        "data that CR ends": chunked("2\r\n{}\r0\r\n\r\n", SMUGGLED_TEXT),
        "data that CR twice ends": chunked("2\r\n{}\r\r\n0\r\n\r\n", SMUGGLED_TEXT),
        "data that LF before CR ends": chunked("2\r\n{}\n\r0\r\n\r\n", SMUGGLED_TEXT),
        "size that LF ends": chunked("2\n{}\r\n0\r\n\r\n", SMUGGLED_TEXT),
        "size that CR ends": chunked("2\r{}\r\n0\r\n\r\n", SMUGGLED_TEXT),
        "size that CR twice ends": chunked("2\r\r\n{}\r\n0\r\n\r\n", SMUGGLED_TEXT),
        "chunks that LF ends everywhere": chunked("2\n{}\n0\n\n", SMUGGLED_TEXT),
        "last size that LF ends": chunked("2\r\n{}\r\n0\n\r\n", SMUGGLED_TEXT),
        "empty line that LF ends": chunked("2\r\n{}\r\n0\r\n\n", SMUGGLED_TEXT),
        "last chunk without an empty line": chunked("2\r\n{}\r\n0\r\n", SMUGGLED_TEXT),
        "empty line in front of a size": chunked("2\r\n{}\r\n\r\n0\r\n\r\n", SMUGGLED_TEXT),
        "last size with a sign": chunked("2\r\n{}\r\n-0\r\n\r\n", SMUGGLED_TEXT),
        "last size with a blank": chunked("2\r\n{}\r\n0 \r\n\r\n", SMUGGLED_TEXT),
    }, answers=(400,)),
    *cases(accept, "9112 9.6", {
        "request behind chunks": chunked(CHUNKS, SMUGGLED_TEXT),
        "request behind chunks that ask for more": chunked(CHUNKS, SMUGGLED_TEXT, fields=["Connection: keep-alive"]),
        "garbage behind chunks": chunked(CHUNKS, "\0\1\2 garbage\r\n\r\n"),
        "chunk behind the last one": chunked(CHUNKS, "2\r\n{}\r\n0\r\n\r\n"),
    }, answers=(400,), closes=True),
]


def trailed(*lines):
    return chunked("2\r\n{}\r\n0\r\n", "".join(line + "\r\n" for line in lines), "\r\n", SMUGGLED_TEXT)


TRAILERS = [
    *cases(accept, "9112 7.1.2", {
        "trailer": trailed("X: y"),
        "trailers": trailed("X: y", "Z: a", "Checksum: abc"),
        "trailer that is announced": chunked("2\r\n{}\r\n0\r\nX: y\r\n\r\n", fields=["Trailer: X"]),
        # Fields of framing and routing mean nothing here.
        "trailer Content-Length": trailed("Content-Length: 5"),
        "trailer Transfer-Encoding": trailed("Transfer-Encoding: chunked"),
        "trailer Host": trailed("Host: elsewhere"),
        "trailer Connection": trailed("Connection: keep-alive"),
    }, answers=(400,), closes=True),
    *cases(either, "9112 7.1.2", {
        "trailer without a colon": trailed("X"),
        "trailer without a name": trailed(": y"),
        "trailer with a blank before its colon": trailed("X : y"),
        "trailer with a NUL": trailed("X: a\0b"),
        "trailer with a CR": trailed("X: a\rb"),
        "trailer that LF ends": trailed("X: a\nZ: b"),
        "trailer folded": trailed("X: a", " b"),
        "trailer of a request line": trailed("GET /v1/models HTTP/1.1"),
        "trailers of 100 KB": trailed(*["X: " + "y" * 1000] * 100),
        "trailers, a thousand of them": trailed(*["X: y"] * 1000),
    }, answers=(400,)),
]

HEAD_OF_POST, WAITING = post("Expect: 100-continue")[:-2], BODY.encode()
EXPECTATIONS = [
    accept("Expect: 100-continue", "9110 10.1.1", HEAD_OF_POST, CONTINUE, WAITING, answers=(400,), continues=True),
    accept("Expect in other letters", "9110 10.1.1", post("expect: 100-Continue")[:-2], CONTINUE, WAITING,
           answers=(400,), continues=True),
    accept("Expect with chunks", "9110 10.1.1", chunked(fields=["Expect: 100-continue"]), CONTINUE, CHUNKS.encode(),
           answers=(400,), continues=True, closes=True),
    accept("Expect and the body at once", "9110 10.1.1", post("Expect: 100-continue"), answers=(400,)),
    accept("Expect without a body", "9110 10.1.1", get("Expect: 100-continue")),
    accept("Expect and a body of nothing", "9110 10.1.1", post("Expect: 100-continue", body=""), answers=(400,)),
    accept("Expect of HTTP/1.0 is ignored", "9110 10.1.1", post("Expect: 100-continue", version="HTTP/1.0"),
           answers=(400,), continues=False, closes=True),
    # Other expectations may be answered with 417, or be ignored; this server ignores them.
    accept("Expect that nobody knows", "9110 10.1.1", post("Expect: a-miracle"), answers=(400,)),
    accept("Expect that is empty", "9110 10.1.1", post("Expect:"), answers=(400,)),
    *cases(refuse, "9110 10.1.1", {
        "Expect and a length that is none": post("Expect: 100-continue", length="Content-Length: x")[:-2],
        "Expect and too long a body": post("Expect: 100-continue", length="Content-Length: 9000000")[:-2],
        "Expect, a length and a coding": post("Expect: 100-continue", "Transfer-Encoding: chunked")[:-2],
        "Expect and no Host": post("Expect: 100-continue", host=None)[:-2],
    }, continues=False),
]

CONNECTIONS = [
    *cases(accept, "9112 9.6", {
        "Connection: close": get("Connection: close"),
        "Connection: Close": get("Connection: Close"),
        "connection:CLOSE": get("connection:CLOSE"),
        "close and a request behind it": get("Connection: close") + SMUGGLED,
        "close in a list, last": get("Connection: keep-alive, close"),
        "close in a list, first": get("Connection: close, x-thing"),
        "close in a list without blanks": get("Connection: x-thing,close"),
        "close in a second field": get("Connection: keep-alive", "Connection: close"),
        "close in a first field": get("Connection: close", "Connection: keep-alive"),
        "close before blanks": get("Connection: close  "),
    }, closes=True),
    *cases(accept, "9110 7.6.1", {
        "Connection: keep-alive": get("Connection: keep-alive"),
        "Connection that is empty": get("Connection:"),
        "Connection with an unknown option": get("Connection: closed"),
        "Connection names Host": get("Connection: Host"),
        "Keep-Alive": get("Connection: keep-alive", "Keep-Alive: timeout=5, max=1"),
        "Proxy-Connection is nobody's": get("Proxy-Connection: close"),
        "TE: trailers": get("Connection: TE", "TE: trailers"),
    }),
    accept("Connection names Content-Length", "9110 7.6.1", post("Connection: Content-Length"), answers=(400,)),
    *cases(accept, "9110 7.8", {
        "Upgrade to a websocket": get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                                      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
        "Upgrade to HTTP/2": get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAAA"),
        "Upgrade to TLS": get("Connection: Upgrade", "Upgrade: TLS/1.3"),
        "Upgrade that Connection does not name": get("Upgrade: websocket"),
    }),
    accept("Upgrade with a body", "9110 7.8", post("Connection: Upgrade", "Upgrade: h2c"), answers=(400,)),
]

PIPELINES = [
    accept("two at once", "9112 9.3.2", get() + SECOND, answers=(200, 200)),
    accept("two, one with a body", "9112 9.3.2", post() + SECOND, answers=(400, 200)),
    accept("two, the second with a body", "9112 9.3.2", get() + post(name="second"), answers=(200, 400)),
    accept("HEAD, then GET", "9112 9.3.2", get(method="HEAD", name="head-first") + SECOND, answers=(200, 200)),
    accept("OPTIONS, then GET", "9112 9.3.2", get(method="OPTIONS") + SECOND, answers=(204, 200)),
    accept("ten at once", "9112 9.3.2", get() + b"".join(get(name=name) for name in IDS[1:]), answers=(200,) * 10),
    accept("second in pieces", "9112 9.3.2", get() + SECOND[:7], SECOND[7:30], SECOND[30:], answers=(200, 200),
           may_close=True),
    accept("body and the next in one piece", "9112 9.3.2", post()[:-2], b"{}" + SECOND, answers=(400, 200)),
    accept("body on a path that is none", "9112 9.3.2", post(target="/v1/none") + SECOND, answers=(404, 200)),
    accept("body for a wrong method", "9112 9.3.2", post(method="PUT") + SECOND, answers=(405, 200)),
    accept("close in the second", "9112 9.6", get() + get("Connection: close", name="second") + SMUGGLED,
           answers=(200, 200), closes=True),
    accept("chunks, then another", "9112 9.6", get() + chunked(CHUNKS, name="second") + SMUGGLED, answers=(200, 400),
           closes=True),
    *cases(refuse, "9112 9.3.2", {
        "a good one, then nonsense": get() + b"nonsense\r\n\r\n",
        "a good one, then one without a Host": get() + get(host=None),
        "a good one, then length and coding": get() + post("Transfer-Encoding: chunked", body=SHORT),
        "a good one, then two lengths": get() + post("Content-Length: 3"),
        "a good one, then a fold": get() + get("X: y", " z"),
        "a good one, then a blank before a colon": get() + get("X : y"),
        "a good one, then LF alone": get() + get("X: y\nZ: a"),
        "a good one, then an unknown coding": get() + chunked(CHUNKS, coding="Transfer-Encoding: gzip"),
        "body of a GET without a length": get() + b"{}\r\n\r\n",
        "a request that another's line breaks into": get() + SECOND[:20] + SMUGGLED,
    }, answers=(200,)),
    *cases(refuse, "9112 9.3.2", {
        "body longer than its length": post(body="{}}}}}\r\n\r\n", length="Content-Length: 2"),
        "body without a length": post(length=None) + b"\r\n\r\n",
        "length 0 before a body": post(length="Content-Length: 0", body="{}\r\n\r\n"),
    }, answers=(400,)),
    *cases(refuse, "9112 9.3.2", {
        "nonsense, then a good one": b"nonsense\r\n\r\n" + SMUGGLED,
        "two lengths, then a good one": post("Content-Length: 90") + SMUGGLED,
        "no Host, then a good one": get(host=None) + SMUGGLED,
    }),
]

OLD = [
    accept("HTTP/1.0", "9112 9.3", get(version="HTTP/1.0"), closes=True),
    accept("HTTP/1.0 and a request behind it", "9112 9.3", get(version="HTTP/1.0") + SMUGGLED, closes=True),
    accept("HTTP/1.0 that closes", "9112 9.3", get("Connection: close", version="HTTP/1.0"), closes=True),
    accept("HTTP/1.0 with a body", "9112 6.3", post(version="HTTP/1.0"), answers=(400,), closes=True),
    accept("HTTP/1.0 with a body without a length", "9112 6.3", post(version="HTTP/1.0", length=None), answers=(400,),
           closes=True),
    accept("HTTP/1.0 with HEAD", "9110 9.3.2", get(version="HTTP/1.0", method="HEAD", name="head-first"), closes=True),
    accept("HTTP/1.0 that is kept open", "9112 9.3", get("Connection: keep-alive", version="HTTP/1.0")),
    accept("HTTP/1.0 that is kept open, with a body", "9112 9.3", post("Connection: Keep-Alive", version="HTTP/1.0"),
           answers=(400,)),
]

HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(range(0x20, 0x40)) + bytes.fromhex("00003ec02cc030009fcca9cca8")
STRANGERS = [
    refuse("HTTP/2's preface", "9113 3.4", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)),
    refuse("half of HTTP/2's preface", "9113 3.4", b"PRI * HTTP/2.0\r\n\r\n"),
    refuse("TLS hello", "9112 3", HELLO, waits=True),
    refuse("TLS hello with line ends", "9112 3", HELLO + b"\r\n\r\n"),
    refuse("SSH", "9112 3", b"SSH-2.0-OpenSSH_9.2\r\n", waits=True),
    refuse("SMTP", "9112 3", b"EHLO localhost\r\n\r\n"),
    refuse("RTSP", "9112 3", b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
    refuse("Redis", "9112 3", b"*1\r\n$4\r\nPING\r\n", waits=True),
    refuse("PROXY protocol, 1", "9112 3", b"PROXY TCP4 127.0.0.1 127.0.0.1 5000 80\r\n" + get()),
    refuse("PROXY protocol, 2", "9112 3", b"\r\n\r\n\0\r\nQUIT\n" + bytes.fromhex("2111000c") + bytes(12) + get()),
    refuse("1000 NULs", "9112 2.2", bytes(1000), waits=True),
    refuse("17 KB of NULs", "9112 2.2", bytes(17_000), waits=True),
    refuse("all bytes", "9112 2.2", bytes(range(256)) * 4 + b"\r\n\r\n"),
    refuse("17 KB without a line end", "9112 3", b"a" * 17_000),
    refuse("line ends, 17 KB of them", "9112 2.2", b"\r\n" * 8500, waits=True),
    refuse("a kilobyte of blanks", "9112 3", b" " * KIB + b"\r\n\r\n"),
    refuse("JSON", "9112 3", b'{"model": "x"}\r\n\r\n'),
]

CUT = get("X: y")
CUT_POST = post(body='{"model": 5}')
TRUNCATED = [
    # Where libmicrohttpd has the connection, a head's or a body's time may have to pass.
    *[refuse(f"cut behind byte {at} of a head", "9112 8", CUT[:at], END, waits=True)
      for at in (0, 1, 3, 5, 15, 24, 25, 26, 40)],
    refuse("cut in front of the last byte of a head", "9112 8", CUT[:-1], END, waits=True),
    refuse("cut in front of the empty line", "9112 8", CUT[:-2], END, waits=True),
    refuse("cut behind an empty line", "9112 8", b"\r\n", END, waits=True),
    *[refuse(f"cut {left} bytes before a body's end", "9112 8", CUT_POST[:-left], END, waits=True)
      for left in (1, 5, 12)],
    *[refuse(f"cut {where}", "9112 8", chunked(text), END, waits=True) for where, text in {
        "in front of a size": "", "in a size": "2", "behind a size": "2\r\n", "in a chunk": "2\r\n{",
        "behind a chunk": "2\r\n{}\r\n", "behind the last size": "2\r\n{}\r\n0\r\n",
        "in the last line end": "2\r\n{}\r\n0\r\n\r", "in a trailer": "2\r\n{}\r\n0\r\nX: y",
    }.items()],
    refuse("cut while 100 is waited for", "9112 8", HEAD_OF_POST, CONTINUE, END, waits=True),
    # A rule of the server's own (decision 0002): who closes the sending half counts as gone, answered or not.
    either("whole and then cut", "9112 9.6", get(), END),
    either("whole with a body and then cut", "9112 9.6", post(), END, answers=(400,)),
    either("whole with chunks and then cut", "9112 9.6", chunked(CHUNKS), END, answers=(400,)),
    refuse("head that stops", "9112 9.5", CUT[:30], waits=True),
    refuse("head that stops before the empty line", "9112 9.5", CUT[:-2], waits=True),
    refuse("request line that stops", "9112 9.5", b"GET /v1/mo", waits=True),
]

LARGE = get("X: " + "y" * 3000)
ODD = [
    accept("nothing but what has to be there", "9112 3.2", get()),
    accept("Host last", "9110 5.3", get("Accept: */*", "Host: localhost", host=None)),
    accept("Host behind twenty fields", "9110 5.3", get(*["X: y"] * 19, "Host: localhost", host=None)),
    accept("Content-Length in front of Host", "9110 5.3", post("Host: localhost", host=None), answers=(400,)),
    accept("no blanks behind colons", "9112 5", get("Accept:*/*", "X:y", host="Host:localhost")),
    accept("blanks and tabs behind colons", "9112 5", get("Accept: \t*/*", "X:\ty", host="Host:\tlocalhost")),
    accept("blanks behind the Host", "9112 5", get(host="Host: localhost  ")),
    accept("a browser's request", "9110 10.1", get(
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "DNT: 1",
        "Accept: text/html;q=0.9,*/*", "Accept-Language: de,en-US;q=0.7", "Accept-Encoding: gzip, deflate, br",
        'If-None-Match: "a"', "If-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT", "Range: bytes=0-1",
    )),
    accept("Range that is none", "9110 14.2", get("Range: bytes=-", "If-Match: ,,,", "If-Range: ?")),
    accept("Date that is none", "9110 5.6.7", get("Date: yesterday", "If-Modified-Since: 0")),
    accept("Max-Forwards: 0", "9110 7.6.2", get("Max-Forwards: 0")),
    accept("Via and Forwarded", "9110 7.6.3", get("Via: 1.0 a, 1.1 b", 'Forwarded: for="[::1]"')),
    accept("fields that name another method or path", "9110 5.1", get(
        "X-HTTP-Method-Override: DELETE", "X-Original-URL: /none", "X-Rewrite-URL: /none")),
    accept("head byte for byte", "9112 2.2", *[bytes([byte]) for byte in get("X: y")], later_may_close=True),
    accept("head and body byte for byte", "9112 2.2", *[bytes([byte]) for byte in post()], answers=(400,),
           later_may_close=True),
    accept("chunks byte for byte", "9112 7.1", chunked(), *[bytes([byte]) for byte in CHUNKS.encode()], answers=(400,),
           closes=True),
    accept("head of 3 KB in pieces of 100 bytes", "9112 2.2", *[
        LARGE[at:at + 100] for at in range(0, len(LARGE), 100)], later_may_close=True),
]

WHOLE = post("Accept: */*")
BORDERS = [
    accept(f"in two pieces, {at} bytes first", "9112 2.2", WHOLE[:at], WHOLE[at:], answers=(400,),
           later_may_close=at < WHOLE.index(b"\r\n\r\n") + 4)
    for at in range(1, len(WHOLE))
]

GROUPS = {
    "methods": METHODS, "request lines": REQUEST_LINES, "versions": VERSIONS, "targets": TARGETS, "hosts": HOSTS,
    "lengths": LENGTHS, "codings": CODINGS, "length with coding": LENGTH_WITH_CODING, "repeated fields": REPEATED,
    "folds": FOLDS, "names": NAMES, "values": VALUES, "line ends": LINE_ENDS, "chunk sizes": CHUNK_SIZES,
    "chunk extensions": EXTENSIONS, "chunk ends": CHUNK_ENDS, "trailers": TRAILERS, "expectations": EXPECTATIONS,
    "connections": CONNECTIONS, "pipelines": PIPELINES, "HTTP/1.0": OLD, "strangers": STRANGERS, "truncated": TRUNCATED,
    "odd and right": ODD, "borders": BORDERS,
}
