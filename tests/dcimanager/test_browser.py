"""The page in a real browser: uploads, switching, live parts, plots, hostile names,
accessibility.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional
from urllib.parse import urlsplit

import pytest

from pdu import root as command
from tests.needs import ROOT
from tests.packaging.building import build
from tests.packaging.registering import Admin
from tests.ports import reserved

from .chromium import DESKTOP, ENTER, PHONE, SHIFT, TAB, Browser
from .client import Client
from .looks import AXE, any_findings, beginning_with, broken_words, faults, fits, leave
from .manager import DciManager
from .records import Call, Label, Pdu
from .visiting import HOSTILE, logged_in

pytestmark = [pytest.mark.against("chromium"), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build.build(ROOT / "handlers", folder, build.HANDLERS)
    return folder


def serving(data: Path) -> DciManager:
    return DciManager(data=data, page_port=0, poll_seconds=1.0, token_seconds=600.0, processes=8)


def clean(window: Browser, manager: DciManager) -> None:
    """Asserts that the console has no error or warning and that every HTTP request went to this
    server.
    """
    assert window.complaints() == []
    asked = [
        urlsplit(address)
        for address in window.requests()
        if not address.startswith(("data:", "about:", "chrome:"))
    ]
    assert asked and {address.netloc for address in asked} == {urlsplit(manager.page_url).netloc}


def points(window: Browser, plot: str) -> int:
    return int(
        window.script(
            "return document.querySelector(arguments[0]).dataset.points || 0", f"[data-plot={plot}]"
        )
    )


def last_load(window: Browser) -> float:
    """The last reading in the plot of the load, in amperes."""
    label = str(window.one("[data-plot=load]").get_attribute("aria-label"))
    return float(label.rpartition("the last ")[2].partition("\u00a0")[0])


@pytest.mark.trial
def test_an_uploaded_handler_and_its_pdu_work_on_a_phone_and_after_a_restart(
    window: Browser, dist: Path, tmp_path: Path
) -> None:
    archive = next(dist.glob("pdu_nut-*.tar.gz"))
    with subprocess_of_a_pdu() as form:
        window.resize(*PHONE)
        with serving(tmp_path) as manager:
            window.log_in(manager.page_url, manager.email, manager.password)
            window.shows("No PDU yet")
            upload(window, archive, 1)
            window.open(manager.page_url + "pdus/add")
            window.one("input[name=name]").send_keys("rack 7")
            window.one("input[name=address]").send_keys(form["address"])
            for key, value in form["settings"].items():
                window.one(f"[data-setting={key}] [name^=value_]").send_keys(value)
            # the handler's help beside the field
            assert "ups.conf" in window.text("[data-setting=device]")
            window.one("form.form button.main").click()
            window.until(lambda: len(window.all("table.outlets tbody tr")) == 16, "16 outlets")
            assert window.text("#outlet-3 .chip") == "On"
            window.shows("Server 3", "#outlet-3")  # names are read after the states

            off_and_on(window)
            window.until(
                lambda: points(window, "load") >= 3 and points(window, "energy") >= 3,
                "three points in each plot",
            )
            assert window.all(".plot canvas")
            assert last_load(window) > 10.0  # all outlets together
            window.choice("[data-outlet]").select_by_value("5")
            window.until(lambda: last_load(window) < 2.0, "the load of outlet 5")
            assert fits(window, PHONE)
            clean(window, manager)
            before = manager.pdus()[0]
            first = manager.readings(before, 0.0)[0]
            leave(window)
        window.resize(*DESKTOP)
        with serving(tmp_path) as manager:
            logged_in(window, manager)
            window.shows("rack 7")
            (pdu,) = manager.pdus()
            assert (
                pdu.name == before.name
                and len(pdu.ports) == 16
                and manager.readings(pdu, 0.0)[0] == first
            )
            window.open(manager.page_url + f"pdus/{pdu.id}")
            window.until(lambda: points(window, "load") >= 3, "three points after the restart")
            window.shows("Server 5")
            off_and_on(window)
            assert fits(window, DESKTOP)
            window.open(manager.page_url + "handlers")
            window.shows("pdu_nut")
            window.shows("In use")
            upload(window, archive, 2)
            clean(window, manager)


def test_a_pdu_of_24_outlets_is_short_and_aligned_on_a_phone(
    window: Browser, metered: bytes, tmp_path: Path
) -> None:
    """Badges begin at one place, and On and Off do not look alike."""
    with DciManager(page_port=0, data=tmp_path) as manager:
        Client(manager).install(metered)
        pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
        now = time.time()
        pdu.ports = {str(n): ("UP", "DOWN", "UNKNOWN")[n % 3] for n in range(1, 25)}
        pdu.labels = {str(n): Label(f"A{n}", f"web-{n:02d} left") for n in range(1, 25)}
        pdu.port_load_a = {str(n): 1.234 for n in range(1, 25)}
        pdu.port_energy_kwh, pdu.port_metered = {"3": 12345.678}, ["3"]
        pdu.calls, pdu.polled_at = [Call("status", "", 0.1, {}, "", "", at=now)], now
        logged_in(window, manager)
        window.resize(*PHONE)
        for dark in (False, True):
            window.dark(dark)
            window.open(f"{manager.page_url}pdus/{pdu.id}")
            lefts = window.script(
                "return [...document.querySelectorAll('.outlets .chip')]"
                ".map((chip) => Math.round(chip.getBoundingClientRect().left))"
            )
            assert len(lefts) == 24 and len(set(lefts)) == 1
            assert window.script("return document.querySelector('.outlets').offsetHeight") < 2700
            assert fits(window, PHONE) and broken_words(window) == []
            colours = {
                to: window.script(
                    "return getComputedStyle(document.querySelector(arguments[0])).color",
                    f"#outlet-2 a[href$='to={to}']",
                )
                for to in ("on", "off")
            }
            assert colours["on"] != colours["off"]
        assert not window.all("#outlet-3 a[href$='to=on']")  # it is on
        assert not window.all("#outlet-1 a[href$='to=off']")
        window.open(f"{manager.page_url}log")
        manager.poll()
        window.until(
            lambda: re.match(r"\d{4}-\d\d-\d\d ", window.text(".log tbody tr")),
            "a day in the log",
        )
        window.dark(False)


def upload(window: Browser, archive: Path, version: int) -> None:
    window.one("a[href='/handlers']").click()
    window.one("#archive").send_keys(str(archive))
    window.one("form[action='/handlers/upload'] button").click()
    window.shows(f"version {version} of pdu_nut runs from the next call on")


def off_and_on(window: Browser) -> None:
    """Switches outlet 3 off and on again; waits each time until the table shows the state.

    The outlet is on at first.
    """
    switch(window, "3", "off")
    window.shows("Outlet 3 of rack 7 is off.")
    window.until(lambda: window.text("#outlet-3 .chip") == "Off", "outlet 3 off")
    switch(window, "3", "on")
    window.until(lambda: window.text("#outlet-3 .chip") == "On", "outlet 3 on")


@contextlib.contextmanager
def subprocess_of_a_pdu() -> Iterator[dict[str, Any]]:
    """A simulated PDU behind a NUT server; yields the fields of its form."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.dcimanager.simulated", "nut"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


