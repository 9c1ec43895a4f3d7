"""Records a PDU over HTTP by letting its handler read it: ours, or anybody's.

The handler asks a port of this machine, which passes each request on to the PDU, over TLS as the
settings say. So the recording has what this handler needs, whatever the PDU is.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional
from urllib.parse import unquote

from handlers import dcimanager, registry
from handlers.dcimanager import Figures
from handlers.http.client import endpoint
from handlers.http.connection import StandardTransport
from handlers.http.message import Endpoint, Request
from handlers.http.settings import SCHEME
from handlers.shared.errors import (
    NamedSetting,
    PduHandlerError,
    ProtocolError,
    SettingsError,
    Unreachable,
)
from handlers.shared.meter_figures import Figure
from handlers.shared.settings import HOST, Settings, port as port_number
from handlers.shared.tls import CA_PEM, FINGERPRINT, VERIFY, Trust
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus

from ..cli.options import SECRETS as SECRET_SETTINGS
from ..cli.output import counted
from ..loading import handler_recordings
from ..loading.four_methods import FourMethods, make_pdu
from ..loading.handler_loading import LoadedHandler
from ..loading.open_handler import HandlerTools
from ..recordings.answer_scrubbing import Answers, kept_notes, scrub_answers, secrets_in
from ..recordings.named_values import named_secrets, without_named_secrets
from ..recordings.recording_formats import Recording, RecordingOptions
from ..recordings.replay_server import HOST as LOOPBACK, HttpReplay, Response
from ..recordings.request_patterns import recorded_request
from ..recordings.scrub import ANY_TEXT, SECRETS as SECRET_KIND, Scrubber, is_telling, kind_of
from ..recordings.simulated_pdu import States
from ..recordings.text_answers import TextAnswer, document_of
from ..recordings.web import har, probing
from ..recordings.web.further_reads import FURTHER_READS
from ..recordings.web.har import Answer, RecordedOutlet, WebRecording
from ..recordings.web.unit import Call, WebUnit, answers_in, calls_in

_TIMEOUT_S, _TOTAL_S, _LIMIT = 30.0, 60.0, 256 << 20
_OF_TRUST = (SCHEME, HOST, VERIFY, CA_PEM, FINGERPRINT)
# of one connection, RFC 9110, 7.6.1; the server writes the last two itself
_HOP_HEADERS = frozenset(
    "connection keep-alive proxy-authenticate te trailer transfer-encoding upgrade"
    " content-length content-encoding server date host accept-encoding".split()
)
_STATES = {EnumPowerStatus.UP: True, EnumPowerStatus.DOWN: False}
_COMPARE = (
    "Compare the states and figures at the head of the file with the PDU's own page, correct them,"
    ' and set "compared" to "yes": pdu handler check takes them for true then.'
)
_NO_PLACE = (
    "The file does not show how the PDU tells on from off: record it again with one outlet off."
)
_NO_COMMANDS = (
    "The file does not say how the PDU is commanded: record it with --on and --off, or write the"
    " requests into the file, so that pdu handler check tries commands."
)


class _Upstream(NamedTuple):
    """Where the device answers."""

    where: Endpoint
    trust: Trust

    @classmethod
    def of(cls, handler: LoadedHandler, data: PduData) -> _Upstream:
        """Of one of this pack as its settings say, else plain HTTP. Raises SettingsError."""
        texts = dcimanager.settings(data)
        own = {setting.key: texts[setting.key] for setting in _OF_TRUST if setting.key in texts}
        if not registry.is_handler(handler.display_name):
            own = {"scheme": "http", **own}
        settings = Settings(own, _OF_TRUST)
        trust = Trust.from_settings(
            settings,
            over_tls=settings[SCHEME] == "https",
            tls_setting=NamedSetting("scheme", "https"),
        )
        port = port_number(texts["port"]) if texts.get("port") else None
        host = settings[HOST] or dcimanager.address(data)
        return cls(endpoint(settings[SCHEME], host, port), trust)


class _Passage(HttpReplay):
    """Passes requests on to a device, and keeps the last answer to each."""

    def __init__(self, upstream: _Upstream, options: RecordingOptions, logins: list[str]) -> None:
        self._upstream, self._options, self._logins = upstream, options, logins
        self._threads = threading.local()  # a connection for each of the handler's
        self._transports: list[StandardTransport] = []
        self._lock = threading.Lock()
        self._answers: dict[str, Answer] = {}
        self.calls: list[Call] = []
        self.secrets: list[str] = []
        #: why the device did not answer
        self.error: Optional[PduHandlerError] = None
        super().__init__(0)

    @property
    def connections(self) -> int:
        return self._server.connections

    def close(self) -> None:
        super().close()
        for transport in self._transports:
            transport.close()

    def answers(self) -> list[Answer]:
        with self._lock:
            return list(self._answers.values())

    def reply(self, method: str, target: str, body: bytes) -> Response:
        """As `respond`, to a request without headers."""
        return self.respond(method, target, {}, body)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """The device's answer. Raises ConnectionAbortedError if it gives none."""
        if not hasattr(self._threads, "transport"):
            self._threads.transport = StandardTransport(self._upstream.trust)
            self._transports.append(self._threads.transport)
        transport: StandardTransport = self._threads.transport
        own = {name: text for name, text in headers.items() if name.lower() not in _HOP_HEADERS}
        request = Request(method, target, own, body or None, _TIMEOUT_S, _TOTAL_S, _LIMIT)
        try:
            answer = self._options.retry(lambda: transport.exchange(self._upstream.where, request))
        except PduHandlerError as error:
            self.error = error
            raise ConnectionAbortedError from None
        given = {n: t for n, t in answer.headers.items() if n.lower() not in _HOP_HEADERS}
        call = Call(method, target, body.decode("utf-8", "replace"))
        with self._lock:
            self._keep(call, answer.status, answer.body, given)
        self._options.tell(f"{len(self._answers)} answers")
        return answer.status, answer.body, given

    def _keep(self, call: Call, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Keep an answer; of calls that were sent in one, each."""
        self.calls.append(call)
        content = document_of(body)
        self.secrets += secrets_in({call.target: content})
        for text in (call.target, unquote(call.target), call.body):
            self.secrets += named_secrets(text)
        for name, value in headers.items():
            secret = _secret_of_header(name, value)
            if is_telling(secret):
                self.secrets.append(secret)
        calls = calls_in(call)
        if calls is not None and status == 200:
            for part, (part_status, part_content) in zip(calls, answers_in(content)):
                self._keep_answer(part, part_status, part_content, {})
        else:
            self._keep_answer(call, status, content, headers)

    def _keep_answer(
        self, call: Call, status: int, content: Any, headers: Mapping[str, str]
    ) -> None:
        words = recorded_request(
            call.method, call.target, call.body, [*self._logins, *self.secrets]
        )
        if words in self._answers and status >= 400:
            return  # an error only where nothing else came
        kind = ""
        if isinstance(content, TextAnswer):
            content_type = next((t for n, t in headers.items() if n.lower() == "content-type"), "")
            kind = f"{content_type.partition(';')[0].strip() or 'text/plain'}; charset=utf-8"
        self._answers[words] = Answer(words, content, status, kind, _kept_headers(headers))


class _Reading(NamedTuple):
    """What a handler's status and statistic said."""

    states: Sequence[tuple[str, EnumPowerStatus]]
    figures: Figures

    @property
    def comparable(self) -> object:
        """As it is compared with another: why a figure is not known does not count."""
        figures = self.figures
        energies = {name: har.shown_figure(kwh) for name, kwh in _outlet_kwh(figures).items()}
        totals = [har.shown_figure(figures.load_a), har.shown_figure(figures.energy_kwh)]
        return list(self.states), totals, energies


class _Reader(NamedTuple):
    """A handler and its settings, at any port of this machine."""

    handler: LoadedHandler
    settings: Mapping[str, str]
    in_address: bool = False

    def data(self, port: int) -> PduData:
        if self.in_address:
            return PduData(f"{LOOPBACK}:{port}", dict(self.settings))
        return PduData(LOOPBACK, {**self.settings, "port": str(port)})

    def methods(self, port: int) -> FourMethods:
        data = self.data(port)
        return FourMethods(make_pdu(self.handler.make, data), data)

    def read(self, port: int) -> _Reading:
        methods = self.methods(port)
        return _Reading(methods.states(), methods.figures())

    def comparable(self, port: int) -> object:
        """What it reads, to compare; or the kind of the error."""
        try:
            return self.read(port).comparable
        except PduHandlerError as error:
            return error.kind

    def states(self, port: int) -> States:
        """The states that it reads; none if it cannot."""
        with contextlib.suppress(PduHandlerError):
            return {name: _STATES.get(state) for name, state in self.methods(port).states()}
        return {}

    def energies(self, port: int) -> object:
        """The energies that it reads, to compare; the kind of the error if it cannot."""
        try:
            figures = self.methods(port).figures()
        except PduHandlerError as error:
            return error.kind
        total = har.shown_figure(figures.energy_kwh)
        return total, {name: har.shown_figure(kwh) for name, kwh in _outlet_kwh(figures).items()}

    def switch(self, port: int, identity: str, *, on: bool) -> None:
        self.methods(port).switch(identity, on=on)

    def read_more(self, port: int) -> None:
        """Names, nameplate and meters, as tools ask for them."""
        with HandlerTools(self.handler).opened(self.data(port)) as unit:
            for read in (unit.labels, unit.nameplate, unit.meters):
                with contextlib.suppress(PduHandlerError):
                    read()


def recorded(
    handler: LoadedHandler,
    data: Any,
    options: RecordingOptions,
    on: Sequence[str] = (),
    off: Sequence[str] = (),
) -> Recording:
    """What a device answers; of anybody's handler over SNMP, all that the device has. Raises the
    errors of handlers/shared/errors.py.
    """
    recording_format = handler_recordings.recording("snmp" if handler.snmp else handler.name)
    if recording_format is None or recording_format.record is None:
        return record(handler, data, options, on, off)
    recording = recording_format.record(data, options)
    try:
        recording_format.serve(recording.text, 0).close()
    except SettingsError as error:
        raise ProtocolError(
            f"what was recorded cannot be read again, so nothing was written: {error.reason}",
            operation="record",
        ) from None
    return recording


def record(
    handler: LoadedHandler,
    data: PduData,
    options: RecordingOptions,
    on: Sequence[str] = (),
    off: Sequence[str] = (),
) -> Recording:
    """Let the handler read its PDU, and keep the requests and answers. `on`, `off`: the requests
    that command it, in words. Raises the errors of handlers/shared/errors.py.
    """
    upstream = _Upstream.of(handler, data)
    texts = dcimanager.settings(data)
    secret_keys = {*SECRET_SETTINGS, *(row.key for row in handler.settings if row.secret)}
    secrets = [text for key, text in texts.items() if key in secret_keys]
    user = texts.get("username", "")
    of_device = {"port", *(setting.key for setting in _OF_TRUST)}
    plain = {key: text for key, text in texts.items() if key not in of_device}
    is_own = registry.is_handler(handler.display_name)
    if is_own or "scheme" in texts:
        plain["scheme"] = "http"
    passage = _Passage(upstream, options, [user, *secrets])
    with contextlib.closing(passage):
        reader, reading = _read_through(handler, plain, passage, upstream)
        port = passage.port
        further_reads = FURTHER_READS.get(handler.display_name)
        if is_own and reading.states:
            reader.read_more(port)
        if further_reads is not None:
            further_reads.read(reader.data(port), passage.answers)
    scrubber = Scrubber(options.keep, [*secrets, *passage.secrets], user, upstream.where.host)
    recording = _recording(handler, passage.answers(), reading, is_own=is_own)
    options.tell("reading the recording again, to find what must stay")
    replay_reader = reader._replace(settings=_any_login(plain, secret_keys))
    if further_reads is not None:
        clean = _scrubbed_by_name(recording, scrubber, further_reads.is_kept)
    else:
        clean = _scrubbed_by_reading(recording, scrubber, replay_reader)
    if reading.states and _read_again(clean, replay_reader) != reading.comparable:
        raise ProtocolError(
            "the handler does not read the recording as it read the PDU: its requests may differ"
            " from call to call, or what it reads looks like a secret; nothing was written",
            host=upstream.where.host,
            operation="record",
        )
    clean = probing.with_effects(clean, replay_reader)
    if is_own:
        clean = probing.with_commands(clean, replay_reader)
    clean = clean.commanded(on, off)
    holds = f"{counted(len(clean.answers), 'answer')}, {counted(len(clean.outlets), 'outlet')}"
    return Recording(clean.text, holds, list(_notes(clean, is_own=is_own)))


def _any_login(settings: Mapping[str, str], secret_keys: set[str]) -> dict[str, str]:
    """The settings with "any" in place of the login, which a replay takes."""
    return {
        key: ANY_TEXT if key in secret_keys or key == "username" else text
        for key, text in settings.items()
    }


def _read_through(
    handler: LoadedHandler, settings: Mapping[str, str], passage: _Passage, upstream: _Upstream
) -> tuple[_Reader, _Reading]:
    """What the handler reads, and the form that leads it to the passage."""
    keys = {setting.key for setting in handler.settings}
    readers = [_Reader(handler, settings, in_address=True)]
    if not keys or "port" in keys:
        readers.insert(0, _Reader(handler, settings))
    for reader in readers:
        try:
            reading = reader.read(passage.port)
            if passage.calls:  # else it asked the PDU past this program
                return reader, reading
        except PduHandlerError as error:
            if passage.error is not None:
                raise passage.error from None
            if passage.calls and not _may_record_without(handler, error):
                raise error.at(upstream.where.host, "record") from None
            if passage.calls:
                return reader, _Reading([], Figures(None, None))
    raise Unreachable(
        "no request of the handler came to this program over plain HTTP, which stands between it"
        " and the PDU: let it take the port from its setting port, or from the address",
        host=upstream.where.host,
        operation="record",
    )


def _may_record_without(handler: LoadedHandler, error: PduHandlerError) -> bool:
    """Whether a device is recorded that its handler does not read: to support it later."""
    is_login_refused = error.kind == "denied" and "HTTP Error 403" not in str(error)
    return handler.display_name in FURTHER_READS and not is_login_refused


def _recording(
    handler: LoadedHandler, answers: Sequence[Answer], reading: _Reading, *, is_own: bool
) -> WebRecording:
    energies = _outlet_kwh(reading.figures)
    outlets: dict[str, RecordedOutlet] = {}
    for name, state in reading.states:
        outlets[name] = RecordedOutlet(_STATES.get(state), energies.get(name))
    return WebRecording(
        answers=answers,
        outlets=outlets,
        load_a=reading.figures.load_a,
        energy_kwh=reading.figures.energy_kwh,
        handler=handler.display_name if is_own else "",
        is_compared=is_own,
    )


def _outlet_kwh(figures: Figures) -> dict[str, Figure]:
    ports = figures.ports.items()
    return {name: port.energy_kwh for name, port in ports if port.energy_kwh is not None}


# ---- scrubbing -----------------------------------------------------------------------------------


def _scrubbed_by_name(recording: WebRecording, scrubber: Scrubber, is_kept: Any) -> WebRecording:
    """For a handler whose interface is documented: what each member means is known by its name."""
    ids = _numbered_ids(recording)

    def stays(name: str, value: Any) -> bool:
        return is_kept(name, value) or value in ids

    def scrub_name(name: str) -> str:
        if re.search(r"@(odata|Redfish|Message)\.", name):  # else it would be a mail address
            return scrubber.scrub_known_values(name)
        return scrubber.scrub_kept_text(name)

    answers: list[Answer] = []
    for answer in recording.answers:
        content = scrubber.scrub_json(answer.content, stays, scrub_name)
        request = scrubber.scrub_kept_text(answer.request)
        answers.append(answer._replace(request=request, content=content))
    return recording._replace(answers=answers)


def _numbered_ids(recording: WebRecording) -> frozenset[Any]:
    """The identities of outlets, and what they are made of."""
    return frozenset(part for name in recording.outlets for part in (name, *name.split(".")))


def _scrubbed_by_reading(
    recording: WebRecording, scrubber: Scrubber, reader: _Reader
) -> WebRecording:
    """All is replaced on which the handler's reading does not depend."""
    answers = [
        answer._replace(
            request=scrubber.scrub_kept_text(answer.request),
            headers={n: scrubber.scrub_kept_text(t) for n, t in answer.headers.items()},
        )
        for answer in recording.answers
    ]
    recording = recording._replace(answers=answers)
    with contextlib.closing(WebUnit(recording, 0)) as unit:

        def read_values(clean_contents: Answers) -> object:
            unit.contents = {}, clean_contents
            return reader.comparable(unit.port)

        clean_contents, kept_texts = scrub_answers(recording.contents, scrubber, read_values)
    return recording.with_contents(clean_contents)._replace(kept_texts=kept_texts)


def _read_again(recording: WebRecording, reader: _Reader) -> object:
    with contextlib.closing(WebUnit(har.parse(recording.text), 0)) as unit:
        return reader.comparable(unit.port)


def _secret_of_header(name: str, text: str) -> str:
    """The value of a cookie or of a token; "" in any other header."""
    lower_name = name.lower()
    if lower_name == "set-cookie":
        return text.partition("=")[2].partition(";")[0]
    return text if "csrf" in lower_name or kind_of(name) == SECRET_KIND else ""


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by which a session goes on, without its secrets."""
    kept: dict[str, str] = {}
    for name, text in headers.items():
        lower_name = name.lower()
        if lower_name == "set-cookie":
            kept[name] = f"{text.partition('=')[0]}={ANY_TEXT}; Path=/"
        elif lower_name == "location":
            kept[name] = without_named_secrets(re.sub("^https?://[^/]+", "", text), ANY_TEXT)
        elif kind_of(name) == SECRET_KIND or "csrf" in lower_name:
            kept[name] = ANY_TEXT
    return kept


def _notes(recording: WebRecording, *, is_own: bool) -> Iterator[str]:
    """What its owner does next."""
    yield from kept_notes(recording.kept_texts)
    if not recording.outlets:
        yield "The handler read no outlets: the file has what the device answered."
    if not is_own:
        yield _COMPARE
    if recording.outlets and not any(outlet.on.sets for outlet in recording.outlets.values()):
        yield _NO_PLACE
    elif recording.outlets and not any(probing.requests_of(recording)):
        yield _NO_COMMANDS
