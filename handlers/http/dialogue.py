"""A handler whose vendor's part is a codec: which requests a PDU is read with over HTTP, what their
answers mean, and which request switches an outlet.

A codec does no I/O: its methods are generators, dialogues, that yield requests and are sent the
bodies of their answers. An error of a request is raised where the request was yielded, so that a
codec can go on without that answer. An `exchange` is a function that sends a request and returns
the body of its answer. A session is begun on some units by a request with user and password, and
gives a key for the requests that follow.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Callable, NamedTuple, Optional, Protocol, TypeVar

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from .. import dcimanager
from ..shared.errors import NamedSetting, NoSuchOutlet, PduHandlerError, ProtocolError
from ..shared.meter_figures import Figure, MeterFigures, sum_of_parts
from ..shared.settings import HOST, TIMEOUT, UNKNOWN_FIGURES, Setting, Settings, port
from ..shared.switching import CALL_SECONDS, switch
from ..shared.tls import CA_PEM, FINGERPRINT, VERIFY, Trust
from ..shared.unknown_states import reason_sentences, some
from .client import HttpClient, endpoint
from .connection import StandardTransport
from .errors import (
    HttpBusy,
    HttpDenied,
    HttpException,
    HttpLoginRefused,
    HttpRefused,
    HttpUnreachable,
    no_tls_answered,
    refused_in_body,
)
from .login import Login
from .login_forms import form_of, login_of, login_settings, owner_login, refusal_of
from .message import Request as HttpRequest, Response
from .settings import SCHEME
from .strict_json import FORM_ERRORS, loads
from .unit_requests import (
    JSON,
    ReadRequest as ReadRequest,
    Request as Request,
    WriteRequest as WriteRequest,
    listed_outlets,
)

LOGGER = get_logger(__name__)
T = TypeVar("T")
STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}
PORT: Setting[Optional[int]] = Setting(
    "port", "1 to 65535", port, None, "the PDU's port, if not 443 (http: 80)"
)
_LIMIT = 1 << 20  # limit for an answer, in bytes
# before a reading that was answered with 503 is sent again: that of Cray-HPE/servertech-pdu
_BUSY_PAUSE_S = 1.0
# the same with 429: a Shelly of firmware 2.0 answers it for two seconds while its table of nonces
# is full (home-assistant/core 178327)
_THROTTLED_PAUSE_S = 2.5


# ---- what a codec speaks of ----------------------------------------------------------------------


class Outlet(NamedTuple):
    """One outlet, as a codec has read it. An unknown state is None.

    >>> outlet = Outlet("1", name="web-1", state=True, figures=MeterFigures(power_w=85.2))
    >>> outlet.state, outlet.figures.power_w, outlet.figures.current_a
    (True, 85.2, None)
    """

    #: its number on the unit, as text, or what the unit addresses it with
    identity: str
    name: str = ""
    state: Optional[bool] = None
    figures: MeterFigures = MeterFigures()
    #: what the unit says against the state, or why it is unknown; "" for nothing, if it is known
    reason: str = ""
    #: its number on the unit, "" if not known; None: the identity
    number: Optional[str] = None


class PduState(NamedTuple):
    """The whole PDU: outlets in the unit's order, load in A, energy in kWh, power in W.

    >>> PduState((Outlet("1", state=True),), load_a=1.5).load_a
    1.5
    """

    outlets: tuple[Outlet, ...]
    load_a: Figure = None
    energy_kwh: Figure = None
    power_w: Figure = None
    #: sentences for the log: what the values do not show, such as why a figure is not known
    cautions: tuple[str, ...] = ()

    @classmethod
    def with_totals(
        cls, outlets: Iterable[Outlet], totals: MeterFigures, cautions: tuple[str, ...] = ()
    ) -> PduState:
        """The PDU with these outlets, whose load, energy and power are `totals`.

        >>> totals = MeterFigures(current_a=1.5, energy_kwh=3.0)
        >>> PduState.with_totals([Outlet("1")], totals).energy_kwh
        3.0
        """
        return cls(
            outlets=tuple(outlets),
            load_a=totals.current_a,
            energy_kwh=totals.energy_kwh,
            power_w=totals.power_w,
            cautions=cautions,
        )


def outlet_sums(outlets: Iterable[Outlet]) -> MeterFigures:
    """The sums over the outlets: not known if that of one outlet is not; not metered, with the
    names, if some have no meter; None if none has one.

    >>> metered = Outlet("1", figures=MeterFigures(current_a=1.5, energy_kwh=3.0))
    >>> outlet_sums([metered, metered._replace(identity="2")]).current_a
    3.0
    >>> outlet_sums([metered, Outlet("2")]).current_a.reason
    'outlet 2 does not meter it'
    """
    figures = {outlet.identity: outlet.figures for outlet in outlets}
    currents = {identity: of_outlet.current_a for identity, of_outlet in figures.items()}
    powers = {identity: of_outlet.power_w for identity, of_outlet in figures.items()}
    energies = {identity: of_outlet.energy_kwh for identity, of_outlet in figures.items()}
    return MeterFigures(
        current_a=sum_of_parts("outlet", currents),
        power_w=sum_of_parts("outlet", powers),
        energy_kwh=sum_of_parts("outlet", energies),
    )


#: yields requests, is sent the bodies of their answers, and returns T
Dialogue = Generator[Request, bytes, T]


class Codec(Protocol):
    """What a vendor's module `decoding` has. Pure. Its `LOGIN`, a FieldLogin or another form of
    login_forms.py, tells how the units want their login; without it, that is basic login.

        def read_unit(self, *, with_figures):
            answer = yield ReadRequest("/relay/0")          GET /relay/0
            is_on = loads(answer)["ison"]                   b'{"ison": true}'
            return PduState((Outlet("1", state=is_on),))
    """

    def read_unit(self, *, with_figures: bool) -> Dialogue[PduState]:
        """The requests that read the PDU, and its values; unless `with_figures`, only identity,
        name and state of outlets. Raises ProtocolError for an answer that cannot be right.
        """

    def read_outlets(self) -> Dialogue[tuple[Outlet, ...]]:
        """The requests that read an outlet before and after a command, and the outlets that they
        show: perhaps not all of the unit, for nothing counts them.
        """

    # A codec whose readings hold no names also has `read_labels() -> Dialogue[tuple[Outlet, ...]]`:
    # the requests that read the outlets with their names.

    def command(self, identity: str, *, on: bool) -> Dialogue[None]:
        """The request that switches an outlet that the PDU has. Raises Refused if the answer says
        that the command is not carried out, ProtocolError if it may be.
        """


def run_dialogue(dialogue: Dialogue[T], exchange: Callable[[Request], bytes]) -> T:
    """The result of a dialogue, whose requests are sent with `exchange`. The error of a request is
    raised within the dialogue, where it may be caught.

    >>> def read_unit():
    ...     body = yield ReadRequest("/relay/0")
    ...     return loads(body)["ison"]
    >>> run_dialogue(read_unit(), lambda request: b'{"ison": true}')
    True
    """
    try:
        request = next(dialogue)
        while True:
            try:
                answer = exchange(request)
            except PduHandlerError as error:
                request = dialogue.throw(error)
            else:
                request = dialogue.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result


# ---- the handler ---------------------------------------------------------------------------------


class HttpSession:
    """One PDU, over one kept connection. `timeout` bounds each wait, in seconds. `login` is that of
    the requests that follow; `_last_answered_read` the last read that was answered with it, None
    for none; `_needs_log_in` is True after a login failed: then the next request logs in first;
    `_answers` has the bodies that `exchange_once` keeps, by request.

    session.exchange(ReadRequest("/relay/0"))
    > GET /relay/0
    < 200 {"ison": true}                      b'{"ison": true}'
    """

    def __init__(
        self,
        client: HttpClient,
        timeout: float,
        log_in: Callable[[HttpSession], Login],
        refusal: str = "",
    ) -> None:
        """`log_in` makes the login, perhaps by requests of this session. `refusal`: a pattern of
        the body with which the unit refuses a login; "" for none."""
        self.login = Login()
        #: for errors, as the client names it
        self.address = client.where.netloc
        self._client = client
        self._timeout = timeout
        self._log_in = log_in
        self._refusal = refusal
        self._answers: dict[Request, bytes] = {}
        self._last_answered_read: Optional[Request] = None
        self._needs_log_in = False

    def log_in(self) -> None:
        """Make the login by the function that the constructor was given, which may begin a session
        on the unit, and use it from now on. Raises the error of its requests; then the next request
        of this session logs in first.

            > POST /api/auth/login {"username": "admin", "password": ...}
            < 200, Set-Cookie: TOKEN=4f2a             the next requests have Cookie: TOKEN=4f2a
        """
        self._last_answered_read = None
        self._needs_log_in = False
        try:
            self.use_login(self._log_in(self))
        except PduHandlerError:
            self._needs_log_in = True
            raise

    def use_login(self, login: Login) -> None:
        """Send this login with the requests that follow. Errors go on to hide the keys of the
        logins before it."""
        self.login = login.hiding(self.login)

    def exchange(self, request: Request) -> bytes:
        """The body of the answer to one request, which is sent each time. Raises the errors of
        handlers/shared/errors.py.
        """
        return self.send(request).body

    def send(self, request: Request) -> Response:
        """The answer to one request, which is sent with the present login.

        A read is sent once more, after a pause, if the unit is busy (503) or takes no login now
        (429). It is also sent once more, in a new session, if the unit has ended the session.
        Raises the errors of handlers/shared/errors.py; after a command they say whether it may be
        carried out.

            > GET /relay/0
            < 503                                     again after 1 s
            > GET /relay/0
            < 200 {"ison": true}
        """
        is_read = not isinstance(request, WriteRequest)
        if self._needs_log_in:
            self.log_in()
        try:
            return self._send(request)
        except HttpBusy:
            if not is_read:
                raise
            time.sleep(_BUSY_PAUSE_S)
            return self._send(request)
        except HttpRefused as error:
            if not is_read or error.code != "429":
                raise
            time.sleep(_THROTTLED_PAUSE_S)
            return self._send(request)
        except HttpLoginRefused:
            if not is_read or not self._is_session_over(request):
                raise
        self.log_in()
        return self._send(request)

    def _is_session_over(self, request: Request) -> bool:
        """Whether the 401 to the read `request` means that the session on the unit is over, and not
        that the account lacks a right: the unit then also refuses what it answered before in this
        session. Sends at most one request.

            < 401                                     to GET /outlet/2/figures
            > GET /outlet/1                           which was answered before in this session
            < 401                                     True: log in again
            < 200                                     False: a further session would not help
        """
        # a token that a person made ends with no session
        has_session = self.login.token is not None and not self.login.is_personal
        if not has_session or self._last_answered_read is None:
            return False
        if request == self._last_answered_read:
            return True
        try:
            self._send(self._last_answered_read)
        except HttpLoginRefused:
            return True
        return False

    def _send(self, request: Request) -> Response:
        """The answer to one request, which is sent once, with the present login. Raises its error,
        HttpLoginRefused if the body of the answer refuses the login, and, for a list of a `member`
        of all outlets, such as their names, an error if it is not of all outlets.

            > GET /relay/0
            < 200 {"ison": true}
            < 200 501 INVALID           with the refusal "501 INVALID": HttpLoginRefused
        """
        headers = {"Content-Type": request.content_type, "Accept": JSON, **dict(request.headers)}
        message = HttpRequest(
            method=request.method,
            target=request.path,
            headers=headers,
            body=request.body or None,
            timeout=self._timeout,
            total=2 * self._timeout,
            limit=_LIMIT,
            once=isinstance(request, WriteRequest),
        )
        send = partial(self._client.send, message, self.login, request.answers)
        if isinstance(request, WriteRequest):
            send = partial(send, request.fault_of)
        try:
            response = send()
        except HttpUnreachable as error:
            # the first error of an owner whose unit serves HTTP only, as it leaves the factory
            if self._client.where.scheme == "https" and no_tls_answered(error):
                setting = NamedSetting("scheme", "http", "the handler setting ")
                error.set_reason((*error.parts, "; for a unit without HTTPS, give ", setting))
            raise
        if self._refuses_login(response):
            path = self.login.quoted_path(request.path)
            refusal = refused_in_body(self.login)
            raise refusal.at(self.address, f"{request.method} {path}")
        if isinstance(request, WriteRequest):
            return response
        self._last_answered_read = request
        if request.member:
            fault = _fault_of_positions(request.member, response)
            if fault is not None:
                path = self.login.quoted_path(request.path)
                raise fault.at(self.address, f"{request.method} {path}")
        return response

    def _refuses_login(self, response: Response) -> bool:
        """Whether the body of an answer refuses the login, whatever its status says.

        refusal "501 INVALID"
        < 200 501 INVALID                         True
        < 200 0,1,1,0                             False
        """
        if not self._refusal:
            return False
        body = response.body.decode("utf-8", "replace")
        return re.search(self._refusal, body) is not None

    def exchange_once(self, request: Request) -> bytes:
        """The body of the answer to a request of a reading: sent at the first time, and kept in the
        session until `forget`. Raises the errors of handlers/shared/errors.py.

            exchange_once(ReadRequest("/relay/0"))    > GET /relay/0
            exchange_once(ReadRequest("/relay/0"))    nothing is sent
        """
        if request not in self._answers:
            self._answers[request] = self.exchange(request)
        return self._answers[request]

    def forget(self) -> None:
        """Drop the answers that `exchange_once` keeps, so that it sends its requests anew."""
        self._answers.clear()

    def renew(self) -> None:
        """Allow the seconds of a whole call (CALL_SECONDS) from now on."""
        self._client.renew(CALL_SECONDS)


def _fault_of_positions(member: str, response: Response) -> Optional[PduHandlerError]:
    """Why the positions in a list of a `member` of all outlets, such as their names, are not the
    outlets' numbers; None if they are. An account that may see only outlets 1 and 5 gets a list of
    two; the Link headers of the answer say of which outlets it is.

    >>> links = '</relay/outlets/0/name/>; rel=item, </relay/outlets/4/name/>; rel=item'
    >>> fault = _fault_of_positions("name", Response(207, {"link": links}, b'["a", "b"]'))
    >>> fault.reason.partition(",")[0]
    'the account sees the outlets 1'
    >>> _fault_of_positions("name", Response(207, {"link": links[:34]}, b'["a"]')) is None
    True
    """
    try:
        entries = loads(response.body)
    except FORM_ERRORS:
        return None  # the codec refuses it
    if not isinstance(entries, list):
        return None
    numbers = listed_outlets(response.headers.get("link", ""), member)
    if len(numbers) != len(entries):
        return ProtocolError(
            f"the answer lists {len(entries)} outlets, and its Link headers say of {len(numbers)}"
            " which they are: without that, places in the list are no numbers"
        )
    if numbers == list(range(len(entries))):
        return None
    printed_numbers = [str(number + 1) for number in numbers]
    return HttpDenied(
        f"the account sees the outlets {some(printed_numbers)} alone, and its lists count them"
        " anew: give it access to all outlets"
    )


class HttpPdu(dcimanager.FourCalls[HttpSession], dcimanager.BasePdu):
    """One PDU with one list of outlets. `codec` is the vendor's module `decoding`: a subclass sets
    it.

    `status` and `statistic` cost the requests that the codec names. A command costs those of
    `read_outlets`, its own, and those of `read_outlets` for each read-back.

        status        GET /relay/0, GET /relay/1
        port_down     GET /relay/1, GET /relay/1?turn=off, GET /relay/1
    """

    codec: Codec
    commands_share_session = True

    @contextmanager
    def open_session(self) -> Iterator[HttpSession]:
        """A session on one connection, logged in, which is closed at the end of the block.

        address 192.0.2.7, settings {"scheme": "http", "username": "admin", "password": ...}
        a connection to http://192.0.2.7, and the requests of the login, if it has any
        """
        settings = Settings(dcimanager.settings(self.pdu_data), settings_of(self.codec))
        host = settings[HOST] or dcimanager.address(self.pdu_data)
        where = endpoint(settings[SCHEME], host, settings[PORT])
        trust = Trust.from_settings(
            settings,
            over_tls=settings[SCHEME] == "https",
            tls_setting=NamedSetting("scheme", "https"),
        )
        client = HttpClient(where, StandardTransport(trust, CALL_SECONDS))
        try:
            session = HttpSession(
                client,
                timeout=settings[TIMEOUT],
                log_in=partial(self._log_in, settings),
                refusal=refusal_of(form_of(self.codec)),
            )
            session.log_in()
            yield session
        finally:
            client.close()

    def _log_in(self, settings: Settings, session: HttpSession) -> Login:
        """The login for the requests of a session, by the owner's settings and by the form of login
        that the codec's units want. Sends the request that begins a session on the unit, if they
        want one. Raises the error of that request, and SettingsError.

            username admin, password x, basic login         nothing is sent
            the same, of a unit with sessions               > POST /api/auth/login
        """
        login_form = form_of(self.codec)
        owner = owner_login(login_form, settings, public_words=frozenset((self.handler_name,)))
        session.use_login(owner)
        try:
            return login_of(login_form, owner, session.send)
        except PduHandlerError as error:
            raise error.at(session.address) from None

    def renew_session(self, session: HttpSession) -> None:
        session.renew()

    def forget(self, session: HttpSession) -> None:
        session.forget()

    def device_address(self, session: Optional[HttpSession]) -> str:
        return session.address if session else ""

    def mask_error(self, session: HttpSession, error: PduHandlerError) -> None:
        """Put a notice in the place of each part of the reason of `error`, an error of the codec or
        of the session, that holds the login: a device may send it back."""
        # those of the client are masked already, and speak of passwords themselves
        if not isinstance(error, HttpException):
            session.login.mask(error)

    def read_states(self, session: HttpSession) -> Iterable[tuple[str, EnumPowerStatus]]:
        """Identity and state of each outlet. The log says why a state is not known.

        > GET /relay/0
        < 200 {"ison": true}                            [("1", UP)]
        """
        unit = self.read_unit(with_figures=False, exchange=session.exchange_once)
        reasons = reason_sentences((outlet.identity, outlet.reason) for outlet in unit.outlets)
        for sentence in (*unit.cautions, *reasons):
            LOGGER.warning(session.login.quoted(sentence))
        return [(outlet.identity, STATES[outlet.state]) for outlet in unit.outlets]

    def read_figures(self, session: HttpSession, *, with_power: bool) -> dcimanager.Figures:
        """The figures of the PDU and of each outlet that has any.

        > GET /status
        < 200 {"meters": [{"power": 85.2, "total": 8821}]}        power_w 85.2 of outlet 1
        """
        unit = self.read_unit(with_figures=True, exchange=session.exchange_once)
        for caution in unit.cautions:
            LOGGER.warning(session.login.quoted(caution))
        metered_outlets = [outlet for outlet in unit.outlets if outlet.figures != MeterFigures()]
        figures = dcimanager.Figures(
            load_a=unit.load_a,
            energy_kwh=unit.energy_kwh,
            ports={outlet.identity: outlet.figures for outlet in metered_outlets},
            power_w=unit.power_w,
        )
        if not with_power:
            figures = figures.without_power()
        return figures.quoted(session.login.quoted)

    def read_labels(self, session: HttpSession) -> list[dcimanager.Label]:
        """Identity, number and name of each outlet; the number defaults to the identity.

        Outlet("1", name="web-1")                       identity "1", number "1", name "web-1"
        """
        labels: list[dcimanager.Label] = []
        for outlet in self.read_named_outlets(session.exchange_once):
            number = outlet.identity if outlet.number is None else outlet.number
            labels.append(dcimanager.label(outlet.identity, number, outlet.name))
        return labels

    def switch_outlet(
        self, session: HttpSession, identity: str, *, on: bool, deadline: float, pause: float
    ) -> EnumPowerStatus:
        """Read the outlet, send the command, and read it until its state is the wanted one: that
        state, or UNKNOWN after `deadline` seconds.

            > GET /relay/1                                  not sent if this session has read it
            > GET /relay/1?turn=off
            > GET /relay/1
            < 200 {"ison": false}                           DOWN
        """
        # Before the command, only whether the outlet exists matters. An answer that this session
        # keeps shows that too.
        outlet = _find_outlet(self.codec, identity, session.exchange_once)
        # The command makes the kept answers old.
        session.forget()
        outlet_switch = _OutletSwitch(session, self.codec, outlet)

        def write() -> None:
            outlet_switch.write(on=on)

        state = switch(write, outlet_switch.read_state, STATES[on], deadline=deadline, pause=pause)
        for sentence in reason_sentences([(identity, outlet_switch.outlet.reason)]):
            LOGGER.warning(session.login.quoted(sentence))
        return state

    def read_unit(self, *, with_figures: bool, exchange: Callable[[Request], bytes]) -> PduState:
        """The PDU's values: the requests of the codec are sent with `exchange`. Unless
        `with_figures`, only identity, name and state of outlets.
        """
        return run_dialogue(self.codec.read_unit(with_figures=with_figures), exchange)

    def read_named_outlets(self, exchange: Callable[[Request], bytes]) -> Sequence[Outlet]:
        """The outlets with their names: the requests of the codec are sent with `exchange`. A codec
        without `read_labels` has the names in what reads the PDU.

            > GET /settings
            < 200 {"relays": [{"name": "web-1"}]}           (Outlet("1", name="web-1"),)
        """
        read_labels = getattr(self.codec, "read_labels", None)
        if read_labels is None:
            return self.read_unit(with_figures=False, exchange=exchange).outlets
        outlets: tuple[Outlet, ...] = run_dialogue(read_labels(), exchange)
        return outlets


class _OutletSwitch:
    """One outlet while it is switched: the command, and the readings after it. `outlet` is as last
    read; `_is_command_sent` is True from the command itself on, which may follow other requests.

    write(on=False)     > GET /relay/1?turn=off
    read_state()        > GET /relay/1
                        < 200 {"ison": false}       DOWN
    """

    def __init__(self, session: HttpSession, codec: Codec, outlet: Outlet) -> None:
        self._session = session
        self._codec = codec
        self.outlet = outlet
        self._is_command_sent = False

    def write(self, *, on: bool) -> None:
        """Switch it. An error of a request before the command has `may_have_executed` False."""
        run_dialogue(self._codec.command(self.outlet.identity, on=on), self._exchange)

    def _exchange(self, request: Request) -> bytes:
        """The body of the answer to a request of the command. The error of a request before the
        command itself says that nothing was carried out.

            > GET /token                no answer: may_have_executed False
            > POST /relay/1             no answer: may_have_executed True
        """
        if isinstance(request, WriteRequest):
            self._is_command_sent = True
        try:
            return self._session.exchange(request)
        except PduHandlerError as error:
            if not self._is_command_sent:
                error.may_have_executed = False
            raise

    def read_state(self) -> EnumPowerStatus:
        """The state now, read anew; `outlet` is what was read."""
        identity = self.outlet.identity
        self.outlet = _find_outlet(self._codec, identity, self._session.exchange)
        return STATES[self.outlet.state]


def _find_outlet(codec: Codec, identity: str, exchange: Callable[[Request], bytes]) -> Outlet:
    """The outlet with this identity: the requests that read it are sent with `exchange`. Raises
    NoSuchOutlet.

        "2"     > GET /relay/0, GET /relay/1
                < 200, 200                              Outlet("2", state=False)
    """
    for outlet in run_dialogue(codec.read_outlets(), exchange):
        if outlet.identity == identity:
            return outlet
    raise NoSuchOutlet(f"the PDU has no outlet {identity[:60]!r}: poll it and look at its ports")


def settings_of(codec: object) -> tuple[Setting[object], ...]:
    """The settings of the handler of this codec.

    [setting.key for setting in settings_of(codec)]         of a unit with basic login
    ["host", "port", "scheme", "username", "password", "verify", ...]
    """
    login_form = form_of(codec)
    return (
        HOST,
        PORT,
        SCHEME,
        *login_settings(login_form),
        VERIFY,
        CA_PEM,
        FINGERPRINT,
        TIMEOUT,
        UNKNOWN_FIGURES,
    )
