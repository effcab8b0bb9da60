# SPDX-License-Identifier: MIT
"""send through a real Postfix, with STARTTLS or TLS and a login that Dovecot checks: what is right arrives
byte by byte, what is wrong ends in 69 and nothing is sent."""
import pytest

import invariants
from flow import OK, TEMPORARY, UNAVAILABLE
from postfix import Postfix, missing

pytestmark = [pytest.mark.plain, pytest.mark.skipif(missing() is not None, reason=str(missing()))]
FIVE = 5
BOXES = [f"{name}@met.police.example" for name in ("j.smith", "john.smith", "mary", "eve", "uma")]


# What the choosy port says of two of them: not here, and not now.
ACCESS = [("uma@met.police.example", "550 5.1.1 nobody of that name"),
          ("eve@met.police.example", "450 4.2.2 full for now")]


@pytest.fixture(scope="module")
def one(pki, tmp_path_factory):
    with Postfix(tmp_path_factory.mktemp("postfix") / "own", pki, BOXES, ACCESS) as server:
        yield server


@pytest.fixture
def server(one):
    one.forget()
    return one


@pytest.fixture
def through(few, pki):
    """through(server, port, scheme): the incident, released to this port."""
    for name, words in (("secret", "pass word\n"), ("wrong", "wr0ng\n")):
        (few.folder / name).write_text(words)

    def make(server, port="submission", scheme="smtp", **settings):
        few.change({"relay": {"url": f"{scheme}://localhost:{server.ports[port]}", "timeout": "60s",
                              "ca_file": str(pki / "ca.pem"), "user": "joan", "password_file": "secret",
                              **settings}})
        few.release()
        return few
    return make


@pytest.mark.parametrize("port, scheme, mode", [("submission", "smtp", "on"), ("implicit", "smtps", "full"),
                                                ("submission", "smtp", "off")])
def test_arrives(server, through, port, scheme, mode):
    incident = through(server, port, scheme, pipelining=mode)
    result = invariants.send(incident, code=OK)
    entries = server.entries(FIVE)
    assert result.tally["accepted"] == FIVE == len(entries)
    invariants.check(incident, entries, result)
    assert invariants.send(incident, code=OK).tally["sent_now"] == 0
    assert "sasl_username=joan" in server.log()


def test_client_certificate(server, through, pki):
    incident = through(server, "client", cert_file=str(pki / "client.pem"), key_file=str(pki / "client.key"))
    result = invariants.send(incident, code=OK)
    invariants.check(incident, server.entries(FIVE), result)


def test_refused_and_deferred(server, through):
    """550 at RCPT and 450: the others get theirs, and the next run asks for the deferred one alone."""
    incident = through(server, "choosy")
    for hours in (0, 2):
        result = invariants.send(incident, code=TEMPORARY, env=invariants.later(hours))
        tally = result.tally
        assert (tally["accepted"], tally["refused"], tally["deferred"]) == (3, 1, 1)
        invariants.check(incident, server.entries(3), result)
    assert "550 5.1.1" in server.log() and server.log().count("450 4.2.2") == 2


@pytest.mark.parametrize("port, scheme, words", [
    ("other", "smtp", "another name"), ("old", "smtp", "expired on 2020-01-02"),
    ("stripped", "smtp", "STARTTLS"), ("tls1.1", "smtp", "TLS 1.2 or newer"),
    ("submission", "smtps", "port")])
def test_nothing_is_sent(server, through, port, scheme, words):
    stays(server, through(server, port, scheme), words)


def test_client_certificate_is_missing(server, through):
    """Postfix says 421 to that, so we are to come again."""
    stays(server, through(server, "client"), "relay.cert_file", TEMPORARY)


def test_unknown_authority(server, through, pki):
    stays(server, through(server, ca_file=str(pki / "stranger.pem")), "relay.ca_file")


def test_wrong_password(server, through):
    stays(server, through(server, password_file="wrong"), "535")
    assert "authentication failed" in server.log()


def stays(server, incident, words, code=UNAVAILABLE):
    result = invariants.send(incident, code=code)
    message = result.tally["error"]["message"]
    assert words in message and "@" not in message and "wr0ng" not in message, message
    tally = invariants.check(incident, [], result)
    assert tally["pending"] == FIVE and not tally["in_doubt"]
    assert not server.entries(0) and ": client=" not in server.log()
