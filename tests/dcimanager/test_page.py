"""The page without a browser: the effects of its forms and the display of hostile text."""

from __future__ import annotations

import functools
import html
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.hostile import TEXTS, Elements

from .client import Client
from .manager import DciManager
from .records import LATE_S, Call, Label
from .servers import Feed
from .store import Store
from .visiting import HOSTILE, Answer, Visitor
from .web.shown import state


def test_a_handler_is_registered_updated_rolled_back_and_removed(
    visitor: Visitor, site: DciManager, small: bytes, newer: bytes
) -> None:
    assert visitor.upload([("pdu_small-1.tar.gz", small), ("broken.tar.gz", b"x")]).status == 303
    (handler,) = site.handlers()
    assert (handler.handler, handler.protocol, handler.uploads) == ("pdu_small", ["custom"], 1)
    page = visitor.get("/handlers").body
    assert "version 1 of pdu_small" in page and "broken.tar.gz was refused" in page
    visitor.upload([("pdu_small-2.tar.gz", newer)])
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()
    assert "2.0" in pdu.ports
    assert visitor.post(f"/handlers/{handler.id}/use", {"version": "1"}).status == 303
    site.poll()
    assert "1.0" in pdu.ports and (handler.current, handler.uploads) == (1, 2)
    assert visitor.post(f"/handlers/{handler.id}/use", {"version": "9"}).status == 404
    visitor.post(f"/handlers/{handler.id}/remove", {})
    assert (
        site.handlers() == [handler]
        and "Not removed: a PDU uses this handler." in visitor.get("/handlers").body
    )
    site.store.delete_pdu(pdu.id)
    visitor.post(f"/handlers/{handler.id}/remove", {})
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
        "key_0": "password",
        "value_0": "hidden-4711",
        "key_1": "say",
        "value_1": "",
    }
    where = visitor.post("/pdus/add", form).headers["location"]
    (pdu,) = site.pdus()
    assert where == f"/pdus/{pdu.id}" and pdu.settings == {"password": "hidden-4711", "say": ""}
    site.poll()
    for path in (where, f"{where}/edit", "/", "/log", f"{where}/switch?outlet=1&to=on"):
        assert "hidden-4711" not in visitor.get(path).body, path
    pdu.labels = {"1": Label("1", "web"), "1.0": Label("2", "")}
    visitor.post(
        f"{where}/edit", {**form, "name": "rack 8", "value_0": "", "unshown": ["password", "say"]}
    )
    assert (pdu.name, pdu.settings["password"], pdu.changes) == ("rack 8", "hidden-4711", [])
    assert (state(pdu, "1"), pdu.labels["1"].name) == ("on", "web")
    # perhaps another device
    visitor.post(f"{where}/edit", {**form, "name": "rack 8", "address": "127.0.0.2"})
    assert "none known" in visitor.get(f"{where}/switch?outlet=1&to=off").body
    for known in (pdu, Store(site.store._db, site.store._sealer).pdu(pdu.id)):
        assert (state(known, "1"), known.labels, len(known.changes)) == ("stale", {}, 1)
    refused = visitor.post(f"{where}/edit", {**form, "name": "", "notes": "typed"})
    assert refused.status == 400 and pdu.name == "rack 8" and 'value="typed"' in refused.body
    assert (
        visitor.post("/pdus/add", {**form, "key_1": "password"}).status == 400
        and len(site.pdus()) == 1
    )
    visitor.post(f"{where}/remove", {})
    assert site.pdus() == [] and visitor.get(where).status == 404


def test_the_first_pages_say_what_comes_first(visitor: Visitor) -> None:
    """One primary button without PDUs; without servers no word of a table that is not there."""
    empty = visitor.get("/").body
    assert '<a class="button main" href="/pdus/add">' in empty
    assert "table" not in visitor.get("/servers").body.partition("<main")[2]
    visitor.post("/servers/add", {"name": "web-01"})
    assert "The table of each server" in visitor.get("/servers").body


