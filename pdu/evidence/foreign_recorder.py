"""Records what a handler of somebody else's asks its PDU over HTTP, and what it gets.

The handler asks a port of this machine, which passes each request on to the PDU. So the recording
has what this handler needs, whatever the PDU is.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import unquote

from handlers.dcimanager import Figures
from handlers.shared.address import Address
from handlers.shared.errors import PduHandlerError, ProtocolError, SettingsError, Unreachable
from handlers.shared.meter_figures import measured
from handlers.shared.settings import port as port_number
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus

from ..cli.options import SECRETS
from ..cli.output import counted
from ..loading.four_methods import FourMethods, make_pdu
from ..loading.handler_loading import LoadedHandler
from ..pdu_list import form
from ..pdu_list.login_options import Login
from ..recordings.foreign_pdu import Answer, ForeignRecording, serve
from ..recordings.recording_formats import Recording, RecordingOptions
from ..recordings.replay_server import HttpReplay, Response
from ..recordings.request_patterns import named_secrets, recorded_request, without_named_secrets
from ..recordings.scrub import (
    SECRETS as SECRET_KIND,
    Scrubber,
    is_product,
    is_telling,
    kind_of,
    replace_unread,
)
from ..recordings.state_columns import TextPieces

_USUAL_PORT = 80
_ANY_TEXT = "any"  # in the place of a secret
_TIMEOUT_S = 30.0
# of one connection, RFC 9110, 7.6.1; the server writes the last two itself
_HOP_HEADERS = frozenset(
    "connection keep-alive proxy-authenticate te trailer transfer-encoding upgrade"
    " content-length server date".split()
)
_STATES = {EnumPowerStatus.UP: True, EnumPowerStatus.DOWN: False}
_COMPARE = (
    "Compare the states and figures at the head of the file with the PDU's own page, correct them,"
    ' and set "compared" to "yes": pdu handler check takes them for true then.'
)
_ALIKE = (
    "All outlets have one state: record it again with one switched off, so that the file shows how"
    " the PDU tells on from off."
)
_NO_WORDS = (
    "The file does not say how the PDU is commanded: record it with --on and --off, or write them"
    " into the file, so that pdu handler check tries commands."
)


class Reading(NamedTuple):
    """What a handler's status and statistic said."""

    states: Sequence[tuple[str, EnumPowerStatus]]
    figures: Figures


