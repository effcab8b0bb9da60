# SPDX-License-Identifier: MIT
"""A real browser for the tests: Debian's chromium, driven over WebDriver (W3C), which is JSON over HTTP.

    with Browser() as b:
        b.go("https://127.0.0.1:8443/")
        b.type("#name", "A. Rep")
        b.click("button")
        assert b.text("h1") == "Advice" and b.status == 200
        b.size(360)
        assert not b.sideways() and not b.axe()
        b.picture("advice")

It knows no name but 127.0.0.1 and localhost, so that nothing of a page comes from elsewhere. Certificates
are not checked. Pictures of whole pages are kept in build/*/pictures. axe-core comes from npm, once, into
build/axe; its digest is pinned. What is missing skips the test, with the reason."""
import base64
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import pytest

BUILD = pathlib.Path(os.environ.get("BREACHMAIL_BUILD") or pathlib.Path(__file__).resolve().parents[2] / "build" / "plain")
AXE, AXE_SHA256 = "4.14.1", "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"     # what the standard calls a reference to an element
SECONDS = 30
TALL = 3000
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--no-first-run", "--hide-scrollbars",
           "--force-color-profile=srgb", "--lang=en-GB",
           "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"]


class Refused(Exception):
    """What the driver would not do: no such element, for instance."""


