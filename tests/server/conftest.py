# SPDX-License-Identifier: MIT
"""Servers and the whole program: incidents and the fixtures that make them are those of the flow tests,
here under the name `flow`; certificates are made here."""
import importlib.util
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("flow", HERE.parent / "flow" / "conftest.py")
flow = sys.modules["flow"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(flow)
breachmail, village, few, tmp_path = flow.breachmail, flow.village, flow.few, flow.tmp_path

CA_CONF = """[ca]
default_ca = ours
[ours]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = names
copy_extensions = copy
unique_subject = no
[names]
commonName = supplied
"""
HERE_NAMES = "DNS:localhost,IP:127.0.0.1"
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """Two authorities; certificates for this machine, for another name, one that has expired, one that
    begins later, and one for a client."""
    d = tmp_path_factory.mktemp("pki")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=d, check=True, capture_output=True)

    for ca in ("ca", "stranger"):
        openssl("req", "-x509", *NEW_KEY, "-days", "2", "-subj", f"/CN={ca}.test",
                "-keyout", f"{ca}.key", "-out", f"{ca}.pem")
    (d / "index").write_text("")
    (d / "ca.conf").write_text(CA_CONF)
    for name, names, begin, end in (("good", HERE_NAMES, "2020", "2099"),
                                    ("other", "DNS:other.test", "2020", "2099"),
                                    ("old", HERE_NAMES, "2019", "2020"),
                                    ("early", HERE_NAMES, "2090", "2099"),
                                    ("client", "DNS:sender.test", "2020", "2099")):
        openssl("req", *NEW_KEY, "-subj", f"/CN={name}", "-addext",
                f"subjectAltName={names}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("ca", "-batch", "-config", "ca.conf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in",
                f"{name}.csr", "-startdate", f"{begin}0101000000Z", "-enddate", f"{end}0102000000Z",
                "-notext", "-out", f"{name}.pem")
    return d
