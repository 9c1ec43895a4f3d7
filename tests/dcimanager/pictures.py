"""Takes the three pictures docs/pictures/*.png of simulated PDUs, in a real browser; two minutes."""

from __future__ import annotations

import sys
import time

from tests.needs import ROOT, found
from tests.waiting import until

from .chromium import browser
from .local_build import simulate
from .manager import DciManager

FOLDER = ROOT / "docs" / "pictures"
_HISTORY_SECONDS = 60.0
_DRAWN_SECONDS = 2.0  # for a page to draw its plot


def main() -> int:
    """Write the pictures; 2 without a browser."""
    chromium, driver = found("chromium"), found("chromedriver")
    if chromium is None or driver is None:
        print("needed: apt-get install chromium chromium-driver", file=sys.stderr)
        return 2
    with (
        DciManager(page_port=0, poll_seconds=2.0) as manager,
        browser(chromium, driver) as window,
    ):
        pdus = [simulate(manager, kind) for kind in ("nut", "apc", "raritan")]
        if not until(lambda: all(pdu.ports and pdu.labels for pdu in pdus)):
            raise SystemExit("not all simulated PDUs were polled")
        time.sleep(_HISTORY_SECONDS / 2)
        manager.switch(pdus[0], "6", on=False)
        time.sleep(_HISTORY_SECONDS / 2)
        window.log_in(manager.page_url, manager.email, manager.password)
        of_pdu = f"pdus/{pdus[0].id}"
        for name, path, height in (
            ("pdus", "", 620),
            ("pdu", of_pdu, 650),
            ("switch", f"{of_pdu}/switch?outlet=2&to=off", 560),
        ):
            window.resize(1100, height)
            window.open(manager.page_url + path)
            time.sleep(_DRAWN_SECONDS)
            window.driver.save_screenshot(str(FOLDER / f"{name}.png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
