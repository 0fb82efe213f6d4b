"""Chromium without a window, driven by the DevTools protocol over a socket that it inherits.

So nothing has to be installed beside it (--remote-debugging-pipe: commands on descriptor 3, answers and events on 4,
each ended by a zero byte).
"""

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import time

import processes


class Browser:
    """One Chromium with one page; `events` are those since the page was last opened."""

    def __init__(self, *options):
        program = shutil.which("chromium")
        assert program, "chromium is missing: apt-get install chromium"
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.channel, theirs = socket.socketpair()
        command = [
            program, "--headless=new", "--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
            "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe",
            f"--user-data-dir={self.profile.name}", *options,
        ]
        with theirs:
            self.process = subprocess.Popen(
                [*processes.handing_over([theirs, theirs]), *command], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=processes.environment(self.profile.name),
                pass_fds=[theirs.fileno()],
            )
        self.rest, self.count, self.session, self.events = b"", 0, None, []
        try:
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
                self.call(domain + ".enable")
            self.call("Page.setLifecycleEventsEnabled", enabled=True)
            # As if its window were the one in front, so that keys go to it.
            self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        except BaseException:
            self.close()
            raise

    def close(self):
        # Told so, or alone, it ends its own children and waits for them; a signal would leave them to somebody else.
        with contextlib.suppress(OSError):
            self.channel.sendall(json.dumps({"id": 0, "method": "Browser.close"}).encode() + b"\0")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.channel.close()
        self.profile.cleanup()

    def receive(self, end):
        """The next message, before a moment of the monotonic clock."""
        while b"\0" not in self.rest:
            self.channel.settimeout(max(end - time.monotonic(), 0.001))
            piece = self.channel.recv(1 << 20)
            assert piece, "chromium has ended"
            self.rest += piece
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def call(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.channel.sendall(json.dumps(message).encode() + b"\0")
        end = time.monotonic() + 20
        while (answer := self.receive(end)).get("id") != self.count:
            if "method" in answer:
                self.events.append(answer)
        assert "error" not in answer, (method, answer)
        return answer["result"]

    def wait(self, method, seconds=20, **parameters):
        """What the first event tells that has this name and these parameters, of those there are and those to come."""
        end = time.monotonic() + seconds
        seen = 0
        while True:
            for event in self.events[seen:]:
                if event["method"] == method and parameters.items() <= event["params"].items():
                    return event["params"]
            seen = len(self.events)
            self.events += [message for message in [self.receive(end)] if "method" in message]

    def told(self, *methods):
        """What the events of these names have told."""
        return [event["params"] for event in self.events if event["method"] in methods]

    def open(self, url, width=1280, scheme="light", height=900, renews=False):
        """Shows a page, a narrow one as a telephone does, and waits until all of it is there.

        It stays as it is then, unless it is to renew itself.
        """
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        loader = self.call("Page.navigate", url=url)["loaderId"]
        self.wait("Page.lifecycleEvent", name="load", loaderId=loader)
        if not renews:
            self.call("Page.stopLoading")

    def run(self, script):
        """The value of an expression in the page, which its own policy does not bind."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key):
        code = {"Tab": 9, "ArrowRight": 39}[key]
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def picture(self, height_max):
        """A PNG of the whole page, down to a height."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height_max), "scale": 1}
        answer = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(answer["data"])
