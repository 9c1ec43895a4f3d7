"""DCImanager's four calls on the devices of a NUT server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Optional, TypeVar

from common.logger import get_logger
from pdu_common.helper import PduPortView, PduStatisticView, PduView

from .. import host
from ..shared.address import Address, with_port
from ..shared.call_session import one_session as one_session, read_once, session as shared
from ..shared.errors import NamedSetting, PduHandlerError, SettingsError
from ..shared.request_counter import SENT as SENT
from ..shared.settings import HOST, TIMEOUT, Settings
from ..shared.switching import CALL_SECONDS, CONFIRM_SECONDS
from . import devices
from .client import NutClient
from .connection import DEFAULT_PORT
from .reader import NutReader
from .settings import DEVICE, PASSWORD, PORT, SETTINGS, USERNAME, tls_of
from .switching import STATES, switch_port

LOGGER = get_logger(__name__)
C = TypeVar("C", bound=NutReader)


class NutPdu(host.BasePdu):
    """A PDU behind a NUT server. Each call opens its own connection and keeps no state.

    Every call reads variables and commands in 1 round trip after TCP, 1 more without the setting
    `device`, 2 more with TLS (3 for TLS 1.2). A server that demands a login for reading costs 1
    more. One that waits for a driver costs more readings. Raises the errors of
    handlers/shared/errors.py.
    """

    def status(self) -> PduView:
        """Every outlet and its state."""
        with self.read("status") as found:
            return host.pdu_view(
                (identity, STATES[outlet.state]) for identity, outlet in devices.ports(found)
            )

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, of the PDU and of each outlet that the driver meters."""
        return self.measured().view()

    def measured(self, with_power: bool = False) -> host.Figures:
        """What `statistic` shows, for tools; the power of each outlet costs nothing more."""
        with self.read("statistic") as found:
            return devices.figures_of(found, with_power)

    def port_up(
        self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS
    ) -> PduPortView:
        """Switch an outlet on; see `switch_port`."""
        with session(self.pdu_data, "port_up", NutClient) as (client, settings):
            return switch_port(client, settings, pdu_port_data, True, deadline)

    def port_down(
        self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS
    ) -> PduPortView:
        """Switch an outlet off; see `switch_port`."""
        with session(self.pdu_data, "port_down", NutClient) as (client, settings):
            return switch_port(client, settings, pdu_port_data, False, deadline)

    def labels(self) -> list[host.Label]:
        """Identity, number and name of every outlet, for people; DCImanager does not call this."""
        with self.read("labels") as found:
            return [
                host.label(identity, outlet.number, outlet.name or "")
                for identity, outlet in devices.ports(found)
            ]

    @contextmanager
    def read(self, method: str, writable: bool = False) -> Iterator[list[devices.ListedDevice]]:
        """The devices, read in the call's session. `writable`: with the variables that can be set,
        which tools show; in `one_session` only if it is asked for first.
        """
        with shared(
            self,
            lambda: session(self.pdu_data, method, NutReader),
            lambda kept: kept[0].renew(CALL_SECONDS),
        ) as (client, settings):
            yield read_once(
                self, "devices", lambda: devices.read_devices(client, settings, None, writable)
            )


@contextmanager
def session(
    pdu_data: object, method: str, kind: type[C], *, bounded: bool = True
) -> Iterator[tuple[C, Settings]]:
    """A client, closed at the end. Errors name the host once it is known, and the method unless
    they name a request or a device.

    With `bounded`, all exchanges end within CALL_SECONDS of the start.
    """
    host.log_call(LOGGER, "nut", method)
    address = ""
    try:
        settings = Settings(host.settings(pdu_data, own=(DEVICE.key,)), SETTINGS)
        typed = settings[HOST] or host.address(pdu_data)
        if set("/@") & set(typed):  # not shown: a password may precede the @
            raise SettingsError(
                (
                    "the address contains a / or an @: give the host alone, a user as ",
                    NamedSetting("username"),
                    ", and a device of the server as ",
                    NamedSetting("device"),
                )
            )
        address = with_port(typed.host, settings[PORT] or typed.port, DEFAULT_PORT)
        with make_client(kind, settings, typed, total=CALL_SECONDS if bounded else None) as client:
            yield client, settings
    except PduHandlerError as error:
        error.at(address, method)
        raise


def make_client(
    kind: type[C],
    settings: Settings,
    typed: Address,
    *,
    total: Optional[float] = None,
    logs_in: bool = True,
) -> C:
    """A client of the server at the address `typed`, as the settings describe it. Sends nothing.

    `total`: seconds in which all exchanges must end. Unless it `logs_in`, the client has no user.
    Raises SettingsError.
    """
    return kind(
        typed.host,
        settings[PORT] or (DEFAULT_PORT if typed.port is None else typed.port),
        username=settings[USERNAME] if logs_in else "",
        password=settings[PASSWORD],
        tls=tls_of(settings),
        timeout=settings[TIMEOUT],
        total=total,
    )


def make_handler(pdu_data: object) -> NutPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return NutPdu(pdu_data)
