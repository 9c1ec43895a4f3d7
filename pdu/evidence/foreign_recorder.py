"""Records what a handler of somebody else's asks its PDU over HTTP, and what it gets.

The handler asks a port of this machine, which passes each request on to the PDU. So the recording
has what this handler needs, whatever the PDU is.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import unquote, unquote_plus

from handlers.dcimanager import Figures
from handlers.shared.address import Address
from handlers.shared.errors import PduHandlerError, ProtocolError, SettingsError, Unreachable
from handlers.shared.meter_figures import Figure
from handlers.shared.settings import port as port_number
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus

from ..cli.output import counted
from ..loading.four_methods import FourMethods, make_pdu
from ..loading.handler_loading import LoadedHandler
from ..pdu_list import form
from ..pdu_list.login_options import Login
from ..recordings.answer_scrubbing import (
    Answers,
    ScrubbedAnswers,
    kept_notes,
    members,
    scrub_answers,
    secrets_in,
)
from ..recordings.foreign_pdu import Answer, ForeignRecording, serve, shown_figure
from ..recordings.generic_words import has_only_generic_words
from ..recordings.named_values import named_secrets, named_values, without_named_secrets
from ..recordings.recording_formats import Recording, RecordingOptions, ReplayedDevice
from ..recordings.replay_server import HttpReplay, Response
from ..recordings.request_patterns import ANY, RequestPattern, recorded_request
from ..recordings.scrub import (
    ANY_TEXT,
    SECRETS as SECRET_KIND,
    Scrubber,
    is_telling,
    kind_of,
    longest_first,
    unread_groups,
)
from ..recordings.simulated_pdu import States
from ..recordings.state_columns import TextPieces
from ..recordings.text_answers import TextAnswer, document_of

_USUAL_PORT = 80
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


class _Exchange(NamedTuple):
    """A request that was passed on, and its answer."""

    method: str
    target: str
    #: of the request
    body: str
    response: http.client.HTTPResponse
    #: of the answer
    content: bytes


class _Passage(HttpReplay):
    """Passes requests on to a device, and keeps what was asked and answered."""

    def __init__(self, device: Address) -> None:
        self._device = device
        self.exchanges: list[_Exchange] = []
        #: why the device did not answer
        self.error: Optional[OSError] = None
        super().__init__(0)

    @property
    def connections(self) -> int:
        return self._server.connections

    def reply(self, method: str, target: str, body: bytes) -> Response:
        """As `respond`, to a request without headers."""
        return self.respond(method, target, {}, body)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """The device's answer. Raises OSError if it gives none."""
        port = self._device.port or _USUAL_PORT
        connection = http.client.HTTPConnection(self._device.host, port, timeout=_TIMEOUT_S)
        own_headers = _without(headers, {*_HOP_HEADERS, "host", "accept-encoding"})
        try:
            connection.request(method, target, body or None, own_headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.error = OSError(f"{type(error).__name__}: {error}")
            raise self.error from None
        finally:
            connection.close()
        exchange = _Exchange(
            method=method,
            target=target,
            body=body.decode("utf-8", "replace"),
            response=response,
            content=content,
        )
        self.exchanges.append(exchange)
        return response.status, content, _without(dict(response.getheaders()), _HOP_HEADERS)


def _without(headers: Mapping[str, str], lower_names: Collection[str]) -> dict[str, str]:
    """The headers without those of these names."""
    return {name: text for name, text in headers.items() if name.lower() not in lower_names}


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
    device = _device_address(host, login)
    options.tell("reading the PDU through the handler")
    passage = _Passage(device)
    try:
        commands = _Commands(device, on, off)
        make_data, reading = _read_through(handler, login, passage, commands)
    finally:
        passage.close()
    settings, login_secrets = form.form_fields(handler, Address(form.LOOPBACK), login)
    user = settings.get("username", "")
    session_secrets = _session_secrets(passage.exchanges)
    secrets = list(dict.fromkeys([*login_secrets.values(), *session_secrets]))
    scrubber = Scrubber(options.keep, secrets, user, host.host)
    answers = _answers(passage.exchanges, [user, *secrets])
    _require_no_login(scrubber, [*on, *off], answers, device)
    options.tell("reading the recording again, to find what must stay")
    read_at = partial(_read_at, handler, make_data)
    recording = _scrubbed_recording(reading, answers, settings.values(), scrubber, read_at)
    if _read_again(read_at, recording) != _comparable(reading):
        raise ProtocolError(
            "the handler does not read the recording as it read the PDU: its requests may differ"
            " from call to call; nothing was written",
            host=host,
            operation="record",
        )
    recording = recording.commanded(on, off)
    holds = f"{counted(len(answers), 'answer')}, {counted(len(recording.states), 'outlet')}"
    return Recording(recording.text, holds, _notes(recording))


class _Commands(NamedTuple):
    """The requests that command the device, in words, as a recording has them."""

    device: Address
    on: Sequence[str]
    off: Sequence[str]

    def require_none(self, exchanges: Sequence[_Exchange], identities: Sequence[str]) -> None:
        """Raises ProtocolError if one of these requests was a command. `identities`: of outlets."""
        states: States = dict.fromkeys(identities)
        recording = ForeignRecording([], states).commanded(self.on, self.off)
        for exchange, identity, on in itertools.product(exchanges, identities, (True, False)):
            command = recording.command(identity, on=on)
            if command and command.matches(exchange.method, exchange.target, exchange.body):
                raise ProtocolError(
                    f"a reading sent a command to outlet {identity}, and the PDU was switched: the"
                    " handler writes while it reads; nothing was written",
                    host=self.device,
                    operation="record",
                )


def _require_no_login(
    scrubber: Scrubber, commands: Sequence[str], answers: Sequence[Answer], device: Address
) -> None:
    """Raises SettingsError or ProtocolError if a command or a request shows the login."""
    if any(map(scrubber.holds_login, commands)):
        raise SettingsError("--on and --off show the login: write {any} in its place")
    if any(scrubber.holds_login(answer.request) for answer in answers):
        raise ProtocolError(
            "a request of the handler shows the login in another spelling, which stays: record it"
            " with a password of letters and digits; nothing was written",
            host=device,
            operation="record",
        )


def _device_address(host: Address, login: Login) -> Address:
    """Where the PDU answers. Raises SettingsError."""
    try:
        port = host.port or port_number(login.settings.get("port", str(_USUAL_PORT)))
    except ValueError:
        raise SettingsError("the setting port is a number from 1 to 65535") from None
    return Address(f"[{host.host}]:{port}")


def _scrubbed_recording(
    reading: Reading,
    answers: Sequence[Answer],
    settings: Collection[str],
    scrubber: Scrubber,
    read_at: Callable[[int], object],
) -> ForeignRecording:
    """The answers as a recording, in which all is replaced on which the handler's reading does not
    depend. `settings`: texts that the owner gave to the handler, also by the environment.
    """
    recording = ForeignRecording(
        answers=[_without_owner(answer, scrubber) for answer in answers],
        states={name: _STATES.get(state) for name, state in reading.states},
        load_a=reading.figures.load_a,
        energy_kwh=reading.figures.energy_kwh,
        outlet_kwh=_outlet_kwh(reading.figures),
    )
    texts = _texts_of_requests(recording)
    own_texts = {*settings, *_values(recording), *_texts_of_places(recording)}
    # a request may have them escaped
    texts_to_try = [text for text in texts if text in own_texts or unquote_plus(text) in own_texts]
    unread_texts = unread_groups(
        texts_to_try,
        (),
        partial(_with_any, recording),
        partial(_read_again, read_at),
    )
    recording = _with_any(recording, unread_texts)
    clean_contents, kept_texts = _scrubbed_contents(recording, scrubber, read_at)
    texts_of_requests = [text for text in texts if text not in unread_texts]
    all_kept_texts = list(dict.fromkeys([*kept_texts, *texts_of_requests]))
    return _with_contents(recording, clean_contents)._replace(kept_texts=all_kept_texts)


def _scrubbed_contents(
    recording: ForeignRecording, scrubber: Scrubber, read_at: Callable[[int], object]
) -> ScrubbedAnswers:
    """The contents of the answers by request, as in `_scrubbed_recording`."""
    contents: dict[str, Any] = {}
    for answer in recording.answers:
        is_text = isinstance(answer.content, TextPieces)
        contents[answer.request] = TextAnswer(answer.content.text) if is_text else answer.content
    # one server for all readings: they may be hundreds
    device = _served(recording)

    def read_values(clean_contents: Answers) -> object:
        clean_recording = _with_contents(recording, clean_contents)
        new_contents = {answer.request: answer.content for answer in clean_recording.answers}
        device.simulated_pdu.contents = {}, new_contents
        return read_at(device.port)

    with contextlib.closing(device.simulated_pdu):
        return scrub_answers(contents, scrubber, read_values)


def _texts_of_requests(recording: ForeignRecording) -> Sequence[str]:
    """The fields and the parts of the paths, in requests and in the places to which answers lead,
    that are no common words.
    """
    texts = list(_texts_of_places(recording))
    for answer in recording.answers:
        path, _, _ = RequestPattern.parse(answer.request).target.partition("?")
        texts += path.split("/")
        texts += [field.value for field in named_values(answer.request)]
    telling_texts = [text for text in texts if not has_only_generic_words(text)]
    return [text for text in dict.fromkeys(telling_texts) if ANY not in text]


def _texts_of_places(recording: ForeignRecording) -> Iterator[str]:
    """The parts of the addresses to which answers lead, by their header Location."""
    for answer in recording.answers:
        for name, text in answer.headers.items():
            if name.lower() == "location":
                yield from re.split("[/?&=;#]+", text)


def _values(recording: ForeignRecording) -> Iterator[str]:
    """The texts of all members of JSON, and the words of other answers that are not in tags."""
    for answer in recording.answers:
        if isinstance(answer.content, TextPieces):
            yield from re.split("<[^<>]*>|[\\s\"'=,;]+", answer.content.text)
        else:
            yield from (value for _, value in members([answer.content]) if isinstance(value, str))


def _with_any(recording: ForeignRecording, texts: Collection[str]) -> ForeignRecording:
    """The recording with {any} in place of these texts in its requests, and "any" in places."""
    answers: list[Answer] = []
    for answer in recording.answers:
        request = answer.request
        headers = dict(answer.headers)
        for text in longest_first(texts):
            request = request.replace(text, ANY)
            for name in headers:
                if name.lower() == "location":
                    headers[name] = headers[name].replace(text, ANY_TEXT)
        answers.append(answer._replace(request=request, headers=headers))
    return recording._replace(answers=answers)


def _with_contents(recording: ForeignRecording, contents: Answers) -> ForeignRecording:
    """The recording with these contents, by request."""
    answers: list[Answer] = []
    for answer in recording.answers:
        content = contents[answer.request]
        is_text = isinstance(content, TextAnswer)
        new_content = TextPieces.of(content) if is_text else content
        answers.append(answer._replace(content=new_content))
    return recording._replace(answers=answers)


def _without_owner(answer: Answer, scrubber: Scrubber) -> Answer:
    """The answer whose headers have stand-ins for what names the owner."""
    headers = {name: scrubber.scrub_kept_text(text) for name, text in answer.headers.items()}
    return answer._replace(headers=headers)


def _notes(recording: ForeignRecording) -> Sequence[str]:
    """What its owner does next."""
    notes = [*kept_notes(recording.kept_texts), _COMPARE]
    known_states = {state for state in recording.states.values() if state is not None}
    if len(known_states) < 2:
        notes.append(_ALIKE)
    if not recording.on:
        notes.append(_NO_WORDS)
    return notes


def _read_through(
    handler: LoadedHandler, login: Login, passage: _Passage, commands: _Commands
) -> tuple[Callable[[int], PduData], Reading]:
    """What the handler reads, and the form that leads it to the passage. Ends at the first reading
    that sends a command.
    """
    device = commands.device

    def check(states: Sequence[tuple[str, EnumPowerStatus]]) -> None:
        identities = [identity for identity, _ in states]
        commands.require_none(passage.exchanges, identities)

    forms = form.forms_of_port(handler, login)
    for make_data in forms:
        try:
            reading = _reading(handler, make_data(passage.port), check)
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


def _reading(
    handler: LoadedHandler,
    data: PduData,
    check: Callable[[Sequence[tuple[str, EnumPowerStatus]]], None] = lambda _: None,
) -> Reading:
    """What status and statistic say. `check` is called with the states after each of them."""
    methods = FourMethods(make_pdu(handler.make, data), data)
    states = methods.states()
    check(states)
    figures = methods.figures()
    check(states)
    return Reading(states, figures)


def _served(recording: ForeignRecording) -> ReplayedDevice:
    """The recording at a port of this machine, which takes no commands: so that the places of its
    states are not sought.
    """
    return serve(recording._replace(states={}).text, 0)


def _read_again(read_at: Callable[[int], object], recording: ForeignRecording) -> object:
    """What the handler reads in a recording; or the error's kind."""
    device = _served(recording)
    with contextlib.closing(device.simulated_pdu):
        return read_at(device.port)


def _read_at(handler: LoadedHandler, make_data: Callable[[int], PduData], port: int) -> object:
    """What the handler reads at a port of this machine; or the error's kind."""
    try:
        return _comparable(_reading(handler, make_data(port)))
    except PduHandlerError as error:
        return error.kind


def _comparable(reading: Reading) -> object:
    """A reading as it is compared with another: why a figure is not known does not count."""
    figures = reading.figures
    outlet_kwh = {name: shown_figure(kwh) for name, kwh in _outlet_kwh(figures).items()}
    return (
        list(reading.states),
        shown_figure(figures.load_a),
        shown_figure(figures.energy_kwh),
        outlet_kwh,
    )


def _outlet_kwh(figures: Figures) -> dict[str, Figure]:
    """The energies of the outlets that are metered."""
    kwh_by_outlet: dict[str, Figure] = {}
    for name, port in figures.ports.items():
        if port.energy_kwh is not None:
            kwh_by_outlet[name] = port.energy_kwh
    return kwh_by_outlet


def _session_secrets(exchanges: Sequence[_Exchange]) -> list[str]:
    """What the device and the handler know each other by: ids of sessions, tokens and cookies, in
    URLs, headers and bodies.
    """
    secrets: list[str] = []
    for exchange in exchanges:
        content = document_of(exchange.content)
        secrets += secrets_in({exchange.target: content})
        for text in (exchange.target, unquote(exchange.target), exchange.body):
            secrets += named_secrets(text)
        for name, text in exchange.response.getheaders():
            secrets += named_secrets(f"{name}={text}")
            secret = _secret_of_header(name, text)
            if is_telling(secret):
                secrets.append(secret)
    return secrets


def _secret_of_header(name: str, text: str) -> str:
    """The value of a cookie, or a token against forged requests (CSRF); "" in any other header."""
    lower_name = name.lower()
    if lower_name == "set-cookie":
        _, _, cookie = text.partition("=")
        value, _, _ = cookie.partition(";")
        return value
    return text if "csrf" in lower_name else ""


def _answers(exchanges: Sequence[_Exchange], secrets: list[str]) -> list[Answer]:
    """The last answer to each request; an error only where nothing else came."""
    answers: dict[str, Answer] = {}
    for exchange in exchanges:
        request = recorded_request(exchange.method, exchange.target, exchange.body, secrets)
        is_error = exchange.response.status >= 400
        if request not in answers or not is_error:
            answers[request] = _answer(request, exchange.response, exchange.content)
    return list(answers.values())


def _answer(request: str, response: http.client.HTTPResponse, content: bytes) -> Answer:
    """An answer as it is recorded: its JSON, or its text, which then has a type."""
    headers = _kept_headers(response)
    try:
        document: Any = json.loads(content)
    except (ValueError, RecursionError):
        encoding = response.headers.get_content_charset("utf-8")
        pieces = TextPieces.of(content.decode(encoding, "replace"))
        content_type, _, _ = response.getheader("Content-Type", "").partition(";")
        kind = f"{content_type.strip() or 'text/plain'}; charset=utf-8"
        return Answer(request, pieces, response.status, kind, headers)
    return Answer(request, document, response.status, headers=headers)


def _kept_headers(response: http.client.HTTPResponse) -> Mapping[str, str]:
    """Headers by which a session goes on, without its secrets."""
    headers = {}
    for name, text in response.getheaders():
        lower_name = name.lower()
        if lower_name == "set-cookie":
            cookie, _, _ = text.partition("=")
            headers[name] = f"{cookie}={ANY_TEXT}; Path=/"
        elif lower_name == "location":
            place = re.sub("^https?://[^/]+", "", text)  # a replay is at another address
            headers[name] = without_named_secrets(place, ANY_TEXT)
        elif kind_of(name) == SECRET_KIND or "csrf" in lower_name:
            headers[name] = ANY_TEXT
    return headers
