"""HTTP Archives: ours are valid, and those of other tools become recordings without what names
their owner.

In browsers/: chromium.har was exported by Chromium 150 through Playwright 1.65 (`record_har_path`),
mitmproxy.har by mitmdump 11.0.2 (`hardump`) between the same browser and PageUnit: opened, logged
in, loaded again.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import html
import importlib
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Optional

import pytest
from hypothesis import given, strategies

from handlers.shared.errors import ProtocolError, SettingsError
from pdu.loading.handler_loading import load
from pdu.recordings.handler_recordings import recorded
from pdu.recordings.recording_formats import Recording, RecordingOptions, ReplayedDevice
from pdu.recordings.web import har, recorder
from pdu.recordings.web.har import Answer, Effect, RecordedOutlet, WebRecording
from pdu.recordings.web.request_patterns import RequestPattern
from pdu.recordings.web.state_columns import Pointer
from pdu.recordings.web.text_answers import TextAnswer, document_of
from pdu.recordings.web.unit import WebUnit, serve
from pdu_common.connection import PduData
from pdu_common.helper import PduPortView
from tests.needs import ROOT
from tests.pdu.loading.page_handler import folder, loaded_anew
from tests.pdu.recordings import page_unit, requests
from tests.pdu.recordings.odd_handler import source
from tests.pdu.recordings.page_unit import HANDLER, OFF, ON, PASSWORD, USER, PageUnit
from tests.pdu.recordings.planted_devices import recording_of
from tests.pdu.recordings.requests import RECORDING
from tests.pdu.running import run
from tests.tables import Case
from tests.waiting import PATIENCE_S

__all__ = ["loaded_anew"]

haralyzer: Any = importlib.import_module("haralyzer")  # has no type information

BROWSERS = Path(__file__).with_name("browsers")
STATES = {str(number): number not in (3, 6) for number in range(1, 7)}
SETTINGS = {"username": USER, "password": PASSWORD}


@pytest.mark.parametrize("handler", ["raritan", "redfish"])
def test_a_recording_is_a_valid_http_archive(handler: str) -> None:
    text = recording_of(handler)[1].text
    parser = haralyzer.HarParser(json.loads(text))
    assert parser.version == "1.2"
    assert parser.creator["name"] == "pdu record"
    entries = parser.har_data["entries"]
    assert len(entries) == len(har.parse(text).answers)
    for entry in entries:
        assert_complete(entry)


#: the members that HAR 1.2 demands
DEMANDED: Mapping[str, Any] = {
    "startedDateTime": str,
    "time": int,
    "request": {
        "method": str,
        "url": str,
        "httpVersion": str,
        "cookies": list,
        "headers": list,
        "queryString": list,
        "headersSize": int,
        "bodySize": int,
    },
    "response": {
        "status": int,
        "statusText": str,
        "httpVersion": str,
        "cookies": list,
        "headers": list,
        "content": {"size": int, "mimeType": str},
        "redirectURL": str,
        "headersSize": int,
        "bodySize": int,
    },
    "cache": {},
    "timings": {"send": int, "wait": int, "receive": int},
}


def assert_complete(value: Mapping[str, Any], demanded: Mapping[str, Any] = DEMANDED) -> None:
    for name, kind in demanded.items():
        if isinstance(kind, Mapping):
            assert_complete(value[name], kind)
        else:
            assert isinstance(value[name], kind), name
    if "postData" in value:
        assert set(value["postData"]) == {"mimeType", "text"}


def recorded_through(handler: Path, text: str) -> tuple[WebRecording, str]:
    """The recording that a handler makes through the replay of a file, and its text."""
    with contextlib.closing(serve(text, 0)) as device:
        data = PduData(device.host, {**SETTINGS, "port": str(device.port)})
        words = ([ON], [OFF])
        recording = recorder.record(load(str(handler)), data, RecordingOptions(), *words)
    return har.parse(recording.text), recording.text


@pytest.mark.parametrize("tool", ["chromium", "mitmproxy", "the unit itself"])
def test_a_browsers_file_becomes_a_recording_that_is_read_and_obeys(
    tool: str, tmp_path: Path
) -> None:
    handler = folder(tmp_path, "odd", HANDLER)
    if tool == "the unit itself":
        with PageUnit() as unit:
            data = PduData("127.0.0.1", {**SETTINGS, "port": str(unit.server_address[1])})
            made = recorder.record(load(str(handler)), data, RecordingOptions(), [ON], [OFF])
            recording, text = har.parse(made.text), made.text
            assert unit.commands == []
    else:
        recording, text = recorded_through(handler, (BROWSERS / f"{tool}.har").read_text("utf-8"))
    assert recording.states == STATES
    assert recording.load_a == pytest.approx(1.2)
    assert [answer.request for answer in recording.answers] == [
        "GET /login.html",
        "POST /login user={any}&pw={any}&csrf={any}",
        "GET /outlets.html",
    ]
    assert [value for value in page_unit.PLANTED if value.lower() in text.lower()] == []
    cookies = [text for name, text in recording.answers[1].headers if name == "Set-Cookie"]
    assert cookies == ["sid=any; Path=/", "lang=any; Path=/"]
    with contextlib.closing(serve(text, 0)) as device:
        pdu = load(str(handler)).make(
            PduData(device.host, {**SETTINGS, "password": "any", "port": str(device.port)})
        )
        for number, on in STATES.items():
            switch = pdu.port_down if on else pdu.port_up
            port = switch(PduPortView(identity=number))
            assert port.power_status.name == ("DOWN" if on else "UP")
        assert len(device.writes()) == len(STATES)


def entry(
    method: str, url: str, text: Optional[str], body: str = "", **response: Any
) -> dict[str, Any]:
    """An entry as another tool writes it."""
    content = {"size": len(text or "x"), "mimeType": "text/html"}
    row: dict[str, Any] = {
        "request": {"method": method, "url": f"http://pdu{url}" if url[:1] == "/" else url},
        "response": {"status": 200, "content": content, **response},
    }
    if text is not None:
        content["text"] = text
    if body:
        row["request"]["postData"] = {"mimeType": "a/b", "text": body}
    return row


def archive(*entries: Mapping[str, Any], **more: Any) -> str:
    creator = {"name": "any", "version": "1"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries, **more}})


def test_what_a_file_leaves_out_is_said_by_entry() -> None:
    text = archive(
        entry("GET", "/a?sid=S1d-7f3a9b1c", "<p>1</p>"),
        entry("GET", "http://admin:Zq01-Sesam_01@pdu/big", None),
        entry("GET", "/cached", None, status=304),
        entry("GET", "/known", "<p>1</p>"),
        entry("GET", "/known", None, status=304),
        entry("GET", "/blocked", None, status=0),
        entry("GET", "/socket", "x", status=101),
        entry("OPTIONS", "/a", "x"),
        entry("GET", "https://fonts.example/a", "x"),
        entry("GET", "http://pdu:8080/a", "x"),
        entry("GET", "http://[zz/", "x"),
        entry("GET", "/packed", "PGh"),
        entry("GET", "/known", "<p>1</p>", status=302, headers=[]),
        entry("GET", "https://pdu/tls", "x"),
    )
    text = text.replace('"PGh"', '"PGh", "encoding": "base64"')
    recording = har.parse(f"\ufeff{text}")
    assert list(recording.left_out) == [
        "GET http://pdu/big: its body of 1 bytes is not in the file",
        "GET http://pdu/cached: its body was in the browser's cache: export it with the cache"
        " disabled",
        "GET http://pdu/blocked: it was not answered",
        "GET http://pdu/socket: its status is 101, which ends no request",
        "OPTIONS http://pdu/a: the method OPTIONS",
        "GET https://fonts.example/a: another host or port",
        "GET http://pdu:8080/a: another host or port",
        "GET http://[zz/: it cannot be read (ValueError)",
        "GET http://pdu/packed: it cannot be read (Error)",
    ]
    # a session that ended leads away from a page, which stays
    status_by_request = {answer.request: answer.status for answer in recording.answers}
    assert status_by_request == {"GET /a?sid={any}": 200, "GET /known": 200, "GET /tls": 200}


def test_the_handler_in_a_file_is_one_of_this_pack_wherever_it_stands() -> None:
    document = json.loads(RECORDING._replace(handler="netio").text)
    text = json.dumps(document, sort_keys=True)
    assert har.handler_in(text) == har.parse(text).handler == "netio"
    foreign = text.replace('"netio"', '"netio 127.0.0.1; touch a"')
    assert har.handler_in(foreign) == har.parse(foreign).handler == ""
    device = serve(foreign, 0)
    device.close()
    assert device.poll.startswith("PATH 127.0.0.1:")
    twice = text.replace('"handler": ', '"handler": "jaws", "handler": ', 1)
    assert har.handler_in(twice) == ""
    with pytest.raises(SettingsError, match="a name twice"):
        har.parse(twice)


@pytest.mark.parametrize(
    "location",
    ["http://evil.example/x", " //evil.example/x", r"\\evil.example/x", "ftp:/evil.example/x"],
)
def test_a_redirect_leads_to_no_other_host(location: str) -> None:
    assert har.path_and_query(location) == "/x"


def test_what_cannot_be_read_again_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = Recording('{"log": {"_pdu": {}}}', "")
    monkeypatch.setattr(recorder, "record", lambda *_: recording)
    with pytest.raises(ProtocolError, match="cannot be read again, so nothing was written"):
        recorded(load("netio"), PduData("127.0.0.1", {}), RecordingOptions())


@pytest.mark.parametrize("in_base64", [False, True])
def test_a_text_of_another_tool_is_in_an_encoding_only_as_octets(in_base64: bool) -> None:
    row = entry("GET", "/a", "Розетка")
    content = row["response"]["content"]
    content["mimeType"] = "text/html; charset=windows-1251"
    if in_base64:
        content["text"] = base64.b64encode(content["text"].encode("cp1251")).decode()
        content["encoding"] = "base64"
    assert har.parse(archive(row)).contents == {"GET /a": "Розетка"}


@pytest.mark.parametrize(
    ("text", "media_type", "expected"),
    [
        ('{"a": 1}', "text/html; charset=iso-8859-1", "text/html"),
        ('{"a": 1}', "", "application/json; charset=UTF-8"),
        ("<p>", "Text/HTML; charset=iso-8859-1", "text/html; charset=utf-8"),
        ("<p>", "a/b\r\nX-Other: 1", "a/b; charset=utf-8"),
    ],
)
def test_a_replay_tells_the_media_type_of_the_device(
    text: str, media_type: str, expected: str
) -> None:
    row = entry("GET", "/a", text)
    row["response"]["content"]["mimeType"] = media_type
    with contextlib.closing(serve(archive(row), 0)) as device:
        address = f"http://{device.host}:{device.port}/a"
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
            assert answer.headers.get_all("Content-Type") == [expected]
            assert "X-Other" not in answer.headers


def answer_of(device: ReplayedDevice, target: str, body: Any) -> Any:
    url = f"http://{device.host}:{device.port}{target}"
    with urllib.request.urlopen(url, json.dumps(body).encode(), timeout=PATIENCE_S) as answer:
        return json.loads(answer.read())


def test_a_replay_answers_null_and_a_page_among_calls_that_are_sent_in_one() -> None:
    call = {"method": "get", "params": {}, "id": 1}
    texts = ("null", "page", "5")
    entries = [entry("POST", f"/{text}", text, json.dumps(call)) for text in texts]
    rows = [{"rid": f"/{text}", "json": call} for text in texts]
    bulk = {"method": "performBulk", "params": {"requests": rows}, "id": 7}
    with contextlib.closing(serve(archive(*entries), 0)) as device:
        assert answer_of(device, "/null", call) is None
        responses = answer_of(device, "/bulk", bulk)["result"]["responses"]
    assert [row["json"] for row in responses] == [None, None, 5]


def test_a_replay_of_another_tools_file_warns_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdu.recordings.replay._wait_for_signal", lambda *_, **__: None)
    code, out, err = run(capsys, "replay", str(BROWSERS / "chromium.har"))
    assert code == 0
    assert "7 answers; made by another tool" in out
    assert err.count("do not pass it on") == 1
    code, _, err = run(capsys, "replay", str(ROOT / "docs" / "own-handler" / "volt.har"))
    assert (code, err) == (0, "")


# ---- what names the owner ------------------------------------------------------------------------

ASKED = """\
self.ask("/login", "user=mustermann&pw=Zq01-Sesam_01&place=Reihe 7, Schrank Nord")
self.ask("/Mustermann/frame?token=Zq02-Sesam_02&rack=db-master-kunde7")
return self.ask("/json")
"""
STATISTIC = """
    def statistic(self):
        return PduStatisticView(load=float(re.search("amps=([0-9.]+)", self.ask("/text"))[1]))
