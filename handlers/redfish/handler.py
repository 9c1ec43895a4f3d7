"""DCImanager's four calls on the PDUs of a Redfish service."""
from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator, List, Tuple

from common.logger import get_logger
from pdu_common.helper import PduPortView, PduStatisticView, PduView

from .. import host
from ..errors import PduHandlerError, ProtocolError
from ..http.connection import StandardTransport
from ..http.message import Transport
from ..switching import CONFIRM_SECONDS, PAUSE_SECONDS
from ..tls import Trust
from . import resources, settings, units
from .answers import Json
from .members import same_twice
from .service import RedfishService, opened
from .settings import SETTINGS

__all__ = ["SETTINGS", "RedfishPdu", "make_handler"]

LOGGER = get_logger(__name__)


class RedfishPdu(host.BasePdu):
    """The PDUs of a Redfish service. Nothing is kept between calls.

    A round trip is one HTTP request. Each call starts with 2, the root and the PDUs, where the service expands two levels of
    links (ServiceRoot, ExpandQuery); with 3 and one for each PDU where it does not; a session costs 2 more. Raises the errors
    of handlers/errors.py.
    """

    def transport(self, trust: Trust) -> Transport:
        """What carries the requests of one connection; tests put another one here."""
        return StandardTransport(trust)

    def status(self) -> PduView:
        """Every outlet and its state. With expansion 3 round trips on 1 connection; else 4, and 1 for each outlet over 4."""
        with self._session("status") as (service, given):
            return host.pdu_view((identity, resources.state(outlet)) for identity, outlet in _outlets(service, given))

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, of the PDU and of each outlet that it meters: `metering.measured` counts."""
        from . import metering  # a status in a fresh process need not wait for it

        with self._session("statistic") as (service, given):
            return host.statistic_view(*metering.measured(service, given.pdu))

    def port_up(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS,
                pause: float = PAUSE_SECONDS) -> PduPortView:
        """Switch on: the list of outlets and the outlet (2 round trips), the command (1), then one reading after each pause.

        One more where the outlet's action describes itself elsewhere. Sets `power_status` of the object it was given, and
        returns that. `deadline` and `pause` are seconds.
        """
        return self._switch("port_up", pdu_port_data, True, deadline, pause)

    def port_down(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS,
                  pause: float = PAUSE_SECONDS) -> PduPortView:
        """Switch off, as `port_up`."""
        return self._switch("port_down", pdu_port_data, False, deadline, pause)

    def labels(self) -> List[host.Label]:
        """Identity, Id and name of every outlet, for people; as `status`. DCImanager does not call this."""
        with self._session("labels") as (service, given):
            return [host.label(identity, resources.identity(outlet), resources.name(outlet))
                    for identity, outlet in _outlets(service, given)]

    def _switch(self, method: str, port: PduPortView, on: bool, deadline: float, pause: float) -> PduPortView:
        from .switching import switched

        with self._session(method) as (service, given):
            # A platform may hand back the identity as a number.
            port.power_status = switched(service, given.pdu, str(port.identity), on, given.switch_unproven, deadline, pause)
            return port

    @contextmanager
    def _session(self, method: str) -> Iterator[Tuple[RedfishService, settings.Given]]:
        """One session, ended whatever happens, and errors that name the host and the call."""
        host.log_call(LOGGER, "redfish", method)
        address = ""
        try:
            given = settings.read(self.pdu_data)
            with opened(given, self.transport) as service:
                address = service.host
                yield service, given
        except PduHandlerError as error:
            error.at(address, method)
            raise


def _outlets(service: RedfishService, given: settings.Given) -> List[Tuple[str, Json]]:
    """Identity and resource of every outlet, in the service's order."""
    found = [outlet for unit in units.units(service, given.pdu) for outlet in units.outlets(service, unit)]
    twice = same_twice([identity for identity, _ in found])
    if twice:
        raise ProtocolError(f"the device lists two outlets that are called {twice!r}")
    return found


def make_handler(pdu_data: object) -> RedfishPdu:
    """The handler of one PDU. No I/O; settings are checked in the first call."""
    return RedfishPdu(pdu_data)
