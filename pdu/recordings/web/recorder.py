"""Records a PDU over HTTP by letting its handler read it: one of this pack ("own"), or anybody's.

The handler asks a proxy, a port of this machine, which passes each request on to the PDU, over TLS
as the settings say. So the recording has what this handler needs, whatever the PDU is.

reader      the handler with its settings, which reads the PDU or a replay at a given port
reading     the states and figures that it read
replay      a server at a port of this machine that answers from the recording
stand-in    a text such as name-3 in place of one that could identify the owner of the PDU
scrubber    gives stand-ins: equal texts get equal ones
"""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
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
from handlers.shared.meter_figures import Figure
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
from .recording_proxy import RecordingProxy, Upstream
from .request_patterns import ANY, RequestPattern
from .scrubbing import scrubbed
from .unit import WebUnit, reason_without_pointers

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
    """Where the PDU answers, and which certificate it must show, by the settings of the handler.
    Without the setting scheme a handler of this pack means https, and anybody's http. Raises
    SettingsError.

        scheme=https, port=8443, address 192.0.2.8    https://192.0.2.8:8443, by a trusted authority
        fingerprint=9C:2E...                          that certificate alone
    """
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
    #: what a handler of this pack reads besides: nameplate and meters, to be compared only
    nameplate_and_meters: object = ()

    def renamed(self, stand_ins: Mapping[str, str]) -> _Reading:
        """This reading with stand-ins for serial numbers in the outlets' identities.

        >>> reading = _Reading([("1-2863311", EnumPowerStatus.UP)], Figures(None, None))
        >>> [identity for identity, _ in reading.renamed({"2863311": "serial-1"}).states]
        ['1-serial-1']
        """
        rename = partial(serial_numbers.replaced, stand_ins=stand_ins)
        states = [(rename(identity), state) for identity, state in self.states]
        ports = {rename(identity): figures for identity, figures in self.figures.ports.items()}
        return self._replace(states=states, figures=self.figures._replace(ports=ports))

    @property
    def comparable(self) -> object:
        """The values by which two readings are compared: states, totals in A and kWh, the energies
        of outlets in kWh, nameplate and meters. Why a figure is not known is left out.

        >>> reading = _Reading([("1", EnumPowerStatus.UP)], Figures(load_a=1.5, energy_kwh=None))
        >>> reading.comparable[1:]
        ([1.5, None], {}, ())
        """
        figures = self.figures
        energies = {name: har.shown_figure(kwh) for name, kwh in _outlet_kwh(figures).items()}
        totals = [har.shown_figure(figures.load_a), har.shown_figure(figures.energy_kwh)]
        return list(self.states), totals, energies, self.nameplate_and_meters


