"""The PDUs of handlers that are a codec, in a real browser: from the upload of the handler to a
switched outlet.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers import registry
from tests.needs import ROOT
from tests.packaging.building import build
from tests.peers.unit_pdus import UnitPeers
from tests.simulators.synlink import TOKEN

from .chromium import Browser
from .manager import DciManager
from .visiting import logged_in

pytestmark = [pytest.mark.against("chromium"), pytest.mark.timeout(400)]
CODECS = [name for name in registry.names() if registry.about(name).is_codec]


def serving() -> DciManager:
    return DciManager(page_port=0, poll_seconds=1.0, call_seconds=20)


def upload(window: Browser, manager: DciManager, name: str, folder: Path) -> None:
    build.build(ROOT / "handlers", folder, [one for one in build.HANDLERS if one.name == name])
    window.open(manager.page_url + "handlers")
    window.one("#archive").send_keys(str(next(folder.glob(f"pdu_{name}-*.tar.gz"))))
    window.one("form[action='/handlers/upload'] button").click()
    window.shows(f"pdu_{name}")


def add(window: Browser, manager: DciManager, host: str, settings: dict[str, str]) -> None:
    window.open(manager.page_url + "pdus/add")
    window.one("input[name=name]").send_keys("rack 7")
    window.one("input[name=address]").send_keys(host)
    for key, value in settings.items():
        field = f"[data-setting={key}] [name^=value_]"
        if window.one(field).tag_name == "select":
            window.choice(field).select_by_visible_text(value)
        else:
            window.one(field).send_keys(value)
    window.one("form.form button.main").click()
    window.until(lambda: len(window.all("table.outlets tbody tr")) == 8, "8 outlets")


def chip(window: Browser, identity: str) -> str:
    return window.text(f"[id='outlet-{identity}'] .chip")


def switch(window: Browser, identity: str, to: str) -> None:
    window.one(f"[id='outlet-{identity}'] a[href$='to={to}']").click()
    window.shows(f"Switch this outlet {to}?", "dialog")
    window.one("dialog .confirm button").click()


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
        add(window, manager, unit.host, {**peers.settings(), "port": str(unit.port)})
        assert (chip(window, identity), chip(window, device.identity(3))) == ("On", "Off")
        window.shows("server-2")
        switch(window, identity, "off")
        window.until(lambda: chip(window, identity) == "Off", "the outlet off")
        assert unit.books().states[identity] is False
        assert unit.books().writes == [(identity, "off")]


def test_a_relay_that_is_welded_shut_is_unknown_on_the_page(
    window: Browser, tmp_path: Path
) -> None:
    peers = UnitPeers("synlink")
    device = peers.device()
    device.welded = {2}
    identity = device.identity(2)
    with peers.serve(device) as unit, serving() as manager:
        logged_in(window, manager)
        upload(window, manager, "synlink", tmp_path)
        settings = {"token": TOKEN, "scheme": "http", "port": str(unit.port)}
        add(window, manager, unit.host, settings)
        assert chip(window, identity) == "On"
        with unit.lock:
            device.on[2] = False
        window.until(lambda: chip(window, identity) == "Unknown", "the outlet unknown")
        assert device.sessions == {}
