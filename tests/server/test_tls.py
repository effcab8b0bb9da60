# SPDX-License-Identifier: MIT
"""send over TLS and behind a login, the whole program: what is right goes out, what is wrong ends in 69 or
78 with a sentence that helps, and nothing is sent. Servers: the scripted one, OpenSSL's s_server for what
is older than any server here, and a private Postfix in test_postfix.py."""
import contextlib
import re
import socket
import subprocess
import time

import pytest

import invariants
from flow import CONFIG, OK, REFUSED, UNAVAILABLE
from scripted import Playing

FIVE = 5        # mails of the village


def tls(pki, name, *more):
    return ("--cert", pki / f"{name}.pem", "--key", pki / f"{name}.key", *more)


@pytest.fixture
def ready(few, pki):
    """ready(port, scheme="smtps", user="joan"): an incident that is released to this relay. The files lie
    beside incident.json and are named without a path, as people do."""
    for name in ("ca.pem", "stranger.pem", "client.pem", "client.key"):
        (few.folder / name).write_bytes((pki / name).read_bytes())
    for name, words in (("secret", "pass word\n"), ("wrong", "wr0ng\n"), ("token", "ya29.t0ken-of_ours\n"),
                        ("stale", "ya29.stale\n"), ("empty", "\n")):
        (few.folder / name).write_text(words)

    def make(port, scheme="smtp", host="localhost", **settings):
        relay = {"url": f"{scheme}://{host}:{port}", "ca_file": "ca.pem", "timeout": "6s", **settings}
        few.change({"relay": relay})
        few.release()
        return few
    return make


def goes_out(incident, server):
    result = invariants.send(incident, code=OK)
    assert result.tally["accepted"] == FIVE == len(server.entries)
    invariants.check(incident, server.entries, result)


def stays(incident, server, *words, code=UNAVAILABLE):
    """It ends at once, says why, and everybody is as before: pending, with no attempt that counts."""
    begun = time.monotonic()
    result = invariants.send(incident, code=code)
    assert time.monotonic() - begun < 60
    message = result.tally["error"]["message"]
    for word in words:
        assert word in message, message
    assert message.isprintable() and "@" not in message and "wr0ng" not in message, message
    assert "ya29" not in result.stdout + result.stderr
    tally = invariants.check(incident, server.entries if server else [], result)
    assert tally["pending"] == FIVE and not tally["in_doubt"] + tally["refused"] + tally["deferred"]
    if server:
        assert not server.entries and not [x for x in server.commands() if x.startswith(("MAIL", "RCPT"))]
    return message


# --------------------------------------------------------------------------------- what is right

@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_verified(ready, pki, scheme, host):
    with Playing(*tls(pki, "good", *["--implicit"] * (scheme == "smtps"))) as server:
        goes_out(ready(server.port, scheme, host), server)
        assert ("STARTTLS" in server.commands()) == (scheme == "smtp")


@pytest.mark.parametrize("mechanisms, login", [
    ("PLAIN", "PLAIN"), ("LOGIN", "LOGIN"), ("LOGIN PLAIN", "PLAIN"), ("PLAIN LOGIN XOAUTH2", "PLAIN")])
def test_password(ready, pki, mechanisms, login):
    with Playing(*tls(pki, "good", "--auth", "joan:pass word", "--mechanisms", mechanisms)) as server:
        incident = ready(server.port, user="joan", password_file="secret")
        goes_out(incident, server)
        assert f"{login} in" in server.commands()
    assert not [x for x in incident.said_of_send if "pass word" in x]


@pytest.mark.parametrize("mechanisms", ["XOAUTH2", "PLAIN LOGIN XOAUTH2"])
def test_token(ready, pki, mechanisms):
    with Playing(*tls(pki, "good", "--auth", "joan:other", "--token", "ya29.t0ken-of_ours",
                      "--mechanisms", mechanisms)) as server:
        goes_out(ready(server.port, user="joan", token_file="token"), server)
        assert "XOAUTH2 in" in server.commands()


def test_token_is_read_for_each_connection(ready, pki):
    """Tokens live an hour, a send may take longer: somebody puts a new one into the file."""
    with Playing(*tls(pki, "good", "--auth", "joan:x", "--token", "ya29.new", "--mechanisms", "XOAUTH2",
                      "--plan", "auth-454.4.7.0@1-1")) as server:
        incident = ready(server.port, user="joan", token_file="token")
        process = incident.start("send")
        end = time.monotonic() + 60
        while not [x for x in server.commands() if x.startswith("AUTH")] and time.monotonic() < end:
            time.sleep(.01)
        (incident.folder / "token").write_text("ya29.new")
        assert incident.finish(process, "send").code == OK
        invariants.check(incident, server.entries)
        assert len(server.entries) == FIVE


def test_client_certificate(ready, pki):
    with Playing(*tls(pki, "good", "--client-ca", pki / "ca.pem")) as server:
        goes_out(ready(server.port, cert_file="client.pem", key_file="client.key"), server)


