"""DCImanager's four calls, and what tools ask besides: written once for every handler.

A session is what a handler opens to talk to its device: a connection, its settings, and what was
read. FourCalls[S] is the base of a handler whose sessions are of the type S. An identity is an
outlet's name in DCImanager: "7".
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Callable, ClassVar, Generic, Optional, TypeVar

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

from ..shared.errors import NoSuchOutlet, PduHandlerError, ProtocolError, Unsupported
from ..shared.labels import Label
from ..shared.settings import UNKNOWN_FIGURES, UNSET
from ..shared.switching import CONFIRM_SECONDS, PAUSE_SECONDS
from . import build_options
from .form import known_address, settings
from .port_identity import outlet_identity
from .views import Figures, log_call, pdu_view, port_answer

S = TypeVar("S")
T = TypeVar("T")


class FourCalls(Generic[S]):
    """The base of each handler, before the platform's class. A handler says how a session with its
    device is opened, and what is read and written in it; here are the four calls of DCImanager.
    `pdu_data` is what the platform hands over: the PDU's form.

    Nothing is kept between calls. Errors are those of handlers/shared/errors.py; they name the
    device's address once it is known, and the call unless they name a request.

        class NutPdu(FourCalls[NutSession], BasePdu):
            def read_states(self, session): ...      [("1", UP), ("2", DOWN)]

        NutPdu(pdu_data).status()                    opens a session, and asks read_states
        PduView(ports=[PduPortView("1", UP), PduPortView("2", DOWN)])
    """

    #: the handler's name, for the log
    handler_name: ClassVar[str]
    #: whether a command may use a session in which a tool has read: its `switch_outlet` reads the
    #: state anew, what was read before the command is not used after it, and there is a `forget`
    commands_share_session: ClassVar[bool] = False
    #: whether figures above the common ceilings are left out here; False: the handler does it
    bounds_figures: ClassVar[bool] = True
    pdu_data: Any

    # ---- what a handler writes -------------------------------------------------------------------

    @abstractmethod
    def open_session(self) -> AbstractContextManager[S]:
        """Read the settings, and open a session that ends with the block, for calls that read."""

    def open_statistic(self, *, for_view: bool = False) -> AbstractContextManager[S]:
        """Open a session for figures alone: states need not be read. `for_view`: nor what the
        platform's view does not show, such as the current of an outlet without an energy. Without a
        method of the handler's own, that is `open_session`.
        """
        return self.open_session()

    def open_command(self, identity: str) -> AbstractContextManager[S]:
        """Open a session for a command to this outlet: what tells of others need not be read.
        Without a method of the handler's own, that is `open_session`.
        """
        return self.open_session()

    def renew_session(self, session: S) -> None:
        """Let the next call in this session take as long as one in a new session."""

    def forget(self, session: S) -> None:
        """Drop what the session keeps of the device, so that the next call reads it anew."""

    @abstractmethod
    def device_address(self, session: Optional[S]) -> str:
        """Where the device is, for errors; "" if that is not known without a session."""

    def mask_error(self, session: S, error: PduHandlerError) -> None:
        """Take secrets out of the texts of an error, which may quote the device."""

    def log_detail(self, session: Optional[S]) -> str:
        """What the log shows of the device, "" for nothing."""
        return ""

    @abstractmethod
    def read_states(self, session: S) -> Iterable[tuple[str, EnumPowerStatus]]:
        """Identity and state of every outlet, in the device's order."""

    def read_state(self, session: S, identity: str) -> EnumPowerStatus:
        """The state of one outlet, for tools: others need not be readable. Raises NoSuchOutlet.

        read_states returns [("1", UP), ("2", DOWN)]
        "2"     DOWN
        "9"     NoSuchOutlet
        """
        for listed_identity, state in self.read_states(session):
            if listed_identity == identity:
                return state
        raise NoSuchOutlet(f"the PDU has no outlet {identity[:60]!r}: poll it")

    @abstractmethod
    def read_figures(self, session: S, *, with_power: bool) -> Figures:
        """A and kWh, in total and by outlet; W only `with_power`."""

    def leaves_unset(self, session: S) -> bool:
        """Whether a figure that is not known stays unset instead of being an error."""
        texts = settings(self.pdu_data)
        return UNKNOWN_FIGURES.value(texts.get(UNKNOWN_FIGURES.key)) == UNSET

    @abstractmethod
    def read_labels(self, session: S) -> list[Label]:
        """Identity, printed number and name of every outlet."""

    @abstractmethod
    def switch_outlet(
        self, session: S, identity: str, *, on: bool, deadline: float, pause: float
    ) -> EnumPowerStatus:
        """Switch an outlet once, and read its state until it is the wanted one or `deadline`
        seconds are over, with at most `pause` seconds between readings. UNKNOWN if not proven.

            "2", on=False     writes once; reads UP, UP, DOWN: returns DOWN
            "2", on=False     writes once; reads UP for `deadline` seconds: returns UNKNOWN
        """

    # ---- what DCImanager calls -------------------------------------------------------------------

    def status(self) -> PduView:
        """Every outlet and its state.

        PduView(ports=[PduPortView("1", UP), PduPortView("2", DOWN)])
        """
        with self.session("status") as session:
            return pdu_view(self.read_states(session))

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, in total and by outlet.

        Raises ProtocolError for a load or an energy that is not known now, unless the setting
        `unknown_figures` says otherwise. An outlet whose energy is not known has no entry.

            load 4.2, total_consumption 6468.0, ports [PduPortStatisticView("1", 120.5), ...]
        """
        with self._figures_session(for_view=True) as session:
            figures = self.figures_of(session, with_power=False)
            logger = get_logger(type(self).__module__)
            outlets_not_known = self._masked(session, figures.outlets_not_known())
            if outlets_not_known:
                # at info, because some outlets never have an energy, and each poll would warn
                logger.info(outlets_not_known)
            not_metered = self._masked(session, figures.not_metered())
            if not_metered:
                logger.warning(not_metered)
            fault = figures.port_view_fault()
            if fault:
                logger.warning(fault)
            return figures.view()

    def port_up(
        self,
        pdu_port_data: PduPortView,
        *,
        deadline: float = CONFIRM_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> PduPortView:
        """Switch on the outlet of `pdu_port_data`. Sets its `power_status` to UP, or to UNKNOWN if
        that was not read within `deadline` seconds, and returns it. `pause`: the longest time
        between two readings, in seconds.

        Raises SettingsError, NoSuchOutlet, Denied, Refused and Unsupported if nothing was switched,
        and Unreachable, which says whether nothing was sent, or the outlet may have switched.

            port_up(PduPortView("2", DOWN))       PduPortView("2", UP)
        """
        return self._switch_port("port_up", pdu_port_data, on=True, deadline=deadline, pause=pause)

    def port_down(
        self,
        pdu_port_data: PduPortView,
        *,
        deadline: float = CONFIRM_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> PduPortView:
        """Switch off the outlet of `pdu_port_data`. Sets its `power_status` to DOWN, or to UNKNOWN
        if that was not read within `deadline` seconds, and returns it. `pause`: the longest time
        between two readings, in seconds.

        Raises SettingsError, NoSuchOutlet, Denied, Refused and Unsupported if nothing was switched,
        and Unreachable, which says whether nothing was sent, or the outlet may have switched.

            port_down(PduPortView("2", UP))       PduPortView("2", DOWN)
        """
        return self._switch_port(
            "port_down", pdu_port_data, on=False, deadline=deadline, pause=pause
        )

    # ---- what tools call -------------------------------------------------------------------------

    def measured(self, *, with_power: bool = False) -> Figures:
        """Load in A and energy in kWh, in total and by outlet, and the outlets' currents; powers in
        W if they are asked for.

            Figures(load_a=4.2, energy_kwh=6468.0, ports={"1": MeterFigures(1.5, ...)}, ...)
        """
        with self._figures_session() as session:
            return self.figures_of(session, with_power=with_power)

    def figures_of(self, session: S, *, with_power: bool) -> Figures:
        """The figures that the handler reads. One that is more than any PDU can carry is not known;
        one that is not known is not metered, with the setting unknown_figures=unset.

            the unit shows 4000000 A     NotKnown("4e+06 A is more than a PDU can carry")
        """
        figures = self.read_figures(session, with_power=with_power)
        if self.bounds_figures:
            figures = figures.bounded()
        return figures.unset_unknown() if self.leaves_unset(session) else figures

    def _figures_session(self, *, for_view: bool = False) -> AbstractContextManager[S]:
        """The session of a call that reads figures; errors in the block name the call statistic.
        `for_view`: what the platform's view does not show need not be read.

            with self._figures_session() as session: ...      log: pdu handler nut 5.0.0: statistic
        """

        def enter(stack: ExitStack) -> S:
            return stack.enter_context(self.open_statistic(for_view=for_view))

        return self.call("statistic", enter)

    def labels(self) -> list[Label]:
        """Identity, number and name of every outlet, for people."""
        with self.session("labels") as session:
            return self.read_labels(session)

    @contextmanager
    def opened(self, *, with_states: bool = True) -> Iterator[OpenPdu[S]]:
        """The PDU for several calls in one session. `with_states`: False if all are `figures`."""
        with ExitStack() as stack:
            yield OpenPdu(self, with_states=with_states, stack=stack)

    @contextmanager
    def session(self, method: str) -> Iterator[S]:
        """The session of one call that reads: it is logged as `method`, and its errors name that.

        with self.session("labels") as session: ...       192.0.2.9: labels: the device ...
        """

        def enter(stack: ExitStack) -> S:
            return stack.enter_context(self.open_session())

        with self.call(method, enter) as session:
            yield session

    @contextmanager
    def call(self, method: str, enter: Callable[[ExitStack], S]) -> Iterator[S]:
        """One call in a session: `enter` opens the session on a stack, which closes it at the end
        of the block. The call is logged once. Errors in the block, also those of `enter`, name the
        device and `method`, and show no secret.

            call("status", enter), the login is refused
            log:      pdu handler raritan 5.0.0: status
            error:    192.0.2.7: status: the login is refused ...
        """
        session: Optional[S] = None
        try:
            with ExitStack() as stack:
                try:
                    session = enter(stack)
                finally:
                    # also if no session could be opened
                    self._log_call(method, self.log_detail(session))
                yield session
        except PduHandlerError as error:
            if session is not None:
                self._mask_with_causes(session, error)
            error.at(self.device_address(session), method)
            raise

    def _masked(self, session: S, sentences: Sequence[str]) -> str:
        """The sentences as one, without the secrets in what they quote of the device."""
        error = ProtocolError("; ".join(sentences))
        self.mask_error(session, error)
        return error.reason

    def _log_call(self, method: str, detail: str = "") -> None:
        log_call(get_logger(type(self).__module__), self.handler_name, method, detail)

    def _mask_with_causes(self, session: S, error: PduHandlerError) -> None:
        """Take secrets out of the error, and out of those that it was raised from: a traceback in a
        log shows them all.

            Unreachable("... x s3cret") from Refused("s3cret")     both texts without s3cret
        """
        cause: Optional[BaseException] = error
        while isinstance(cause, PduHandlerError):
            self.mask_error(session, cause)
            cause = cause.__cause__

    def _switch_port(
        self, method: str, port: PduPortView, *, on: bool, deadline: float, pause: float
    ) -> PduPortView:
        """Switch the port's outlet, and return the port with its new state. Raises NoSuchOutlet for
        a port without a usable identity, and Unsupported in an archive that was built with
        --read-only: then nothing is asked of the device.

            PduPortView("2", UP), on=False      PduPortView("2", DOWN), the same object
        """
        try:
            refuse_if_read_only()
            identity = outlet_identity(port)
        except PduHandlerError as error:
            # needs no session: nothing is asked of the device
            self._log_call(method)
            error.at(self.device_address(None) or known_address(self.pdu_data), method)
            raise

        def enter(stack: ExitStack) -> S:
            return stack.enter_context(self.open_command(identity))

        with self.call(method, enter) as session:
            state = self.switch_outlet(session, identity, on=on, deadline=deadline, pause=pause)
            return port_answer(port, state)


def refuse_if_read_only() -> None:
    """Raises Unsupported in an archive that was built to read alone.

    built as usual             returns
    built with --read-only     Unsupported: this archive reads only, so nothing was switched ...
    """
    if build_options.READ_ONLY:
        raise Unsupported(
            "this archive reads only, so nothing was switched: it was built with --read-only; to"
            " switch, give the PDU the handler that was built without it"
        )


class OpenPdu(Generic[S]):
    """A PDU that tools read and switch: several calls in one session, `_session`, which ends with
    the block of `FourCalls.opened` (`_stack` closes it). It is None before the first call, and
    after a call that failed, so that the next one opens another.

        with pdu.opened() as opened:
            opened.states()                  [("1", UP), ("2", DOWN)]
            opened.switch("2", on=True)      UP
    """

    def __init__(self, pdu: FourCalls[S], *, with_states: bool, stack: ExitStack) -> None:
        """`with_states`: False if only figures are read. `stack`: ends the session at its end."""
        self._pdu = pdu
        self._with_states = with_states
        self._stack = stack
        self._session: Optional[S] = None

    def read(self, method: str, read: Callable[[S], T]) -> T:
        """The result of the function `read`, which is called with the session. Errors name the
        device and `method`; after an error the session is not used again.

            read("labels", pdu.read_labels)      [Label("1", "1", "web-1"), ...]
        """
        try:
            with self._pdu.call(method, self._enter) as session:
                return read(session)
        except BaseException:
            # its end, at the end of the block, releases it
            self._session = None
            raise

    def _enter(self, _: ExitStack) -> S:
        """The open session: opened at the first call, renewed at later ones. It stays open after
        the call, until the end of `_stack`; the stack of the call alone, the argument, is not used.

            first call     open_session(), or open_statistic() if only figures are read
            later calls    renew_session(session)
        """
        if self._session is None:
            open_session = self._pdu.open_session if self._with_states else self._pdu.open_statistic
            self._session = self._stack.enter_context(open_session())
        else:
            self._pdu.renew_session(self._session)
        return self._session

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        """Identity and state of every outlet."""
        return self.read("status", lambda session: list(self._pdu.read_states(session)))

    def state(self, identity: str) -> EnumPowerStatus:
        """The state of one outlet. Raises NoSuchOutlet."""
        return self.read("status", lambda session: self._pdu.read_state(session, identity))

    def figures(self, *, with_power: bool) -> Figures:
        """Load in A and energy in kWh, in total and by outlet, and the outlets' currents; the power
        in W of the PDU and its outlets if it is asked for.

            Figures(load_a=4.2, energy_kwh=6468.0, ports={"1": MeterFigures(1.5, ...)}, ...)
        """
        return self.read(
            "statistic",
            lambda session: self._pdu.figures_of(session, with_power=with_power),
        )

    def labels(self) -> list[Label]:
        """Identity, number and name of every outlet."""
        return self.read("labels", self._pdu.read_labels)

    def forget(self) -> None:
        """Let the next call read anew: in the same session, or in another one if the handler's
        commands do not share it.

            states()      GET /relay/0
            states()      the answer that is kept
            forget()
            states()      GET /relay/0
        """
        if self._session is None:
            return
        if self._pdu.commands_share_session:
            self._pdu.forget(self._session)
        else:
            self._session = None
            self._stack.close()

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        """Switch an outlet once, and return its state: the wanted one, or UNKNOWN if that was not
        read within 10 s.

        If the handler's commands do not share the session, the command opens one of its own. The
        session here then ends first, so that later reads do not answer from it.

            switch("2", on=False)      DOWN
        """
        refuse_if_read_only()
        if self._pdu.commands_share_session:

            def switch_outlet(session: S) -> EnumPowerStatus:
                return self._pdu.switch_outlet(
                    session, identity, on=on, deadline=CONFIRM_SECONDS, pause=PAUSE_SECONDS
                )

            return self.read("port_up" if on else "port_down", switch_outlet)
        self._session = None
        self._stack.close()
        port = PduPortView(identity, EnumPowerStatus.UNKNOWN)
        answer = self._pdu.port_up(port) if on else self._pdu.port_down(port)
        return answer.power_status