class _Reader(NamedTuple):
    """A handler and its settings, which reads a PDU or a replay at any port of this machine. The
    port is given to it in its setting `port`, or with `in_address` behind the address.

        in_address    address 127.0.0.1:34567, settings {"username": "admin"}
        else          address 127.0.0.1, settings {"username": "admin", "port": "34567"}
    """

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
        """What the handler reads at this port. Raises the errors of handlers/shared/errors.py."""
        methods = self.methods(port)
        states, figures = methods.states(), methods.figures()
        further = self.nameplate_and_meters(port) if _is_own(self.handler) else ()
        return _Reading(states, figures, further)

    def nameplate_and_meters(self, port: int) -> object:
        """Which facts of the nameplate there are, and kind, current in A and rating in A of each
        meter, as a handler of this pack reads them at this port. The kind of the error if it cannot
        read them. Names of outlets are read too, so that their requests are recorded.

            [True, True, False], [("line", 3.1, 16.0)]
            "unreachable"
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
        """What the handler reads at this port, in a form in which two readings are compared; the
        kind of the error, such as "protocol", if it cannot read.
        """
        try:
            return self.read(port).comparable
        except PduHandlerError as error:
            return error.kind

    def states(self, port: int) -> States:
        """The states that it reads at this port, None for an UNKNOWN one; {} if it cannot read."""
        with contextlib.suppress(PduHandlerError):
            return {name: _STATES.get(state) for name, state in self.methods(port).states()}
        return {}

    def energies(self, port: int) -> object:
        """The energies in kWh that it reads at this port, of the PDU and by outlet; the kind of the
        error if it cannot read.

            812.0, {"1": 12.5}
        """
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
    """Record a PDU over HTTP for `pdu record`. `on`, `off`: the requests that command it, in words,
    such as "POST /relay/{outlet} turn=on". Raises the errors of handlers/shared/errors.py.

    1. The handler reads the PDU through the proxy, which keeps requests and answers. 2. It reads
    the recording again and again, each time with stand-ins for other texts: what it does not need
    gets stand-ins for good. 3. It reads the recording with one value changed: so the states are
    found.
    """
    upstream = _upstream(handler, data)
    params = dict(data.custom_params)
    secret_keys = {*SECRET_SETTINGS, *(row.key for row in handler.settings if row.secret)}
    secret_keys.update(key for key in params if kind_of(key) == SECRETS)
    secrets = [text for key, text in params.items() if key in secret_keys]
    user = params.get("username", "")
    commands = [*on, *off]
    try:
        _require_recordable(commands, Scrubber(secrets, user, upstream.endpoint.host))
        proxy = RecordingProxy(upstream, options, [user, *secrets], commands)
        with contextlib.closing(proxy):
            session = _recorded_session(handler, params, proxy)
        scrubber = Scrubber([*secrets, *session.secrets], user, upstream.endpoint.host)
        _require_recordable(commands, scrubber)
        options.tell("reading the recording again, to find what must stay")
        replay_settings = _with_any_login(session.reader.settings, secret_keys)
        with _without_log():
            recording = _public_recording(session, scrubber, replay_settings)
        recording = recording.commanded(on, off)
    except PduHandlerError as error:
        raise error.at(upstream.endpoint.netloc, "record") from None
    answer_count = counted(len(recording.answers), "answer")
    holds = f"{answer_count}, {counted(len(recording.outlets), 'outlet')}"
    notes = list(_notes(recording, is_own=_is_own(handler)))
    if len(session.answers) > MOST:
        notes.append(f"The recording may be incomplete: recording ends after {MOST} answers.")
    return Recording(recording.text, holds, notes)


class _RecordedSession(NamedTuple):
    """One reading of a PDU by its handler, with all answers of the PDU."""

    #: the handler, with the settings that it was given
    reader: _Reader
    reading: _Reading
    answers: Sequence[Answer]
    #: ids, tokens and cookies by which the handler and the PDU knew each other
    secrets: Sequence[str]


def _recorded_session(
    handler: LoadedHandler, given_settings: Mapping[str, str], proxy: RecordingProxy
) -> _RecordedSession:
    """Let the handler read the PDU once through the proxy, and return what it read, with all
    answers. Where the PDU is (port, scheme, host, TLS) only the proxy is told; the handler gets the
    other settings, and asks the proxy over HTTP:

        given:        {"port": "443", "scheme": "https", "username": "admin"}
        the handler:  {"scheme": "http", "username": "admin"}
    """
    keys_of_address = {"port", *(setting.key for setting in _OF_TRUST)}
    settings = {key: text for key, text in given_settings.items() if key not in keys_of_address}
    if _is_own(handler) or "scheme" in given_settings:
        settings["scheme"] = "http"
    reader, reading = _read_through_proxy(handler, settings, proxy)
    interface = INTERFACES.get(handler.display_name)
    if interface is not None:
        interface.read_more(reader.data(proxy.port), proxy.answers)
    return _RecordedSession(reader, reading, answers=proxy.answers(), secrets=proxy.secrets())


def _public_recording(
    session: _RecordedSession, scrubber: Scrubber, replay_settings: Mapping[str, str]
) -> WebRecording:
    """The recording of a session, as it may leave the owner: with stand-ins, and with what its
    outlets do, that is where the answers hold their states and, for a handler of this pack, by
    which requests they are switched. `replay_settings`: those with which the handler reads a
    replay. Raises ProtocolError if the handler does not read it as it read the PDU.
    """
    handler = session.reader.handler
    interface = INTERFACES.get(handler.display_name)
    reader = session.reader._replace(settings=replay_settings)
    recording, reading = _without_serials(
        _recording(handler, session.answers, session.reading), session.reading, scrubber, reader
    )
    recording = scrubbed(
        recording,
        scrubber,
        list(session.reader.settings.values()),
        reader.comparable,
        reading.comparable,
        interface.links if interface is not None else None,
    )
    if reading.states and _read_again(recording, reader) != reading.comparable:
        raise ProtocolError(
            "the handler does not read the recording as it read the PDU: its requests may"
            " differ from call to call, or what it reads looks like a secret; nothing was"
            " written"
        )
    recording = probing.with_effects(recording, reader)
    return probing.with_commands(recording, reader) if _is_own(handler) else recording


def _without_serials(
    recording: WebRecording, reading: _Reading, scrubber: Scrubber, replay_reader: _Reader
) -> tuple[WebRecording, _Reading]:
    """The recording, and what the handler read, with stand-ins for the serial numbers in the
    outlets' identities. Both as they are, if there are none, or if the handler reads the recording
    with stand-ins in another way.

        before:  outlet 1-286331153, GET /banks => [{"serial": "286331153"}]
        after:   outlet 1-serial-1,  GET /banks => [{"serial": "serial-1"}]
    """
    stand_ins = serial_numbers.stand_ins_of(recording.outlets, scrubber)
    candidate = serial_numbers.recording_with(recording, stand_ins)
    new_reading = reading.renamed(stand_ins)
    if stand_ins and _read_again(candidate, replay_reader) == new_reading.comparable:
        return candidate, new_reading
    return recording, reading


@contextlib.contextmanager
def _without_log() -> Iterator[None]:
    """A block in which nothing is logged: the handler reads copies of the recording with changed
    values, and would warn of them as if its PDU had them.
    """
    level = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(level)


def _require_recordable(commands: Sequence[str], scrubber: Scrubber) -> None:
    """Raises SettingsError if a request of --on or --off can match no request, or if it shows the
    login, the session or what looks private: these words are in the recording as they are given.

    >>> _require_recordable(['POST /o/{outlet} {"token": "{any}", "on": true}'], Scrubber())
    >>> _require_recordable(["POST /o/{outlet} on=1&token=Zq03Sesam"], Scrubber())
    Traceback (most recent call last):
    ...
    handlers.shared.errors.SettingsError: --on and --off show the login, or an address, a name or \
