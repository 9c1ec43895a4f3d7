"""Records a PDU over HTTP by letting its handler read it: one of this pack, or anybody's.

The handler asks a port of this machine, which passes each request on to the PDU, over TLS as the
settings say. So the recording has what this handler needs, whatever the PDU is.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from handlers import dcimanager, registry
from handlers.dcimanager import Figures
from handlers.http.client import endpoint
from handlers.http.settings import SCHEME
from handlers.shared.errors import (
    NamedSetting,
    PduHandlerError,
    ProtocolError,
    SettingsError,
)
from handlers.shared.meter_figures import Figure, MeterFigures
from handlers.shared.settings import HOST, Settings, port as port_number
from handlers.shared.tls import CA_PEM, FINGERPRINT, VERIFY, Trust
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus

from ...cli.options import SECRETS as SECRET_SETTINGS
from ...cli.output import counted
from ...loading.four_methods import FourMethods, SettingNotGiven, make_pdu
from ...loading.handler_loading import LoadedHandler
from ...loading.handler_module import AskedSettings
from ...reading import open_handler
from ..recording_formats import Recording, RecordingOptions
from ..replay_server import HOST as LOOPBACK
from ..scrub import ANY_TEXT, SECRETS, Scrubber, kind_of
from ..simulated_pdu import States
from . import har, probing, serial_numbers
from .answer_scrubbing import kept_notes
from .further_reads import INTERFACES, MOST
from .har import Answer, RecordedOutlet, WebRecording
from .named_values import named_secrets
from .passage import Passage, Upstream
from .scrubbing import scrubbed
from .unit import WebUnit, reason_without_places

_OF_TRUST = (SCHEME, HOST, VERIFY, CA_PEM, FINGERPRINT)
_STATES = {EnumPowerStatus.UP: True, EnumPowerStatus.DOWN: False}
_COMPARE = (
    "Compare the states and figures at the head of the file with the PDU's own page, correct them,"
    ' and set "compared" to "yes": pdu handler check takes them for true then.'
)
_NO_COMMANDS = (
    "The file does not say how the PDU is commanded: record it with --on and --off, or write the"
    " requests into the file, so that pdu handler check tries commands."
)
_NO_CONNECTION = (
    "no request of the handler came to this program, which stands between it and the PDU: let it"
    " take the port from its setting port, or from the address"
)
_TLS = (
    "the handler asks over TLS, which this program does not speak: let it ask over plain HTTP, and"
    " give -s scheme=https if the PDU wants TLS"
)
_NO_HTTP = (
    "the handler opened a connection and sent no request of HTTP: a PDU that it asks over TCP in"
    " another protocol, such as lines or Modbus, can neither be recorded nor replayed; pdu handler"
    " check tries of it what needs no PDU"
)


def _upstream(handler: LoadedHandler, data: PduData) -> Upstream:
    """Where the device answers: by the settings, without any over HTTP. Raises SettingsError."""
    texts = dcimanager.settings(data)
    trust_texts = {row.key: texts[row.key] for row in _OF_TRUST if row.key in texts}
    if not registry.is_handler(handler.display_name):
        trust_texts = {"scheme": "http", **trust_texts}
    settings = Settings(trust_texts, _OF_TRUST)
    trust = Trust.from_settings(
        settings,
        over_tls=settings[SCHEME] == "https",
        tls_setting=NamedSetting("scheme", "https"),
    )
    try:
        port = port_number(texts["port"]) if texts.get("port") else None
    except ValueError:
        raise SettingsError("the setting port is a number from 1 to 65535") from None
    host = settings[HOST] or dcimanager.address(data)
    return Upstream(endpoint(settings[SCHEME], host, port), trust)


class _Reading(NamedTuple):
    """The states and figures that a handler read."""

    states: Sequence[tuple[str, EnumPowerStatus]]
    figures: Figures
    #: what tools read besides, to compare
    parts: object = ()

    def renamed(self, stand_ins: Mapping[str, str]) -> _Reading:
        """This reading with stand-ins for serial numbers in the outlets' identities."""
        states: list[tuple[str, EnumPowerStatus]] = []
        for identity, state in self.states:
            states.append((serial_numbers.replaced(identity, stand_ins), state))
        ports: dict[str, MeterFigures] = {}
        for identity, figures in self.figures.ports.items():
            ports[serial_numbers.replaced(identity, stand_ins)] = figures
        return self._replace(states=states, figures=self.figures._replace(ports=ports))

    @property
    def comparable(self) -> object:
        """The values by which two readings are compared, without why a figure is not known."""
        figures = self.figures
        energies = {name: har.shown_figure(kwh) for name, kwh in _outlet_kwh(figures).items()}
        totals = [har.shown_figure(figures.load_a), har.shown_figure(figures.energy_kwh)]
        return list(self.states), totals, energies, self.parts


