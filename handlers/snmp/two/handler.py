"""DCImanager's four calls on a PDU over SNMP, by the families of the two-step engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple, Optional

from common.logger import get_logger
from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.helper import EnumPowerStatus

from ... import dcimanager
from ...dcimanager.snmp import LONGEST_SECONDS, Snmp, known_endpoint
from ...shared.doubts import doubt_sentences
from .. import options, switching
from ..read_scope import ALL_STATES, FIGURES, VIEW_FIGURES, ReadScope
from ..settings import FamilySelection, select_families
from . import command, detect, unit as units
from .families import FAMILIES
from .family import DOWN, UNKNOWN, UP
from .unit import Unit

LOGGER = get_logger(__name__)


class Session(NamedTuple):
    snmp: Snmp
    unit: Unit
    choice: FamilySelection


class TwoStepPdu(dcimanager.FourCalls[Session], BaseSnmpPdu):
    """A PDU over SNMP. Each call detects its family anew."""

    handler_name = "snmp"
    bounds_figures = False
    families = FAMILIES

    def open_session(self) -> AbstractContextManager[Session]:
        return self._open(ALL_STATES, LONGEST_SECONDS)

    def open_statistic(self, *, for_view: bool = False) -> AbstractContextManager[Session]:
        return self._open(VIEW_FIGURES if for_view else FIGURES, LONGEST_SECONDS)

    def open_command(self, identity: str) -> AbstractContextManager[Session]:
        return self._open(ReadScope(outlet=identity), switching.PLAN_SECONDS)

    @contextmanager
    def _open(self, scope: ReadScope, longest: float) -> Iterator[Session]:
        choice = select_families(dcimanager.settings(self.pdu_data), options.OPTIONS)
        snmp = Snmp(self, longest)
        profiles = [self.families[profile.key] for profile in choice.profiles]
        if choice.is_fixed:
            unit = detect.read_as(snmp, profiles[0], scope, metered_only=choice.metered_only)
        else:
            unit = detect.detect(snmp, profiles, scope, metered_only=choice.metered_only)
        yield Session(snmp, unit, choice)

    def renew_session(self, session: Session) -> None:
        session.snmp.renew()

    def device_address(self, session: Optional[Session]) -> str:
        return known_endpoint(self.pdu_data)

    def log_detail(self, session: Optional[Session]) -> str:
        return session.unit.family.key if session else ""

    def read_states(self, session: Session) -> Iterable[tuple[str, EnumPowerStatus]]:
        unit = session.unit
        has_states = unit.outlets is not None and unit.outlets.states is not None
        reasons = [
            (identity, decision.reason or "the answers have no row of its state")
            for identity, decision in unit.states.items()
            if has_states and decision.state is UNKNOWN
        ]
        for sentence in doubt_sentences(reasons):
            LOGGER.warning(session.snmp.quoted(sentence))
        return [(identity, decision.state) for identity, decision in unit.states.items()]

    def read_figures(self, session: Session, *, with_power: bool) -> dcimanager.Figures:
        figures = units.read_statistic(session.unit, with_power=with_power)
        names = units.unanswered_objects(session.unit, figures)
        if names:
            LOGGER.info(f"not answered, and so taken as not metered: {', '.join(names)}")
        return figures

    def leaves_unset(self, session: Session) -> bool:
        return session.choice.unset_unknown

    def read_labels(self, session: Session) -> list[dcimanager.Label]:
        for sentence in doubt_sentences(units.lost_labels(session.unit)):
            LOGGER.warning(session.snmp.quoted(sentence))
        return units.labels(session.unit, session.choice.encoding)

    def switch_outlet(
        self, session: Session, identity: str, *, on: bool, deadline: float, pause: float
    ) -> EnumPowerStatus:
        target = UP if on else DOWN
        return command.switch_outlet(
            session.snmp, session.unit, session.choice, identity, target, deadline, pause
        )
