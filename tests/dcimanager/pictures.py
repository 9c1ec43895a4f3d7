"""Takes the pictures docs/pictures/*.png of simulated PDUs, and of the report of `pdu check` with
their figures, in a real browser; about two minutes.
One step of `python -m tests.dcimanager.pictures`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

from handlers.shared.address import Address
from pdu.core.files.html import time_shown
from pdu.monitoring.check_report import CheckReport
from pdu.monitoring.check_result import judge_reading, summary
from pdu.pdus.listed_pdu import ListedPdu
from pdu.pdus.reading import CallError, PolledOutlet, Reading
from pdu_common.helper import EnumPowerStatus
from tests.needs import ROOT, found

from .chromium import PHONE, Browser, browser
from .local_build import registered, simulate
from .manager import DciManager
from .servers import Feed
from .web.shown import where

FOLDER = ROOT / "docs" / "pictures"
_HISTORY_SECONDS, _POLL_SECONDS = 75.0, 60.0
_DRAWN_SECONDS = 1.5  # for a page to draw its plots
_PDUS = (("raritan", "rack 07 left"), ("apc", "rack 07 right"), ("nut", "rack 08"))
Size = tuple[int, int]


def main() -> int:
    programs = [found("chromium"), found("chromedriver")]
    if not all(programs):
        print(
            "chromium and chromedriver are needed: apt-get install chromium chromium-driver",
            file=sys.stderr,
        )
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        DciManager(page_port=0, poll_seconds=2.0, processes=8) as manager,
        browser(str(programs[0]), str(programs[1])) as window,
    ):
        _prepare(manager)
        window.log_in(manager.page_url, manager.email, manager.password)
        for name, (path, size, dark, prepare) in _scenes(manager).items():
            _take(window, manager.page_url + path, FOLDER / f"{name}.png", size, dark, prepare)
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.html"
            report.write_text(_report(manager), encoding="utf-8")
            for name, size in (("report", (1280, 620)), ("report-phone", PHONE)):
                _take(window, report.as_uri(), FOLDER / f"{name}.png", size, False, _nothing)
    return 0


def _prepare(manager: DciManager) -> None:
    """Adds three PDUs with some history, a server with two feeds and one with one feed; switches
    three outlets off.
    """
    registered(manager)
    pdus = [simulate(manager, manager.simulations, kind, name) for kind, name in _PDUS]
    end = time.monotonic() + _POLL_SECONDS
    while not all(pdu.ports and pdu.labels for pdu in pdus):
        if time.monotonic() > end:
            raise SystemExit(f"not all simulated PDUs were polled within {_POLL_SECONDS:g} s")
        time.sleep(0.2)
    left, right = pdus[0], pdus[1]
    for name, feeds in (
        ("web-03", [Feed(left.id, "3"), Feed(right.id, "3")]),
        ("db-01", [Feed(right.id, "1")]),
    ):
        server = manager.servers.add(name)
        manager.servers.set_bmc(server, "ON")
        for feed in feeds:
            manager.servers.connect(server, feed)
    time.sleep(_HISTORY_SECONDS / 2)
    manager.switch(left, "6", on=False)
    manager.switch(left, "11", on=False)
    manager.switch(right, "3", on=False)
    time.sleep(_HISTORY_SECONDS / 2)


def _scenes(manager: DciManager) -> dict[str, tuple[str, Size, bool, Callable[[Browser], None]]]:
    left = manager.pdus()[0].id
    return {
        "pdus": ("", (1280, 620), False, _nothing),
        "pdu": (f"pdus/{left}", (1100, 1120), False, _nothing),
        "pdu-dark": (f"pdus/{left}", (1100, 1120), True, _nothing),
        "switch": (f"pdus/{left}", (1100, 700), False, _ask),
        "servers": ("servers", (1100, 900), False, _nothing),
        "phone": (f"pdus/{left}", PHONE, False, _switch),
    }


def _nothing(window: Browser) -> None:
    """Leaves the page as it opened."""


def _switch(window: Browser) -> None:
    """Switches outlet 9 off, and waits until its meter has been read."""
    window.one("#outlet-9 a[href$='to=off']").click()
    window.shows("Switch this outlet off?", "dialog")
    window.one("dialog .confirm button").click()
    window.shows("Its meter then read", "#result-9")
    window.script("document.querySelector('#outlet-9').scrollIntoView({block: 'center'})")


def _report(manager: DciManager) -> str:
    """The page of `pdu check --html` for the simulated PDUs, and for two that do not answer."""
    rows = []
    for pdu in manager.pdus():
        outlets = [
            PolledOutlet(identity, EnumPowerStatus[state]) for identity, state in pdu.ports.items()
        ]
        last = pdu.last_poll
        reading = Reading(
            outlets, pdu.load_a, pdu.energy_kwh, last.seconds if last else 0.0, 2, None, True
        )
        rows.append(
            judge_reading(
                ListedPdu(pdu.name, pdu.handler.replace("pdu_", ""), Address(where(pdu))),
                reading,
            )
        )
    silent = CallError("unreachable", "no answer within 10 s on UDP port 161")
    rows += [
        judge_reading(
            ListedPdu(f"rack 09 {side}", "snmp", Address(address)),
            Reading(failure=silent, seconds=10.0),
        )
        for side, address in (("left", "192.0.2.17"), ("right", "192.0.2.18"))
    ]
    return CheckReport(rows, summary(rows, 10.2), {}).report(time_shown(time.time())).page()


def _ask(window: Browser) -> None:
    window.script("document.querySelector('#outlet-2').scrollIntoView({block: 'center'})")
    window.one("#outlet-2 a[href$='to=off']").click()
    window.shows("Switch this outlet off?", "dialog")


def _take(
    window: Browser,
    address: str,
    file: Path,
    size: Sequence[int],
    dark: bool,
    prepare: Callable[[Browser], None],
) -> None:
    window.resize(*size)
    window.dark(dark)
    window.open(address)
    window.one("h1")
    time.sleep(_DRAWN_SECONDS)
    prepare(window)
    time.sleep(_DRAWN_SECONDS / 3)
    window.driver.save_screenshot(str(file))
    print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