class _Reader(NamedTuple):
    """A handler and its settings, at any port of this machine."""

    handler: LoadedHandler
    settings: Mapping[str, str]
    in_address: bool = False

    def data(self, port: int) -> PduData:
        if self.in_address:
            return PduData(f"{LOOPBACK}:{port}", AskedSettings(self.settings))
        return PduData(LOOPBACK, AskedSettings({**self.settings, "port": str(port)}))

    def methods(self, port: int) -> FourMethods:
        data = self.data(port)
        return FourMethods(make_pdu(self.handler.make, data), data)

    def read(self, port: int) -> _Reading:
        methods = self.methods(port)
        reading = _Reading(methods.states(), methods.figures())
        return reading._replace(parts=self.parts(port)) if _is_own(self.handler) else reading

    def parts(self, port: int) -> object:
        """What tools read besides, without what names its owner. Names are read, and not
        compared.
        """
        with open_handler.opened(self.handler, self.data(port)) as unit:
            with contextlib.suppress(PduHandlerError):
                unit.labels()
            try:
                plate, meters = unit.nameplate(), unit.meters()
            except PduHandlerError as error:
                return error.kind
        facts = [bool(fact) for fact in plate]
        return facts, [(row.kind, har.shown_figure(row.current_a), row.rating_a) for row in meters]

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
    upstream = _upstream(handler, data)
    try:
        return _record(handler, dict(data.custom_params), upstream, options, on, off)
    except PduHandlerError as error:
        raise error.at(upstream.where.netloc, "record") from None


def _record(
    handler: LoadedHandler,
    params: Mapping[str, str],
    upstream: Upstream,
    options: RecordingOptions,
    on: Sequence[str],
    off: Sequence[str],
) -> Recording:
    secret_keys = {*SECRET_SETTINGS, *(row.key for row in handler.settings if row.secret)}
    secret_keys.update(key for key in params if kind_of(key) == SECRETS)
    secrets = [text for key, text in params.items() if key in secret_keys]
    user = params.get("username", "")
    scrubber = Scrubber(secrets, user, upstream.where.host)
    _require_public([*on, *off], scrubber)
    is_own = _is_own(handler)
    of_device = {"port", *(setting.key for setting in _OF_TRUST)}
    settings = {key: text for key, text in params.items() if key not in of_device}
    if is_own or "scheme" in params:
        settings["scheme"] = "http"
    with contextlib.closing(Passage(upstream, options, [user, *secrets], [*on, *off])) as passage:
        reader, reading = _read_through(handler, settings, passage)
        interface = INTERFACES.get(handler.display_name)
        if interface is not None:
            interface.read_more(reader.data(passage.port), passage.answers)
        answers, session_secrets = passage.answers(), passage.secrets()
    scrubber = Scrubber([*secrets, *session_secrets], user, upstream.where.host)
    _require_public([*on, *off], scrubber)
    recording = _recording(handler, answers, reading)
    options.tell("reading the recording again, to find what must stay")
    replay_reader = reader._replace(settings=_any_login(settings, secret_keys))
    links = interface.links if interface is not None else None
    with _without_log():
        recording, reading = _without_serials(recording, reading, scrubber, replay_reader)
        recording = scrubbed(
            recording,
            scrubber,
            list(settings.values()),
            replay_reader.comparable,
            reading.comparable,
            links,
        )
        if reading.states and _read_again(recording, replay_reader) != reading.comparable:
            raise ProtocolError(
                "the handler does not read the recording as it read the PDU: its requests may"
                " differ from call to call, or what it reads looks like a secret; nothing was"
                " written"
            )
        recording = probing.with_effects(recording, replay_reader)
        if is_own:
            recording = probing.with_commands(recording, replay_reader)
    recording = recording.commanded(on, off)
    answer_count = counted(len(recording.answers), "answer")
    holds = f"{answer_count}, {counted(len(recording.outlets), 'outlet')}"
    notes = list(_notes(recording, is_own=is_own))
    if len(answers) > MOST:
        notes.append(f"The recording may be incomplete: recording ends after {MOST} answers.")
    return Recording(recording.text, holds, notes)


