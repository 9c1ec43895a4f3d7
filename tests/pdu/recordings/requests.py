"""Requests in words, and HTTP Archives that are refused: what the lines of requests.txt mean.

    words TEXT ; outlet TEXT        a request in words, of an outlet; then requests of a client:
    asks METHOD TARGET BODY         shown is whether it is the one in words, and behind it, whether
                                    it is the one of outlet 17, and with `9` behind its target
    recorded METHOD TARGET BODY     what a recording has for this request; `login TEXT` before it:
                                    what it must not have
    archive TEXT                    a file; shown is how it is refused, else the requests in it
    edit OLD => NEW                 the file of a recording of three outlets, with another text
    on TEXT, TEXT / TEXT            the words of its commands on and off; shown are their requests

`python -m tests.tables tests.pdu.recordings.requests` writes right sides.
"""

from __future__ import annotations

from pathlib import Path

from handlers.shared.errors import SettingsError
from handlers.shared.meter_figures import NotKnown
from pdu.recordings.web import har
from pdu.recordings.web.har import Answer, Effect, RecordedOutlet, WebRecording
from pdu.recordings.web.request_patterns import RequestPattern, recorded_request
from tests.tables import Case, Table, unescaped

TABLE = Table(Path(__file__).with_suffix(".txt"), separator=" ; ", operator=": ")
_LOST = NotKnown("it was not known when it was recorded")
RECORDING = WebRecording(
    answers=[
        Answer("GET /status", {"outlets": [{"on": True}, {"on": False}, {"on": True}]}),
        Answer("GET /logo", b"\x89PNG", type="image/png"),
    ],
    outlets={
        "1": RecordedOutlet(True, 1.5, Effect("POST /1 on"), Effect("POST /1 off")),
        "2": RecordedOutlet(False, _LOST),
        "3": RecordedOutlet(None),
    },
    load_a=_LOST,
    is_compared=True,
)


def shown(case: Case) -> str:
    """What comes of the requests of a line."""
    pattern = RequestPattern.parse("GET /")
    outlet = ""
    login: list[str] = []
    texts: list[str] = []
    try:
        for change in case.left.split(TABLE.separator):
            word, _, text = change.partition(": ")
            if word == "words":
                pattern = RequestPattern.parse(text)
            elif word == "outlet":
                outlet = text
            elif word == "login":
                login.append(text)
            elif word == "asks":
                texts.append(_matches(pattern, outlet, text))
            else:
                texts.append(_shown(word, unescaped(text), login))
    except SettingsError as error:
        return str(error)
    return " ; ".join(texts)


def _shown(word: str, text: str, login: list[str]) -> str:
    if word == "recorded":
        return recorded_request(*_request(text), login)
    if word == "on":
        on, _, off = text.partition(" / ")
        commanded = RECORDING.commanded(_list(on), _list(off))
        return ", ".join(
            f"{outlet.on.request} | {outlet.off.request}" for outlet in commanded.outlets.values()
        )
    if word == "edit":
        old, _, new = text.partition(" => ")
        assert old in RECORDING.text, old
        text = RECORDING.text.replace(old, new)
    return ", ".join(answer.request for answer in har.parse(text).answers)


def _list(text: str) -> list[str]:
    return text.split(", ") if text else []


def _request(text: str) -> tuple[str, str, str]:
    """Method, target and body."""
    method, target, *body = text.split(" ", 2)
    return method, target, "".join(body)


def _matches(pattern: RequestPattern, outlet: str, text: str) -> str:
    method, target, body = _request(text)
    own = pattern.of_outlet(outlet)
    words = {True: "yes", False: "no"}
    answers = [
        own.matches(method, target, body),
        pattern.of_outlet("17").matches(method, target, body),
        own.matches(method, f"{target}9", body),
    ]
    return " ".join(words[answer] for answer in answers)
