"""DCImanager's four calls on the PDUs of a Redfish service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from common.logger import get_logger
from pdu_common.helper import PduPortView, PduStatisticView, PduView

from .. import host
from ..http.connection import StandardTransport
from ..http.message import Transport
from ..shared.call_session import is_shared, one_session, session
from ..shared.errors import PduHandlerError
from ..shared.request_counter import SENT as SENT
from ..shared.switching import CALL_SECONDS, CONFIRM_SECONDS, PAUSE_SECONDS
from ..shared.tls import Trust
from . import metering, resources, settings, units
from .service import LOGOUT_SECONDS, RedfishService
from .settings import SETTINGS
from .switching import switch_outlet

__all__ = ["SETTINGS", "RedfishPdu", "make_handler", "one_session"]

LOGGER = get_logger(__name__)


class RedfishPdu(host.BasePdu):
    """The PDUs of a Redfish service. Keeps nothing between calls.

    A round trip is one HTTP request. A call usually begins with 2, for the root and the PDUs, if
    the service expands two levels of links (ServiceRoot, ExpandQuery), and otherwise with 3, plus 1
    for each PDU that the list only links to. A session costs 2 more, 3 if the service refuses basic
    login first. Raises the errors of handlers/shared/errors.py.
    """

    def transport(self, trust: Trust) -> Transport:
        """The transport of one connection; tests override this."""
        return StandardTransport(trust, CALL_SECONDS + LOGOUT_SECONDS)

    def status(self) -> PduView:
        """Every outlet and its state. For one PDU usually 3 round trips if the service expands two
        levels of links, 4 if it expands one, and 5 plus 1 for each outlet if it expands none."""
        with self.session("status") as (service, given):
            return host.pdu_view(
                (one.identity, resources.state(one.resource, one.pdu))
                for one in units.read_all_outlets(service, given.pdu)
            )

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, in total and by outlet.

        Round trips: see `metering.read_statistic`.
        """
        return self.measured().view()

    def measured(self, with_power: bool = False) -> host.Figures:
        """What `statistic` shows, for tools, with the power of each outlet if it is asked for.

        Round trips: see `metering.read_statistic`.
        """
        with self.session("statistic") as (service, given):
            return metering.read_statistic(service, given.pdu, with_power)

    def port_up(
        self,
        pdu_port_data: PduPortView,
        *,
        deadline: float = CONFIRM_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> PduPortView:
        """Switch on. Round trips, besides those that begin each call (see the class): usually 2 for
        the list of outlets and the outlet, 1 for the command, 1 for each read-back.

        Plus 1 if another resource describes the action's parameters, 1 when a task has ended, and 2
        if the service demands an ETag. Returns `pdu_port_data` with its new `power_status`.
        `deadline` and the longest `pause` between read-backs are in seconds.
        """
        return self._switch("port_up", pdu_port_data, True, deadline, pause)

    def port_down(
        self,
        pdu_port_data: PduPortView,
        *,
        deadline: float = CONFIRM_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> PduPortView:
        """Switch off; see `port_up`."""
        return self._switch("port_down", pdu_port_data, False, deadline, pause)

    def labels(self) -> list[host.Label]:
        """Identity, Id and name of every outlet, for tools; as many round trips as `status`.

        DCImanager does not call this.
        """
        with self.session("labels") as (service, given):
            return [
                host.label(
                    one.identity, resources.required_id(one.resource), resources.name(one.resource)
                )
                for one in units.read_all_outlets(service, given.pdu)
            ]

    def _switch(
        self, method: str, port: PduPortView, on: bool, deadline: float, pause: float
    ) -> PduPortView:
        with self.session(method, reads=False) as (service, given):
            state = switch_outlet(
                service,
                given.pdu,
                host.outlet_identity(port),
                on,
                given.switch_unproven,
                deadline,
                pause,
            )
            return host.port_answer(port, state)

    @contextmanager
    def session(
        self, method: str, reads: bool = True
    ) -> Iterator[tuple[RedfishService, settings.RedfishSettings]]:
        """The service, closed at the end.

        Errors name the host once it is known, and the call unless they name a request.
        """
        host.log_call(LOGGER, "redfish", method)
        address = ""

        @contextmanager
        def opened() -> Iterator[tuple[RedfishService, settings.RedfishSettings]]:
            given = settings.read_settings(self.pdu_data)
            with RedfishService(given, self.transport, keeps=reads and is_shared()) as service:
                yield service, given

        try:
            with (
                session(self, opened, lambda kept: kept[0].renew()) if reads else opened() as found
            ):
                address = found[0].place
                yield found
        except PduHandlerError as error:
            error.at(address, method)
            raise


def make_handler(pdu_data: object) -> RedfishPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return RedfishPdu(pdu_data)
