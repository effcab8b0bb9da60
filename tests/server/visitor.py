# SPDX-License-Identifier: MIT
"""The page for reps, as a program visits it: the page at work, somebody who signs in, and raw bytes."""
import functools
import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import urllib.parse

from flow import BINARY

SECONDS = 20
COOKIE = "__Host-session"
FORM = "application/x-www-form-urlencoded"


@functools.cache        # making one reads all the system's authorities
def context():
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    return unverified


class Page:
    """`review --listen` of an incident, until it is stopped."""

    def __init__(self, incident, *options, listen="127.0.0.1:0", **more):
        self.process = subprocess.Popen(
            [BINARY, "-C", incident.folder, "review", "--listen", listen, *map(str, options)], env=incident.env(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        self.said = self.process.stdout.readline()
        while "Ctrl-C" not in self.said and (line := self.process.stdout.readline()):
            self.said += line
        found = re.search(r"https://127\.0\.0\.1:(\d+)/", self.said)
        self.port = int(found.group(1)) if found else 0
        self.path = listen.removeprefix("unix:") if listen.startswith("unix:") else None
        self.url = f"https://127.0.0.1:{self.port}"

    def stop(self, code=130):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=SECONDS)
        assert "Sanitizer" not in err and "runtime error" not in err, err
        assert self.process.returncode == code, (self.process.returncode, err)
        return err

    def connect(self):
        if self.path:
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(SECONDS)
            sock.connect(self.path)
            return sock
        return self.connect_with(context())

    def connect_with(self, tls):
        sock = socket.create_connection(("127.0.0.1", self.port), SECONDS)
        return tls.wrap_socket(sock, server_hostname="127.0.0.1")

    def raw(self, data):
        """What comes back of these bytes, until the connection is closed."""
        answer = b""
        with self.connect() as sock:
            try:
                sock.sendall(data)
                while part := sock.recv(65536):
                    answer += part
            except (ConnectionError, ssl.SSLError):
                pass
        return answer


class Answer:
    def __init__(self, reply, head_only=False):
        self.status = reply.status
        self.headers = {name.lower(): value for name, value in reply.getheaders()}
        self.all_headers = reply.getheaders()
        self.text = "" if head_only else reply.read().decode()

    @property
    def token(self):
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.text)
        return found.group(1) if found else None

    @property
    def words(self):
        """What stands on it."""
        return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", self.text, flags=re.S).split())


class Visitor:
    """Somebody with a browser's memory: a cookie, and the token of their forms."""

    def __init__(self, page):
        self.page, self.cookie, self.token = page, None, None

    def ask(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        if self.cookie and "Cookie" not in headers:
            headers["Cookie"] = f"{COOKIE}={self.cookie}"
        if self.page.path:
            connection = http.client.HTTPConnection("page.example")
            connection.sock = self.page.connect()
        else:
            connection = http.client.HTTPSConnection("127.0.0.1", self.page.port, timeout=SECONDS, context=context())
        connection.request(method, path, body=body, headers=headers)
        answer = Answer(connection.getresponse(), method == "HEAD")
        connection.close()
        if made := re.match(COOKIE + r"=([0-9a-f]*);", answer.headers.get("set-cookie", "")):
            self.cookie = made.group(1) or None
        self.token = answer.token or self.token
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, token=..., **fields):
        """A form, with the token of the last page unless it is said otherwise."""
        headers = fields.pop("headers", {})
        if token is ...:
            token = self.token
        fields = {name: value for name, value in fields.items() if value is not None}
        if token:
            fields["token"] = token
        return self.ask("POST", path, urllib.parse.urlencode(fields), **{"Content-Type": FORM, **headers})

    def sign_in(self, name, secret):
        answer = self.post("/sign-in", name=name, secret=secret, token=None)
        if answer.status == 303:
            self.get("/passphrase")     # for the token
        return answer


def add(incident, name, scope="constable to chief inspector", role="rep", **more):
    """Their secret."""
    words = ["review", "--add", name, "--role", role, "--by", "J. Doe", "--reason", "represents them"]
    if role == "rep":
        words += ["--scope", scope]
    for option, value in more.items():
        words += [f"--{option}", value]
    return incident.run(*words, code=0).tally["secret"]


def events(incident):
    """The page's journal, without its first line."""
    with open(incident.folder / "review" / "visits.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file][1:]
