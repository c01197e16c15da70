"""The system's Chromium without a window, driven over a pipe by the DevTools protocol."""

import base64
import fcntl
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Self

_SECONDS = 30
# Chromium talks on the descriptors 3 and 4; those may be taken here, so a process between moves ours there.
_LAUNCH = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execvp(sys.argv[3], sys.argv[3:])"
)
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe")


class Tab:
    """One tab. `complaints` are what the browser logged of the page: refused scripts, missing pictures."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._numbers, self._rest, self._session = count(1), b"", ""
        self._events: list[dict[str, Any]] = []

    @classmethod
    def of(cls, to_browser: int, from_browser: int) -> Self:
        """The first tab of a browser that has just been started."""
        tab = cls(to_browser, from_browser)
        target = tab.ask("Target.createTarget", url="about:blank")["targetId"]
        tab._session = tab.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log"):
            tab.ask(f"{domain}.enable")
        return tab

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """What the browser answers to a command of its protocol."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        os.write(
            self._to, json.dumps(message | ({"sessionId": self._session} if self._session else {})).encode() + b"\0"
        )
        while (answer := self._next()).get("id") != number:
            self._events.append(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, url: str) -> None:
        """Go there, and wait until all of it is loaded."""
        self._events.clear()
        assert "errorText" not in self.ask("Page.navigate", url=url)
        self._loaded()

    def follow(self, script: str) -> None:
        """Do what leads to another page, such as a click, and wait until all of that is loaded."""
        self._events.clear()
        self.tell(script)
        self._loaded()

    def reloaded(self) -> None:
        """Wait until the page has loaded once more by itself. Nothing may be asked between its cause and this."""
        self._events.clear()
        self._loaded()

    def tell(self, script: str) -> Any:
        """The value of an expression in the page, a promise's when it is kept."""
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    @property
    def complaints(self) -> list[str]:
        """What the browser logged since the page was opened."""
        logged = [event["params"]["entry"] for event in self._events if event.get("method") == "Log.entryAdded"]
        return [f"{entry['text']} {entry.get('url', '')}" for entry in logged]

    def look(self, *, width: int, height: int, phone: bool = False, dark: bool = False) -> None:
        """The screen from now on, in CSS pixels, and what its owner likes better."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "screenWidth": width, "screenHeight": height},
            deviceScaleFactor=1,
            mobile=phone,
        )
        liked = "dark" if dark else "light"
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": liked}])

    def picture(self, file: Path) -> None:
        """Write a PNG of the whole page."""
        data = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        file.write_bytes(base64.b64decode(data))

    def _loaded(self) -> None:
        while not any(event.get("method") == "Page.loadEventFired" for event in self._events):
            self._events.append(self._next())

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select.select([self._from], [], [], _SECONDS)[0], "the browser does not answer"
            chunk = os.read(self._from, 1 << 20)
            assert chunk, "the browser is gone"
            self._rest += chunk
        message, _, self._rest = self._rest.partition(b"\0")
        read: dict[str, Any] = json.loads(message)
        return read


@contextmanager
def browser(profile: Path) -> Iterator[Tab]:
    """A tab of a browser of its own, which keeps its files in the folder `profile`."""
    ours_read, theirs_write = os.pipe()
    theirs_read, ours_write = os.pipe()
    given = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (theirs_read, theirs_write)]
    command = ["chromium", *_FLAGS, f"--user-data-dir={profile}"]
    launch = [sys.executable, "-c", _LAUNCH, *map(str, given), *command]
    process = subprocess.Popen(launch, pass_fds=given, stderr=subprocess.DEVNULL)
    for end in (theirs_read, theirs_write, *given):
        os.close(end)
    try:
        yield Tab.of(ours_write, ours_read)
    finally:
        process.terminate()
        process.wait(_SECONDS)
        for end in (ours_read, ours_write):
            os.close(end)
