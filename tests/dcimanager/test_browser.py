"""The page in a real browser, on a desktop and a phone: a PDU from the upload of its handler to a
switched outlet; live parts, the plot, hostile names, accessibility. Also the reports of the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from builder import command as build_command, script
from handlers import registry
from tests.needs import ROOT
from tests.packaging.registering import Admin
from tests.servers.peers import living
from tests.servers.peers.unit_pdus import UnitPeers
from tests.waiting import PATIENCE_S

from .chromium import DESKTOP, ENTER, PHONE, TAB, Browser
from .client import Client
from .looks import AXE, beginning_with, broken_words, faults, fits, in_view, leave
from .manager import DciManager
from .records import Pdu
from .visiting import HOSTILE, logged_in

pytestmark = [pytest.mark.against("chromium"), pytest.mark.timeout(400)]
CODECS = [name for name in registry.names() if registry.about(name).is_codec]


def serving() -> DciManager:
    return DciManager(page_port=0, poll_seconds=1.0, call_seconds=PATIENCE_S)


def clean(window: Browser, manager: DciManager) -> None:
    """Asserts that the console has no error or warning and that every HTTP request went to this
    server.
    """
    assert window.complaints() == []
    requests = [
        urlsplit(address)
        for address in window.requests()
        if not address.startswith(("data:", "about:", "chrome:"))
    ]
    assert requests
    assert {address.netloc for address in requests} == {urlsplit(manager.page_url).netloc}


def upload(window: Browser, manager: DciManager, name: str, folder: Path) -> None:
    build_command.build(
        ROOT / "handlers", folder, [handler for handler in script.HANDLERS if handler.name == name]
    )
    window.open(manager.page_url + "handlers")
    window.type("#archive", str(next(folder.glob(f"pdu_{name}-*.tar.gz"))))
    window.press("form[action='/handlers/upload'] button")
    window.shows(f"version 1 of pdu_{name} was uploaded")


def add(
    window: Browser, manager: DciManager, host: str, settings: dict[str, str], outlets: int
) -> None:
    window.open(manager.page_url + "pdus/add")
    window.one("input[name=name]").send_keys("rack 7")
    window.one("input[name=address]").send_keys(host)
    value_by_key = {
        key.get_attribute("value"): value
        for key, value in zip(window.all("[name=key]"), window.all("[name=value]"))
    }
    for key, text in settings.items():
        value_by_key[key].send_keys(text)
    window.press("form.form button.main")
    rows = "table.outlets [id^=outlet]"
    window.until(lambda: len(window.all(rows)) == outlets, f"{outlets} outlets")


def chip(window: Browser, identity: str) -> str:
    return window.text(f"[id='outlet-{identity}'] .chip")


def switch(window: Browser, identity: str, to: str) -> None:
    window.press(f"[id='{to}-{identity}']")
    window.shows(f"Switch this outlet {to}?")
    window.press(".confirm button")


def points(window: Browser) -> int:
    return int(window.script("return document.querySelector('.plot').dataset.points || 0"))


class Replaced:
    """An element of a page that is replaced before the first click on it."""

    def __init__(self) -> None:
        self.tries = 0

    def click(self) -> None:
        from selenium.common.exceptions import StaleElementReferenceException

        self.tries += 1
        if self.tries == 1:
            raise StaleElementReferenceException


def test_an_element_that_is_replaced_before_the_click_is_found_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    element = Replaced()
    monkeypatch.setattr(Browser, "one", lambda window, css: element)
    Browser(cast(Any, None)).press("#off-2")
    assert element.tries == 2


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", CODECS)
def test_a_codecs_pdu_is_registered_added_polled_and_switched(
    window: Browser, tmp_path: Path, name: str
) -> None:
    peers = UnitPeers(name)
    device = peers.device(off=(3,))
    identity = device.identity(2)
    with peers.serve(device) as unit, serving() as manager:
        logged_in(window, manager)
        upload(window, manager, name, tmp_path)
        add(window, manager, unit.host, {**peers.settings(), "port": str(unit.port)}, 8)
        assert (chip(window, identity), chip(window, device.identity(3))) == ("On", "Off")
        window.shows("server-2")  # names are read after the states
        switch(window, identity, "off")
        window.until(lambda: chip(window, identity) == "Off", "the outlet off")
        assert unit.truth().states[identity] is False
        assert unit.truth().writes == [(identity, "off")]


@pytest.mark.trial
def test_a_pdu_on_a_phone_from_the_upload_of_its_handler_to_its_plot(
    window: Browser, tmp_path: Path
) -> None:
    with living("nut", 0, []) as (peer, tick), serving() as manager:
        tick(0.0)
        window.resize(*PHONE)
        window.log_in(manager.page_url, manager.email, manager.password)
        window.shows("No PDU yet")
        upload(window, manager, "nut", tmp_path)
        add(window, manager, peer.address, peer.settings, 16)
        switch(window, "3", "off")
        window.until(lambda: chip(window, "3") == "Off", "outlet 3 off")
        window.shows("Its meter then read 0.000\u00a0A.", "#result-3")
        assert in_view(window, "#outlet-3 .chip")
        window.until(lambda: points(window) >= 3, "three points of the PDU")
        window.choice("[data-outlet]").select_by_value("5")
        window.until(lambda: points(window) >= 3 and window.all(".plot canvas"), "a plot")
        assert fits(window, PHONE)
        assert broken_words(window) == []
        clean(window, manager)


def test_a_simulated_pdu_is_started_and_switched_by_the_keyboard(window: Browser) -> None:
    with serving() as manager:
        logged_in(window, manager)
        window.type("button[value=nut]", ENTER)
        rows = "table.outlets [id^=outlet]"
        window.until(lambda: len(window.all(rows)) == 16, "16 outlets")
        (pdu,) = manager.pdus()
        window.type("#off-2", ENTER)
        window.shows("Switch this outlet off?")
        window.type(".confirm a.button", TAB)
        window.driver.switch_to.active_element.send_keys(ENTER)
        window.shows("Done", "#result-2")
        assert pdu.ports["2"] == "DOWN"
        # the focus stays on a button although new figures replace the table
        window.script("document.getElementById('off-3').focus(); shown.clear()")
        window.until(lambda: window.script("return shown.size"), "the next figures")
        assert window.script("return document.activeElement.id") == "off-3"
        clean(window, manager)


def shown_pdu(window: Browser, manager: DciManager, small: bytes) -> Pdu:
    """A PDU that was polled; the window shows its page."""
    Client(manager).install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1", notes="by the door")
    manager.poll()
    logged_in(window, manager)
    window.open(f"{manager.page_url}pdus/{pdu.id}")
    window.until(lambda: chip(window, "1") == "On", "outlet 1 on")
    return pdu


@pytest.mark.trial
def test_an_open_page_follows_the_pdu_and_says_when_the_server_is_gone(
    window: Browser, small: bytes
) -> None:
    with DciManager(page_port=0) as manager:
        pdu = shown_pdu(window, manager, small)
        manager.switch(pdu, "1", on=False)
        window.until(lambda: chip(window, "1") == "Off", "the switching of another person")
        with window.offline():
            window.shows("may be out of date", "#gone")
        window.until(lambda: not window.text("#gone"), "the server is back")


@pytest.mark.trial
@pytest.mark.against("the stand-in for DCImanager")
def test_handlers_that_pdu_register_uploads_appear_on_the_open_page(
    window: Browser, tmp_path: Path
) -> None:
    build_command.build(ROOT / "handlers", tmp_path / "dist", script.HANDLERS)
    with DciManager(page_port=0) as manager:
        logged_in(window, manager)
        window.press("a[href='/handlers']")
        window.shows("No handler yet")
        run = Admin(tmp_path, tmp_path / "dist").run(manager)
        assert (run.code, run.err) == (0, "")
        for handler in manager.handlers():
            window.shows(f"{handler.handler} · id {handler.id}")
        clean(window, manager)


def test_hostile_names_are_shown_harmlessly(window: Browser, small: bytes) -> None:
    with DciManager(page_port=0) as manager:
        Client(manager).install(small)
        pdu = manager.add_pdu(
            HOSTILE, "pdu_small", HOSTILE, notes=HOSTILE, settings={HOSTILE: HOSTILE}
        )
        pdu.ports = {HOSTILE: "UP", "2": "DOWN"}
        logged_in(window, manager)
        inserted = "return document.querySelectorAll('main script, main img').length"
        for path in (f"pdus/{pdu.id}", f"pdus/{pdu.id}/edit", "handlers", "log", ""):
            window.open(manager.page_url + path)
            window.one("h1")
            assert window.script(inserted) == 0
            for size in (DESKTOP, PHONE):
                window.resize(*size)
                assert fits(window, size), (path, size)
        name = window.text(".name")
        assert "<script>alert(1)</script>" in name
        assert "\\u202e" in name
        clean(window, manager)


@pytest.mark.against("axe-core")
@pytest.mark.trial
def test_pages_fit_on_a_phone_and_an_accessibility_check_finds_nothing_serious(
    window: Browser, small: bytes
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is missing: make system")
    with DciManager(page_port=0) as manager, beginning_with(window, AXE.read_text("utf-8")):
        window.open(manager.page_url)
        assert faults(window) == []
        good = shown_pdu(window, manager, small)
        manager.add_pdu("broken", "pdu_small", "127.0.0.1", settings={"say": "bug"})
        manager.poll()
        manager.switch(good, "1", on=False)
        good.doubts["1.0"] = "may or may not have switched"
        for path in (
            "",
            f"pdus/{good.id}",
            "pdus/2",
            "pdus/add",
            f"pdus/{good.id}/edit",
            f"pdus/{good.id}/switch?outlet=1&to=on",
            "handlers",
            "log",
            "nothing",
        ):
            window.open(manager.page_url + path)
            window.one("h1")
            assert faults(window) == [], path
            assert fits(window, PHONE), path
            assert broken_words(window) == [], path
            leave(window)
