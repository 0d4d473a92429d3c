"""A Chromium without a screen, driven through its DevTools protocol: open a page, read it, take a screenshot."""

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

ANSWER_S = 60.0
POLL_S = 0.2

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""Path of the browser; None when there is none."""

# No sandbox: root in a container has no user namespaces. SwiftShader: WebGL without a GPU. The rest: no calls home.
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0"),
    *("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    *("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-dev-shm-usage"),
)


class HeadlessChromium:
    """One browser with one page; use it in a `with`.

    Args:
        url: The page.
        profile: A new folder for the browser's files.
        size: Width and height of the page in pixels.
    """

    def __init__(self, url: str, profile: Path, size: tuple[int, int] = (1280, 720)) -> None:
        if CHROMIUM is None:
            raise FileNotFoundError("chromium is not installed")
        self._browser = subprocess.Popen(
            [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stderr=subprocess.DEVNULL,
        )
        try:
            address = self._wait_for_address(profile / "DevToolsActivePort")
            with urllib.request.urlopen(f"http://{address}/json", timeout=ANSWER_S) as answer:
                page = next(page for page in json.load(answer) if page["type"] == "page")
            self._page = connect(page["webSocketDebuggerUrl"], max_size=None)
            self._calls = 0
            width, height = size
            self._call(
                "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
            )
            self._call("Page.navigate", url=url)
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> "HeadlessChromium":
        return self

    def __exit__(self, *_: object) -> None:
        self._page.close()
        self._end()

    def run(self, script: str) -> Any:
        """Run JavaScript in the page and return its value."""
        return self._call("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def text(self) -> str:
        """Return the words on the page."""
        return self.run("document.body.innerText") or ""

    def picture(self, path: Path) -> Path:
        """Write what the page looks like now as a PNG file."""
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))
        return path

    def _wait_for_address(self, file: Path) -> str:
        deadline_s = time.monotonic() + ANSWER_S
        while time.monotonic() < deadline_s:
            if file.exists() and (lines := file.read_text().splitlines()):
                return f"127.0.0.1:{lines[0]}"
            if self._browser.poll() is not None:
                raise RuntimeError(f"chromium ended with code {self._browser.returncode}")
            time.sleep(POLL_S)
        raise TimeoutError("chromium did not start")

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._calls += 1
        self._page.send(json.dumps({"id": self._calls, "method": method, "params": parameters}))
        while (answer := json.loads(self._page.recv(timeout=ANSWER_S))).get("id") != self._calls:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _end(self) -> None:
        self._browser.terminate()
        self._browser.wait(ANSWER_S)
