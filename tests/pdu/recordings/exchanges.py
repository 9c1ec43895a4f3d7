"""Recordings of odd logins over HTTP: what the lines of exchanges.txt mean.

    do CODE             what the handler does to read the outlets (odd_handler.source)
    at TARGET STATUS HEADERS BODY       an answer of the device; HEADERS are `[NAME: TEXT, ...]` or
                        `[]`; in an answer, HOST stands for its address. The last one with this
                        target counts, `*` for each target
    secret TEXT         what the recording must not have; values of settings are secrets, too
    needs TARGET TEXT   such a request gets 403 unless the text is in its target, headers or body
    held TARGET         such a request must not reach the device
    NAME=TEXT           another setting than the login, `none` for no login
    on WORDS            its words for a command on

On the right stand the states, the requests and answers of the recording and the texts that stay;
else the error. A secret that is in the recording stands at the end as `HAS TEXT`, and a request
that reached the device as `GOT TARGET`.
`python -m tests.tables tests.pdu.recordings.exchanges` writes right sides.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from handlers.shared.errors import PduHandlerError
from pdu.loading.handler_loading import load
from pdu.recordings.recording_formats import Recording, RecordingOptions
from pdu.recordings.web import har, recorder
from pdu.recordings.web.har import Answer
from pdu_common.connection import PduData
from tests.pdu.loading.page_handler import folder, loading_anew
from tests.pdu.recordings.odd_handler import OUTLETS, serving, source
from tests.tables import Case, Table, escaped

TABLE = Table(Path(__file__).with_suffix(".txt"))
LOGIN = {"username": "mustermann", "password": "Zq01-Sesam_01"}
Headers = Sequence[tuple[str, str]]


class Exchange:
    """The handler and the device of a line."""

    def __init__(self, changes: Sequence[str]) -> None:
        self.code = "return self.ask('/o')"
        self.settings = dict(LOGIN)
        self.on = "POST /o/{outlet} on"
        self.secrets: list[str] = []
        self._answers: dict[str, tuple[int, str, str]] = {"*": (200, "", OUTLETS)}
        self._needs: dict[str, str] = {}
        self._held: list[str] = []
        self.got: list[str] = []
        for change in changes:
            word, _, rest = change.partition(" ")
            if word == "do":
                self.code = rest.replace("\\n", "\n")
            elif word == "at":
                target, status, text = rest.split(" ", 2)
                headers, _, body = text[1:].partition("]")
                self._answers[target] = (int(status), headers, body.strip())
            elif word == "needs":
                target, _, text = rest.partition(" ")
                self._needs[target] = text
            elif word == "held":
                self._held.append(rest)
            elif word == "on":
                self.on = rest
            elif word == "secret":
                self.secrets.append(rest)
            elif change == "none":
                self.settings = {}
            else:
                name, _, value = change.partition("=")
                self.settings[name] = value

    def answer(
        self, target: str, headers: Mapping[str, str], body: str
    ) -> tuple[int, Headers, str]:
        path = target.partition("?")[0]
        if target in self._held:
            self.got.append(f"GOT {target}")
        need = self._needs.get(path, "").replace("HOST", headers["Host"])
        if need not in f"{target}\n{headers}\n{body}":
            return 403, [], ""
        status, texts, text = self._answers.get(path, self._answers["*"])
        fields: list[tuple[str, str]] = []
        for field in filter(None, texts.split(", ")):
            name, _, value = field.partition(": ")
            fields.append((name, value.replace("HOST", headers["Host"])))
        return status, fields, text


def shown(case: Case) -> str:
    """The recording of a line, or the error."""
    exchange = Exchange(case.left.split(TABLE.separator))
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        handler = folder(Path(place), "odd", source(exchange.code))
        with loading_anew(patch), serving(exchange.answer) as port:
            data = PduData("127.0.0.1", {**exchange.settings, "port": str(port)})
            words = ([exchange.on], ["POST /o/{outlet} off"])
            try:
                made = recorder.record(load(str(handler)), data, RecordingOptions(), *words)
            except PduHandlerError as error:
                text = f"{error.kind}: {error}".replace(f":{port}", ":PORT")
                return escaped("; ".join([text, *exchange.got]))
    return escaped(_recorded(made, [*exchange.secrets, *exchange.settings.values(), "127.0.0.1"]))


def _recorded(made: Recording, secrets: Sequence[str]) -> str:
    recording = har.parse(made.text)
    states = " ".join(f"{name}={on}" for name, on in recording.states.items())
    parts = [states, *(_answer(answer) for answer in recording.answers)]
    if recording.kept_texts:
        parts.append(f"stays: {', '.join(recording.kept_texts)}")
    text = made.text.lower()
    parts += [f"HAS {secret}" for secret in dict.fromkeys(secrets) if secret.lower() in text]
    return "; ".join(parts)


def _answer(answer: Answer) -> str:
    """A request and its answer."""
    content = answer.content
    if isinstance(content, bytes):
        content = f"{len(content)} octets"
    elif not isinstance(content, str):
        content = json.dumps(content)
    headers = ", ".join(f"{name}: {text}" for name, text in answer.headers)
    # a stand-in's number counts those that were tried
    text = re.sub("name-[0-9]+", "X", f"[{headers}] {content}")
    return f"{answer.request} => {answer.status} {text}".strip()