"""
PLANTED = (
    *page_unit.PLANTED,
    "Zq02-Sesam_02",
    "Zq03-Sesam_03",
    "+49 30 5567 6671",
    "noc41@kunde.example",
    "00:1b:c0:41:5e:7f",
    "fd00:77::41",
    "48.137154",
    "серверная Иванова",
)


def planted_archive() -> str:
    """An archive in each part of which something is planted."""
    everything = list(PLANTED)
    words = " ".join(PLANTED)
    rows = [{"name": f"X-{number}", "value": text} for number, text in enumerate(everything)]
    cookies = [{"name": "sid", "value": text, "comment": text} for text in everything]
    named = {"owner": everything, "phone": PLANTED[-5], "lat": 48.137154, "serial": "SN7731AB41"}
    document = {"outlets": {"1": True, "2": False}, **named, "by": {text: 1 for text in everything}}
    entries = [
        entry(
            "POST",
            "/login",
            "<p>welcome mustermann</p>",
            "user=mustermann&pw=Zq01-Sesam_01&place=Reihe 7, Schrank Nord",
            headers=[*rows, {"name": "Set-Cookie", "value": "sid=Zq03-Sesam_03; Path=/"}],
        ),
        entry(
            "GET",
            "/Mustermann/frame?token=Zq02-Sesam_02&rack=db-master-kunde7",
            f"<p>{words}</p><img alt='{words}'><!-- {words} -->",
        ),
        entry("GET", "/json", json.dumps(document)),
        entry("GET", "/text", f"place: Reihe 7, Schrank Nord\namps=1.5\n{words}"),
        entry("GET", "/logo.png", base64.b64encode(words.encode()).decode()),
    ]
    entries[-1]["response"]["content"].update(encoding="base64", mimeType="image/png")
    for row in entries:
        row["comment"] = row["_initiator"] = row["serverIPAddress"] = words
        row["timings"] = {"send": 1, "comment": words}
        row["cache"] = {"comment": words}
        row["request"].update(cookies=cookies, headers=rows, queryString=rows, comment=words)
        row["request"].setdefault("postData", {}).update(params=rows, comment=words)
        row["response"].update(cookies=cookies, statusText=words, redirectURL=words)
    pages = [{"id": words, "title": words, "startedDateTime": words, "_owner": words}]
    return archive(*entries, pages=pages, browser={"name": words, "version": words}, _any=words)


def test_a_recording_through_a_file_holds_nothing_that_was_planted_in_it(tmp_path: Path) -> None:
    handler = folder(tmp_path, "odd", source(ASKED, STATISTIC))
    recording, text = recorded_through(handler, planted_archive())
    assert recording.states == {"1": True, "2": False}
    assert recording.load_a == 1.5
    unescaped = re.sub(r"\\+u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text).lower()
    assert [value for value in PLANTED if value.lower() in unescaped] == []


# ---- the form ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", requests.TABLE.cases(), ids=str)
def test_a_request_and_a_file_are_read(case: Case) -> None:
    case.check(requests.shown(case))


def test_a_whole_answer_may_be_a_state() -> None:
    place = Pointer("GET /relay/1", ())
    outlet = RecordedOutlet(True, on=Effect("", {place: 1}), off=Effect("", {place: 0}))
    text = WebRecording([Answer("GET /relay/1", 1)], {"1": outlet}).text
    assert '"GET /relay/1#": 1' in text
    assert har.parse(text).outlets["1"] == outlet


def test_a_recording_is_written_as_it_is_read() -> None:
    parsed = har.parse(RECORDING.text)
    assert parsed.text == RECORDING.text
    assert parsed.outlets == RECORDING.outlets
    assert parsed.contents == RECORDING.contents


def test_what_a_recording_does_not_say_is_not_tried() -> None:
    unit = WebUnit(RECORDING._replace(is_compared=False, outlets={"1": RecordedOutlet(True)}), 0)
    unit.close()
    assert set(unit.reason_by_untried_rule) == {
        *("states", "figures", "asked", "port_down", "port_up", "lost state"),
    }
    assert '"compared"' in unit.reason_by_untried_rule["states"]
    unit = WebUnit(RECORDING, 0)
    unit.close()
    assert "not known when it was recorded" in unit.reason_by_untried_rule["figures"]


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ([None, None, None], "no outlet that is on or off"),
        ([False, False, False], "all outlets have one state"),
        ([False, True, True], "no answer has a value of its own"),
        ([True, False, True], "the handler reads no other state"),
    ],
)
def test_each_cause_of_a_recording_without_places_is_said(
    states: list[Optional[bool]], reason: str
) -> None:
    outlets = {str(n): RecordedOutlet(state) for n, state in enumerate(states, 1)}
    unit = WebUnit(RECORDING._replace(outlets=outlets), 0)
    unit.close()
    assert reason in unit.reason_by_untried_rule["port_down"]


@pytest.mark.parametrize("number", [-1, 0, 2, 9])
def test_a_state_stands_in_a_word_of_its_answer(number: int) -> None:
    place = Pointer("GET /s", (3,))
    outlet = RecordedOutlet(True, on=Effect("", {place: "on"}), off=Effect("", {place: "off"}))
    text = WebRecording([Answer("GET /s", TextAnswer("1 on 2 off"))], {"1": outlet}).text
    assert har.parse(text).outlets["1"] == outlet
    with pytest.raises(SettingsError, match="no word of the answer"):
        har.parse(text.replace("#/3", f"#/{number}"))


def test_the_addresses_of_an_entry_are_written_as_others_read_them() -> None:
    answer = Answer("GET /a?pw={any}", TextAnswer(""), 302, "a/b", headers=[("LOCATION", "/b")])
    text = WebRecording([answer]).text
    (row,) = json.loads(text)["log"]["entries"]
    assert row["request"]["url"] == "http://pdu.example/a?pw=%7Bany%7D"
    assert row["response"]["redirectURL"] == "/b"
    assert [read.request for read in har.parse(text).answers] == [answer.request]


def test_an_archive_is_known_by_its_log_whatever_stands_first_in_it() -> None:
    text = json.dumps({"log": {"entries": [entry("GET", "/a", "x" * 9000)], "version": "1.2"}})
    assert har.is_recording(f"\ufeff {text}")
    assert not har.is_recording('{"blog": {}}')


def test_an_answer_that_nothing_changed_or_an_error_is_no_later_answer() -> None:
    first = Answer("GET /s", {"a": 1})
    others = [first._replace(content=TextAnswer(""), status=status) for status in (304, 404)]
    assert har.merged([*others, first, *others]) == [first]
    assert har.merged(others) == [others[0]]


def test_headers_that_no_server_may_send_are_left_out_of_a_replay() -> None:
    names = {"Ключ": "a", "A: b\r\nC": "d", "X-Good": "e\r\n\r\nf", ":status": "200"}
    headers = [{"name": name, "value": value} for name, value in names.items()]
    with contextlib.closing(serve(archive(entry("GET", "/a", "x", headers=headers)), 0)) as device:
        address = f"http://{device.host}:{device.port}/a"
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
            assert answer.headers.get_all("X-Good") == ["e", "f"]
            assert {"Ключ", "A", "C", ":status"}.isdisjoint(answer.headers)
            assert answer.read() == b"x"


@pytest.mark.parametrize("encoding", ["hex", "rot13", "undefined", "idna", "punycode", "a\0b", "x"])
def test_a_text_in_an_encoding_that_python_has_not_is_read(encoding: str) -> None:
    text = document_of(
        b"1 on \xff", *har.media_type([("Content-Type", f"a/b; charset={encoding}")])
    )
    assert text.startswith("1 on ")


@pytest.mark.parametrize(
    "params",
    [None, 5, {}, {"requests": 7}, {"requests": [{}]}, {"requests": [{"rid": 3, "json": 1}]}],
)
def test_calls_in_one_that_are_none_get_an_error(params: Any) -> None:
    unit = WebUnit(RECORDING, 0)
    unit.close()
    body = json.dumps({"method": "performBulk", "params": params, "id": 7})
    status, content, _ = unit.reply("POST", "/bulk", body.encode())
    parts = content["result"]["responses"] if content else []
    assert [part["statcode"] for part in parts] == [404] * len(parts)
    assert status == (200 if parts else 404)


VALUES: tuple[Any, ...] = (
    None,
    0,
    1e400,
    "",
    [],
    {},
    "x",
    True,
    "{outlet}",
    [[]],
    {"a": 1},
    "\ud800",
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to each value below this one."""
    if not isinstance(value, (dict, list)):
        return []
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    paths = [(*path, key) for key in keys]
    for key in keys:
        paths += places(value[key], (*path, key))
    return paths


