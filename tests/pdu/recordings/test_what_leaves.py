"""What leaves the owner's machine: recordings and the platform's report hold no planted
secret and no planted word of the owner, in none of the forms in which a device or a platform may
tell it. A new door is one function and one line of DOORS. In `make test` each secret has some of
the forms, and each form some secrets; the trial has each secret in each form.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import sys
import xml.sax.saxutils
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, NamedTuple

import pytest

from handlers.http.dialogue import Dialogue, Outlet, PduState, ReadRequest
from handlers.http.login_forms import FieldLogin
from handlers.shared.errors import ProtocolError
from handlers.shared.meter_figures import MeterFigures
from pdu.loading.handler_loading import load
from pdu.recordings import handler_recordings
from pdu.recordings.recording_formats import RecordingOptions
from pdu.recordings.replay_server import HttpReplay, Response
from pdu.recordings.web import har, recorder
from pdu_common.connection import PduData
from tests.conformance import __main__ as conformance, baseline
from tests.handlers.http.login_units import Case
from tests.pdu.loading.page_handler import folder, loaded_anew
from tests.pdu.recordings.odd_handler import source
from tests.pdu.recordings.planted_devices import PLANTED, UNITS
from tests.pdu.running import run
from tests.simulators.unit_pdu import UnitPdu
from tests.simulators.unit_servers import USER, HttpServer

__all__ = ["loaded_anew"]

# by the names under which devices tell them
_SECRET_NAMES = """
    password passwd pw pwd passphrase secret client_secret community trap_community token
    access_token csrf_token api_key accessKey credential cookie session_id sid PHPSESSID x_session
    keytab psk wifi_psk nonce auth_pass license_key
""".split()
_NUMBERS = {"pin": "83514", "otp": "790316", "user_pin": "55102", "sess_id": "8800995511"}
_WORDS = {
    "owner": "Mustermann",
    "contact": "Erika Mustermann-Koch",
    "phone": "+49 30 5567 6671",
    "mobile": "0151 55 66 77 88",
    "location": "Reihe 7, Schrank Nord",
    "hostname": "srv-db41.kunde.example",
    "mail": "noc41@kunde.example",
    "address": "10.77.41.9",
    "mac": "00:1b:c0:41:5e:7f",
    "serialnr": "SN7731AB41",
    "customer": "Hetzmann-GmbH",
    "gateway": "fd00:77::41",
    "note": "db-master von Kunde7",
    "plant": "серверная Иванова",
}
SECRETS = {
    **{name: f"Zq{number:02}-Sesam_{number:02}" for number, name in enumerate(_SECRET_NAMES, 1)},
    **_NUMBERS,
    **_WORDS,
}
XML_FORMS = (
    "<{name}>{value}</{name}>",
    "<{name}><![CDATA[{value}]]></{name}>",
    '<item {name}="{value}"/>',
    "<item {name}='{value}'/>",
    '<item name="{name}" value="{value}"/>',
    '<item value="{value}" name="{name}"/>',
    "<item><name>{name}</name><value>{value}</value></item>",
    '<v:{name} xmlns:v="urn:v">{value}</v:{name}>',
    "<!-- {name}: {value} -->",
    "<item>{name}={value}</item>",
    '<item data-{name}="{value}">on</item>',
)
FORMS = (
    *XML_FORMS,
    '<input type=password name={name} value="{value}">',
    "<input value='{value}' id={name}>",
    '<meta name="{name}" content="{value}">',
    "<tr><td>{name}</td><td>{value}</td></tr>",
    "<tr><th>{name}:</th><td><b>{value}</b></td></tr>",
    "<label>{name}</label><span>{value}</span>",
    '<option name="{name}" value="{value}" selected>on</option>',
    '<textarea name="{name}">{value}</textarea>',
    '<a href="/set?{name}={value}">on</a>',
    '<script>var {name} = "{value}";</script>',
    '<script>cfg = {{"{name}": "{value}"}};</script>',
    "<script>cfg.{name}='{value}'</script>",
    "{name}: {value}",
    "{name}={value}",
    "<p>{name} {value}</p>",
)


def planted(
    forms: Sequence[str] = FORMS, *, is_whole: bool, escape: Callable[[str], str] = str
) -> dict[str, str]:
    """Secrets in forms, by names of their own: each in each form, or each in every 13th form, so
    that each form has some of them, and each number in each form: a number is replaced by its name
    alone.
    """
    texts: dict[str, str] = {}
    for number, form in enumerate(forms):
        for place, (name, value) in enumerate(SECRETS.items()):
            if is_whole or name in _NUMBERS or number % 13 == place % 13:
                texts[f"{name}_{number}"] = form.format(name=name, value=escape(value))
    return texts


class Place(NamedTuple):
    """What a door may use."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    #: whether each secret is planted in each form
    is_whole: bool
    forms: Sequence[str] = FORMS

    @property
    def planted(self) -> dict[str, str]:
        return planted(self.forms, is_whole=self.is_whole)

    @property
    def page(self) -> str:
        return "\n".join(["<html>", *self.planted.values(), "<p>o1=1;o2=0;a=1.5</p></html>"])

    @property
    def document(self) -> str:
        """A JSON document, also with members that have the names."""
        return json.dumps(
            {
                **SECRETS,
                "texts": planted(FORMS[-3:], is_whole=self.is_whole),
                # a number without a name may be a figure
                "list": list(_WORDS.values()),
                "by name": {value: {"on": True} for value in _WORDS.values()},
                "numbers": {name: int(value) for name, value in _NUMBERS.items()},
                "a": 1.5,
            },
            ensure_ascii=False,
        )

    @property
    def xml(self) -> str:
        texts = planted(XML_FORMS, is_whole=self.is_whole, escape=xml.sax.saxutils.escape)
        return "\n".join(["<unit>", *texts.values(), "<o3>1</o3></unit>"])

    def file_of(self, *words: str) -> str:
        """The file that a command of `pdu` writes."""
        file = self.folder / "file"
        code, out, err = run(self.capsys, *words, "--out", str(file))
        assert file.exists(), (code, out, err)
        return file.read_text("utf-8")