def test_an_emptied_value_is_kept_only_if_the_form_does_not_show_it(
    visitor: Visitor, site: DciManager, small: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"key": key, "allowed": "", "help": "", "default": "", "secret": key == "password"}
        for key in ("say", "password")
    ]
    Client(site).install(small)
    kept = {"say": "print", "password": "hidden-4711", "other": "x"}
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1", settings=kept)
    form = {
        "name": "rack",
        "address": "127.0.0.1",
        "key_0": "say",
        "value_0": "",
        "key_1": "password",
        "value_1": "",
        "key_2": "other",
        "value_2": "",
    }
    for table, settings in ((None, kept), (rows, {**kept, "say": ""})):
        monkeypatch.setattr(site.runtime, "settings", lambda handler, table=table: table)
        unshown = re.findall(
            'name="unshown" value="(.*?)"', visitor.get(f"/pdus/{pdu.id}/edit").body
        )
        # the archive may be readable by now
        monkeypatch.setattr(site.runtime, "settings", lambda handler: rows)
        assert visitor.post(f"/pdus/{pdu.id}/edit", {**form, "unshown": unshown}).status == 303
        assert pdu.settings == settings


def test_snmp_fields_are_saved_and_their_secrets_are_not_shown(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small, protocol="snmp")
    visitor.post(
        "/pdus/add",
        {
            "handler": "pdu_small",
            "name": "a",
            "address": "b",
            "snmp_version": "3",
            "snmp_user": "u",
            "snmp_auth_password": " secret-12 ",
            "snmp_community": "",
        },
    )
    (pdu,) = site.pdus()
    assert pdu.snmp == {"version": "3", "user": "u", "auth_password": " secret-12 "}
    page = visitor.get(f"/pdus/{pdu.id}/edit").body
    assert "secret-12" not in page and "unchanged if empty" in page and "SNMPv3" in page


def test_switching_asks_first_and_shows_the_result(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small)
    pdu = site.add_pdu("rack 7", "pdu_small", "127.0.0.1")
    site.poll()
    asked = visitor.get(f"/pdus/{pdu.id}/switch?outlet=1&to=off").body
    assert "rack 7" in asked and "Switch this outlet off?" in asked and pdu.ports["1"] == "UP"
    visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": "1", "to": "off"})
    assert (
        pdu.ports["1"] == "DOWN"
        and "Outlet 1 of rack 7 is off." in visitor.get(f"/pdus/{pdu.id}").body
    )
    for outlet, to in (("nothing", "off"), ("1", "toggle")):
        assert visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": outlet, "to": to}).status in (
            400,
            404,
        )
    site.poll()
    # as on the platform, a poll overwrites the state that switching returned
    assert pdu.ports["1"] == "UP"


