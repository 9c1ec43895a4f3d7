"""The page without a browser: the effects of its forms and the display of hostile text."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator

import pytest

from handlers.nut.handler import SETTINGS
from tests.hostile import TEXTS, Elements
from tests.processes.handler_worker import Call

from .client import Client
from .manager import DciManager
from .records import Pdu
from .visiting import Answer, Visitor
from .web.rendering import offered


def polled_pdu(site: DciManager, archive: bytes, name: str) -> Pdu:
    Client(site).install(archive)
    pdu = site.add_pdu(name, "pdu_small", "127.0.0.1")
    site.poll()
    return pdu


def test_settings_of_the_packs_handlers_are_offered_by_name(
    visitor: Visitor, site: DciManager
) -> None:
    Client(site).create("pdu_nut", protocol="custom")
    page = html.unescape(visitor.get("/pdus/add?handler=pdu_nut").body)
    for setting in SETTINGS:
        assert f'value="{setting.key}" readonly' in page
        assert setting.help in page


def _question(visitor: Visitor, pdu: Pdu) -> tuple[str, dict[str, str]]:
    """The page that asks whether to switch outlet 1 off, and the form on it."""
    body = visitor.get(f"/pdus/{pdu.id}/switch?outlet=1&to=off").body
    return body, dict(re.findall('name="([a-z]+)" value="([^"]*)"', body))


def test_switching_asks_first_and_shows_the_result(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    pdu = polled_pdu(site, small, "rack 7")
    where = f"/pdus/{pdu.id}"

    question, form = _question(visitor, pdu)
    assert "rack 7" in question
    assert "Switch this outlet off?" in question
    assert pdu.ports["1"] == "UP"

    # a redirect, so that a reload does not send the command
    assert visitor.post(f"{where}/switch", form).headers["location"] == f"{where}#outlet-1"
    assert pdu.ports["1"] == "DOWN"
    body = visitor.get(where).body
    assert "<strong>Done</strong>" in body
    assert body.count("not metered") == 4  # two outlets

    # as on the platform, a poll overwrites the state that switching returned
    site.poll()
    assert pdu.ports["1"] == "UP"


def test_a_full_disk_hides_no_answer(
    visitor: Visitor,
    site: DciManager,
    small: bytes,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pdu = polled_pdu(site, small, "rack")

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(site.journal, "wrote", full)
    visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": "1", "to": "off"})
    assert "<strong>Done</strong>" in visitor.get(f"/pdus/{pdu.id}").body
    assert "port_down of rack is not in the log" in caplog.text


def test_a_state_that_is_not_certain_never_looks_like_on_or_off(
    visitor: Visitor, site: DciManager, hanging_switch: bytes
) -> None:
    Client(site).install(hanging_switch)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()
    assert 'class="chip on"' in visitor.get(f"/pdus/{pdu.id}").body
    pdu.call_seconds, pdu.settings["say"] = 0.3, "hang"
    visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": "1", "to": "off"})
    body = visitor.get(f"/pdus/{pdu.id}").body
    assert "May or may not have switched" in body
    assert 'class="chip on"' not in body
    assert "Not certain</strong>" in body
    assert "may or may not have switched: no answer" in body
    site.poll([pdu])
    body = visitor.get(f"/pdus/{pdu.id}").body
    assert "The last poll failed" in body
    assert re.search(r"no answer within 0\.3 s[^.]*</bdi>\. What is shown below was read at", body)
    pdu.doubts.clear()
    body = visitor.get(f"/pdus/{pdu.id}").body
    assert "Was on" in body
    assert 'class="chip on"' not in body
    assert 'class="chip off"' not in body


@pytest.mark.parametrize(
    "kind, is_uncertain",
    [
        pytest.param("refused", False, id="refused"),
        pytest.param("died", True, id="the worker died"),
    ],
)
def test_a_failed_command_is_called_doubtful_only_if_the_outlet_may_have_switched(
    visitor: Visitor,
    site: DciManager,
    small: bytes,
    kind: str,
    is_uncertain: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pdu = polled_pdu(site, small, "rack")
    command = Call("port_down", "1", 0.1, {}, kind, "why", at=pdu.polled_at)
    monkeypatch.setattr(site.runtime, "call", lambda *_: command)

    visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": "1", "to": "off"})

    body = visitor.get(f"/pdus/{pdu.id}").body
    verdict = "Not certain" if is_uncertain else "Not done"
    assert f"{verdict}</strong>" in body
    assert ": why" in body
    assert ("may or may not have switched: why" in body) is is_uncertain
    assert ("1" in pdu.doubts) is is_uncertain


@pytest.mark.parametrize(
    "reported, doubtful, kind, commands",
    [
        ("UP", False, "", ("off",)),
        ("DOWN", False, "", ("on",)),
        ("UNKNOWN", False, "", ("on", "off")),
        ("UP", True, "", ("on", "off")),
        ("UP", False, "unreachable", ("on", "off")),  # an old reading
    ],
)
def test_only_the_command_that_changes_a_certain_state_is_offered(
    reported: str, doubtful: bool, kind: str, commands: tuple[str, ...]
) -> None:
    pdu = Pdu(1, "rack", "pdu_nut", "192.0.2.7", ports={"1": reported})
    pdu.doubts = {"1": "doubt"} if doubtful else {}
    pdu.calls = [Call("status", "", 0.1, {}, kind, "")]
    assert offered(pdu, "1") == commands


def test_figures_from_before_a_command_say_so(
    visitor: Visitor, site: DciManager, metered: bytes
) -> None:
    pdu = polled_pdu(site, metered, "rack")
    where = f"/pdus/{pdu.id}"
    visitor.post(f"{where}/switch", {"outlet": "3", "to": "off"})
    assert visitor.get(where).body.count("before the command") == 1
    site.poll()
    body = visitor.get(where).body
    assert "read <b>0.000\u00a0A</b>" in body
    assert "before the command" not in body
    assert "which may be late" not in body


@pytest.mark.parametrize("reported, is_late", [("DOWN", True), ("UP", False)])
def test_a_current_of_an_outlet_that_is_off_may_be_late(
    visitor: Visitor, site: DciManager, metered: bytes, reported: str, is_late: bool
) -> None:
    pdu = polled_pdu(site, metered, "rack")
    where = f"/pdus/{pdu.id}"
    visitor.post(f"{where}/switch", {"outlet": "3", "to": "off"})
    site.poll()
    pdu.ports["3"] = reported
    pdu.port_load_a["3"] = 1.3
    text = "1.300\u00a0A</b>" + (", which may be late." if is_late else ".")
    assert f"Its meter then read <b>{text}" in visitor.get(where).body


METERED_KWH = "12,345"  # of the handler `metered`


def failed_statistic(at: float) -> Call:
    return Call(
        method="statistic",
        identity="",
        seconds=0.1,
        value={},
        kind="protocol",
        text="no meter answers",
        at=at,
    )


def test_a_failed_reading_is_told_beside_the_figures_before_it(
    visitor: Visitor, site: DciManager, metered: bytes
) -> None:
    pdu = polled_pdu(site, metered, "rack")
    where = f"/pdus/{pdu.id}"
    assert METERED_KWH in visitor.get(where).body
    reading = failed_statistic(pdu.measured_at)
    pdu.note(reading)
    assert "the last reading failed (<bdi>no meter answers</bdi>)" in visitor.get(where).body
    assert '<span class="hint">at <time' in visitor.get("/").body
    pdu.changed()  # perhaps another device, which has not been read yet
    pdu.note(reading)
    body = visitor.get(where).body
    assert "could not be read (<bdi>no meter answers</bdi>)" in body
    assert METERED_KWH not in body


class Identities:
    """Visits pages that show one PDU.

    `pages` sets the identity of its first outlet and loads them.
    """

    def __init__(self, site: DciManager, small: bytes) -> None:
        self.visitor = Visitor(site)
        self.visitor.log_in()
        Client(site).install(small)
        self.pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
        self.ordinary_elements = {}
        for path, page in self.pages("one").items():
            self.ordinary_elements[path] = Elements(page.body).found

    def pages(self, identity: str) -> dict[str, Answer]:
        self.pdu.ports = {identity: "UP", "2": "DOWN"}
        self.pdu.port_energy_kwh = {identity: 1.0}
        return {path: self.visitor.get(path) for path in ("/", "/log", f"/pdus/{self.pdu.id}")}


@pytest.fixture(scope="module")
def identities(small: bytes) -> Iterator[Identities]:
    with DciManager(page_port=0) as site:
        yield Identities(site, small)


@pytest.mark.parametrize("text", list(TEXTS.values()), ids=list(TEXTS))
def test_a_hostile_identity_changes_no_element_of_the_page(
    identities: Identities, text: str
) -> None:
    for path, page in identities.pages(text).items():
        assert page.status == 200
        assert "x-forged" not in page.headers
        ordinary_elements = identities.ordinary_elements[path]
        assert len(ordinary_elements) > 20, path
        assert Elements(page.body).found == ordinary_elements, path
        page_text = html.unescape(re.sub(r"<[^>]*>", "", page.body))
        for sign in "\x00\x1b\x9b\u202e\u2066\u2028\ud800\udc31":
            assert sign not in page_text, path


SNMP_FORM = {
    "handler": "pdu_small",
    "name": "rack",
    "address": "127.0.0.1",
    "notes": "by the door",
    "snmp_version": "2",
    "snmp_port": "161",
    "snmp_community": "public",
    "snmp_user": "monitor",
    "snmp_auth_protocol": "SHA",
    "snmp_auth_password": "first-secret",
    "snmp_priv_protocol": "AES",
    "snmp_priv_password": "second-secret",
    "key": "profile",
    "value": "apc-rpdu2",
}
_SECRETS = ("snmp_community", "snmp_auth_password", "snmp_priv_password")
_PUBLIC_FIELDS = tuple(field for field in SNMP_FORM if field not in (*_SECRETS, "handler", "key"))


def _elements(visitor: Visitor, path: str) -> list[tuple[str, ...]]:
    """The elements of a page, without which choice of a list is selected.

    Asserts that no control character is in the text of a page that is no form.
    """
    answer = visitor.get(path)
    assert answer.status == 200, path
    assert "x-forged" not in answer.headers, path
    if not path.endswith("/edit"):
        page_text = html.unescape(re.sub(r"<[^>]*>", "", answer.body))
        for sign in "\x00\x1b\x9b\u202e\u2066\u2028":
            assert sign not in page_text, path
    elements = []
    for element in Elements(answer.body).found:
        elements.append(tuple(part for part in element if part != "selected"))
    return elements


@pytest.mark.sample(1)
@pytest.mark.parametrize("fields", [_PUBLIC_FIELDS, _SECRETS], ids=["shown", "secrets"])
def test_hostile_text_in_all_fields_of_the_snmp_form_stays_text(
    visitor: Visitor, site: DciManager, small: bytes, fields: tuple[str, ...]
) -> None:
    Client(site).install(small, protocol="snmp")
    where = visitor.post("/pdus/add", SNMP_FORM).headers["location"]
    paths = ("/", where, f"{where}/edit")
    ordinary_pages = [_elements(visitor, path) for path in paths]

    for about, text in TEXTS.items():
        hostile_fields = dict.fromkeys(fields, text)
        answer = visitor.post(f"{where}/edit", {**SNMP_FORM, **hostile_fields})
        if about == "long":
            assert answer.status == 400
            continue
        assert answer.status == 303, about
        assert "x-forged" not in answer.headers, about
        assert [_elements(visitor, path) for path in paths] == ordinary_pages, about
