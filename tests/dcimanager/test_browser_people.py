"""What a person sees in a real browser: results of commands in view, a server that is gone, hundreds
of PDUs, the form, trust in a certificate, and the report of a check. Each at two sizes.
"""

from __future__ import annotations

import hashlib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from handlers.shared.address import Address
from pdu.monitoring import check_result
from pdu.monitoring.check_report import CheckReport
from pdu.pdus.listed_pdu import ListedPdu
from pdu.pdus.reading import CallError, PolledOutlet, Reading
from pdu.pdus.states import DOWN, UP
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.simulators.xerus import XerusPdu

from .chromium import PHONE, Browser
from .client import Client
from .looks import AXE, beginning_with, broken_words, contrast, fits, in_view
from .manager import DciManager
from .records import Call, Label, Pdu
from .visiting import logged_in

LAPTOP = (1280, 800)
SIZES = {"desktop": LAPTOP, "phone": PHONE}
pytestmark = [pytest.mark.against("chromium"), pytest.mark.timeout(400)]
# a page's waits, such as those between two questions whether the server answers, last a tenth
HASTY = "const later = setTimeout; window.setTimeout = (act, ms) => later(act, (ms || 0) / 10)"
# a page asks the server only for what a person does: it cannot notice by itself that this has gone
STILL = "window.setTimeout = () => 0"


@pytest.fixture(scope="module")
def served(metered: bytes) -> Iterator[DciManager]:
    """A stand-in that polls only new PDUs and those that were switched."""
    with DciManager(page_port=0, poll_seconds=3600.0, token_seconds=600.0) as manager:
        Client(manager).install(metered)
        yield manager


@pytest.fixture
def rack(served: DciManager, tmp_path: Path) -> Iterator[Pdu]:
    """A PDU with 24 metered outlets; `tmp_path` is the folder of its gates."""
    pdu = served.add_pdu("rack 7", "pdu_small", "127.0.0.1", settings={"gates": str(tmp_path)})
    yield pdu
    for gate in list(tmp_path.iterdir()):
        gate.unlink()
    served.remove_pdu(pdu)


def looked_at(window: Browser, size: tuple[int, int]) -> None:
    """Asserts that the page fits the window, breaks no word, and has enough contrast."""
    assert fits(window, size)
    assert broken_words(window) == []
    if AXE.is_file():
        assert contrast(window, str(size)) == []


def axe(window: Browser) -> AbstractContextManager[None]:
    """A block in which pages have axe-core, if it is installed."""
    return beginning_with(window, AXE.read_text("utf-8")) if AXE.is_file() else nullcontext()


def ask(window: Browser, outlet: str, to: str) -> None:
    window.one(f"#outlet-{outlet} a[href$='to={to}']").click()
    window.shows(f"Switch this outlet {to}?", "dialog")


def commands(pdu: Pdu) -> list[str]:
    return [call.identity for call in pdu.calls if call.switches]


@pytest.mark.trial
def test_the_result_of_a_command_is_in_view_and_announced(
    window: Browser, served: DciManager, rack: Pdu, tmp_path: Path
) -> None:
    switch, statistic = tmp_path / "switch", tmp_path / "statistic"
    with axe(window):
        logged_in(window, served)
        for outlet, size in zip(("23", "24"), SIZES.values()):
            window.resize(*size)
            window.open(f"{served.page_url}pdus/{rack.id}")
            window.until(lambda: rack.port_load_a and window.all(".plot canvas"), "a plot")
            switch.touch()
            statistic.touch()
            ask(window, outlet, "off")
            looked_at(window, size)
            window.one("dialog .confirm button").click()
            buttons = (
                "return [...document.querySelectorAll('dialog button')].map((one) => one.disabled)"
            )
            assert window.script(buttons) == [True, True]  # Cancel too
            assert "Switching" in window.text("dialog .confirm button")
            switch.unlink()
            row, words = f"#result-{outlet}", f"Outlet {outlet} of rack 7 is off."
            window.shows(words, "#said")
            assert words in window.text(row) and in_view(window, row)
            assert in_view(window, f"#outlet-{outlet} .chip")
            # the meter has not been read since
            window.shows("before the command", f"#outlet-{outlet} [data-label=Current]")
            assert "Waiting for a reading" in window.text(row)
            looked_at(window, size)
            statistic.unlink()
            window.shows("Its meter then read 0.000\u00a0A.", row)
            assert "before" not in window.text(f"#outlet-{outlet}")
            window.driver.refresh()
            window.shows(words, row)
            window.until(lambda: len(window.all(".plot canvas")) == 2, "two plots")
            places = (
                "return [...document.querySelectorAll('.plot .u-over')].map((one) =>"
                " { const box = one.getBoundingClientRect(); return [box.left, box.right]; })"
            )
            load, energy = window.script(places)
            assert load == energy  # one time axis
        assert commands(rack) == ["23", "24"]


