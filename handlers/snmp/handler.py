"""The SNMP handler: carries out DCImanager's four calls with the profile that fits the device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Optional

from common.logger import get_logger
from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

from .. import host
from ..host.snmp import CALL_SECONDS, Snmp, known_endpoint
from ..shared import prefetch
from ..shared.call_session import one_session, session
from ..shared.errors import PduHandlerError
from ..shared.switching import CONFIRM_SECONDS, PAUSE_SECONDS
from . import detection, metering, options, switching
from .settings import SETTINGS, select_families

__all__ = ["SETTINGS", "SnmpPdu", "make_handler", "one_session"]
NAME = "snmp"
LOGGER = get_logger(__name__)


class SnmpPdu(BaseSnmpPdu):
    """A PDU over SNMP. Nothing is kept between calls, not even the family."""

    def status(self) -> PduView:
        """Every outlet and its state. Most families cost one or two reads besides the GET of
        sysObjectID.

        The view is empty for a device without outlets. Raises the errors of
        handlers/shared/errors.py.
        """
        with self.session("status") as session:
            return host.pdu_view(session.device.states.items())

    def port_up(
        self,
        pdu_port_data: PduPortView,
        *,
        deadline: float = CONFIRM_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> PduPortView:
        """Switch an outlet on; see `switching.switch_outlet`."""
        with self.session("port_up", switching.PLAN_SECONDS) as session:
            return switching.switch_outlet(
                session, pdu_port_data, EnumPowerStatus.UP, deadline, pause
            )

    def port_down(
        self,
        pdu_port_data: PduPortView,
        *,
        deadline: float = CONFIRM_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> PduPortView:
        """Switch an outlet off; see `switching.switch_outlet`."""
        with self.session("port_down", switching.PLAN_SECONDS) as session:
            return switching.switch_outlet(
                session, pdu_port_data, EnumPowerStatus.DOWN, deadline, pause
            )

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, of the device and of each metered outlet.

        Costs the reads of `status`, and usually one walk or GET for each object of the figures.
        """
        return self.measured().view()

    def measured(self, with_power: bool = False) -> host.Figures:
        """What `statistic` shows, for tools; the power of the device and of its outlets costs a
        walk or GET for each of its objects.
        """
        purposes = (prefetch.FIGURES, prefetch.POWER) if with_power else (prefetch.FIGURES,)
        with prefetch.prefetching(purposes), self.session("statistic") as session:
            return metering.read_statistic(session.device, with_power)

    def labels(self) -> list[host.Label]:
        """Identity, number and name of every outlet, for people; DCImanager does not call this."""
        with prefetch.prefetching((prefetch.LABELS,)), self.session("labels") as session:
            return metering.labels(session.device)

    @contextmanager
    def session(
        self, method: str, seconds: Optional[float] = None
    ) -> Iterator[switching.SwitchCall]:
        """Reads the device as its family, for one call. Errors name the address, and the method
        unless they name a request.

        No GET, walk or SET starts later than `seconds` after the settings were read (None:
        CALL_SECONDS), unless the block extends this. Logs version and family once.
        """

        @contextmanager
        def opened() -> Iterator[switching.SwitchCall]:
            family = ""
            try:
                choice = select_families(host.settings(self.pdu_data), options.OPTIONS)
                snmp = Snmp(self, CALL_SECONDS if seconds is None else seconds)
                # a command reads the state of its own outlet
                how = (choice.metered_only, seconds is not None)
                if choice.is_fixed:
                    device = detection.read_as(snmp, choice.profiles[0], *how)
                else:
                    device = detection.detect(snmp, choice.profiles, *how)
                family = device.profile.key
            finally:
                host.log_call(LOGGER, NAME, method, family)
            yield switching.SwitchCall(snmp, device, choice)

        try:
            # a command never uses what was read before it
            with (
                session(self, opened, lambda kept: kept.snmp.renew())
                if seconds is None
                else opened()
            ) as found:
                yield found
        except PduHandlerError as error:
            error.at(known_endpoint(self.pdu_data), method)
            raise


def make_handler(pdu_data: PduSnmpData) -> BaseSnmpPdu:
    """The handler for one PDU. No I/O; each call checks the settings."""
    return SnmpPdu(pdu_data)
