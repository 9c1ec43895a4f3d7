"""A handler whose vendor's part is a codec: which requests a PDU is read with, what their answers
mean, and which request switches an outlet.

A codec does no I/O: it is a generator that yields requests and is sent their answers. An error of a
request is raised where the request was yielded, so that a codec can go on without that answer.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable
from typing import Callable, Generic, NamedTuple, Optional, Protocol, TypeVar

from pdu_common.helper import EnumPowerStatus

from ..shared.call_session import read_once
from ..shared.errors import NoSuchOutlet, PduHandlerError
from ..shared.labels import Label, label
from ..shared.switching import switch
from .four_calls import FourCalls
from .views import Figures, PortFigures

Q = TypeVar("Q", bound=Hashable)  # a request
A = TypeVar("A")  # its answer
Q_co = TypeVar("Q_co", covariant=True)
A_contra = TypeVar("A_contra", contravariant=True)
Q_contra = TypeVar("Q_contra", contravariant=True)
A_co = TypeVar("A_co", covariant=True)
T = TypeVar("T")
STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}


class Outlet(NamedTuple):
    """One outlet. An unknown state is None, and so is a figure without a meter."""

    #: its number on the unit, as text
    identity: str
    name: str = ""
    state: Optional[bool] = None
    current_a: Optional[float] = None
    energy_kwh: Optional[float] = None
    power_w: Optional[float] = None


class PduState(NamedTuple):
    """The whole PDU: outlets in the unit's order, load in A, energy in kWh, power in W."""

    outlets: tuple[Outlet, ...]
    load_a: Optional[float] = None
    energy_kwh: Optional[float] = None
    power_w: Optional[float] = None


class Codec(Protocol[Q_co, A_contra]):
    """What a vendor's module `decoding` has. Pure."""

    def read_unit(self, with_figures: bool) -> Generator[Q_co, A_contra, PduState]:
        """The requests that read the PDU, and its values; unless `with_figures`, only identity,
        name and state of outlets. Raises ProtocolError for an answer that cannot be right.
        """

    def command(self, identity: str, on: bool) -> Generator[Q_co, A_contra, None]:
        """The request that switches an outlet that the PDU has. Raises Refused if the answer says
        that the command is not carried out, ProtocolError if it may be.
        """


class UnitSession(Protocol[Q_contra, A_co]):
    """A connection to one PDU."""

    #: where it is, for errors
    address: str

    def exchange(self, request: Q_contra) -> A_co:
        """Send one request, and return its answer. Raises the errors of handlers/shared/errors.py;
        Unreachable for a command means that it may or may not be carried out.
        """

    def renew(self) -> None:
        """Give it the time of a new session."""


def run_dialogue(dialogue: Generator[Q, A, T], exchange: Callable[[Q], A]) -> T:
    """What the dialogue returns, after the exchanges that it asks for."""
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


class UnitPdu(FourCalls[UnitSession[Q, A]], Generic[Q, A]):
    """One PDU with one list of outlets.

    `status` and `statistic` cost the requests that the codec names. A command costs those of
    `status`, its own, and those of `status` for each read-back.
    """

    codec: Codec[Q, A]

    def device_address(self, session: Optional[UnitSession[Q, A]]) -> str:
        return session.address if session else ""

    def renew_session(self, session: UnitSession[Q, A]) -> None:
        session.renew()

    def read_states(self, session: UnitSession[Q, A]) -> Iterable[tuple[str, EnumPowerStatus]]:
        return [(outlet.identity, STATES[outlet.state]) for outlet in self._outlets(session)]

    def read_figures(self, session: UnitSession[Q, A], with_power: bool) -> Figures:
        unit = self.read_unit(session, True, self._remembering(session))
        ports = [
            PortFigures(
                outlet.identity,
                outlet.current_a,
                outlet.energy_kwh,
                outlet.power_w if with_power else None,
            )
            for outlet in unit.outlets
        ]
        power_w = unit.power_w if with_power else None
        return Figures(unit.load_a, unit.energy_kwh, ports, power_w)

    def read_labels(self, session: UnitSession[Q, A]) -> list[Label]:
        return [
            label(outlet.identity, outlet.identity, outlet.name)
            for outlet in self._outlets(session)
        ]

    def switch_outlet(
        self,
        session: UnitSession[Q, A],
        identity: str,
        on: bool,
        deadline: float,
        pause: float,
    ) -> EnumPowerStatus:
        self._read_state(session, identity)  # before anything is written
        return switch(
            lambda: run_dialogue(self.codec.command(identity, on), session.exchange),
            lambda: self._read_state(session, identity),
            STATES[on],
            deadline=deadline,
            pause=pause,
        )

    def read_unit(
        self, session: UnitSession[Q, A], with_figures: bool, exchange: Callable[[Q], A]
    ) -> PduState:
        """The PDU's values, with these exchanges. Raises the errors of
        handlers/shared/errors.py.
        """
        return run_dialogue(self.codec.read_unit(with_figures), exchange)

    def _remembering(self, session: UnitSession[Q, A]) -> Callable[[Q], A]:
        """Exchanges that in `one_session` are made once for each request."""
        return lambda request: read_once(
            self, f"answer to {request!r}", lambda: session.exchange(request)
        )

    def _outlets(self, session: UnitSession[Q, A]) -> tuple[Outlet, ...]:
        return self.read_unit(session, False, self._remembering(session)).outlets

    def _read_state(self, session: UnitSession[Q, A], identity: str) -> EnumPowerStatus:
        """The state of one outlet, read now. Raises NoSuchOutlet."""
        for outlet in self.read_unit(session, False, session.exchange).outlets:
            if outlet.identity == identity:
                return STATES[outlet.state]
        raise NoSuchOutlet(
            f"the PDU has no outlet {identity[:60]!r}: poll it and look at its ports"
        )
