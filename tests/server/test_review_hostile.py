# SPDX-License-Identifier: MIT
"""The page for reps against clients that do not mean well: requests that two readers take in two ways, slow ones, large
ones, many at a time, and noise. It answers with the right status, or closes, and goes on."""
import concurrent.futures
import os
import random
import re
import socket
import time

import pytest

from visitor import COOKIE, Page, Visitor, add

pytestmark = pytest.mark.plain
LONG = bool(os.environ.get("BREACHMAIL_LONG"))
FUZZED = 10000 if LONG else 300
PASS = "lantern orchard quiet seven"


@pytest.fixture(scope="module")
def page(village, tmp_path_factory):
    work = village.copy(tmp_path_factory.mktemp("hostile") / "work")
    secret = add(work, "Rae Holt")
    at_work = Page(work)
    at_work.rep = Visitor(at_work)
    at_work.rep.sign_in("Rae Holt", secret)
    yield at_work
    assert at_work.rep.get("/advice").status == 200     # after all of it
    at_work.stop()


def statuses(answer):
    """Of all answers in it. Where libmicrohttpd itself refuses a request, 0.9.75 writes the head of its answer twice."""
    found = [int(status) for status in re.findall(rb"^HTTP/1\.[01] (\d{3}) ", answer, re.M)]
    return found[:1] if len(found) == 2 and found[0] == found[1] >= 400 else found


def request(line="GET /sign-in HTTP/1.1", *headers, body=b""):
    return "\r\n".join([line, *headers, "", ""]).encode("latin-1") + body


HOST = "Host: 127.0.0.1"
FORM = "Content-Type: application/x-www-form-urlencoded"
INSIDE = b"GET /advice HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"        # that must never be answered
SIGN_IN = "POST /sign-in HTTP/1.1"

# What is sent, and which answers may come: at most one of them, since each connection carries one request.
TWO_WAYS = {
    "length and coding": (request(SIGN_IN, HOST, FORM, f"Content-Length: {len(INSIDE)}", "Transfer-Encoding: chunked",
                                  body=b"0\r\n\r\n" + INSIDE), {400}),
    "chunked": (request(SIGN_IN, HOST, FORM, "Transfer-Encoding: chunked", body=b"4\r\na=bc\r\n0\r\n\r\n"), {400}),
    "coding in disguise": (request(SIGN_IN, HOST, FORM, "Content-Length: 5", "Transfer-Encoding: xchunked",
                                   body=b"a=b&c"), {400}),
    "coding with a tab": (request(SIGN_IN, HOST, FORM, "Transfer-Encoding:\tchunked", "Content-Length: 5", body=b"0\r\n\r\n"),
                          {400}),
    "two lengths": (request(SIGN_IN, HOST, FORM, "Content-Length: 3", f"Content-Length: {3 + len(INSIDE)}",
                            body=b"a=b" + INSIDE), {400}),
    "the same length twice": (request(SIGN_IN, HOST, FORM, "Content-Length: 3", "Content-Length: 3", body=b"a=b"), {400}),
    "a list of lengths": (request(SIGN_IN, HOST, FORM, "Content-Length: 3, 3", body=b"a=b"), {400}),
    "a signed length": (request(SIGN_IN, HOST, FORM, "Content-Length: +3", body=b"a=b"), {400}),
    "a negative length": (request(SIGN_IN, HOST, FORM, "Content-Length: -1"), {400}),
    "a hex length": (request(SIGN_IN, HOST, FORM, "Content-Length: 0x3", body=b"a=b"), {400}),
    "a length too large to be": (request(SIGN_IN, HOST, FORM, "Content-Length: 18446744073709551619", body=b"a=b"),
                                 {400, 413}),
    "no length": (request(SIGN_IN, HOST, FORM), {411}),
    "a body behind GET": (request("GET /sign-in HTTP/1.1", HOST, f"Content-Length: {len(INSIDE)}", body=INSIDE), {400}),
    "a second request": (request("GET /sign-in HTTP/1.1", HOST, body=INSIDE), {200}),
    "two hosts": (request("GET /sign-in HTTP/1.1", HOST, "Host: evil.example"), {400}),
    "no host": (request("GET /sign-in HTTP/1.1"), {400}),
    "two cookies": (request("GET /advice HTTP/1.1", HOST, "Cookie: a=b", "Cookie: c=d"), {400}),
    "a folded header": (request("GET /sign-in HTTP/1.1", HOST, "X-Folded: a", " Transfer-Encoding: chunked"), {200, 400}),
    "a blank before the colon": (request("GET /sign-in HTTP/1.1", HOST, "Content-Length : 5", body=b"GET /"), {400}),
    "a blank behind a coding": (request(SIGN_IN, HOST, FORM, "Transfer-Encoding : chunked", "Content-Length: 3", body=b"a=b"),
                                {400}),
    "NUL in a header": (request("GET /sign-in HTTP/1.1", HOST, "X-Nul: a\0b"), {200, 400}),
    "LF alone": (b"GET /sign-in HTTP/1.1\nHost: 127.0.0.1\n\n", {200, 400}),
    "an upgrade": (request("GET /sign-in HTTP/1.1", HOST, "Upgrade: h2c", "Connection: Upgrade"), {400}),
    "an expectation": (request(SIGN_IN, HOST, FORM, "Expect: 100-continue", "Content-Length: 3"), {400, 417}),
    "a whole address": (request("GET https://evil.example/sign-in HTTP/1.1", HOST), {404}),
    "an authority": (request("CONNECT 127.0.0.1:22 HTTP/1.1", HOST), {405}),
    "a method of its own": (request("GETT /sign-in HTTP/1.1", HOST), {405}),
    "another protocol": (request("GET /sign-in HTTP/3.0", HOST), {505, 400}),
    "an old protocol": (b"GET /sign-in\r\n\r\n", {505, 400}),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505, 400, 405}),
    "no HTTP": (b"\x16\x03\x01\x02\x00" * 20 + b"\r\n\r\n", {400, 505}),
    "a header to split": (request("GET /check?code=a%0d%0aSet-Cookie:+x=y HTTP/1.1", HOST), {401}),
}