def test_a_refusal_is_as_visible_as_a_success(
    window: Browser, served: DciManager, rack: Pdu
) -> None:
    logged_in(window, served)
    for size in SIZES.values():
        window.resize(*size)
        window.open(f"{served.page_url}pdus/{rack.id}")
        ask(window, "7", "off")
        window.one("dialog .confirm button").click()
        window.shows("the administrator has locked outlet 7", "#alarm")
        assert "Not done" in window.text("#result-7 .said.bad") and in_view(window, "#result-7")
        assert window.text("#outlet-7 .chip") == "On"
        assert fits(window, size) and broken_words(window) == []
    # a command that has no row: the PDU was changed meanwhile, or the session ended
    ask(window, "8", "off")
    window.script("document.querySelector('dialog [name=csrf]').value = 'x'")
    window.one("dialog .confirm button").click()
    window.shows("Nothing was changed", "dialog [role=alert]")
    assert in_view(window, "dialog [data-refused]") and commands(rack) == ["7", "7"]


def test_a_server_that_is_gone_is_said_beside_the_buttons_which_do_nothing(
    window: Browser, metered: bytes, tmp_path: Path
) -> None:
    with axe(window):
        with DciManager(page_port=0) as manager:
            Client(manager).install(metered)
            pdu = manager.add_pdu(
                "rack", "pdu_small", "127.0.0.1", settings={"gates": str(tmp_path)}
            )
            manager.poll()
            logged_in(window, manager)
            with beginning_with(window, STILL):
                window.open(f"{manager.page_url}pdus/{pdu.id}")
            ask(window, "2", "off")
            address = window.driver.current_url
        # the dialog's own command
        window.one("dialog .confirm button").click()
        window.shows("may or may not have been carried out", "dialog [role=alert]")
        window.one("dialog [data-close]").click()
        window.shows("The stand-in does not answer", "#gone")
        for size in SIZES.values():
            window.resize(*size)
            window.script("document.querySelector('#outlet-2').scrollIntoView({block: 'center'})")
            assert in_view(window, "#gone") and in_view(window, "#outlet-2 .acts")
            beside = "return getComputedStyle(document.querySelector('#outlet-2 .acts'), '::after')"
            assert window.script(f"{beside}.content") == '"no server"'
            for button in ("#outlet-2 a[data-dialog]", "form[action$='/poll'] button"):
                window.script("arguments[0].click()", window.one(button))
            assert window.driver.current_url == address
            assert not window.script("return document.getElementById('dialog').open")
            assert fits(window, size) and broken_words(window) == []


@pytest.mark.trial
def test_no_button_of_any_page_leads_away_while_the_server_is_gone(
    window: Browser, metered: bytes, tmp_path: Path
) -> None:
    """Gone, and back: for most pages by a network that is cut, at the end by the server itself."""
    with DciManager(page_port=0) as manager:
        Client(manager).install(metered)
        pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1", settings={"gates": str(tmp_path)})
        manager.poll()
        server = manager.servers.add("web")
        logged_in(window, manager)
        window.resize(*PHONE)
        with beginning_with(window, HASTY):
            for path, button in (
                ("", "form[action='/pdus/simulate'] button"),
                (f"pdus/{pdu.id}", ".head a.button"),
                (f"pdus/{pdu.id}/switch?outlet=2&to=off", ".confirm button"),
                (f"pdus/{pdu.id}/edit", ".danger button"),
                ("pdus/add", "form.form button.main"),
                ("servers", "form[action='/servers/add'] button"),
                (f"servers/{server}/power?command=on", ".confirm button"),
                ("handlers", "form[action='/handlers/build'] button"),
                ("log?pdu=77", "main a.button"),
                ("login", "form[action='/login'] button"),
            ):
                window.open(f"{manager.page_url}{path}")
                address = window.driver.current_url
                with window.offline():
                    window.shows("The stand-in does not answer", "#gone")
                    assert window.one(button).get_attribute("aria-disabled") == "true", path
                    beside = (
                        "const group = arguments[0].closest('form') || arguments[0].closest('.acts, p');"
                        "return [group, ...group.querySelectorAll('*')].filter((one) =>"
                        " getComputedStyle(one, '::after').content === '\"no server\"').length"
                    )
                    assert window.script(beside, window.one(button)) == 1, path
                    assert fits(window, PHONE), path
                    window.script("arguments[0].click()", window.one(button))
                window.until(lambda: not window.text("#gone"), "the server is back")
                assert window.driver.current_url == address
                assert window.all("[data-slept]") == []
        with beginning_with(window, STILL):
            window.open(f"{manager.page_url}pdus/add")
        window.one("[name=name]").send_keys("rack 8")
        window.one("[name=address]").send_keys("192.0.2.8")
        address = window.driver.current_url
    # pressed before the page has noticed: what was typed stays
    window.one("form.form button.main").click()
    window.shows("The stand-in does not answer", "#gone")
    assert window.driver.current_url == address
    assert window.one("[name=name]").get_attribute("value") == "rack 8"