# ---- recordings of this pack's handlers ----------------------------------------------------------


def recording_of(handler: str) -> Callable[[Place], str]:
    def record(place: Place) -> str:
        with UNITS[handler](place.planted) as unit:
            return handler_recordings.recorded(load(handler), unit.data, RecordingOptions()).text

    return record


class Documents(UnitPdu):
    """A page and a JSON document with all that is planted, and two states."""

    page: str
    document: str

    def user(self, method: str, path: str, headers: Any) -> str:
        return USER

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        return (self.page if path.startswith("/page.html") else self.document).encode()


def _read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    page = yield ReadRequest("/page.html")
    document = yield ReadRequest("/unit.json")
    states = re.findall("o([0-9])=([01])", page.decode())
    amperes = json.loads(document).get("a")
    if not states or amperes is None:
        raise ProtocolError("the page lists no outlets, or the document no current")
    return tuple(Outlet(number, "", on == "1", MeterFigures(amperes)) for number, on in states)


def _read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    outlets = yield from _read_outlets()
    return PduState(outlets, outlets[0].figures.current_a)


def _command(identity: str, *, on: bool) -> Dialogue[None]:
    yield ReadRequest("/page.html")


CODEC = Case(
    Documents,
    SimpleNamespace(
        read_unit=_read_unit,
        read_outlets=_read_outlets,
        command=_command,
        LOGIN=FieldLogin(query={"u": "{user}", "p": "{password}"}, refusal="who are you"),
    ),
)


def recording_of_codec(place: Place) -> str:
    unit = Documents(2)
    unit.page, unit.document = place.page, place.document
    with HttpServer(unit) as server:
        data = PduData(server.host, CODEC.pdu(server).pdu_data.custom_params)
        text = recorder.record(CODEC.loaded, data, RecordingOptions()).text
    return text


# ---- a recording of anybody's handler ------------------------------------------------------------

ASKED = """\
states = dict(re.findall("o([0-9])=([01])", self.ask("/page.html")))
params = self.given
self.ask(f"/of/{params['customer']}/unit.json")
from xml.etree import ElementTree
root = ElementTree.fromstring(self.ask("/unit.xml?host=srv-db41.kunde.example"))
states["3"] = root.findtext("o3")
return json.dumps({"outlets": {number: on == "1" for number, on in states.items()}})
"""
STATISTIC = """
    def statistic(self):
        return PduStatisticView(load=json.loads(self.ask("/unit.json"))["a"])
"""


class Pages(HttpReplay):
    """The pages that it asks for."""

    def __init__(self, place: Place) -> None:
        self._pages = {
            "page.html": (place.page, "text/html"),
            "unit.xml": (place.xml, "text/xml"),
            "unit.json": (place.document, "application/json"),
        }
        super().__init__(0)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        path, _, _ = target.partition("?")
        text, content_type = self._pages[path.rpartition("/")[2]]
        answer_headers = {
            "Content-Type": f"{content_type}; charset=utf-8",
            "X-Owner": "Mustermann",
            "Location": "/Mustermann/next?host=srv-db41.kunde.example",
            "Set-Cookie": f"id={SECRETS['sid']}",
        }
        return 200, text.encode(), answer_headers


def recording_of_anybody(place: Place) -> str:
    handler = str(folder(place.folder, "odd", source(ASKED, STATISTIC)))
    with contextlib.closing(Pages(place)) as pages:
        settings = ("-s", f"port={pages.port}", "-s", f"customer={SECRETS['customer']}")
        return place.file_of("record", handler, "127.0.0.1", *settings)


# ---- the platform's report -----------------------------------------------------------------------