class Browser:
    def __init__(self, width=1280, height=900):
        for program in ("chromium", "chromedriver"):
            if not shutil.which(program):
                pytest.skip(f"{program} is not installed")
        self.home = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        self.folder = pathlib.Path(self.home.name)
        self.log = open(self.folder / "log", "w+", encoding="utf-8")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
            env={**os.environ, "HOME": self.home.name, "TMPDIR": self.home.name}, start_new_session=True)
        self.session, self.allowed = None, True
        try:
            self.port = self.wait_for_port()
            self.session = self.begin()
            self.size(width, height)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            if self.session:
                self.ask("DELETE", "")
        except (OSError, Refused):
            pass
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        self.log.close()
        self.home.cleanup()

    # ------------------------------------------------------------------------------------- the wire

    def wait_for_port(self):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.driver.poll() is None:
            said = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
            found = re.search(r"successfully on port (\d+)", said)
            if found:
                return int(found.group(1))
            time.sleep(.02)
        raise Refused("chromedriver does not start")

    def begin(self):
        wish = {"browserName": "chrome", "acceptInsecureCerts": True, "pageLoadStrategy": "normal",
                "goog:chromeOptions": {"binary": shutil.which("chromium"),
                                       "args": [*OPTIONS, f"--user-data-dir={self.folder / 'profile'}"]}}
        return self.ask("POST", None, {"capabilities": {"alwaysMatch": wish}})["sessionId"]

    def ask(self, method, path, body=None):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS * 2)
        where = "/session" if path is None else f"/session/{self.session}{path}"
        try:
            link.request(method, where, json.dumps(body or {}) if method == "POST" else None,
                         {"Content-Type": "application/json"})
            value = json.loads(link.getresponse().read())["value"]
        finally:
            link.close()
        if isinstance(value, dict) and "error" in value:
            raise Refused(f"{value['error']}: {value['message'].splitlines()[0]}")
        return value

    def devtools(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    # ------------------------------------------------------------------------------- going and doing

    def go(self, url):
        self.ask("POST", "/url", {"url": str(url)})

    def back(self):
        self.ask("POST", "/back")

    def size(self, width, height=900):
        """What the page has for itself; a telephone is 360 wide."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                      mobile=width < 600)

    def scripts(self, allowed):
        """Whether pages may run scripts of their own."""
        self.allowed = allowed
        self.devtools("Emulation.setScriptExecutionDisabled", value=not allowed)

    def downloads(self, folder):
        """Where a click on a file puts it."""
        self.devtools("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))

    def find(self, css):
        try:
            return self.ask("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]
        except Refused as why:
            raise Refused(f"{css} is not on {self.url}: {self.all('h1, .error-summary')}") from why

    def all(self, css):
        """The texts of all that fit, as shown."""
        found = self.ask("POST", "/elements", {"using": "css selector", "value": css})
        return [self.ask("GET", f"/element/{one[ELEMENT]}/text") for one in found]

    def text(self, css="body"):
        return self.ask("GET", f"/element/{self.find(css)}/text")

    def value(self, css, name):
        return self.ask("GET", f"/element/{self.find(css)}/attribute/{name}")

    def click(self, css, stays=False):
        """Returns when the next page is there; `stays`: this one remains, as with a download."""
        self.press(self.find(css), stays)

    def link(self, words, stays=False):
        """Follows a link by its words."""
        found = self.ask("POST", "/element", {"using": "link text", "value": words})
        self.press(found[ELEMENT], stays)

    def press(self, element, stays):
        # On a busy machine the driver answers before the page begins to leave.
        page = self.find("html")
        self.ask("POST", f"/element/{element}/click")
        end = time.monotonic() + SECONDS
        while not stays and not self.has_gone(page):
            assert time.monotonic() < end, f"no page follows this one: {self.text()}"
            time.sleep(.02)

    def has_gone(self, page):
        try:
            self.ask("GET", f"/element/{page}/name")
        except Refused:
            return self.run("return document.readyState") == "complete"
        return False

    def type(self, css, words):
        element = self.find(css)
        self.ask("POST", f"/element/{element}/clear")
        self.ask("POST", f"/element/{element}/value", {"text": words})

    def run(self, script, *arguments):
        """The value of `return ...`."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    # ----------------------------------------------------------------------------------- what there is

    @property
    def url(self):
        return self.ask("GET", "/url")

    @property
    def title(self):
        return self.ask("GET", "/title")

    @property
    def source(self):
        return self.ask("GET", "/source")

    @property
    def status(self):
        """Of the answer that brought this page."""
        return self.run("return performance.getEntriesByType('navigation')[0].responseStatus")

    def cookies(self):
        return {one["name"]: one for one in self.ask("GET", "/cookie")}

    def forget(self):
        """Drops all cookies."""
        self.ask("DELETE", "/cookie")

    def sideways(self):
        """By how many pixels the page is wider than its window."""
        return self.run("const e = document.scrollingElement; return e.scrollWidth - e.clientWidth")

    def axe(self):
        """What axe-core finds wrong with this page: "rule: how often: where"."""
        allowed = self.allowed
        self.scripts(True)      # axe-core waits for what it does
        try:
            found = self.ask("POST", "/execute/async", {"args": [], "script": axe_source() + """
                ;const done = arguments[arguments.length - 1];
                axe.run({resultTypes: ['violations']}).then(r => done(r.violations), e => done(String(e)));"""})
        finally:
            self.scripts(allowed)
        assert isinstance(found, list), found
        return [f"{one['id']}: {len(one['nodes'])}: {one['nodes'][0]['target']}" for one in found]

    def picture(self, name):
        """The page as build/*/pictures/NAME.png: TALL pixels of it at the most, since more takes long."""
        folder = BUILD / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        whole = self.devtools("Page.getLayoutMetrics")["cssContentSize"]
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                             clip={"x": 0, "y": 0, "width": whole["width"], "height": min(whole["height"], TALL), "scale": 1})
        path = folder / f"{name}.png"
        path.write_bytes(base64.b64decode(shot["data"]))
        return path


def axe_source():
    """axe-core as one script, out of build/axe or of npm."""
    path = BUILD.parent / "axe" / f"axe-{AXE}.js"
    if not path.exists():
        fetch_axe(path)
    source = path.read_bytes()
    assert hashlib.sha256(source).hexdigest() == AXE_SHA256, f"{path} is not what it should be"
    return source.decode()


def fetch_axe(path):
    if not shutil.which("npm"):
        pytest.skip(f"axe-core {AXE} is not there: npm is not installed")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        try:
            subprocess.run(["npm", "pack", "--silent", f"axe-core@{AXE}"], cwd=folder, capture_output=True, check=True,
                           timeout=120)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pytest.skip(f"npm does not give axe-core {AXE}")
        shutil.unpack_archive(pathlib.Path(folder) / f"axe-core-{AXE}.tgz", folder)
        os.replace(pathlib.Path(folder) / "package" / "axe.min.js", path)
