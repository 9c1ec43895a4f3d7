"""A real browser for the page: headless chromium, driven by selenium."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from tests.waiting import PATIENCE_S, until

# selenium is imported in the functions: its import takes 0.4 s of CPU, and each process of the
# tests that starts no browser would pay it
if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement
    from selenium.webdriver.support.ui import Select

T = TypeVar("T")
DESKTOP, PHONE = (1280, 900), (390, 844)
# keys of W3C's WebDriver, 17.4.2
ENTER, SHIFT, TAB = "\ue007", "\ue008", "\ue004"
LONGEST_WAIT = PATIENCE_S
# between two looks of `until`, each of which takes about 0.01 s of processor time
LOOK_SECONDS = 0.2
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-default-apps",
    "--hide-scrollbars",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--force-color-profile=srgb",
    "--lang=en-GB",
)


class Browser:
    """One window. After `LONGEST_WAIT` seconds, `open` and `script` raise selenium's
    TimeoutException. If `until` finds nothing, it raises AssertionError with the page's text."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def resize(self, width: int, height: int) -> None:
        """Sets the page's size in CSS pixels, as on a device of that size."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def dark(self, on: bool) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": "dark" if on else "light"}]},
        )

    def open(self, address: str) -> None:
        self.driver.get(address)

    def cookie(self, address: str, cookie: str) -> None:
        """Sets a cookie "name=value" for requests to `address`; replaces a cookie of this name."""
        name, _, value = cookie.partition("=")
        self.driver.execute_cdp_cmd(
            "Network.setCookie", {"url": address, "name": name, "value": value}
        )

    def log_in(self, address: str, email: str, password: str) -> None:
        self.open(address)
        fields = self.all("input[name=email]")
        if fields:
            fields[0].clear()
            fields[0].send_keys(email)
            self.one("input[name=password]").send_keys(password)
            self.press("form[action='/login'] button")
        self.one("nav")

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements("css selector", css)

    def choice(self, css: str) -> Select:
        """The list of options that `one` finds."""
        from selenium.webdriver.support.ui import Select

        return Select(self.one(css))

    def one(self, css: str) -> WebElement:
        """The first element that matches; waits for one."""
        return self.until(lambda: next(iter(self.all(css)), None), css)

    def press(self, css: str) -> None:
        """Clicks on the first element that matches, also in a part that new figures replace."""
        self._act(css, lambda element: element.click())

    def type(self, css: str, keys: str) -> None:
        """Sends keys to the first element that matches, as `press`."""
        self._act(css, lambda element: element.send_keys(keys))

    def _act(self, css: str, act: Callable[[WebElement], None]) -> None:
        """Acts again on the new element if the page has replaced the one that was found."""
        from selenium.common.exceptions import StaleElementReferenceException

        def acted() -> bool:
            try:
                act(self.one(css))
            except StaleElementReferenceException:
                return False
            return True

        assert until(acted), f"{css} was always replaced before it could be used"

    def text(self, css: str = "main") -> str:
        return str(
            self.driver.execute_script(
                "const e = document.querySelector(arguments[0]); return e ? e.innerText : ''", css
            )
        )

    def shows(self, words: str, css: str = "main") -> None:
        self.until(lambda: words in self.text(css), f"the words {words!r}")

    def script(self, text: str, *values: object) -> Any:
        return self.driver.execute_script(text, *values)

    def until(self, look: Callable[[], T | None], what: str) -> T:
        """The first true result of `look`.

        Exceptions count as false; one in the last look becomes the AssertionError's cause.
        """
        from selenium.common.exceptions import TimeoutException
        from selenium.webdriver.support.ui import WebDriverWait

        failure: Exception | None = None

        def tried(_: object) -> Any:
            nonlocal failure
            try:
                element, failure = look(), None
            except Exception as error:  # the page may be changing just now
                element, failure = None, error
            return element

        try:
            element: T = WebDriverWait(self.driver, LONGEST_WAIT, LOOK_SECONDS).until(tried)
        except TimeoutException:
            raise AssertionError(
                f"{what} did not show up on {self.driver.current_url}:\n{self.text('body')[:2000]}"
            ) from failure
        return element

    def complaints(self) -> list[dict[str, Any]]:
        """The errors and warnings in the console since the last call, violations of the content
        security policy included.
        """
        return [line for line in self._log("browser") if line["level"] in ("SEVERE", "WARNING")]

    @contextlib.contextmanager
    def offline(self) -> Iterator[None]:
        """A block in which the browser's network is cut off."""
        rates = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        cut = "Network.emulateNetworkConditions"
        self.driver.execute_cdp_cmd(cut, {"offline": True, **rates})
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd(cut, {"offline": False, **rates})

    def requests(self) -> list[str]:
        """The addresses that pages have requested since the last call."""
        events = [json.loads(line["message"])["message"] for line in self._log("performance")]
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def _log(self, kind: str) -> list[dict[str, Any]]:
        """Empties a log of the driver and returns its lines; typed, unlike selenium's `get_log`."""
        lines: list[dict[str, Any]] = self.driver.execute("getLog", {"type": kind})["value"]
        return lines


@contextlib.contextmanager
def browser(program: str, driver: str) -> Iterator[Browser]:
    """A new browser with an empty profile and an empty page; `program` and `driver` are paths."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    profile = tempfile.mkdtemp(prefix="chromium-")
    try:
        options = ChromeOptions()
        options.binary_location = program
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        # Otherwise chromium opens its own page for a new tab: 370 requests, and a start takes twice
        # the processor time.
        options.add_experimental_option(
            "prefs", {"session": {"restore_on_startup": 4, "startup_urls": ["about:blank"]}}
        )
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        chrome = Chrome(options=options, service=Service(driver))
        try:
            chrome.set_page_load_timeout(LONGEST_WAIT)
            chrome.set_script_timeout(LONGEST_WAIT)
            window = Browser(chrome)
            window.resize(*DESKTOP)
            yield window
        finally:
            chrome.quit()
    finally:
        # the browser's last processes may still write
        shutil.rmtree(profile, ignore_errors=True)
