# SPDX-License-Identifier: MIT
"""A Postfix of the test's own, with Dovecot for its logins: own folders, own ports on 127.0.0.1, nothing of
the system's configuration, nothing that leaves the machine; master ends by itself, whatever becomes of the
test. Wants root, for both drop privileges."""
import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

MASTER, DOVECOT = "/usr/lib/postfix/sbin/master", "/usr/sbin/dovecot"
SECONDS = 300
# Ports by name, and what is special about them.
TLS = "smtpd_tls_security_level=encrypt"
PORTS = {
    "submission": [TLS],
    "implicit": ["smtpd_tls_wrappermode=yes", TLS],
    "other": [TLS, "smtpd_tls_chain_files={pki}/other.key,{pki}/other.pem"],
    "old": [TLS, "smtpd_tls_chain_files={pki}/old.key,{pki}/old.pem"],
    "stripped": ["smtpd_tls_security_level=none", "smtpd_tls_auth_only=no"],
    "tls1.1": [TLS, "smtpd_tls_mandatory_protocols=TLSv1.1", "smtpd_tls_mandatory_ciphers=low",
               "tls_low_cipherlist=ALL:@SECLEVEL=0"],
    "choosy": [TLS, "smtpd_recipient_restrictions=check_recipient_access texthash:{d}/access "
                    "permit_sasl_authenticated reject"],
    "client": [TLS, "smtpd_tls_req_ccert=yes", "smtpd_tls_ask_ccert=yes", "smtpd_tls_CAfile={pki}/ca.pem"],
}
MAIN = """\
compatibility_level = 3.6
queue_directory = {d}/spool
data_directory = {d}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {d}/log
maillog_file_prefixes = {d}
myhostname = mail.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
alias_maps =
alias_database =
virtual_mailbox_domains = met.police.example
virtual_mailbox_base = {d}/mail
virtual_mailbox_maps = texthash:{d}/boxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_peername_lookup = no
smtpd_tls_chain_files = {pki}/good.key,{pki}/good.pem
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
"""
MASTER_CF = """\
pickup    unix   n - n 60 1 pickup
cleanup   unix   n - n -  0 cleanup
qmgr      unix   n - n 300 1 qmgr
tlsmgr    unix   - - n 1000? 1 tlsmgr
rewrite   unix   - - n - - trivial-rewrite
bounce    unix   - - n - 0 bounce
defer     unix   - - n - 0 bounce
trace     unix   - - n - 0 bounce
verify    unix   - - n - 1 verify
flush     unix   n - n 1000? 0 flush
proxymap  unix   - - n - - proxymap
error     unix   - - n - - error
retry     unix   - - n - - error
virtual   unix   - n n - - virtual
anvil     unix   - - n - 1 anvil
scache    unix   - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""
DOVE = """\
base_dir = {d}/dove
state_dir = {d}/dove
log_path = {d}/dove.log
protocols =
ssl = no
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = {d}/users
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}}
service auth {{
  unix_listener {d}/spool/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def missing():
    """Why it cannot be here, or None."""
    if os.geteuid():
        return "Postfix and Dovecot want root"
    for program in (MASTER, DOVECOT):
        if not os.path.exists(program):
            return f"{program} is not installed"
    return None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Postfix:
    def __init__(self, folder, pki, boxes, access=(), ports=PORTS, main="", master=""):
        self.d, self.pki = folder, pki
        folder.mkdir()
        for place in [folder, *folder.parents]:     # daemons of other users come through here
            if place == pathlib.Path("/") or place.stat().st_uid:
                break
            place.chmod(place.stat().st_mode | 0o011)
        self.ports = {name: free_port() for name in ports}
        self.before = 0
        self.make_folders()
        self.write("boxes", "".join(f"{box} {box}/\n" for box in boxes))
        self.write("access", "".join(f"{box} {answer}\n" for box, answer in access))
        self.write("users", "joan:{PLAIN}pass word\n")
        self.write("etc/main.cf", (MAIN + main).format(d=folder, pki=pki))
        self.write("etc/master.cf", MASTER_CF + master.format(d=folder) + "".join(
            f"127.0.0.1:{self.ports[name]} inet n - n - - smtpd\n" + "".join(
                f"  -o {{ {option.format(d=folder, pki=pki)} }}\n" for option in options)
            for name, options in ports.items()))
        self.write("dove.conf", DOVE.format(d=folder))

    def write(self, name, words):
        (self.d / name).write_text(words)

    def make_folders(self):
        for name in ("etc", "data", "mail", "dove"):
            (self.d / name).mkdir(parents=True)
        spool = self.d / "spool"
        for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
                     "saved", "trace"):
            (spool / name).mkdir(parents=True)
            shutil.chown(spool / name, "postfix")
            (spool / name).chmod(0o700)
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            (spool / name).mkdir()
            shutil.chown(spool / name, "postfix", "postdrop")
            (spool / name).chmod(mode)
        (spool / "pid").mkdir()
        shutil.chown(self.d / "data", "postfix")
        shutil.chown(self.d / "mail", "nobody")

    def __enter__(self):
        quiet = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.running = [
            subprocess.Popen([DOVECOT, "-F", "-c", self.d / "dove.conf"], **quiet),
            subprocess.Popen([MASTER, "-c", self.d / "etc", "-e", str(SECONDS)],
                             env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MAIL_CONFIG": str(self.d / "etc")},
                             **quiet)]
        end = time.monotonic() + 60
        while not (self.d / "spool/private/auth").exists() or not self.greets():
            if time.monotonic() > end:
                self.__exit__()
                raise AssertionError("Postfix does not start: " + self.log()[-2000:])
            time.sleep(.05)
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.terminate()
        for process in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()

    def greets(self):
        with contextlib.suppress(OSError), \
                socket.create_connection(("127.0.0.1", self.ports["submission"]), 2) as s:
            s.settimeout(2)
            return s.recv(100).startswith(b"220")
        return False

    def log(self):
        path = self.d / "log"
        return path.read_text(errors="replace")[self.before:] if path.exists() else ""

    def forget(self):
        """For the next test: no mail, and no word in the log."""
        for path in (self.d / "mail").rglob("new/*"):
            path.unlink()
        self.before += len(self.log())

    def entries(self, count, seconds=60):
        """What was delivered, in the order in which it was taken; raw as it came in."""
        end = time.monotonic() + seconds
        while len(files := [*(self.d / "mail").rglob("new/*")]) < count and time.monotonic() < end:
            time.sleep(.05)
        mails = [split(path.read_bytes()) for path in files]
        taken = re.findall(r"smtpd\[\d+\]: (\w+): client=", self.log())
        mails.sort(key=lambda mail: taken.index(mail[0]))
        return [dict(raw=raw, message_id=re.search(r"^Message-ID: (.*)\r$", raw, re.M)[1])
                for _, raw in mails]


def split(mail):
    """(queue id, the message without what Postfix wrote above it)."""
    lines = mail.decode("latin-1").split("\n")
    queue_id = re.search(r"\bid (\w+)", " ".join(lines[:12]))[1]
    while re.match(r"(Return-Path|X-Original-To|Delivered-To|Received):|\s", lines[0]):
        lines.pop(0)
    return queue_id, "\r\n".join(lines)