def report(place: Place) -> str:
    """The report on a copy whose modules print, raise, default to and enumerate planted texts."""
    text = repr("\n".join(place.planted.values()))
    files = baseline.files({})
    members = "".join(
        f"    MEMBER_{number} = {value!r}\n" for number, value in enumerate(SECRETS.values())
    )
    helper = (
        f"{files['pdu_common/helper.py']}\nprint({text})\n\n\n"
        f"class Defaults(__import__('enum').Enum):\n{members}\n\n"
        f"class View:\n    def __init__(self, *, text={text}, words: {text} = None) -> {text}:\n"
        "        pass\n\n\n"
        "class Rack:\n    def __init__(self, place: 'rack of Mustermann') -> None:\n        pass\n"
    )
    base_pdu = f"{files['pdu_common/base_pdu.py']}\nimport sys\nsys.stderr.write({text})\n"
    own = f"def make_handler(data):\n    raise ImportError({text}, path={text})\n"
    index = "--extra-index-url https://me:Zq01-Sesam_01@pypi.example/\neasysnmp==0.2.6\n"
    changed = {
        "pdu_common/helper.py": helper,
        "pdu_common/base_pdu.py": base_pdu,
        "common/logger.py": f"raise OSError({text})\n",
        "pdu_common/handlers/own.py": own,
        "requirements.txt": "\n".join([*place.planted.values(), index]),
    }
    copy = place.folder / SECRETS["note"] / "equip_handler"
    baseline.write(changed, copy)
    return "\n".join(conformance.described(copy, sys.executable))


DOORS: Mapping[str, Callable[[Place], str]] = {
    **{f"recording of {handler}": recording_of(handler) for handler in UNITS},
    "recording of a codec": recording_of_codec,
    "recording of anybody's handler": recording_of_anybody,
    "report on the platform": report,
}


@pytest.mark.parametrize(
    "is_whole",
    [pytest.param(False, id="some"), pytest.param(True, id="each", marks=pytest.mark.trial)],
)
@pytest.mark.parametrize("door", DOORS)
def test_what_leaves_the_machine_holds_nothing_that_was_planted(
    door: str,
    is_whole: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = DOORS[door](Place(tmp_path, capsys, monkeypatch, is_whole))
    assert len(text) > 300
    # a file of JSON may have escaped what is not ASCII
    unescaped_text = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)
    spellings = (text.lower(), unescaped_text.lower(), re.sub("[ :-]", "", text.lower()))
    stayed = []
    for value in (*SECRETS.values(), *PLANTED):
        lower_value = value.lower()
        forms = [lower_value, re.sub("[:-]", "", lower_value), lower_value.encode().hex()]
        for spelling, form in itertools.product(spellings, forms):
            if form not in spelling:  # which is found out quicker than that a pattern fits nowhere
                continue
            match = re.search(rf"(?<![0-9]){re.escape(form)}(?![0-9])", spelling)
            if match is not None:
                stayed.append(spelling[max(0, match.start() - 60) : match.end() + 40])
    assert stayed == []


# each is the beginning of the next one
NESTED = (
    "Kell",
    "Keller",
    "Kellermann",
    "Kellermann-Nord",
    "Kellermann-Nord-7b",
    "Kellermann-Nord-7bx",
)


def requests_of(place: Place, target: str, settings: Mapping[str, str]) -> list[str]:
    """The requests in a recording of a handler that asks for this target below /of/: an f-string in
    which `params` are its settings.
    """
    asked = ASKED.replace("{params['customer']}/unit.json", target)
    handler = str(folder(place.folder, "odd", source(asked, STATISTIC)))
    words: list[str] = []
    for key, text in settings.items():
        words += ["-s", f"{key}={text}"]
    with contextlib.closing(Pages(place)) as pages:
        text = place.file_of("record", handler, "127.0.0.1", "-s", f"port={pages.port}", *words)
    return [answer.request for answer in har.parse(text).answers]


def test_a_setting_in_a_longer_one_leaves_no_rest_of_it_in_a_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {f"part_{number}": text for number, text in enumerate(NESTED)}
    target = "/".join(f"{{params['{key}']}}" for key in settings)
    place = Place(tmp_path, capsys, monkeypatch, is_whole=False, forms=())
    requests = requests_of(place, f"{target}/unit.json", settings)
    assert f"GET /of{'/{any}' * len(NESTED)}/unit.json" in requests


def test_a_setting_and_the_user_are_replaced_as_a_request_escapes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_USERNAME", "noc41@kunde.example")
    quote = "urllib.parse.quote_plus"
    target = f"{{{quote}(params['customer'])}}/unit.json?login={{{quote}(params['username'])}}"
    place = Place(tmp_path, capsys, monkeypatch, is_whole=False, forms=())
    requests = requests_of(place, target, {"customer": "Müller & Söhne"})
    assert "GET /of/{any}/unit.json?login={any}" in requests
