# SPDX-License-Identifier: MIT
"""A Dovecot of the test's own that serves IMAP: own folders, own ports on 127.0.0.1, its mails in a Maildir.
Nothing of the system's configuration; nothing is delivered by it. Wants root, for it drops privileges."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

DOVECOT, IMAP = "/usr/sbin/dovecot", "/usr/lib/dovecot/imap"
NOBODY = 65534
CONF = """\
base_dir = {d}/run
state_dir = {d}/run
log_path = {d}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{pki}/good.pem
ssl_key = <{pki}/good.key
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
login_log_format_elements = user=<%u> method=%m %c
mail_location = maildir:{d}/mail/%u:INDEX=MEMORY
mail_debug = no
first_valid_uid = 1
mbox_write_locks = fcntl
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = passwd-file
  args = {d}/users
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={d}/homes/%u
}}
{more}
"""


def missing():
    """Why it cannot be here, or None."""
    if os.geteuid():
        return "Dovecot wants root"
    for program in (DOVECOT, IMAP):
        if not os.path.exists(program):
            return f"{program} is not installed"
    return None


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Dovecot:
    """with Dovecot(folder, pki) as server: server.put(b"Subject: x\\n\\n"), server.ports["imaps"] ..."""

    def __init__(self, folder, pki, user="joan", certificate="good", more=""):
        self.d, self.user = pathlib.Path(folder), user
        self.count = 0
        self.process = None
        self.d.mkdir()
        for place in [self.d, *self.d.parents]:     # its processes of other users come through here
            if place == pathlib.Path("/") or place.stat().st_uid:
                break
            place.chmod(place.stat().st_mode | 0o011)
        for name in ("run", "homes", "mail", f"mail/{user}", *(f"mail/{user}/{x}" for x in ("tmp", "new", "cur"))):
            (self.d / name).mkdir()
            if not name == "run":
                shutil.chown(self.d / name, "nobody")
        self.ports = dict(zip(("imap", "imaps"), free_ports(2)))
        (self.d / "users").write_text(f"{user}:{{PLAIN}}pass word\n")
        conf = CONF.format(d=self.d, pki=pki, more=more, **self.ports)
        (self.d / "conf").write_text(conf.replace("/good.", f"/{certificate}."))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.process = subprocess.Popen([DOVECOT, "-F", "-c", self.d / "conf"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while not self.greets():
            if time.monotonic() > end or self.process.poll() is not None:
                self.stop()
                raise AssertionError("Dovecot does not start: " + self.log()[-2000:])
            time.sleep(.02)

    def stop(self, how=signal.SIGTERM):
        if not self.process:
            return
        self.process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process = None

    def greets(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.ports["imap"]), 2) as s:
            s.settimeout(2)
            return s.recv(100).startswith(b"* OK")
        return False

    def log(self):
        path = self.d / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    # ------------------------------------------------------------------- the mailbox, from behind

    @property
    def box(self):
        return self.d / "mail" / self.user

    def put(self, *letters):
        """Delivers."""
        for letter in letters:
            self.count += 1
            name = f"{1700000000 + self.count}.M{self.count}P1.test"
            path = self.box / "tmp" / name
            path.write_bytes(letter)
            shutil.chown(path, "nobody")
            path.rename(self.box / "new" / name)

    def files(self):
        return sorted([*self.box.glob("new/*"), *self.box.glob("cur/*")], key=lambda path: path.name)

    def seen(self):
        """How many are marked as read."""
        return sum("S" in path.name.partition(":2,")[2] for path in self.files())

    def forget(self):
        """A new mailbox under the old name: no letters, another UIDVALIDITY."""
        for path in [*self.box.glob("*")]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name in ("tmp", "new", "cur"):
            (self.box / name).mkdir()
            shutil.chown(self.box / name, "nobody")