def _without_serials(
    recording: WebRecording, reading: _Reading, scrubber: Scrubber, replay_reader: _Reader
) -> tuple[WebRecording, _Reading]:
    """The recording, and what the handler read, with stand-ins for serial numbers in identities;
    as they are, if the handler needs the numbers themselves.
    """
    stand_ins = serial_numbers.stand_ins_of(recording.outlets, scrubber)
    candidate = serial_numbers.recording_with(recording, stand_ins)
    new_reading = reading.renamed(stand_ins)
    if stand_ins and _read_again(candidate, replay_reader) == new_reading.comparable:
        return candidate, new_reading
    return recording, reading


@contextlib.contextmanager
def _without_log() -> Iterator[None]:
    """In the block a handler warns of what the recording has on trial, and not of its PDU."""
    level = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(level)


def _require_public(commands: Sequence[str], scrubber: Scrubber) -> None:
    """Raises SettingsError if requests in words, which are written as they are, show the login, the
    session, or what looks private.
    """
    for words in commands:
        texts = (words, unquote(words))
        if any(named_secrets(text) or scrubber.scrub_kept_text(text) != text for text in texts):
            raise SettingsError(
                "--on and --off show the login, or an address, a name or a number of the PDU: write"
                " {any} in its place"
            )


def _is_own(handler: LoadedHandler) -> bool:
    """Whether it is one of this pack, whose readings are proven."""
    return registry.is_handler(handler.display_name)


def _any_login(settings: Mapping[str, str], secret_keys: set[str]) -> dict[str, str]:
    """The settings with "any" in place of the login, which a replay takes."""
    return {
        key: ANY_TEXT if key in secret_keys or key == "username" else text
        for key, text in settings.items()
    }


def _read_through(
    handler: LoadedHandler, settings: Mapping[str, str], passage: Passage
) -> tuple[_Reader, _Reading]:
    """What the handler reads, and the form that leads it to the passage."""
    keys = {setting.key for setting in handler.settings}
    readers = [_Reader(handler, settings, in_address=True)]
    if not keys or "port" in keys:
        readers.insert(0, _Reader(handler, settings))
    for reader in readers:
        try:
            reading = reader.read(passage.port)
            if passage.exchanges:  # else it asked the PDU past this program
                return reader, reading
        except SettingNotGiven:
            if reader is readers[0]:  # the next one has no setting port
                raise
        except PduHandlerError as error:
            if passage.error is not None:
                raise passage.error from None
            if passage.exchanges and not _may_record_without(handler, error, passage):
                raise
            if passage.exchanges:
                return reader, _Reading([], Figures(None, None))
    if passage.tls_hellos:
        raise ProtocolError(_TLS)
    raise ProtocolError(_NO_HTTP if passage.connections else _NO_CONNECTION)


def _may_record_without(handler: LoadedHandler, error: PduHandlerError, passage: Passage) -> bool:
    """Whether a device is recorded that its handler does not read: to support it later. If it
    answered nothing but its first resource, its login was not taken.
    """
    answered_exchanges = [exchange for exchange in passage.exchanges if exchange.status < 400]
    is_answered = error.kind == "unsupported" or len(answered_exchanges) > 1
    return handler.display_name in INTERFACES and is_answered


def _recording(
    handler: LoadedHandler, answers: Sequence[Answer], reading: _Reading
) -> WebRecording:
    """The answers with what the handler read of them, without commands."""
    energies = _outlet_kwh(reading.figures)
    outlets: dict[str, RecordedOutlet] = {}
    for name, state in reading.states:
        outlets[name] = RecordedOutlet(_STATES.get(state), energies.get(name))
    is_own = _is_own(handler)
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


def _read_again(recording: WebRecording, reader: _Reader) -> object:
    """What the handler reads in the file, as it would be written."""
    with contextlib.closing(WebUnit(har.parse(recording.text), 0)) as unit:
        return reader.comparable(unit.port)


def _notes(recording: WebRecording, *, is_own: bool) -> Iterator[str]:
    """The sentences that say what the owner does next."""
    yield from kept_notes(recording.kept_texts)
    if not recording.outlets:
        yield "The handler read no outlets: the file has what the device answered."
    if not is_own:
        yield _COMPARE
    reason = reason_without_places(recording)
    requests = itertools.chain.from_iterable(
        (outlet.on.request, outlet.off.request) for outlet in recording.outlets.values()
    )
    if reason:
        yield f"The file takes no command: {reason}."
    elif recording.outlets and not any(requests):
        yield _NO_COMMANDS
