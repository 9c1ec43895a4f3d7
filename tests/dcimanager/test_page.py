"""The page without a browser: the effects of its forms and the display of hostile text."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Optional

import pytest

from handlers.nut.handler import SETTINGS
from tests.hostile import TEXTS, Elements

from .client import Client
from .manager import DciManager
from .records import Call, Label, Pdu
from .visiting import Answer, Visitor
from .web.rendering import offered, state


def polled_pdu(site: DciManager, archive: bytes, name: str) -> Pdu:
    Client(site).install(archive)
    pdu = site.add_pdu(name, "pdu_small", "127.0.0.1")
    site.poll()
    return pdu


def test_a_handler_is_registered_updated_and_removed(
    visitor: Visitor, site: DciManager, small: bytes, newer: bytes
) -> None:
    assert visitor.upload("pdu_small-1.tar.gz", small).status == 303
    (handler,) = site.handlers()
    assert (handler.handler, handler.protocol, handler.uploads) == ("pdu_small", ["custom"], 1)
    refused = visitor.upload("broken.tar.gz", b"x")
    assert refused.status == 400
    assert "tar.gz" in refused.body
    assert "version 1 of pdu_small" in visitor.get("/handlers").body
    visitor.upload("pdu_small-2.tar.gz", newer)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()
    (handler,) = site.handlers()
    assert "2.0" in pdu.ports
    assert handler.uploads == 2
    refused = visitor.post(f"/handlers/{handler.id}/remove", {})
    assert refused.status == 409
    assert "a PDU uses this handler" in refused.body
    site.remove_pdu(pdu)
    assert visitor.post(f"/handlers/{handler.id}/remove", {}).status == 303
    assert site.handlers() == []


def test_a_pdu_is_added_changed_and_removed_and_its_secrets_are_not_shown_again(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small)
    form = {
        "handler": "pdu_small",
        "name": "rack 7",
        "address": "127.0.0.1",
        "notes": "by the door",
        "key": ["password", "say", ""],
        "value": ["hidden-4711", "", ""],
    }
    where = visitor.post("/pdus/add", form).headers["location"]
    (pdu,) = site.pdus()
    assert where == f"/pdus/{pdu.id}"
    assert pdu.settings == {"password": "hidden-4711", "say": ""}
    site.poll()
    for path in (where, f"{where}/edit", "/", "/log", f"{where}/switch?outlet=1&to=on"):
        assert "hidden-4711" not in visitor.get(path).body, path
    pdu.labels = {"1": Label("1", "web"), "1.0": Label("2", "")}
    # an empty secret keeps its value
    visitor.post(f"{where}/edit", {**form, "name": "rack 8", "value": ["", "", ""]})
    assert (pdu.name, pdu.settings["password"], pdu.changes) == ("rack 8", "hidden-4711", 0)
    assert (state(pdu, "1"), pdu.labels["1"].name) == ("on", "web")
    # another address is perhaps another device
    visitor.post(f"{where}/edit", {**form, "address": "127.0.0.2"})
    assert "none known" in visitor.get(f"{where}/switch?outlet=1&to=off").body
    assert (state(pdu, "1"), pdu.labels, pdu.changes) == ("stale", {}, 1)
    visitor.post(f"{where}/edit", {**form, "key": ["say"], "value": ["x"]})
    assert pdu.settings == {"say": "x"}
    for wrong in ({"name": " "}, {"key": ["say", "say"], "value": ["1", "2"]}):
        assert visitor.post("/pdus/add", {**form, **wrong}).status == 400
    visitor.post(f"{where}/remove", {})
    assert site.pdus() == []
    assert visitor.get(where).status == 404


def test_settings_of_the_packs_handlers_are_offered_by_name_and_empty_ones_left_out(
    visitor: Visitor, site: DciManager
) -> None:
    Client(site).create("pdu_nut", protocol="custom")
    page = html.unescape(visitor.get("/pdus/add?handler=pdu_nut").body)
    for setting in SETTINGS:
        assert f'value="{setting.key}" readonly' in page
        assert setting.help in page
    keys = [setting.key for setting in SETTINGS]
    values = ["rack1" if key == "device" else "" for key in keys]
    form = {"handler": "pdu_nut", "name": "a", "address": "127.0.0.1", "key": keys, "value": values}
    visitor.post("/pdus/add", form)
    assert [pdu.settings for pdu in site.pdus()] == [{"device": "rack1"}]


def test_snmp_fields_are_saved_and_their_secrets_are_not_shown(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small, protocol="snmp")
    fields = {"snmp_version": "3", "snmp_user": "u", "snmp_auth_password": " secret-12 "}
    visitor.post("/pdus/add", {"handler": "pdu_small", "name": "a", "address": "b", **fields})
    (pdu,) = site.pdus()
    assert pdu.snmp == {"version": "3", "user": "u", "auth_password": " secret-12 "}
    page = visitor.get(f"/pdus/{pdu.id}/edit").body
    assert "secret-12" not in page
    assert "unchanged if empty" in page
    assert "SNMPv3" in page


def test_switching_asks_first_and_shows_the_result(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    pdu = polled_pdu(site, small, "rack 7")
    where = f"/pdus/{pdu.id}"
    question = visitor.get(f"{where}/switch?outlet=1&to=off").body
    assert "rack 7" in question
    assert "Switch this outlet off?" in question
    assert pdu.ports["1"] == "UP"
    form = dict(re.findall('name="([a-z]+)" value="([^"]*)"', question))
    # a redirect, so that a reload does not send the command
    assert visitor.post(f"{where}/switch", form).headers["location"] == f"{where}#outlet-1"
    assert pdu.ports["1"] == "DOWN"
    body = visitor.get(where).body
    assert "<strong>Done</strong>" in body and body.count("not metered") == 4  # two outlets
    for outlet, to in (("nothing", "off"), ("1", "toggle")):
        answer = visitor.post(f"{where}/switch", {"outlet": outlet, "to": to})
        assert answer.status in (400, 404)
    site.poll()
    # as on the platform, a poll overwrites the state that switching returned
    assert pdu.ports["1"] == "UP"
    visitor.post(f"{where}/edit", {"name": "rack", "address": "127.0.0.2"})
    answer = visitor.post(f"{where}/switch", form)  # confirmed for another address
    assert answer.status == 409
    assert not [call for call in pdu.calls if call.switches]


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
    assert "no answer within 0.3 s" in body
    pdu.doubts.clear()
    body = visitor.get(f"/pdus/{pdu.id}").body
    assert "Was on" in body
    assert 'class="chip on"' not in body
    assert 'class="chip off"' not in body


@pytest.mark.parametrize("kind, doubt", [("refused", False), ("died", True)])
def test_a_failed_command_is_called_doubtful_only_if_the_outlet_may_have_switched(
    visitor: Visitor,
    site: DciManager,
    small: bytes,
    kind: str,
    doubt: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pdu = polled_pdu(site, small, "rack")
    at = pdu.polled_at
    command = Call("port_down", "1", 0.1, {}, kind, "why", at=at)
    monkeypatch.setattr(site.runtime, "call", lambda *_: command)
    visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": "1", "to": "off"})
    body = visitor.get(f"/pdus/{pdu.id}").body
    assert ("Not certain</strong>" if doubt else "Not done</strong>") in body
    assert ("may or may not have switched: why" in body) == doubt
    assert ": why" in body
    assert ("1" in pdu.doubts) == doubt


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


def test_readings_of_a_pdu_and_of_an_outlet_are_served_for_the_plot(
    visitor: Visitor, site: DciManager, metered: bytes
) -> None:
    pdu = polled_pdu(site, metered, "rack")
    site.poll()

    def served(outlet: str) -> tuple[list[Optional[float]], list[Optional[float]]]:
        page = visitor.get(f"/pdus/{pdu.id}/readings.json?hours=6&outlet={outlet}")
        readings = json.loads(page.body)
        assert len(readings["at"]) == len(readings["load"])
        return readings["load"], readings["energy"]

    assert served("")[0] == [12.0, 12.0]
    assert served("3") == ([0.5, 0.5], [100.0, 100.0])
    assert served("none") == ([], [])


class Identities:
    """Visits pages that show one PDU.

    `pages` sets the identity of its first outlet and loads them.
    """

    def __init__(self, site: DciManager, small: bytes) -> None:
        self.visitor = Visitor(site)
        self.visitor.log_in()
        Client(site).install(small)
        self.pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
        self.ordinary = {
            path: Elements(page.body).found for path, page in self.pages("one").items()
        }

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
        ordinary = identities.ordinary[path]
        assert len(ordinary) > 20, path
        assert Elements(page.body).found == ordinary, path
        page_text = html.unescape(re.sub(r"<[^>]*>", "", page.body))
        assert not set(page_text) & set("\x00\x1b\x9b\u202e\u2066\u2028\ud800\udc31"), path


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
_SHOWN = tuple(field for field in SNMP_FORM if field not in (*_SECRETS, "handler", "key"))


@pytest.mark.sample(1)
@pytest.mark.parametrize("fields", [_SHOWN, _SECRETS], ids=["shown", "secrets"])
def test_hostile_text_in_all_fields_of_the_snmp_form_stays_text(
    visitor: Visitor, site: DciManager, small: bytes, fields: tuple[str, ...]
) -> None:
    Client(site).install(small, protocol="snmp")
    where = visitor.post("/pdus/add", SNMP_FORM).headers["location"]

    def elements(path: str) -> list[tuple[str, ...]]:
        answer = visitor.get(path)
        assert answer.status == 200, path
        assert "x-forged" not in answer.headers, path
        page_text = html.unescape(re.sub(r"<[^>]*>", "", answer.body))
        assert path.endswith("/edit") or not set(page_text) & set("\x00\x1b\x9b\u202e\u2066\u2028")
        tags = Elements(answer.body).found
        return [tuple(part for part in element if part != "selected") for element in tags]

    pages = ("/", where, f"{where}/edit")
    ordinary = {path: elements(path) for path in pages}
    for about, text in TEXTS.items():
        answer = visitor.post(f"{where}/edit", {**SNMP_FORM, **dict.fromkeys(fields, text)})
        if about == "long":
            assert answer.status == 400
            continue
        assert answer.status == 303, about
        assert "x-forged" not in answer.headers, about
        assert {path: elements(path) for path in pages} == ordinary, about


def test_an_id_that_the_database_cannot_hold_is_an_error_page(visitor: Visitor) -> None:
    assert visitor.post(f"/handlers/{'9' * 20}/remove", {}).status == 404
    assert visitor.get(f"/pdus/{'9' * 20}").status == 404