def test_a_command_that_was_confirmed_for_another_address_is_not_sent(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()
    asked = dict(
        re.findall(
            'name="([a-z]+)" value="([^"]*)"',
            visitor.get(f"/pdus/{pdu.id}/switch?outlet=1&to=off").body,
        )
    )
    visitor.post(f"/pdus/{pdu.id}/edit", {"name": "rack", "address": "127.0.0.2"})
    answer = visitor.post(f"/pdus/{pdu.id}/switch", asked)
    # a redirect, so that a reload does not send the command
    assert (
        answer.status == 303
        and "Nothing was switched" in visitor.get(f"/pdus/{pdu.id}").body
        and not [call for call in pdu.calls if call.switches]
    )
    asked = dict(
        re.findall(
            'name="([a-z]+)" value="([^"]*)"',
            visitor.get(f"/pdus/{pdu.id}/switch?outlet=1&to=off").body,
        )
    )
    assert visitor.post(f"/pdus/{pdu.id}/switch", asked).status == 303 and pdu.ports["1"] == "DOWN"


def test_a_full_disk_prevents_commands_but_not_that_answers_are_shown(
    visitor: Visitor,
    site: DciManager,
    small: bytes,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    Client(site).install(small)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    command = {"outlet": "1", "to": "off"}
    with monkeypatch.context() as patch:
        patch.setattr(site.journal, "begins", full)
        answer = visitor.post(f"/pdus/{pdu.id}/switch", command)
        assert answer.status == 303
        assert (
            "nothing was switched, because the database cannot be written"
            in visitor.get(f"/pdus/{pdu.id}").body
        )
    pdu.load_a = 0.0
    with monkeypatch.context() as patch:
        patch.setattr("tests.dcimanager.journal.call_row", full)
        assert visitor.post(f"/pdus/{pdu.id}/switch", command).status == 303
        assert "Outlet 1 of rack is off." in visitor.get(f"/pdus/{pdu.id}").body
        site.poll()
    assert pdu.load_a == 1.5 and "statistic of rack is not in the log" in caplog.text
    assert "Switching …" not in visitor.get(f"/pdus/{pdu.id}").body


def test_the_result_shown_after_switching_is_the_answer_of_that_call(
    visitor: Visitor, site: DciManager, small: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    Client(site).install(small)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    pdu.ports = {"1": "UP"}

    def switch(*_: object) -> Call:
        pdu.ports = {}  # as if a poll ended just after the command
        return Call("port_up", "1", 0.1, {"identity": "1", "state": "UNKNOWN"}, "", "")

    monkeypatch.setattr(site, "switch", switch)
    assert visitor.post(f"/pdus/{pdu.id}/switch", {"outlet": "1", "to": "on"}).status == 303
    assert "took the command, but is in an unknown state" in visitor.get(f"/pdus/{pdu.id}").body


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
    assert (
        "May or may not have switched" in body
        and "switching off failed" in body
        and 'class="chip on"' not in body
    )
    assert (
        "failed, and it may or may not have switched: no answer" in body
        and '<dd class="of">2 unknown</dd>' in body
    )
    site.poll([pdu])
    body = visitor.get(f"/pdus/{pdu.id}").body
    assert (
        "The last poll failed" in body
        and "no answer within 0.3 s" in body
        and "Last successful poll" in body
    )
    pdu.doubts.clear()
    assert '<dd class="of">1 outdated</dd>' in visitor.get(f"/pdus/{pdu.id}").body
    site.servers.connect(site.servers.add("web"), Feed(pdu.id, "1"))
    for path in (f"/pdus/{pdu.id}", "/servers"):
        body = visitor.get(path).body
        assert "Was on" in body and 'class="chip on"' not in body and 'class="chip off"' not in body
    assert "last successful" not in visitor.get("/").body
    pdu.calls.clear()  # as after a restart
    assert (
        "Last successful poll" in visitor.get(f"/pdus/{pdu.id}").body
        and "last successful" in visitor.get("/").body
    )


def test_a_result_that_a_later_reading_contradicts_is_no_success_any_more(
    visitor: Visitor, site: DciManager, metered: bytes, tmp_path: Path
) -> None:
    Client(site).install(metered)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1", settings={"gates": str(tmp_path)})
    site.poll()
    where = f"/pdus/{pdu.id}"
    visitor.post(f"{where}/switch", {"outlet": "3", "to": "off"})
    body = visitor.get(where).body
    assert 'class="said good"' in body and body.count("before the command") == 2  # the sum too
    site.poll()
    body = visitor.get(where).body
    assert "read <b>0.000\u00a0A</b>" in body and "before the command" not in body
    pdu.port_load_a["3"] = 0.25
    body = visitor.get(where).body
    assert "still reads <b>0.250\u00a0A</b>, which may be late" in body
    assert 'class="said late"' in body and pdu.may_be_late(time.time())
    pdu.measured_at += LATE_S
    body = visitor.get(where).body
    assert "still read <b>0.250\u00a0A</b>" in body and 'class="said bad"' in body
    assert not pdu.may_be_late(time.time() + LATE_S)
    pdu.measured_at -= LATE_S
    pdu.port_load_a["3"], pdu.ports["3"] = 0.0, "UP"
    body = visitor.get(where).body
    assert "A later poll reports another state" in body and 'class="said bad"' in body
    pdu.unread = True  # after a change of its address, nothing is known
    assert "A later poll reports another state" not in visitor.get(where).body
    pdu.unread = False
    # the figures stay those of before the command after a restart, too
    visitor.post(f"{where}/switch", {"outlet": "4", "to": "off"})
    known = Store(site.store._db, site.store._sealer).pdu(pdu.id)
    assert known.measured_before_command("4") and not known.measured_before_command("3")


@pytest.mark.parametrize("kind, doubt", [("refused", False), ("died", True)])
def test_a_failed_command_is_called_doubtful_only_if_the_outlet_may_have_switched(
    visitor: Visitor,
    site: DciManager,
    small: bytes,
    kind: str,
    doubt: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Client(site).install(small)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()
    server = site.servers.add("web")
    site.servers.connect(server, Feed(pdu.id, "1"))
    site.servers.set_bmc(server, "")
    monkeypatch.setattr(
        site.runtime,
        "call",
        lambda pdu, method, identity, state: Call(method, identity, 0.1, {}, kind, "why"),
    )
    for path in (f"/pdus/{pdu.id}/switch", f"/servers/{server}/power"):
        assert visitor.post(path, {"outlet": "1", "to": "off", "command": "off"}).status == 303
        results = visitor.get(
            path.rpartition("/")[0].replace(f"/servers/{server}", "/servers")
        ).body
        if path.startswith("/pdus"):
            assert ("Not certain</strong>" if doubt else "Not done</strong>") in results
        assert ": why" in results and ("may or may not have switched: why" in results) == doubt, (
            path
        )


def test_hostile_text_is_shown_as_text(visitor: Visitor, site: DciManager, small: bytes) -> None:
    Client(site).install(small)
    pdu = site.add_pdu(HOSTILE, "pdu_small", HOSTILE, notes=HOSTILE, settings={HOSTILE: HOSTILE})
    pdu.ports = {HOSTILE: "UP"}
    server = site.servers.add(HOSTILE)
    asked = urlencode({"outlet": HOSTILE, "to": "off"})
    for path in (
        "/",
        f"/pdus/{pdu.id}",
        f"/pdus/{pdu.id}/edit",
        "/servers",
        "/log",
        f"/log?pdu={pdu.id}",
        f"/pdus/{pdu.id}/switch?{asked}",
        f"/servers/{server}/power?command=reset",
    ):
        answer = visitor.get(path)
        assert (
            answer.status == 200
            and "<script>alert" not in answer.body
            and "x" not in answer.headers
        ), path
        # attributes of form fields hold the text itself, escaped
        shown = re.sub(r"<[^>]*>", "", answer.body)
        assert (
            "\x1b" not in shown
            and "\u202e" not in shown
            and "\x00" not in shown
            and "W" * 200 not in shown
        ), path


class Identities:
    """Visits pages that show one PDU.

    `pages` sets the identity of its first outlet and loads them.
    """

    def __init__(self, site: DciManager, small: bytes) -> None:
        self.visitor = Visitor(site)
        self.visitor.log_in()
        Client(site).install(small)
        self.pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
        site.servers.add("web")  # its form lists the outlets
        self.ordinary = {
            path: Elements(page.body).found for path, page in self.pages("one").items()
        }

    def pages(self, identity: str) -> dict[str, Answer]:
        self.pdu.ports = {identity: "UP", "2": "DOWN"}
        self.pdu.port_metered, self.pdu.port_energy_kwh = [identity], {identity: 1.0}
        return {path: self.visitor.get(path) for path in ("/", f"/pdus/{self.pdu.id}", "/servers")}


@pytest.fixture(scope="module")
def identities(small: bytes) -> Iterator[Identities]:
    with DciManager(page_port=0) as site:
        yield Identities(site, small)


@pytest.mark.parametrize("text", list(TEXTS.values()), ids=list(TEXTS))
def test_a_hostile_identity_changes_no_element_of_the_page(
    identities: Identities, text: str
) -> None:
    for path, page in identities.pages(text).items():
        assert page.status == 200 and "x-forged" not in page.headers
        assert (
            len(identities.ordinary[path]) > 20
            and Elements(page.body).found == identities.ordinary[path]
        ), path
        shown = html.unescape(re.sub(r"<[^>]*>", "", page.body))
        assert not set(shown) & set("\x00\x1b\x9b\u202e\u2066\u2028\ud800\udc31"), path
    # lists the metered outlets
    readings = identities.visitor.get(f"/pdus/{identities.pdu.id}/readings.json")
    assert readings.status == 200 and len(json.loads(readings.body)["outlets"]) == 1


SNMP_FORM = {
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
    "key_0": "profile",
    "value_0": "apc-rpdu2",
}


@functools.lru_cache(maxsize=64)
def seen(page: str) -> list[tuple[str, ...]]:
    """A page's elements without the attribute `selected`."""
    return [
        tuple(part for part in element if part != "selected") for element in Elements(page).found
    ]


_SECRETS = ("snmp_community", "snmp_auth_password", "snmp_priv_password")
_SHOWN = tuple(field for field in SNMP_FORM if field not in _SECRETS)


@pytest.mark.sample(1)
@pytest.mark.parametrize("fields", [_SHOWN, _SECRETS], ids=["shown", "secrets"])
def test_hostile_text_in_all_fields_of_the_snmp_form_stays_text(
    visitor: Visitor, site: DciManager, small: bytes, fields: tuple[str, ...]
) -> None:
    Client(site).install(small, protocol="snmp")
    where = visitor.post("/pdus/add", {"handler": "pdu_small", **SNMP_FORM}).headers["location"]
    site.poll()
    site.poll()
    # the growing pages list calls; each poll adds some
    steady, growing = ("/", f"{where}/edit"), (where, "/log")
    short = {about: text for about, text in TEXTS.items() if about != "long"}
    ordinary = {path: seen(visitor.get(path).body) for path in (*steady, *growing)}
    for about, text in short.items():
        answer = visitor.post(
            f"{where}/edit", {"handler": "pdu_small", **SNMP_FORM, **dict.fromkeys(fields, text)}
        )
        assert answer.status == 303 and "x-forged" not in answer.headers, about
        site.poll()
        for path in (*steady, where, *(["/log"] if about == list(short)[-1] else [])):
            answer = visitor.get(path)
            assert answer.status == 200 and "x-forged" not in answer.headers, (about, path)
            found = seen(answer.body)
            assert (
                found == ordinary[path] if path in steady else set(found) == set(ordinary[path])
            ), (about, path)
            shown = html.unescape(re.sub(r"<[^>]*>", "", answer.body))
            assert not set(shown) & set("\x00\x1b\x9b\u202e\u2066\u2028\ud800\udc31"), (about, path)
            assert fields == _SHOWN or len(text) < 8 or html.escape(text) not in answer.body
    (pdu,) = site.pdus()
    assert all(call.ok for call in pdu.calls) and pdu.ports["1"] == "UP"


def test_a_text_that_is_too_long_is_refused_in_each_field_of_the_snmp_form(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small, protocol="snmp")
    where = visitor.post("/pdus/add", {"handler": "pdu_small", **SNMP_FORM}).headers["location"]
    for field in SNMP_FORM:
        assert (
            visitor.post(
                f"{where}/edit", {"handler": "pdu_small", **SNMP_FORM, field: TEXTS["long"]}
            ).status
            == 400
        ), field


@pytest.mark.parametrize("number", ["9" * 20, "9" * 400], ids=["20 digits", "400 digits"])
def test_an_id_that_the_database_cannot_hold_is_an_error_page(
    visitor: Visitor, site: DciManager, number: str
) -> None:
    server = site.servers.add("web")
    for path, fields in (
        (f"/servers/{number}/remove", {}),
        (f"/servers/{number}/bmc", {"bmc": "ON"}),
        (f"/servers/{server}/disconnect", {"feed": f"{number}:1"}),
    ):
        assert visitor.post(path, fields).status in (400, 404), path


def test_a_file_of_pdus_is_imported_and_a_bad_line_is_named(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small)

    def imported(text: str) -> str:
        files = [("import.csv", text.encode())]
        answer = visitor.upload(files, "/pdus/import", "equipment", fields="name,handler,ip,size")
        return answer.body if answer.status != 303 else visitor.get("/").body

    assert "Import a file" in visitor.get("/pdus/add").body
    page = imported("#rack\nr1,42\n\n#pdu\nleft,pdu_small,127.0.0.1,2\nright,pdu_small,127.0.0.1\n")
    assert "Imported: 2 PDUs." in page
    assert [pdu.name for pdu in site.pdus()] == ["left", "right"]
    for text, why in (
        ("left,pdu_small,127.0.0.1", "a line before the first type: left"),
        ("#pdu\nx,pdu_small", "a PDU without ip: x"),
        ("#pdu\nx,pdu_none,127.0.0.1", "pdu_none"),
    ):
        assert why in imported(text)
    assert len(site.pdus()) == 2