@pytest.mark.trial
def test_a_reload_sends_a_refused_form_no_second_time_without_scripts_too(
    window: Browser, served: DciManager
) -> None:
    logged_in(window, served)
    with window.without_scripts():
        window.open(f"{served.page_url}pdus/add")
        window.one("[name=name]").send_keys("   ")
        window.one("[name=address]").send_keys("192.0.2.8")
        window.requests("POST")
        window.one("form.form button.main").click()
        window.until(lambda: window.all("main [role=alert]"), "the refusal")
        for _ in range(2):
            alert, address = window.one("main [role=alert]"), window.one("[name=address]")
            assert alert.text == "A PDU needs a name and an address."
            assert address.get_attribute("value") == "192.0.2.8"
            window.driver.refresh()
        assert window.requests("POST") == [f"{served.page_url}pdus/add"]


def fleet(manager: DciManager, count: int) -> list[Pdu]:
    """Adds PDUs of which every 50th failed."""
    outlets = [str(number) for number in range(1, 9)]
    for number in range(1, count + 1):
        pdu = manager.store.add_pdu(
            f"row {(number - 1) // 20 + 1} rack {number:03d} left", "pdu_small",
            f"192.0.2.{number}", {}, {}, "", "",
        )  # fmt: skip
        now = time.time()
        if number % 50 == 0:
            why = f"{pdu.address}: GET: no answer within 10 s: check power, cable and firewall"
            pdu.note(Call("status", "", 1.0, {}, "unreachable", why, at=now))
            continue
        pdu.note(Call("status", "", 0.1, {"ports": dict.fromkeys(outlets, "UP")}, "", "", at=now))
        figures = {
            "load": number / 8,
            "total_consumption": 1000.0 * number,
            "metered": ["load", "energy"],
            "ports": {},
            "port_metered": [],
            "port_load": {},
        }
        pdu.note(Call("statistic", "", 0.1, figures, "", "", at=now))
        pdu.labels = {one: Label(one, f"web-{number:03d}-{one}") for one in outlets}
    return manager.pdus()


def names(window: Browser) -> list[str]:
    found: list[str] = window.script(
        "return [...document.querySelectorAll('.fleet .name')].map((one) => one.innerText)"
    )
    return found


@pytest.mark.trial
def test_two_hundred_pdus_are_searched_sorted_and_added_up(window: Browser, small: bytes) -> None:
    with DciManager(page_port=0) as manager, axe(window):
        Client(manager).install(small)
        fleet(manager, 200)
        logged_in(window, manager)
        for size in SIZES.values():
            window.resize(*size)
            window.open(manager.page_url)
            shown = names(window)
            assert len(shown) == 200
            assert [name[-8:-5] for name in shown[:5]] == ["050", "100", "150", "200", "001"]
            looked_at(window, size)
            # an error is one line until it is opened
            height = (
                "return document.querySelectorAll('.fleet tbody tr')[arguments[0]].offsetHeight"
            )
            least, most = (30, 48) if size == LAPTOP else (60, 112)
            assert all(least < window.script(height, row) < most for row in (0, 4))
            assert "check power" not in window.text(".fleet .poll p")
            window.one(".fleet summary").click()
            assert "check power" in window.text(".fleet .poll p")
            whole = "return [...document.querySelectorAll('.fleet .name')].every((one) => one.scrollWidth <= one.clientWidth)"
            assert window.script(whole)
        totals = window.text(".totals")
        assert "1,568" in totals and "2,450.000\u00a0A" in totals and "of 196 PDUs" in totals
        search, order = window.one("input[name=q]"), window.choice("select[name=sort]")
        order.select_by_value("load")
        window.until(lambda: names(window)[0].endswith("199 left"), "the highest load first")
        search.send_keys("web-042-")
        window.until(lambda: names(window) == ["row 3 rack 042 left"], "the PDU of this outlet")
        assert "1 of 200" in window.text(".totals") and "q=web-042-" in window.driver.current_url
        search.clear()
        search.send_keys("nothing of this name")
        window.shows("No PDU has these words")


