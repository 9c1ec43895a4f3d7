"""Records and simulates the PDUs of handlers that are a codec (handlers/host/unit_pdu.py).

A recording has the answers to the requests that the codec yields, scrubbed. The simulated device
takes any login.
"""

from __future__ import annotations

import importlib
import json
import socketserver
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import registry
from handlers.host.unit_pdu import PduState, run_dialogue
from handlers.http.strict_json import loads
from handlers.shared.errors import ProtocolError, SettingsError

from ..cli.output import counted
from .recording_formats import (
    Recording,
    RecordingFormat,
    RecordingOptions,
    ReplayedDevice,
    make_json_detector,
)
from .replay_server import ANY_LOGIN, HOST, HttpReplay, Replay, ReplayServer, Response
from .scrub import Scrubber

_LONGEST = 65536  # limit for a line that a client sends, in bytes
#: answers by request: JSON by path, or lines by line
Answers = Mapping[str, Any]


def unit_recording_format(name: str) -> RecordingFormat:
    """That of the handler `name`, whose `about` has a `codec`."""
    is_http = registry.about(name).codec == "http"

    def record(data: Any, recorder: RecordingOptions) -> Recording:
        answers: dict[str, Any] = {}
        login: list[tuple[str, Any]] = []
        pdu = _module(name, "handler").make_handler(data)
        with pdu.session("record") as session:

            def exchange(request: Any) -> Any:
                answer = recorder.again(lambda: session.exchange(request))
                answers[_key(request)] = _json(answer) if is_http else answer
                return answer

            if not is_http:
                recorder.again(
                    lambda: session.log_in(
                        lambda line, answer: login.append(("*" if line else "", answer))
                    )
                )
            pdu.read_unit(session, True, exchange)
            scrubber = Scrubber(
                recorder.keep,
                (session.login.password or "",),
                session.login.user or "",
                session.address,
            )
        content: dict[str, Any] = {"answers": answers}
        if not is_http:
            content = {"login": login, **content}
        scrubbed = scrubber.twice(lambda: scrubber.json(content))
        text = json.dumps({"recording": f"{name} 1", **scrubbed}, indent=1) + "\n"
        return Recording(text, _holds(text))

    def serve(text: str, port: int) -> ReplayedDevice:
        login, answers = _recorded(text)
        if is_http:
            return _DocumentReplay(answers, port).served(name, "one unit", ANY_LOGIN)
        return _LineReplay(login, answers, port).served(name, "one unit")

    usual_port = 443 if is_http else _module(name, "decoding").PORT
    return RecordingFormat(usual_port, 4, record, make_json_detector(name), serve, holds=_holds)


def read_recorded(name: str, text: str) -> PduState:
    """The values that the handler's codec reads in a recording. Raises the errors of
    handlers/shared/errors.py.
    """
    is_http = registry.about(name).codec == "http"
    _, answers = _recorded(text)

    def exchange(request: Any) -> Any:
        answer = answers[_key(request)]
        return json.dumps(answer).encode() if is_http else answer

    unit: PduState = run_dialogue(_module(name, "decoding").read_unit(True), exchange)
    return unit


def _recorded(text: str) -> tuple[Sequence[Any], Answers]:
    """The exchanges of the login, each with what was sent ("" for a greeting), and the answers.
    Raises SettingsError if the recording has none.
    """
    try:
        recording: Any = loads(text.encode())
        return recording.get("login", ()), dict(recording["answers"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise SettingsError("the recording is not complete") from None


def _holds(text: str) -> str:
    return counted(len(_recorded(text)[1]), "answer")


def _key(request: Any) -> str:
    """A path, or a line."""
    return request if isinstance(request, str) else str(request.path)


def _module(name: str, module: str) -> Any:
    return importlib.import_module(f"handlers.{name}.{module}")


def _json(body: bytes) -> Any:
    try:
        return loads(body)
    except ValueError:
        raise ProtocolError("the answer is not JSON", body) from None


class _DocumentReplay(HttpReplay):
    """Answers with the documents. It refuses commands: what they do is not recorded."""

    def __init__(self, documents: Answers, port: int) -> None:
        self._documents = documents
        super().__init__(port)

    def reply(self, method: str, target: str, body: bytes) -> Response:
        if method == "GET" and target in self._documents:
            return 200, self._documents[target], {}
        return 404, None, {}


class _LineReplay(Replay):
    """Answers with the lines, first those of the login, whatever it is. It ends the connection
    instead of a command: what that does is not recorded.
    """

    def __init__(self, login: Sequence[Any], answers: Answers, port: int) -> None:
        self.login, self.answers = login, answers
        super().__init__(ReplayServer((HOST, port), _Lines))


class _Lines(socketserver.StreamRequestHandler):
    server: ReplayServer
    timeout = 60.0
    disable_nagle_algorithm = True

    def handle(self) -> None:
        replay: _LineReplay = self.server.replay
        for line, answer in replay.login:
            if line and not self.rfile.readline(_LONGEST):
                return
            self._send(answer)
        while True:
            line = self.rfile.readline(_LONGEST).decode("utf-8", "replace").strip()
            if line not in replay.answers:
                return
            self._send(replay.answers[line])

    def _send(self, lines: Sequence[str]) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
