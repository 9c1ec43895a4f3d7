"""The page without a browser: the effects of its forms and the display of hostile text."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

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


def test_a_handler_is_registered_and_updated(
    visitor: Visitor, site: DciManager, small: bytes, newer: bytes
) -> None:
    assert visitor.upload("pdu_small-1.tar.gz", small).status == 303
    (handler,) = site.handlers()
    assert (handler.handler, handler.protocol) == ("pdu_small", ["custom"])
    assert handler.uploads == 1
    assert "version 1 of pdu_small" in visitor.get("/handlers").body

    visitor.upload("pdu_small-2.tar.gz", newer)
    (handler,) = site.handlers()
    assert handler.uploads == 2
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()
    assert "2.0" in pdu.ports


def test_a_file_that_is_no_archive_is_refused(visitor: Visitor, site: DciManager) -> None:
    answer = visitor.upload("broken.tar.gz", b"x")
    assert answer.status == 400
    assert "tar.gz" in answer.body


def test_a_handler_is_removed_once_no_pdu_uses_it(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    visitor.upload("pdu_small-1.tar.gz", small)
    (handler,) = site.handlers()
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")

    answer = visitor.post(f"/handlers/{handler.id}/remove", {})
    assert answer.status == 409
    assert "a PDU uses this handler" in answer.body

    site.remove_pdu(pdu)
    assert visitor.post(f"/handlers/{handler.id}/remove", {}).status == 303
    assert site.handlers() == []


PDU_FORM = {
    "handler": "pdu_small",
    "name": "rack 7",
    "address": "127.0.0.1",
    "notes": "by the door",
    "key": ["password", "say", ""],
    "value": ["hidden-4711", "", ""],
}


@pytest.fixture
def added(visitor: Visitor, site: DciManager, small: bytes) -> Pdu:
    """The PDU of PDU_FORM, added on the page and polled; its outlets have names."""
    Client(site).install(small)
    answer = visitor.post("/pdus/add", PDU_FORM)
    (pdu,) = site.pdus()
    assert answer.headers["location"] == f"/pdus/{pdu.id}"
    site.poll()
    pdu.labels = {"1": Label("1", "web"), "1.0": Label("2", "")}
    return pdu


def test_a_pdu_is_added_and_its_secrets_are_not_shown_again(visitor: Visitor, added: Pdu) -> None:
    assert added.settings == {"password": "hidden-4711", "say": ""}
    where = f"/pdus/{added.id}"
    for path in (where, f"{where}/edit", "/", "/log", f"{where}/switch?outlet=1&to=on"):
        assert "hidden-4711" not in visitor.get(path).body, path


def test_an_empty_secret_in_a_change_of_a_pdu_keeps_its_value(visitor: Visitor, added: Pdu) -> None:
    changes = {"name": "rack 8", "value": ["", "", ""]}
    visitor.post(f"/pdus/{added.id}/edit", {**PDU_FORM, **changes})
    assert added.name == "rack 8"
    assert added.settings["password"] == "hidden-4711"
    # it is the same device
    assert added.changes == 0
    assert state(added, "1") == "on"
    assert added.labels["1"].name == "web"


def test_a_pdu_at_another_address_is_perhaps_another_device(visitor: Visitor, added: Pdu) -> None:
    where = f"/pdus/{added.id}"
    visitor.post(f"{where}/edit", {**PDU_FORM, "address": "127.0.0.2"})
    assert added.changes == 1
    assert state(added, "1") == "stale"
    assert added.labels == {}
    assert "none known" in visitor.get(f"{where}/switch?outlet=1&to=off").body


def test_a_setting_that_is_left_out_of_a_change_is_removed(visitor: Visitor, added: Pdu) -> None:
    visitor.post(f"/pdus/{added.id}/edit", {**PDU_FORM, "key": ["say"], "value": ["x"]})
    assert added.settings == {"say": "x"}


@pytest.mark.parametrize(
    "fields",
    [{"name": " "}, {"key": ["say", "say"], "value": ["1", "2"]}],
    ids=["no name", "a setting twice"],
)
def test_a_wrong_form_of_a_pdu_is_refused(
    fields: dict[str, Any], visitor: Visitor, added: Pdu
) -> None:
    assert visitor.post("/pdus/add", {**PDU_FORM, **fields}).status == 400


def test_a_pdu_is_removed(visitor: Visitor, site: DciManager, added: Pdu) -> None:
    visitor.post(f"/pdus/{added.id}/remove", {})
    assert site.pdus() == []
    assert visitor.get(f"/pdus/{added.id}").status == 404


def test_settings_of_the_packs_handlers_are_offered_by_name(
    visitor: Visitor, site: DciManager
) -> None:
    Client(site).create("pdu_nut", protocol="custom")
    page = html.unescape(visitor.get("/pdus/add?handler=pdu_nut").body)
    for setting in SETTINGS:
        assert f'value="{setting.key}" readonly' in page
        assert setting.help in page


def test_empty_settings_are_left_out(visitor: Visitor, site: DciManager) -> None:
    Client(site).create("pdu_nut", protocol="custom")
    keys = [setting.key for setting in SETTINGS]
    values = ["rack1" if key == "device" else "" for key in keys]
    form = {"handler": "pdu_nut", "name": "a", "address": "127.0.0.1", "key": keys, "value": values}
    visitor.post("/pdus/add", form)
    (pdu,) = site.pdus()
    assert pdu.settings == {"device": "rack1"}


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


@pytest.mark.parametrize("outlet, to", [("nothing", "off"), ("1", "toggle")])
def test_a_command_for_no_outlet_or_to_no_state_is_refused(
    outlet: str, to: str, visitor: Visitor, site: DciManager, small: bytes
) -> None:
    pdu = polled_pdu(site, small, "rack 7")
    answer = visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": outlet, "to": to})
    assert answer.status in (400, 404)
    assert not [call for call in pdu.calls if call.switches]


def test_a_command_that_was_confirmed_for_another_address_is_refused(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    pdu = polled_pdu(site, small, "rack 7")
    _, form = _question(visitor, pdu)
    visitor.post(f"/pdus/{pdu.id}/edit", {"name": "rack", "address": "127.0.0.2"})
    answer = visitor.post(f"/pdus/{pdu.id}/switch", form)
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


@pytest.mark.parametrize(
    "kind, is_doubtful",
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
    is_doubtful: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pdu = polled_pdu(site, small, "rack")
    command = Call("port_down", "1", 0.1, {}, kind, "why", at=pdu.polled_at)
    monkeypatch.setattr(site.runtime, "call", lambda *_: command)

    visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": "1", "to": "off"})

    body = visitor.get(f"/pdus/{pdu.id}").body
    verdict = "Not certain" if is_doubtful else "Not done"
    assert f"{verdict}</strong>" in body
    assert ": why" in body
    assert ("may or may not have switched: why" in body) is is_doubtful
    assert ("1" in pdu.doubts) is is_doubtful


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

    def served(outlet: str) -> Any:
        answer = visitor.get(f"/pdus/{pdu.id}/readings.json?hours=6&outlet={outlet}")
        return json.loads(answer.body)

    of_pdu = served("")
    assert of_pdu["load"] == [12.0, 12.0]
    assert len(of_pdu["at"]) == 2
    of_outlet = served("3")
    assert of_outlet["load"] == [0.5, 0.5]
    assert of_outlet["energy"] == [100.0, 100.0]
    assert len(of_outlet["at"]) == 2
    of_no_outlet = served("none")
    assert of_no_outlet["load"] == of_no_outlet["energy"] == of_no_outlet["at"] == []


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


def test_an_id_that_the_database_cannot_hold_is_an_error_page(visitor: Visitor) -> None:
    assert visitor.post(f"/handlers/{'9' * 20}/remove", {}).status == 404
    assert visitor.get(f"/pdus/{'9' * 20}").status == 404
