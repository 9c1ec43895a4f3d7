"""DCImanager's four calls on a PDU over SNMP, with the profile that fits the device.

The way of a `status` to the wire; `statistic`, `port_up` and `port_down` go it likewise:

    FourCalls.status            dcimanager/four_calls.py: opens a session, makes a PduView of states
    SnmpPdu.open_session        the settings, and the device read by the family that fits it
    detection.detect            a GET of sysObjectID; then the families that it fits, in turn
    device.read_states          the outlets of one family (`Profile.outlets`) and their states
    State.decisions             states.py: what the rows of a `Source` say of each outlet
    Tables[source]              tables.py: reads each table once; keeps the answers of the call
    Snmp.walk, .get             dcimanager/snmp.py: calls BaseSnmpPdu, DCImanager's or our double

Half of the families pay at most 3 of the platform's calls for a `status`, and 6 for a `statistic`:
the GET of sysObjectID, and a walk or GET for each object that is needed. `switching.switch_outlet`
says what a command costs; docs/dev/families.md has the calls and datagrams of each family.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Optional

from common.logger import get_logger
from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus

from .. import dcimanager
from ..dcimanager.snmp import LONGEST_SECONDS, Snmp, known_endpoint
from ..shared.unknown_states import reason_sentences
from . import detection, metering, options, switching
from .device import reasons_of_unknown
from .labels import missing_labels, outlet_labels
from .read_scope import ALL_STATES, FIGURES, VIEW_FIGURES, ReadScope
from .settings import SETTINGS as SETTINGS, select_families

LOGGER = get_logger(__name__)
UPS_ADVICE = "this is a UPS: its outlets are read here, the UPS itself by the handler nut"
STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN}
Session = switching.SwitchCall


class SnmpPdu(dcimanager.FourCalls[Session], BaseSnmpPdu):
    """A PDU over SNMP. Each call detects its family anew. `FourCalls` has DCImanager's calls, which
    open a session (`open_session`, `open_statistic`, `open_command`) and read it. A session has
    `snmp`, which sends the requests, `device`, the device as its family reads it, and `choice`,
    what the owner's settings say."""

    handler_name = "snmp"
    bounds_figures = False  # profiles have ceilings of their own

    def open_session(self) -> AbstractContextManager[Session]:
        """A session that reads each outlet with its state. No GET or walk starts later than
        `LONGEST_SECONDS` after its start."""
        return self._open(ALL_STATES, LONGEST_SECONDS)

    def open_statistic(self, *, for_view: bool = False) -> AbstractContextManager[Session]:
        """Outlets are listed only if a figure needs them, by the column of their states. No state
        is decided."""
        return self._open(VIEW_FIGURES if for_view else FIGURES, LONGEST_SECONDS)

    def open_command(self, identity: str) -> AbstractContextManager[Session]:
        """A session for a command: it reads this outlet alone, where a GET can do that."""
        return self._open(ReadScope(outlet=identity), switching.PLAN_SECONDS)

    @contextmanager
    def _open(self, scope: ReadScope, longest: float) -> Iterator[Session]:
        """A session with the device for one call of DCImanager: read as the family that the
        settings fix, or as the one that is detected. `scope`: what the call needs of the device.
        No request starts later than `longest` seconds after the session's start.

            settings {"profile": "apc-rpdu2"}   walk states of this family
            settings {}                         get sysObjectID, then walk states of each that fits
        """
        choice = select_families(dcimanager.settings(self.pdu_data), options.OPTIONS)
        snmp = Snmp(self, longest)
        metered_only = choice.metered_only
        if choice.is_fixed:
            profile = choice.profiles[0]
            device = detection.read_as(snmp, profile, scope, metered_only=metered_only)
        else:
            device = detection.detect(snmp, choice.profiles, scope, metered_only=metered_only)
        yield Session(snmp, device, choice)

    def renew_session(self, session: Session) -> None:
        """Give the requests of this session their whole time anew."""
        session.snmp.renew()

    def device_address(self, session: Optional[Session]) -> str:
        """The device's address for an error and the log, as DCImanager gives it."""
        return known_endpoint(self.pdu_data)

    def log_detail(self, session: Optional[Session]) -> str:
        """The key of the family as which the device is read, "" before it is known."""
        return session.device.profile.key if session else ""

    def read_states(self, session: Session) -> Iterable[tuple[str, EnumPowerStatus]]:
        """Each outlet and its state, as it was read when the session was opened. Logs why some are
        not known, and that a UPS has another handler, too.

            {"1": UP, "2": UNKNOWN}; the log: why the state of outlet 2 is not known
        """
        if session.device.profile.ups:
            LOGGER.info(UPS_ADVICE)
        for sentence in reason_sentences(reasons_of_unknown(session.device)):
            LOGGER.warning(session.snmp.quoted(sentence))
        return session.device.states.items()

    def read_figures(self, session: Session, *, with_power: bool) -> dcimanager.Figures:
        """The figures of the device and of its outlets in A, W and kWh, read now. Logs the objects
        of load and energy that the device did not answer: these are taken as not metered.

            walk current {"1": 25}, tenths, walk energy -> nothing
                Figures(load_a=2.5, energy_kwh=None, …)
        """
        figures = metering.read_statistic(session.device, with_power=with_power)
        names = metering.unanswered_objects(session.device, figures)
        if names:
            LOGGER.info(f"not answered, and so taken as not metered: {', '.join(names)}")
        return figures

    def leaves_unset(self, session: Session) -> bool:
        """Whether figures that are not known stay unset: the setting `unknown_figures`."""
        return session.choice.unset_unknown

    def read_labels(self, session: Session) -> list[dcimanager.Label]:
        """The printed number and the name of each outlet, read now for a person. Logs why some are
        not known, and that a UPS has another handler, too.

            names {"1": "web", "2": NO_ANSWER}; the log: why the name of outlet 2 is not known
                [Label("1", "1", "web"), Label("2", "2", "")]
        """
        if session.device.profile.ups:
            LOGGER.warning(UPS_ADVICE)  # labels are read for a person, never by a poll
        for sentence in reason_sentences(missing_labels(session.device)):
            LOGGER.warning(session.snmp.quoted(sentence))
        return outlet_labels(session.device, session.choice.encoding)

    def switch_outlet(
        self, session: Session, identity: str, *, on: bool, deadline: float, pause: float
    ) -> EnumPowerStatus:
        """Switch one outlet and read it until it has its new state, for `deadline` seconds at most,
        in steps of at most `pause` seconds. Returns that state, or UNKNOWN if the outlet does
        not show it.

            set outletCtl.7 = 1; get state.7 -> off; get state.7 -> on    UP
        """
        return switching.switch_outlet(session, identity, STATES[on], deadline, pause)


def make_handler(pdu_data: PduSnmpData) -> BaseSnmpPdu:
    """The handler for one PDU. No I/O; each call checks the settings."""
    return SnmpPdu(pdu_data)