@pytest.mark.sample(60)
@pytest.mark.parametrize(
    "path",
    places(json.loads((ROOT / "docs" / "own-handler" / "volt.har").read_text("utf-8"))),
    ids=str,
)
def test_a_spoilt_archive_is_served_or_refused(path: tuple[Any, ...]) -> None:
    whole = json.loads((ROOT / "docs" / "own-handler" / "volt.har").read_text("utf-8"))
    for value in VALUES:
        spoilt = copy.deepcopy(whole)
        container = spoilt
        for key in path[:-1]:
            container = container[key]
        container[path[-1]] = value
        try:
            device = serve(json.dumps(spoilt), 0)
        except SettingsError:
            continue
        with contextlib.closing(device):
            pdu = device.simulated_pdu
            pdu.figures()
            for outlet in pdu.outlet_states():
                pdu.without_state(outlet)
                pdu.turn_outlet(outlet, on=None)
            pdu.reply("POST", "/relay/1", b"turn=on")
            pdu.reply("GET", "/status", b"")


@given(
    expected=strategies.lists(strategies.sampled_from(["a", "&n=", "ab", "/", "{any}"])),
    sent=strategies.lists(strategies.sampled_from(["a", "b", "/", "&", "&n="]), max_size=12),
)
def test_any_stands_for_each_text_of_one_field(expected: list[str], sent: list[str]) -> None:
    """{any} is in the value of a field, by whose name the fields are sorted."""
    words, text = "".join(expected), "".join(sent)
    pattern = "".join('[^&"]*' if part == "{any}" else part for part in expected)
    is_like = re.fullmatch(pattern, text) is not None
    request_pattern = RequestPattern("POST", "/", f"m=0{words}0")
    assert request_pattern.matches("POST", "/", f"m=0{text}0") == is_like


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ('POST /c {"t": "ANY", "n": {outlet}}', lambda text: json.dumps(text)[1:-1]),
        ('POST /c {"n": {outlet}, "a": {"t": ["Basic ANY"]}}', lambda text: json.dumps(text)[1:-1]),
        ('POST /c {"t": ANY, "n": {outlet}}', json.dumps),
        ("POST /c <t>ANY</t><n>{outlet}</n>", html.escape),
        ("POST /c t=ANY&n={outlet}", urllib.parse.quote_plus),
        ("GET /c?t=ANY&n={outlet}", urllib.parse.quote_plus),
        ("GET /c/ANY/{outlet}/on", urllib.parse.quote),
    ],
)
@given(text=strategies.text())
def test_a_request_that_differs_in_the_place_of_any_alone_is_the_command(
    words: str, written: Callable[[str], str], text: str
) -> None:
    pattern = RequestPattern.parse(words.replace("ANY", "{any}"))
    request = RequestPattern.parse(words).of_outlet("3")
    value = written(text)
    target, body = request.target.replace("ANY", value), request.body.replace("ANY", value)
    sent = (request.method, target, body)
    assert pattern.of_outlet("3").matches(*sent)
    assert not pattern.of_outlet("4").matches(*sent)


def test_many_places_for_any_text_are_tried_once_each() -> None:
    pattern = RequestPattern.parse(f"GET /{'a{any}' * 40}x")
    assert not pattern.matches("GET", f"/{'a' * 9000}", "")
    assert pattern.matches("GET", f"/{'a' * 9000}x", "")