a number of the PDU: write {any} in its place
    """
    for words in commands:
        RequestPattern.parse(words).require_possible()
        # a value such as {any} is no secret, and 1 is none in any notation
        texts = [text.replace(ANY, "1") for text in (words, unquote(words))]
        looks_private = any(scrubber.scrub_kept_text(text) != text for text in texts)
        if looks_private or any(map(named_secrets, texts)):
            raise SettingsError(
                "--on and --off show the login, or an address, a name or a number of the PDU: write"
                " {any} in its place"
            )


def _is_own(handler: LoadedHandler) -> bool:
    """Whether it is one of this pack, whose readings are proven."""
    return registry.is_handler(handler.display_name)


def _with_any_login(settings: Mapping[str, str], secret_keys: set[str]) -> dict[str, str]:
    """The settings with "any" for the user's name and for the settings of `secret_keys`: a replay
    takes any login.

    >>> _with_any_login({"username": "admin", "password": "Zq01", "bank": "2"}, {"password"})
    {'username': 'any', 'password': 'any', 'bank': '2'}
    """
    return {
        key: ANY_TEXT if key in secret_keys or key == "username" else text
        for key, text in settings.items()
    }


def _read_through_proxy(
    handler: LoadedHandler, settings: Mapping[str, str], proxy: RecordingProxy
) -> tuple[_Reader, _Reading]:
    """Let the handler read the PDU through the proxy. Returns what it read, and the reader with
    the way in which the handler takes a port: the proxy's is given in the setting port, if the
    handler may have one, and if then no request comes to the proxy, behind the address:

        first:   settings {"port": "34567"}, address 127.0.0.1
        second:  settings {},                address 127.0.0.1:34567

    An error of the handler after a request is raised, unless its PDU is worth a recording without
    outlets. Raises ProtocolError if no request came to the proxy.
    """
    setting_keys = {setting.key for setting in handler.settings}
    readers = [_Reader(handler, settings, in_address=True)]
    if not setting_keys or "port" in setting_keys:
        readers.insert(0, _Reader(handler, settings))
    for reader in readers:
        try:
            reading = reader.read(proxy.port)
        except SettingNotGiven:
            if reader is readers[0]:  # the other one may only miss the setting port
                raise
        except PduHandlerError as error:
            if proxy.error is not None:
                raise proxy.error from None
            if proxy.exchanges and _may_record_without_outlets(handler, error, proxy):
                return reader, _Reading([], Figures(None, None))
            if proxy.exchanges:
                raise
        else:
            if proxy.exchanges:  # else it ignored this port, and read the PDU without the proxy
                return reader, reading
    raise ProtocolError(_why_nothing_was_recorded(proxy))


def _why_nothing_was_recorded(proxy: RecordingProxy) -> str:
    """The sentence for a handler of which no request over HTTP came to the proxy."""
    if proxy.tls_hellos:
        return _TLS
    return _NO_HTTP if proxy.connections else _NO_CONNECTION


def _may_record_without_outlets(
    handler: LoadedHandler, error: PduHandlerError, proxy: RecordingProxy
) -> bool:
    """Whether a PDU is recorded though its handler ended with this error, so that a later version
    can support it: a PDU over Redfish or of Raritan that the handler calls unsupported, or that
    answered two requests or more without an error status.

        GET /redfish/v1 200, GET /redfish/v1/Chassis 401    no: its login was not taken
        GET /redfish/v1 200, GET /redfish/v1/Chassis 200    yes
    """
    answered_exchanges = [exchange for exchange in proxy.exchanges if exchange.status < 400]
    is_answered = error.kind == "unsupported" or len(answered_exchanges) > 1
    return handler.display_name in INTERFACES and is_answered


def _recording(
    handler: LoadedHandler, answers: Sequence[Answer], reading: _Reading
) -> WebRecording:
    """The recording of these answers, with the outlets and figures that the handler read. How the
    outlets are switched is not in it yet.

    reading:    outlet 1 UP, outlet 2 UNKNOWN; 1.5 A
    recording:  outlets {"1": RecordedOutlet(True), "2": RecordedOutlet(None)}, load_a 1.5
    """
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
    """The energies in kWh of the outlets that are metered, by outlet; NotKnown for a meter that was
    not read.
    """
    ports = figures.ports.items()
    return {name: port.energy_kwh for name, port in ports if port.energy_kwh is not None}


def _read_again(recording: WebRecording, reader: _Reader) -> object:
    """What the handler reads in a replay of this recording, after it was written as a file and read
    again; in a form in which two readings are compared.
    """
    with contextlib.closing(WebUnit(har.parse(recording.text), 0)) as unit:
        return reader.comparable(unit.port)


def _notes(recording: WebRecording, *, is_own: bool) -> Iterator[str]:
    """The sentences that say to the owner what the recording lacks, and what to do next. `is_own`:
    it was recorded by a handler of this pack.

        no outlets           "The handler read no outlets: the file has what the device answered."
        not is_own           "Compare the states and figures at the head of the file ..."
        no known commands    "The file does not say how the PDU is commanded: ..."
    """
    yield from kept_notes(recording.kept_texts)
    if not recording.outlets:
        yield "The handler read no outlets: the file has what the device answered."
    if not is_own:
        yield _COMPARE
    reason = reason_without_pointers(recording)
    requests = itertools.chain.from_iterable(
        (outlet.on.request, outlet.off.request) for outlet in recording.outlets.values()
    )
    if reason:
        yield f"The file takes no command: {reason}."
    elif recording.outlets and not any(requests):
        yield _NO_COMMANDS
