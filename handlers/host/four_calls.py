"""DCImanager's four calls, and what tools ask besides: written once for every handler."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, ClassVar, Generic, Optional, TypeVar

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

from ..shared import call_session
from ..shared.errors import PduHandlerError
from ..shared.labels import Label
from ..shared.switching import CONFIRM_SECONDS, PAUSE_SECONDS
from .port_identity import outlet_identity
from .views import Figures, log_call, pdu_view, port_answer

S = TypeVar("S")


class FourCalls(Generic[S]):
    """The base of each handler, before the platform's class.

    A handler says how a session with its device is opened, and what is read and written in it.
    Nothing is kept between calls. Errors are those of handlers/shared/errors.py; they name the
    device's address once it is known, and the call unless they name a request.
    """

    #: the handler's name, for the log
    handler_name: ClassVar[str]
    pdu_data: Any

    # ---- what a handler writes -------------------------------------------------------------------

    @abstractmethod
    def open_session(self, reads: bool) -> AbstractContextManager[S]:
        """Read the settings, and open a session that ends with the block.

        `reads`: for a call that only reads; tools make several such calls in one session.
        """

    def renew_session(self, session: S) -> None:
        """Give a session that another call used the time of a new one."""

    @abstractmethod
    def device_address(self, session: Optional[S]) -> str:
        """Where the device is, for errors; "" if that is not known without a session."""

    def mask_error(self, session: S, error: PduHandlerError) -> None:
        """Take secrets out of an error that leaves a call, and may quote the device."""

    def log_detail(self, session: Optional[S]) -> str:
        """What the log shows of the device, "" for nothing."""
        return ""

    @abstractmethod
    def read_states(self, session: S) -> Iterable[tuple[str, EnumPowerStatus]]:
        """Identity and state of every outlet, in the device's order."""

    @abstractmethod
    def read_figures(self, session: S, with_power: bool) -> Figures:
        """A and kWh, in total and by outlet; W only `with_power`."""

    @abstractmethod
    def read_labels(self, session: S) -> list[Label]:
        """Identity, printed number and name of every outlet."""

    @abstractmethod
    def switch_outlet(
        self, session: S, identity: str, on: bool, deadline: float, pause: float
    ) -> EnumPowerStatus:
        """Switch an outlet once, and read its state until it is the wanted one or `deadline`
        seconds are over, with at most `pause` seconds between readings. UNKNOWN if not proven.
        """

    # ---- what DCImanager calls -------------------------------------------------------------------

    def status(self) -> PduView:
        """Every outlet and its state."""
        with self.session("status") as session:
            return pdu_view(self.read_states(session))

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, in total and by outlet."""
        return self.measured().view()

    def port_up(
        self,
        pdu_port_data: PduPortView,
        *,
        deadline: float = CONFIRM_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> PduPortView:
        """Switch on; sets `power_status` of the object that it is called with, and returns it."""
        return self._switch_port("port_up", pdu_port_data, True, deadline, pause)

    def port_down(
        self,
        pdu_port_data: PduPortView,
        *,
        deadline: float = CONFIRM_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> PduPortView:
        """Switch off; see `port_up`."""
        return self._switch_port("port_down", pdu_port_data, False, deadline, pause)

    # ---- what tools call -------------------------------------------------------------------------

    def measured(self, with_power: bool = False) -> Figures:
        """What `statistic` shows; the power of the PDU and its outlets if it is asked for."""
        with self.session("statistic") as session:
            return self.read_figures(session, with_power)

    def labels(self) -> list[Label]:
        """Identity, number and name of every outlet, for people."""
        with self.session("labels") as session:
            return self.read_labels(session)

    @contextmanager
    def session(self, method: str, reads: bool = True) -> Iterator[S]:
        """The session of one call, or of several that only read (`one_session`). Logs the call
        once.
        """
        session: Optional[S] = None
        try:
            with ExitStack() as stack:
                try:
                    session = stack.enter_context(
                        call_session.session(
                            self, lambda: self.open_session(True), self.renew_session
                        )
                        if reads
                        else self.open_session(False)
                    )
                finally:
                    log_call(
                        get_logger(type(self).__module__),
                        self.handler_name,
                        method,
                        self.log_detail(session),
                    )
                yield session
        except PduHandlerError as error:
            if session is not None:
                cause: Optional[BaseException] = error
                while isinstance(cause, PduHandlerError):
                    self.mask_error(session, cause)
                    cause = cause.__cause__
            error.at(self.device_address(session), method)
            raise

    def _switch_port(
        self, method: str, port: PduPortView, on: bool, deadline: float, pause: float
    ) -> PduPortView:
        with self.session(method, reads=False) as session:
            state = self.switch_outlet(session, outlet_identity(port), on, deadline, pause)
            return port_answer(port, state)