@pytest.mark.parametrize("name", TWO_WAYS)
def test_what_two_readers_may_take_in_two_ways(page, name):
    data, allowed = TWO_WAYS[name]
    answer = page.raw(data)
    got = statuses(answer)
    assert len(got) <= 1 and set(got) <= allowed, (name, answer[:300])
    assert b"x=y" not in answer.partition(b"\r\n\r\n")[0]


def test_what_is_too_large(page):
    whole = "x" * 40000
    for data, allowed in ((request(SIGN_IN, HOST, FORM, "Content-Length: 32769", body=b"x" * 32769), {413}),
                          (request(SIGN_IN, HOST, FORM, "Content-Length: 1000001"), {413}),
                          (request(SIGN_IN, HOST, FORM, "Content-Length: 999999999999"), {413}),
                          (request(f"GET /{whole} HTTP/1.1", HOST), {414, 431}),
                          (request("GET /sign-in HTTP/1.1", HOST, f"X-Large: {whole}"), {413, 431}),
                          (request("GET /sign-in HTTP/1.1", HOST, *[f"X-{i}: {i}" for i in range(5000)]), {413, 431})):
        got = set(statuses(page.raw(data)))
        assert got <= allowed and len(got) <= 1, (data[:60], got)
    assert page.rep.post("/points", point="x" * 4001).status == 400
    assert page.rep.post("/points", point="x" * 33000).status == 413
    assert page.rep.post("/ask-again", requests="é" * 9000).status == 413      # 54,000 bytes as a form
    fields = {f"field{i}": "x" for i in range(17)}
    assert page.rep.post("/points", **fields).status == 400
    assert page.rep.get("/check?" + "&".join(f"a{i}=b" for i in range(20))).status == 400


@pytest.mark.parametrize("body", ["point=a&point=b", "point=%", "point=%g1", "point=%00", "point=%c3%28", "=x", "point=%01"])
def test_forms_that_are_none(page, body):
    token = page.rep.get("/points").token
    answer = page.rep.ask("POST", "/points", f"token={token}&{body}", **{"Content-Type": FORM.partition(": ")[2]})
    assert answer.status == 400