@pytest.mark.trial
def test_poll_all_now_shows_its_progress(
    window: Browser, served: DciManager, rack: Pdu, tmp_path: Path
) -> None:
    window.until(lambda: rack.last("statistic"), "the first poll")
    status = tmp_path / "status"
    status.touch()
    logged_in(window, served)
    window.one("form[action='/pdus/poll'] button").click()
    window.shows("0 of 1 polled", ".progress")
    assert in_view(window, ".progress")
    status.unlink()
    window.shows("1 of 1 polled", ".progress")
    window.open(f"{served.page_url}log?commands=1")
    window.shows("No command yet")


@pytest.mark.trial
def test_a_pdu_is_added_by_the_form_and_its_certificate_trusted(
    window: Browser, served: DciManager
) -> None:
    Client(served).install(archive(ROOT / "handlers", "raritan"), handler="pdu_raritan")
    with XerusPdu() as device, axe(window):
        fingerprint = hashlib.sha256(
            ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((device.host, device.port)))
        ).hexdigest()
        logged_in(window, served)
        for size in SIZES.values():
            window.resize(*size)
            window.open(f"{served.page_url}pdus/add?handler=pdu_raritan")
            chosen = window.choice("#handler").first_selected_option.text
            assert chosen == "Raritan, Legrand, Server Technology (pdu_raritan)"
            assert "an account that may read" in window.text("[data-setting=username]")
            example = window.one("[data-setting=port] [name^=value_]").get_attribute("placeholder")
            assert example == "e.g. 8443"
            looked_at(window, size)
        password = window.one("[data-setting=password] [name^=value_]")
        password.send_keys(device.password)
        assert password.get_attribute("type") == "password"
        show = window.one("[data-setting=password] [data-show]")
        show.click()
        assert password.get_attribute("type") == "text" and show.text == "Hide"
        show.click()
        assert password.get_attribute("type") == "password"
        for css, value in (
            ("[name=name]", "rack 9"),
            ("[name=address]", device.host),
            ("[data-setting=username] [name^=value_]", device.user),
            ("[data-setting=port] [name^=value_]", str(device.port)),
        ):
            window.one(css).send_keys(value)
        window.one("form.form button.main").click()
        window.shows("certificate is not trusted")
        assert not window.all(".plot canvas")  # no empty plot
        looked_at(window, size)
        window.one("a[href$='/trust']").click()
        window.shows("Trust this certificate?", "dialog")
        shown = re.sub("[^0-9a-f]", "", window.text("dialog .print").lower())
        assert shown == fingerprint
        pdu = served.pdus()[-1]
        assert "fingerprint" not in pdu.settings
        looked_at(window, size)
        window.one("dialog .confirm button").click()
        window.until(lambda: window.all("table.outlets tbody tr"), "the outlets")
        assert pdu.settings["fingerprint"] == fingerprint and window.complaints() == []
        served.remove_pdu(pdu)


@pytest.mark.trial
def test_the_report_of_a_check_is_readable(window: Browser, tmp_path: Path) -> None:
    outlets = [
        PolledOutlet(str(number), DOWN if number in (3, 4, 5, 9) else UP) for number in range(1, 25)
    ]
    rows = [
        check_result.judge_reading(
            ListedPdu(f"row 4 rack {number:02d} left", "snmp", Address(f"192.0.2.{number}")),
            Reading(outlets, 12.5 * number, 98765.4321 * number, 0.2, 3),
        )
        for number in range(1, 9)
    ]  # fmt: skip
    silent = CallError("unreachable", "192.0.2.99: no answer within 10 s on UDP port 161")
    rows += [
        check_result.judge_reading(
            ListedPdu(name, "raritan", Address("192.0.2.99")), Reading(failure=silent)
        )
        for name in ("row 5 rack 01", "row 5 rack 02")
    ]
    file = tmp_path / "report.html"
    marks = {"row 4 rack 01 left": ["outlet 3 UP -> DOWN"]}
    outcome = CheckReport(rows, check_result.summary(rows, 2.0), marks)
    made = outcome.report("2026-01-02 03:04").page()
    file.write_text(made, "utf-8")
    with axe(window):
        for size in SIZES.values():
            window.resize(*size)
            for dark in (False, True):
                window.dark(dark)
                window.open(file.as_uri())
                looked_at(window, size)
            assert "off 3 to 5, 9" in window.text("body")
            assert window.text("body").count("What to do") == 1
            # heads of columns: above them, or in each cell
            inside = window.script(
                "return getComputedStyle(document.querySelector('td[data-head=kWh]'), '::before').content"
            )
            assert (inside == '"kWh"') == (size == PHONE)
            for dark in (False, True):  # another page of the same style
                window.dark(dark)
                window.open((ROOT / "docs" / "proofs" / "stuck-relay-xerus.html").as_uri())
                assert fits(window, size)
                assert not AXE.is_file() or contrast(window, str(size)) == []