class _Passage(HttpReplay):
    """Passes requests on to a device, and keeps what was asked and answered."""

    def __init__(self, device: Address) -> None:
        self._device = device
        #: method, path, body and answer
        self.exchanges: list[tuple[str, str, str, http.client.HTTPResponse, bytes]] = []
        #: why the device did not answer
        self.error: Optional[OSError] = None
        super().__init__(0)

    @property
    def connections(self) -> int:
        return self._server.connections

    def reply(self, method: str, target: str, body: bytes) -> Response:
        return self.respond(method, target, {}, body)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """The device's answer. Raises OSError if it gives none."""
        port = self._device.port or _USUAL_PORT
        connection = http.client.HTTPConnection(self._device.host, port, timeout=_TIMEOUT_S)
        sent_headers = {}
        for name, header in headers.items():
            if name.lower() not in (*_HOP_HEADERS, "host", "accept-encoding"):
                sent_headers[name] = header
        try:
            connection.request(method, target, body or None, sent_headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.error = OSError(f"{type(error).__name__}: {error}")
            raise self.error from None
        finally:
            connection.close()
        text = body.decode("utf-8", "replace")
        self.exchanges.append((method, target, text, response, content))
        response_headers = {}
        for name, header in response.getheaders():
            if name.lower() not in _HOP_HEADERS:
                response_headers[name] = header
        return response.status, content, response_headers


def record_foreign(
    handler: LoadedHandler,
    host: Address,
    login: Login,
    options: RecordingOptions,
    on: Sequence[str],
    off: Sequence[str],
) -> Recording:
    """Let the handler read its PDU, and keep the requests and answers. `on`, `off`: requests that
    command it, in words. Raises the errors of handlers/shared/errors.py.
    """
    try:
        port = host.port or port_number(login.settings.get("port", str(_USUAL_PORT)))
    except ValueError:
        raise SettingsError("the setting port is a number from 1 to 65535") from None
    device = Address(f"[{host.host}]:{port}")
    options.tell("reading the PDU through the handler")
    passage = _Passage(device)
    try:
        make_data, reading = _read_through(handler, login, passage, device)
    finally:
        passage.close()
    user, login_secrets = _login_values(handler, login)
    secrets = list(dict.fromkeys([*login_secrets, *_session_secrets(passage)]))
    scrubber = Scrubber(options.keep, secrets, user, host.host)
    if any(map(scrubber.holds_login, (*on, *off))):
        raise SettingsError("--on and --off show the login: write {any} in its place")
    answers = _answers(passage, [user, *secrets])
    if any(scrubber.holds_login(answer.request) for answer in answers):
        raise ProtocolError(
            "a request of the handler shows the login in another spelling, which stays: record it"
            " with a password of letters and digits; nothing was written",
            host=device,
            operation="record",
        )
    states = {name: _STATES.get(state) for name, state in reading.states}

    def scrub(replaced: Collection[str]) -> ForeignRecording:
        return ForeignRecording(
            answers=[_scrubbed(answer, scrubber, replaced) for answer in answers],
            states=states,
            load_a=measured(reading.figures.load_a),
            energy_kwh=measured(reading.figures.energy_kwh),
            outlet_kwh=_outlet_kwh(reading.figures),
        )

    names = list(dict.fromkeys(_member_names([answer.content for answer in answers])))
    recording = replace_unread(names, scrub, lambda each: _read_again(handler, make_data, each))
    if _read_again(handler, make_data, recording) != _comparable(reading):
        raise ProtocolError(
            "the handler does not read the recording as it read the PDU: its requests may differ"
            " from call to call; nothing was written",
            host=host,
            operation="record",
        )
    recording = recording.commanded(on, off)
    notes = [_COMPARE]
    if len({state for state in states.values() if state is not None}) < 2:
        notes.append(_ALIKE)
    if not recording.on:
        notes.append(_NO_WORDS)
    holds = f"{counted(len(answers), 'answer')}, {counted(len(states), 'outlet')}"
    return Recording(recording.text, holds, notes)


def _read_through(
    handler: LoadedHandler, login: Login, passage: _Passage, device: Address
) -> tuple[Callable[[int], PduData], Reading]:
    """What the handler reads, and the form that leads it to the passage."""
    forms = form.forms_of_port(handler, login)
    for make_data in forms:
        try:
            reading = _reading(handler, make_data(passage.port))
            if passage.exchanges:  # else it asked the PDU past this program
                return make_data, reading
        except PduHandlerError as error:
            if passage.error is not None:
                raise Unreachable(str(passage.error), host=device, operation="record") from None
            if passage.exchanges:
                raise error.at(device, "record") from None
    if passage.connections:
        why = (
            "the handler opened a connection and sent no request over HTTP: what it asks over TLS"
            " cannot be recorded; let it ask over plain HTTP, if the PDU answers that"
        )
    else:
        why = (
            "no request of the handler came to this program, which stands between it and the PDU:"
            " let it take the port from its setting port, or from the address"
        )
    raise ProtocolError(why, host=device, operation="record")


def _reading(handler: LoadedHandler, data: PduData) -> Reading:
    methods = FourMethods(make_pdu(handler.make, data), data)
    return Reading(methods.states(), methods.figures())


def _read_again(
    handler: LoadedHandler, make_data: Callable[[int], PduData], recording: ForeignRecording
) -> object:
    """What the handler reads in a recording; or the error's kind."""
    device = serve(recording.text, 0)
    with contextlib.closing(device.simulated_pdu):
        try:
            return _comparable(_reading(handler, make_data(device.port)))
        except PduHandlerError as error:
            return error.kind


def _comparable(reading: Reading) -> object:
    figures = reading.figures
    return (
        list(reading.states),
        measured(figures.load_a),
        measured(figures.energy_kwh),
        _outlet_kwh(figures),
    )


def _outlet_kwh(figures: Figures) -> dict[str, float]:
    energies = {name: measured(port.energy_kwh) for name, port in figures.ports.items()}
    return {name: kwh for name, kwh in energies.items() if kwh is not None}


def _login_values(handler: LoadedHandler, login: Login) -> tuple[str, list[str]]:
    """The user and the secrets that the handler is given."""
    params = form.pdu_data(handler, Address(form.LOOPBACK), login).custom_params
    declared = {setting.key for setting in handler.settings if setting.secret}
    secret_keys = {*SECRETS, *declared, *login.secret_files}
    secrets = [text for key, text in params.items() if key in secret_keys]
    return params.get("username", ""), secrets


def _session_secrets(passage: _Passage) -> list[str]:
    """What the device and the handler know each other by: ids of sessions, tokens and cookies, in
    URLs, headers and bodies.
    """
    secrets: list[str] = []
    for _, target, body, response, content in passage.exchanges:
        for text in (target, unquote(target), body, content.decode("utf-8", "replace")):
            secrets += named_secrets(text)
        for name, text in response.getheaders():
            secrets += named_secrets(f"{name}={text}")
            if name.lower() == "set-cookie":
                secrets += filter(is_telling, [text.partition("=")[2].partition(";")[0]])
            elif "csrf" in name.lower() and is_telling(text):
                secrets.append(text)
    return secrets


def _answers(passage: _Passage, secrets: list[str]) -> list[Answer]:
    """The last answer to each request; an error only where nothing else came."""
    answers: dict[str, Answer] = {}
    for method, target, body, response, content in passage.exchanges:
        request = recorded_request(method, target, body, secrets)
        known_answer = answers.get(request)
        if known_answer is None or response.status < 400:
            answers[request] = _answer(request, response, content)
    return list(answers.values())


def _answer(request: str, response: http.client.HTTPResponse, content: bytes) -> Answer:
    headers = dict(_kept_headers(response))
    kind = response.getheader("Content-Type", "").partition(";")[0].strip() or "text/plain"
    try:
        value: Any = json.loads(content)
        kind = ""
    except (ValueError, RecursionError):
        encoding = response.headers.get_content_charset("utf-8")
        value = TextPieces.of(content.decode(encoding, "replace"))
        kind = f"{kind}; charset=utf-8"
    return Answer(request, value, response.status, kind, headers)


def _kept_headers(response: http.client.HTTPResponse) -> Iterator[tuple[str, str]]:
    """Headers by which a session goes on, without its secrets."""
    for name, text in response.getheaders():
        lower_name = name.lower()
        is_secret = kind_of(name) == SECRET_KIND or "csrf" in lower_name
        if lower_name == "set-cookie":
            cookie = text.partition("=")[0]
            yield name, f"{cookie}=any; Path=/"
        elif lower_name == "location":
            place = re.sub("^https?://[^/]+", "", text)  # a replay is at another address
            yield name, without_named_secrets(place, _ANY_TEXT)
        elif is_secret:
            yield name, "any"


def _scrubbed(answer: Answer, scrubber: Scrubber, replaced: Collection[str]) -> Answer:
    """The answer with stand-ins for what names the owner."""

    def is_kept(name: str, _: Any) -> bool:
        if kind_of(name) == SECRET_KIND:
            return False
        return name not in replaced or is_product(name)

    headers = {name: scrubber.scrub_kept_text(text) for name, text in answer.headers.items()}
    answer = answer._replace(headers=headers)
    content = answer.content
    if isinstance(content, TextPieces):
        text = without_named_secrets(content.text, _ANY_TEXT)
        return answer._replace(content=TextPieces.of(scrubber.scrub_kept_text(text)))
    return answer._replace(content=scrubber.scrub_json(content, is_kept))


def _member_names(value: Any) -> Iterator[str]:
    """The names of all members below a value."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            yield from part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
