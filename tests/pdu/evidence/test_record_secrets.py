"""What `pdu record` writes of odd logins over HTTP: each secret in a place of its own, and handlers
that want one in the answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pytest

from handlers.shared.errors import ProtocolError, SettingsError
from pdu.evidence import web_recorder
from pdu.loading.handler_loading import load
from pdu.recordings.recording_formats import RecordingOptions
from pdu.recordings.web import har
from pdu.recordings.web.har import WebRecording
from pdu_common.connection import PduData
from tests.pdu.evidence.odd_handler import OUTLETS, Device, serving, source
from tests.pdu.loading.page_handler import folder, loaded_anew

__all__ = ["loaded_anew"]

PLAIN = "return self.ask('/o')"
LOGIN = {"username": "mustermann", "password": "Zq01-Sesam_01"}
WORDS = ("POST /o/{outlet} on", "POST /o/{outlet} off")


def recorded(
    tmp_path: Path,
    device: Device,
    outlets: str = PLAIN,
    settings: Mapping[str, str] = LOGIN,
    on: str = WORDS[0],
) -> tuple[WebRecording, str, Sequence[str]]:
    """The recording, its text, and what its owner is told."""
    handler = folder(tmp_path, "odd", source(outlets))
    with serving(device) as port:
        data = PduData("127.0.0.1", {**settings, "port": str(port)})
        options = RecordingOptions()
        recording = web_recorder.record(load(str(handler)), data, options, [on], [WORDS[1]])
    return har.parse(recording.text), recording.text, recording.notes


class Case(NamedTuple):
    outlets: str
    device: Device
    #: that are not in the recording; None if nothing is written
    secrets: Optional[Sequence[str]]
    settings: Mapping[str, str] = LOGIN


TOKEN = "9f8e7d6c5b4a-Tok"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtdXN0ZXJtYW5uIn0.c2lnbmF0dXJl"


def of_sessions(target: str, headers: Mapping[str, str], _: str) -> Any:
    if target == "/login":
        return 200, [("X-Auth-Token", TOKEN), ("X-Rack", "kunde7-rack")], f'{{"access": "{JWT}"}}'
    is_known = headers.get("Authorization") == f"Bearer {JWT}" or headers.get("X-Auth-Token")
    return (200, [], OUTLETS) if is_known or TOKEN in target else (403, [], "")


def of_redirects(scheme: str) -> Device:
    def answer(target: str, headers: Mapping[str, str], _: str) -> Any:
        if target == "/o":
            place = f"{scheme}//{headers['Host']}/home?owner=Schmidt-Nord"
            cookie = "PHPSESSID=abc1f9e7d6; Domain=pdu-kunde7.example; Comment=Schmidt-Nord"
            return 302, [("Set-Cookie", cookie), ("Location", place)], ""
        return 200, [("X-Serial", "SN7731AB41")], OUTLETS

    return answer


def of_cookies(target: str, headers: Mapping[str, str], _: str) -> Any:
    """Cookies that a client sends to the device alone, over TLS."""
    if target == "/login":
        cookie = "sid=abc1f9e7d6; Domain=pdu-kunde7.example; HttpOnly; Secure; SameSite=Strict"
        return 200, [("Set-Cookie", cookie)], ""
    return (200, [], OUTLETS) if "sid=abc1f9e7d6" in headers.get("Cookie", "") else (403, [], "")


def of_forms(target: str, headers: Mapping[str, str], _: str) -> Any:
    """Takes a form from its own pages alone, against forged requests."""
    is_own = headers.get("Referer") == headers.get("Origin") == f"http://{headers['Host']}"
    return (200, [], OUTLETS) if is_own else (403, [], "")


def of_tests(target: str, headers: Mapping[str, str], _: str) -> Any:
    """Answers that depend on what the handler has already."""
    if headers.get("If-None-Match"):
        return 304, [], ""
    if target == "/bulk":
        return 200, [], '{"jsonrpc": "2.0", "error": {"code": -1, "message": "Schmidt-Nord"}}'
    return 200, [("ETag", '"7"'), ("Content-Type", "text/html; charset=hex")], OUTLETS


CASES = {
    "a token in the path": Case(
        "self.ask('/login')\nreturn self.ask('/%s/o' % self.headers['X-Auth-Token'])",
        of_sessions,
        [TOKEN],
    ),
    "a token that is not called one": Case(
        "token = json.loads(self.ask('/login'))['access']\n"
        "return self.ask('/o', None, {'Authorization': 'Bearer ' + token})",
        of_sessions,
        [JWT],
    ),
    "a token that is not called one and is looked at": Case(
        "token = json.loads(self.ask('/login'))['access']\n"
        "assert token.count('.') == 2\n"
        "return self.ask('/o', None, {'Authorization': 'Bearer ' + token})",
        of_sessions,
        None,
    ),
    "a token in a header that is looked at": Case(
        "self.ask('/login')\nassert len(self.headers['X-Auth-Token']) == 16\n"
        "return self.ask('/o', None, {'X-Auth-Token': self.headers['X-Auth-Token']})",
        of_sessions,
        None,
    ),
    "a secret in an answer that is looked at": Case(
        "text = self.ask('/o')\nassert 'tk88aa77bb' in text\nreturn text",
        lambda *_: (200, [], '{"token": "tk88aa77bb", ' + OUTLETS[1:]),
        None,
    ),
    "settings of other names": Case(
        "return self.ask('/o?l=p:%s:%s' % (self.given['user'], self.given['pass']))",
        lambda *_: (200, [], OUTLETS),
        ["mustermann", "Outlet-On"],
        {"user": "mustermann", "pass": "Outlet-On"},
    ),
    "a login any, as at a replay": Case(
        "self.ask('/login', 'user=any&pw=any')\nreturn self.ask('/o')",
        lambda *_: (200, [], OUTLETS),
        ["{{"],
        {"username": "any", "password": "any"},
    ),
    "a multipart form": Case(
        "head = '--B\\r\\nContent-Disposition: form-data; name=\"p\"'\n"
        "form = head + '\\r\\n\\r\\n%s\\r\\n--B--\\r\\n'\n"
        "return self.ask('/o', form % self.given['password'])",
        lambda *_: (200, [], OUTLETS),
        [LOGIN["password"]],
    ),
    "a cookie of the device alone, over TLS": Case(
        "import http.cookiejar\n"
        "jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())\n"
        "opener = urllib.request.build_opener(jar)\n"
        "address = 'http://%s:%s/' % (self.pdu_data.ip, self.given['port'])\n"
        "opener.open(address + 'login').read()\n"
        "return opener.open(address + 'o').read()",
        of_cookies,
        ["abc1f9e7d6", "kunde7"],
    ),
    "a form from the device's own page": Case(
        "place = 'http://%s:%s' % (self.pdu_data.ip, self.given['port'])\n"
        "return self.ask('/o', 'a=1', {'Referer': place, 'Origin': place})",
        of_forms,
        [],
    ),
    "pages that are packed for all who ask": Case(
        "self.ask('/login')\nreturn self.ask('/o')",
        lambda target, *_: (
            (200, [("Content-Encoding", "gzip")], OUTLETS if target == "/o" else "Schmidt-Nord")
        ),
        ["Schmidt-Nord"],
    ),
    "a redirect to the whole address": Case(
        PLAIN, of_redirects("HTTP:"), ["abc1f9e7d6", "Schmidt-Nord", "kunde7", "SN7731AB41"]
    ),
    "a redirect without a scheme": Case(PLAIN, of_redirects(""), ["abc1f9e7d6", "Schmidt-Nord"]),
    "an answer that it has already, an unknown encoding, and calls that fail together": Case(
        'for body in (\'{"rid": "/o", "json": 1}\', \'3\'):\n'
        '    calls = \'{"method": "performBulk", "params": {"requests": [%s]}}\'\n'
        "    self.ask('/bulk', calls % body)\n"
        "text = self.ask('/o')\n"
        "try:\n    self.ask('/o', None, {'If-None-Match': '\"7\"'})\n"
        "except urllib.error.HTTPError as error:\n    assert error.code == 304\n"
        "except ValueError:\n    pass\n"
        "return text",
        of_tests,
        ["Schmidt-Nord"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_recording_holds_no_secret_or_is_not_written(case: Case, tmp_path: Path) -> None:
    if case.secrets is None:
        with pytest.raises(ProtocolError, match="looks like a secret; nothing was written"):
            recorded(tmp_path, case.device, case.outlets, case.settings)
        return
    recording, text, _ = recorded(tmp_path, case.device, case.outlets, case.settings)
    assert recording.states == {"1": True, "2": False}
    assert "127.0.0.1" not in text
    assert [secret for secret in case.secrets if secret.lower() in text.lower()] == []


@pytest.mark.parametrize(
    "on",
    [
        "POST /o/{outlet} on=1&x=abc1f9e7d6",
        "POST /o/{outlet} on=1&token=Zq03Sesam",
        "POST /o/{outlet} on=1&host=10.77.41.9",
        "POST /o/{outlet} on=1&by=mustermann",
        "POST /o/{outlet} on=1&pw=Zq01-Sesam_01",
        "POST /o/{outlet} on=1&pw=Zq01%2DSesam_01",
        "POST /o/{outlet} on=1 -> 302 /o?sid=Zq03Sesam",
    ],
)
def test_words_of_commands_that_show_what_is_private_are_refused(on: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--on and --off show") as error:
        recorded(tmp_path, of_redirects(""), on=on)
    assert on.split("=")[-1] not in str(error.value)


def test_a_header_that_stays_is_shown(tmp_path: Path) -> None:
    outlets = "self.ask('/login')\nassert self.headers['X-Rack']\nreturn self.ask('/' + TOKEN)"
    device = of_sessions
    recording, _, notes = recorded(tmp_path, device, outlets.replace("TOKEN", repr(TOKEN)))
    assert "kunde7-rack" in recording.kept_texts
    assert "kunde7-rack" in notes[0]


def test_a_large_counter_that_is_read_stays_and_another_number_of_its_length_does_not(
    tmp_path: Path,
) -> None:
    outlets = "text = self.ask('/o')\nassert json.loads(text)['wh'] == 12345678\nreturn text"
    more = '{"wh": 12345678, "serial": 87654321, "volts": 231.234567, '
    recording, _, _ = recorded(tmp_path, lambda *_: (200, [], more + OUTLETS[1:]), outlets)
    content = json.loads(json.dumps(recording.contents["GET /o"]))
    assert (content["wh"], content["serial"], content["volts"]) == (12345678, 0, 231.234567)