def switch(window: Browser, outlet: str, to: str) -> None:
    """Switches an outlet in the dialog, which must show the names of the PDU and of the outlet."""
    window.one(f"#outlet-{outlet} a[href$='to={to}']").click()
    window.shows(f"Switch this outlet {to}?", "dialog")
    asked = window.text("dialog")
    assert "rack 7" in asked and f"Server {outlet}" in asked
    window.one("dialog .confirm button").click()


def late_answer(window: Browser, address: str) -> None:
    """Clicks a link to a dialog; the answer to this request arrives when a script calls
    `answerNow`.
    """
    window.script(
        """
        const real = window.fetch;
        window.fetch = (address, ...rest) => !address.endsWith(ADDRESS) ? real(address, ...rest) : new Promise((arrived) => {
            window.answerNow = () => arrived({ status: 200, text: async () => "late" });
        });""".replace("ADDRESS", json.dumps(address))
    )
    window.one(f"a[href$='{address}']").click()


def test_a_simulated_pdu_is_started_and_switched_by_the_keyboard_and_restarted(
    window: Browser, tmp_path: Path
) -> None:
    with serving(tmp_path) as manager:
        logged_in(window, manager)
        window.one("button[value=nut]").send_keys(ENTER)
        window.until(lambda: len(window.all("table.outlets tbody tr")) == 16, "16 outlets")
        # must not replace the dialog of outlet 2
        late_answer(window, "outlet=3&to=off")
        window.one("#outlet-2 a[href$='to=off']").send_keys(ENTER)
        window.shows("Switch this outlet off?", "dialog")
        window.driver.execute_async_script(
            "answerNow(); setTimeout(arguments[arguments.length - 1])"
        )
        assert "Switch this outlet off?" in window.text("dialog")
        # the harmless button has the focus
        assert window.script("return document.activeElement.textContent") == "Cancel"
        window.one("dialog [data-close]").send_keys(SHIFT, TAB)
        window.driver.switch_to.active_element.send_keys(ENTER)
        window.shows("is off.")
        assert manager.pdus()[0].ports["2"] == "DOWN"
        clean(window, manager)
        (pdu,) = manager.pdus()
        # the system chose the first port and may give it to another program
        pdu.settings["port"] = port = str(reserved())
        manager.store.save(pdu)
    with serving(tmp_path) as manager:
        logged_in(window, manager)
        (pdu,) = manager.pdus()
        window.until(
            lambda: len(pdu.calls) >= 2 and pdu.calls[-1].ok,
            "a poll of the simulated PDU after the restart",
        )
        assert pdu.ports["2"] == "DOWN" and pdu.settings["port"] == port