def test_many_connections_and_slow_ones(page):
    """Some that say a byte a second or nothing at all: others are served meanwhile, and these are ended in their time."""
    slow = [page.connect() for _ in range(20)]
    for sock in slow[:10]:
        sock.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: Visitor(page).get("/sign-in").status, range(24)))
    assert got == [200] * 24
    ended = 0
    while ended < len(slow) and time.monotonic() - began < 20:
        for sock in slow[:10]:
            try:
                sock.sendall(b"x")
            except OSError:
                pass
        time.sleep(1)
        ended = sum(is_ended(sock) for sock in slow)
    assert ended == len(slow) and time.monotonic() - began < 17
    for sock in slow:
        sock.close()


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_waiting_costs_no_work(page):
    """Who stops in the middle of a handshake, or of a request, is waited for, and not asked again and again."""
    halves = [socket.create_connection(("127.0.0.1", page.port), 20) for _ in range(3)]
    for sock in halves:
        sock.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
    halves.append(page.connect())
    halves[-1].sendall(b"GET /sign-in HT")
    assert Visitor(page).get("/sign-in").status == 200      # it has seen them
    before = cpu_seconds(page.process)
    time.sleep(1)
    assert cpu_seconds(page.process) - before < .2
    for sock in halves:
        sock.close()


def is_ended(sock):
    sock.settimeout(.01)
    try:
        return sock.recv(65536) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


# ------------------------------------------------------------------------------------------------ noise

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "G E T", ""]
PATHS = ["/", "/sign-in", "/advice", "/check", "/points", "/ask-again", "/passphrase", "/report.csv", "/sign-out", "*", "//x",
         "/%2e%2e/ledger.db", "/check?code=", "/check?code=%ff", "?", "/\0", "/\xff", "/" + "a/" * 300, ""]
HEADERS = ["Host: 127.0.0.1", "Host: ", "Content-Length: 5", "Content-Length: 0", "Transfer-Encoding: chunked",
           "Content-Type: application/x-www-form-urlencoded", "Content-Type: multipart/form-data; boundary=x",
           "Connection: keep-alive", "Cookie: __Host-session=" + "0" * 64, "Cookie: ;;;=", "Origin: null", "Sec-Fetch-Site: x",
           "X-Forwarded-For: ::1", "Accept-Encoding: gzip, br", "Range: bytes=0-1", "If-None-Match: *", ": empty", "No colon",
           "X: " + "y" * 2000, "Authorization: Basic Og==", "Expect: 100-continue", "Content-Length: -5"]
BODIES = [b"", b"name=a&secret=b", b"a=b&a=b", b"%%%", b"\0\0\0", b"token=x&point=y", b"x" * 5000, b"0\r\n\r\n", b"5\r\nhello\r\n"]
RIGHT = {200, 303, 400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 417, 429, 431, 505}


def noise(dice, cookie):
    headers = dice.sample(HEADERS, dice.randrange(0, 6))
    if dice.random() < .7:
        headers.insert(0, HEADERS[0])
    if dice.random() < .4:
        headers.append(f"Cookie: {COOKIE}={cookie}")
    version = dice.choice(["HTTP/1.1"] * 6 + ["HTTP/1.0", "HTTP/9.9", "", "http/1.1"])
    data = bytearray(request(f"{dice.choice(METHODS)} {dice.choice(PATHS)} {version}", *headers, body=dice.choice(BODIES)))
    for _ in range(dice.choice([0, 0, 1, 3, 20])):
        at = dice.randrange(len(data))
        kind = dice.randrange(4)
        if kind == 0:
            data[at] = dice.randrange(256)
        elif kind == 1:
            del data[at:at + dice.randrange(1, 20)]
        elif kind == 2:
            data[at:at] = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 8)))
        else:
            data[at:at] = data[at:at + dice.randrange(1, 200)]
        if not data:
            data = bytearray(b"\r\n")
    return bytes(data)


def shout(page, seed):
    """One piece of noise; half of a request is cut off by us, so that nothing waits for its end."""
    data = noise(random.Random(seed), page.rep.cookie)
    answer = b""
    with page.connect() as sock:
        sock.settimeout(2)
        try:
            sock.sendall(data)
            sock.settimeout(.25)
            while part := sock.recv(65536):
                answer += part
        except OSError:
            pass
    got = statuses(answer)
    assert set(got) <= RIGHT and len(got) <= 1, (seed, data[:300], answer[:200])
    return got[0] if got else 0


def test_noise(page):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        got = list(pool.map(lambda seed: shout(page, seed), range(FUZZED)))
    assert len(set(got)) >= 6, set(got)     # it was noise of many kinds
    assert page.process.poll() is None
    assert page.rep.get("/sign-in").status in (200, 303)