def test_client_certificate_and_key_in_one_file(ready, pki, few):
    both = (pki / "client.pem").read_bytes() + (pki / "client.key").read_bytes()
    (few.folder / "both.pem").write_bytes(both)
    with Playing(*tls(pki, "good", "--client-ca", pki / "ca.pem")) as server:
        goes_out(ready(server.port, cert_file="both.pem"), server)


# --------------------------------------------------------------------------------- what is wrong

@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("name, ca, words", [
    ("good", "stranger.pem", ["relay.ca_file", "ca.test"]),
    ("other", "ca.pem", ["another name", "relay.url"]),
    ("old", "ca.pem", ["expired on 2020-01-02", "administrator"]),
    ("early", "ca.pem", ["begins on 2090-01-01", "clock"]),
    ("good", None, ["relay.ca_file", "ca.test"])],
    ids=["unknown-ca", "wrong-name", "expired", "too-early", "the-systems-authorities"])
def test_certificates(ready, pki, scheme, name, ca, words):
    """Nothing of ours is said: not who logs in, not whom the mail is for."""
    more = ["--implicit"] * (scheme == "smtps") + ["--auth", "joan:pass word"]
    with Playing(*tls(pki, name, *more)) as server:
        settings = {"ca_file": ca, "user": "joan", "password_file": "secret"}
        if not ca:      # on loopback TLS is asked for by this, too
            settings.update(cert_file="client.pem", key_file="client.key")
        incident = ready(server.port, scheme, **settings)
        stays(incident, server, "certificate is not trusted", "nothing was sent", *words)
        assert not [x for x in server.commands() if x.startswith("AUTH")]


def test_own_authorities_replace_the_systems(ready, pki):
    """Named ones are the only ones: the system's do not help a relay that they know."""
    with Playing(*tls(pki, "good")) as server:
        incident = ready(server.port, ca_file="/etc/ssl/certs/ca-certificates.crt")
        stays(incident, server, "certificate is not trusted")


def test_stripped(ready, pki):
    with Playing(*tls(pki, "good", "--strip", "--auth", "joan:pass word")) as server:
        incident = ready(server.port, user="joan", password_file="secret")
        stays(incident, server, "STARTTLS", "nothing goes out unencrypted")
        assert not [x for x in server.commands() if x.startswith("AUTH")]


@pytest.mark.parametrize("plan", ["starttls-454.4.7.0@1-", "starttls-501.5.5.4@1-", "starttls-drop@1-",
                                  "starttls-junk@1-"])
def test_starttls_fails(ready, pki, plan):
    """Offered, and then not done: nothing goes out in the clear."""
    with Playing(*tls(pki, "good", "--plan", plan)) as server:
        incident = ready(server.port)
        code = 75 if "454" in plan else UNAVAILABLE
        stays(incident, server, code=code)
        assert not [x for x in server.commands() if x.startswith(("AUTH", "MAIL"))]


def test_injected(ready, pki):
    """Words glued behind the answer to STARTTLS, which were never encrypted."""
    with Playing(*tls(pki, "good", "--inject")) as server:
        stays(ready(server.port), server, "somebody on the way", "nothing was sent")
        assert not [x for x in server.commands() if x.startswith("MAIL")]


@pytest.mark.parametrize("most", ["1.0", "1.1"])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_old_tls(ready, pki, scheme, most):
    more = ["--tls-most", most] + ["--implicit"] * (scheme == "smtps")
    with Playing(*tls(pki, "good", *more)) as server:
        stays(ready(server.port, scheme), server, "TLS 1.2 or newer")


def test_tls_1_2_is_enough(ready, pki):
    with Playing(*tls(pki, "good", "--tls-most", "1.2")) as server:
        goes_out(ready(server.port), server)


@contextlib.contextmanager
def s_server(pki, *options):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    process = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-quiet",
                                "-cert", pki / "good.pem", "-key", pki / "good.key", *options],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(.02)
        yield port
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("options, words", [
    (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["TLS 1.2 or newer"]),
    (["-tls1", "-cipher", "ALL:@SECLEVEL=0"], ["TLS 1.2 or newer"]),
    (["-tls1_2", "-cipher", "NULL:@SECLEVEL=0"], ["TLS 1.2 or newer"]),
    (["-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"], ["TLS 1.2 or newer"])],
    ids=["1.1", "1.0", "no-encryption", "nobody-certified"])
def test_old_openssl(ready, pki, options, words):
    with s_server(pki, *options) as port:
        stays(ready(port, "smtps"), None, *words)


def test_a_server_without_words(ready, pki):
    """TLS is fine, and then nothing comes: bounded, and said."""
    with s_server(pki) as port:
        incident = ready(port, "smtps")
        stays(incident, None, "does not answer in time")