@pytest.mark.trial
@pytest.mark.against("curl and the stand-in for DCImanager")
def test_handlers_that_register_sh_uploads_appear_on_the_open_page(
    window: Browser, dist: Path, tmp_path: Path
) -> None:
    with DciManager(page_port=0) as manager:
        logged_in(window, manager)
        window.one("a[href='/handlers']").click()
        window.shows("No handler yet")
        run = Admin(tmp_path, dist / "register.sh").run(manager, DCI_IDS=str(tmp_path / "ids"))
        assert (run.code, run.err) == (0, "")
        for handler in manager.handlers():
            window.shows(f"{handler.handler} · id {handler.id}")  # the last events alone are shown
        assert len(window.all("section.card .chip.on")) == len(manager.handlers())
        pdu = manager.add_pdu("rack", manager.handlers()[0].handler, "127.0.0.1")
        window.one("button[title='A PDU uses it']")
        manager.remove_pdu(pdu)
        window.until(
            lambda: not window.all("button[disabled], button[title]"),
            "buttons that remove each handler",
        )
        clean(window, manager)


def shown(
    window: Browser, manager: DciManager, small: bytes, settings: Optional[dict[str, str]] = None
) -> Pdu:
    """A PDU that was polled; the window shows its page."""
    Client(manager).install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1", settings=settings)
    manager.poll()
    assert pdu.last_poll is not None and pdu.last_poll.ok, pdu.last_poll
    logged_in(window, manager)
    window.open(manager.page_url + f"pdus/{pdu.id}")
    window.until(lambda: window.text("#outlet-1 .chip") == "On", "outlet 1 on")
    return pdu


@pytest.mark.trial
def test_a_tab_shows_the_switching_of_another_tab(window: Browser, small: bytes) -> None:
    with DciManager(page_port=0) as manager:
        pdu = shown(window, manager, small)
        first = window.driver.current_window_handle
        window.driver.switch_to.new_window("tab")
        window.open(manager.page_url + f"pdus/{pdu.id}/switch?outlet=1&to=off")
        window.one(".confirm button").click()
        window.shows("is off.")
        window.driver.close()
        window.driver.switch_to.window(first)
        window.until(lambda: window.text("#outlet-1 .chip") == "Off", "the other tab's switching")


@pytest.mark.trial
def test_a_part_that_cannot_be_refreshed_says_so_until_it_can(
    window: Browser, small: bytes
) -> None:
    before = "return getComputedStyle(document.querySelector('[data-live]'), '::before').content"
    with DciManager(page_port=0) as manager:
        pdu = shown(window, manager, small)
        assert window.script(before) == "none"
        hidden = manager.store._pdus.pop(pdu.id)
        window.until(
            lambda: "may be out of date" in window.script(before),
            "a warning about a part that is out of date",
        )
        window.choice("[data-hours]").select_by_value("6")
        window.shows("The readings cannot be loaded (HTTP 404)", "[data-note]")
        manager.store._pdus[pdu.id] = hidden
        window.until(lambda: window.script(before) == "none", "a part without that warning")
        window.choice("[data-hours]").select_by_value("24")
        window.shows("1 reading", "[data-note]")
        # as if each answer took too long
        window.script("AbortSignal.timeout = () => AbortSignal.abort()")
        window.until(
            lambda: "may be out of date" in window.script(before),
            "a warning about a server that does not answer",
        )


@pytest.mark.trial
def test_the_outlet_list_of_a_plot_follows_the_pdu_and_keeps_the_chosen_outlet(
    window: Browser, small: bytes
) -> None:
    with DciManager(page_port=0) as manager:
        pdu = shown(window, manager, small)
        outlets, hours = window.choice("[data-outlet]"), window.choice("[data-hours]")

        def listed() -> list[str]:
            return [option.text for option in outlets.options]

        assert listed() == ["the whole PDU"]
        pdu.port_load_a, pdu.labels = {"1": 0.5, "1.0": 0.5}, {"1": Label("1", "<b>web</b>")}
        hours.select_by_value("6")  # asks for the readings at once
        window.until(
            lambda: listed() == ["the whole PDU", "outlet 1 (<b>web</b>)", "outlet 1.0"],
            "a list of two outlets",
        )
        outlets.select_by_value("1.0")
        pdu.port_load_a = {}
        hours.select_by_value("24")
        window.until(
            lambda: listed() == ["the whole PDU", "outlet 1.0"], "a list of the chosen outlet"
        )
        assert outlets.first_selected_option.text == "outlet 1.0"
        clean(window, manager)


@pytest.mark.trial
def test_a_plot_shows_the_first_reading_as_soon_as_the_other_figures_change(
    window: Browser, small: bytes
) -> None:
    with DciManager(page_port=0) as manager:
        Client(manager).install(small)
        pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
        logged_in(window, manager)
        # without the plot's own timer
        with beginning_with(window, "window.setInterval = () => 0"):
            window.open(manager.page_url + f"pdus/{pdu.id}")
            window.shows(
                "No readings in this time: choose a longer one, or poll now.", "[data-note]"
            )
            manager.poll()
            window.shows("1 reading", "[data-note]")


@pytest.mark.trial
def test_a_plot_of_one_reading_shows_two_minutes(window: Browser, small: bytes) -> None:
    with DciManager(page_port=0) as manager:
        shown(window, manager, small)
        window.shows("1 reading", "[data-note]")
        window.script(
            "const real = uPlot; window.made = []; uPlot = function (...given) {"
            " const plot = new real(...given); made.push(plot); return plot; }"
        )
        window.resize(*PHONE)  # draws the plots anew
        spans = "return made.map(({ scales: { x } }) => x.max - x.min)"
        window.until(lambda: len(window.script(spans)) >= 2, "both plots")
        assert set(window.script(spans)) == {120}