def test_broken_off_once(ready, pki):
    """Once is bad luck: it is tried again."""
    with Playing(*tls(pki, "good", "--implicit", "--cut-out", "0")) as server:
        incident = ready(server.port, "smtps")
        result = invariants.send(incident, code=OK)
        invariants.check(incident, server.entries, result)
        assert len(server.entries) == FIVE


def test_plain_to_a_tls_port(ready, pki):
    with Playing(*tls(pki, "good", "--implicit")) as server:
        stays(ready(server.port, "smtp"), server, "port")


def test_tls_to_a_plain_port(ready, pki):
    with Playing(*tls(pki, "good")) as server:
        incident = ready(server.port, "smtps")
        stays(incident, server, "TLS 1.2 or newer", "port")


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN"])
def test_wrong_password(ready, pki, mechanisms):
    with Playing(*tls(pki, "good", "--auth", "joan:pass word", "--mechanisms", mechanisms)) as server:
        incident = ready(server.port, user="joan", password_file="wrong")
        stays(incident, server, "535", "relay.user", "relay.password_file")
        said = [x for x in server.commands() if x.startswith("AUTH")]
        assert len(said) == 1, "an account is soon locked by a wrong password tried often"


def test_stale_token(ready, pki):
    """The server challenges once more, as Google's and Microsoft's do, before it says no."""
    with Playing(*tls(pki, "good", "--auth", "joan:x", "--token", "ya29.t0ken-of_ours",
                      "--mechanisms", "XOAUTH2")) as server:
        incident = ready(server.port, user="joan", token_file="stale")
        stays(incident, server, "relay.token_file")


@pytest.mark.parametrize("mechanisms", ["CRAM-MD5", "SCRAM-SHA-256", "GSSAPI"])
def test_no_way_to_log_in(ready, pki, mechanisms):
    with Playing(*tls(pki, "good", "--auth", "joan:pass word", "--mechanisms", "X-" + mechanisms)) as server:
        incident = ready(server.port, user="joan", password_file="secret")
        stays(incident, server, "relay.user")


def test_no_login_offered(ready, pki):
    with Playing(*tls(pki, "good")) as server:
        incident = ready(server.port, user="joan", password_file="secret")
        stays(incident, server, "does not offer to log in")


def test_login_is_needed(ready, pki):
    with Playing(*tls(pki, "good", "--auth", "joan:pass word")) as server:
        incident = ready(server.port)
        result = invariants.send(incident, code=UNAVAILABLE)
        assert "530" in result.tally["error"]["message"]
        assert invariants.check(incident, server.entries, result)["pending"] == FIVE


def test_client_certificate_is_missing(ready, pki):
    with Playing(*tls(pki, "good", "--client-ca", pki / "ca.pem")) as server:
        stays(ready(server.port), server, "relay.cert_file")


def test_client_certificate_of_a_stranger(ready, pki):
    with Playing(*tls(pki, "good", "--client-ca", pki / "stranger.pem")) as server:
        incident = ready(server.port, cert_file="client.pem", key_file="client.key")
        stays(incident, server, "relay.cert_file")


@pytest.mark.parametrize("other", ["nowhere.pem", "secret"])
def test_another_authority_than_released(ready, pki, few, other):
    """Who is trusted is part of the release."""
    with Playing(*tls(pki, "good")) as server:
        incident = ready(server.port)
        incident.change({"relay": {"ca_file": other}})
        assert "'tls'" in incident.error("send", code=REFUSED)
        assert not server.entries


@pytest.mark.parametrize("settings, word", [
    (dict(cert_file="nowhere.pem"), "relay.cert_file"),
    (dict(cert_file="client.pem", key_file="nowhere.key"), "relay.key_file"),
    (dict(cert_file="client.pem", key_file="secret"), "relay.cert_file"),
    (dict(cert_file="client.pem"), "relay.cert_file"),
    (dict(key_file="client.key"), "relay.key_file"),
    (dict(user="joan"), "relay.user"),
    (dict(user="joan", password_file="nowhere"), "relay.password_file"),
    (dict(user="joan", password_file="empty"), "relay.password_file"),
    (dict(user="joan", token_file="nowhere"), "relay.token_file"),
    (dict(user="joan", token_file="empty"), "relay.token_file"),
    (dict(user="joan", token_file="token", password_file="secret"), "relay.token_file"),
    (dict(token_file="token"), "relay.token_file")])
def test_files_and_settings(ready, pki, few, settings, word):
    """78, and the setting to look at."""
    with Playing(*tls(pki, "good", "--auth", "joan:pass word")) as server:
        incident = ready(server.port)
        incident.change({"relay": settings})
        result = incident.run("send", code=CONFIG)
        assert word in result.tally["error"]["message"], result.tally
        assert not re.search("pass word|ya29", result.stdout + result.stderr)
        assert not server.entries
        incident.change({"relay": dict.fromkeys(settings)})
        incident.change({"relay": {"ca_file": "ca.pem"}})
        assert invariants.check(incident, [])["pending"] == FIVE