def test_hostile_names_are_shown_harmlessly(window: Browser, small: bytes) -> None:
    with DciManager(page_port=0) as manager:
        Client(manager).install(small)
        pdu = manager.add_pdu(
            HOSTILE, "pdu_small", HOSTILE, notes=HOSTILE, settings={HOSTILE: HOSTILE}
        )
        pdu.ports = {HOSTILE: "UP", "2": "DOWN"}
        server = manager.servers.add(HOSTILE)
        logged_in(window, manager)
        for path in (
            "",
            f"pdus/{pdu.id}",
            f"pdus/{pdu.id}/edit",
            "servers",
            f"servers#server-{server}",
            "handlers",
            "log",
        ):
            window.open(manager.page_url + path)
            window.one("h1")
            assert (
                window.script("return document.querySelectorAll('main script, main img').length")
                == 0
            )
            for size in (DESKTOP, PHONE):
                window.resize(*size)
                assert fits(window, size), (path, size)
        window.open(manager.page_url)
        assert "<script>alert(1)</script>" in window.text(".name") and "\\u202e" in window.text(
            ".name"
        )
        clean(window, manager)


def reports(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each kind of page that the command writes, and a text of it."""
    listed = folder / "list.csv"
    listed.write_text("name,handler,address,settings\nr1,nut,127.0.0.1,port=9\n", "utf-8")
    yield _page(folder, "check", 2, "check", "--list", str(listed)), "What to do"
    yield from ((one, "Recording") for one in sorted((ROOT / "docs" / "proofs").glob("*.html")))


def _page(folder: Path, name: str, code: int, *words: str) -> Path:
    path = folder / f"{name}.html"
    assert command.run([*words, "--html", str(path)]) == code, words
    return path


@pytest.mark.trial
def test_reports_fit_on_a_phone_and_axe_finds_nothing(window: Browser, tmp_path: Path) -> None:
    """A check of a list; proofs of units."""
    for page, told in reports(tmp_path):
        axe = beginning_with(window, AXE.read_text("utf-8") if AXE.is_file() else "")
        with axe:
            for size, dark in itertools.product((DESKTOP, PHONE), (False, True)):
                window.resize(*size)
                window.dark(dark)
                window.open(page.as_uri())
                assert told in window.text("body") and fits(window, size), (page.name, size)
                assert not AXE.is_file() or any_findings(window) == [], (page.name, size, dark)
    window.dark(False)


@pytest.mark.trial
def test_times_are_of_24_hours_and_their_zone_is_said(window: Browser, small: bytes) -> None:
    window.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Kolkata"})
    try:
        with DciManager(page_port=0) as manager:
            shown(window, manager, small, {"port": "4433"})
            said = window.until(lambda: window.text("time"), "a time")
            assert re.fullmatch(r"(\d{4}-\d\d-\d\d )?([01]\d|2[0-3]):\d\d:\d\d", said), said
            at = str(window.one("time").get_attribute("title"))
            assert re.fullmatch(r"\d{4}-\d\d-\d\d [0-2]\d:\d\d:\d\d UTC\+05:30", at), at
            zone = window.text("[data-zone]")
            assert zone in (
                "Times are those of Asia/Kolkata (UTC+05:30 now).",
                "Times are those of Asia/Calcutta (UTC+05:30 now).",
            )
            assert "127.0.0.1:4433" in window.text("main")
            clean(window, manager)
    finally:
        window.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})


@pytest.mark.against("axe-core")
@pytest.mark.trial
def test_an_accessibility_check_finds_nothing_serious(window: Browser, small: bytes) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is missing: make system")
    with DciManager(page_port=0) as manager, beginning_with(window, AXE.read_text("utf-8")):
        window.open(manager.page_url)
        assert faults(window) == []
        logged_in(window, manager)
        assert faults(window) == []  # no PDU yet
        Client(manager).install(small)
        good = manager.add_pdu("rack", "pdu_small", "127.0.0.1", notes="by the door")
        manager.add_pdu("broken", "pdu_small", "127.0.0.1", settings={"say": "bug"})
        manager.poll()
        manager.switch(good, "1", on=False)
        good.doubts["1.0"] = "may or may not have switched"
        manager.servers.add("web-01")
        for path in (
            "",
            f"pdus/{good.id}",
            "pdus/2",
            "pdus/add",
            f"pdus/{good.id}/edit",
            f"pdus/{good.id}/switch?outlet=1&to=on",
            "servers",
            "servers/1/power?command=reset",
            "handlers",
            "log",
            "nothing",
        ):
            window.open(manager.page_url + path)
            window.one("h1, h2")
            assert faults(window) == [], path
