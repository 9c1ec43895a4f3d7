"""Connections to the NUT server that a PDU's address and settings name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from .. import dcimanager
from ..shared.address import host_with_port
from ..shared.errors import NamedSetting, PduHandlerError, SettingsError
from ..shared.settings import HOST, TIMEOUT, Settings
from ..shared.switching import CALL_SECONDS
from .client import NutClient
from .connection import DEFAULT_PORT
from .devices import ListedDevice, read_devices
from .settings import DEVICE, PASSWORD, PORT, SETTINGS, USERNAME, tls_of


class NutSession(NamedTuple):
    """A connection, the settings that it was opened with, and the devices that were read over it.

    NutSession(client, settings, [])                 before the first reading
    NutSession(client, settings, [ListedDevice("", "rack1", ...)])
    """

    client: NutClient
    settings: Settings
    #: those that were read
    devices: list[ListedDevice]


def read_once(session: NutSession) -> list[ListedDevice]:
    """The devices of the PDU: read from the server at the first call, and kept in the session.

    first call:   > LIST UPS, then LIST VAR rack1, LIST CMD rack1
    second call:  nothing is sent
    """
    if not session.devices:
        session.devices.extend(read_devices(session.client, session.settings))
    return session.devices


@contextmanager
def open_session(
    pdu_data: object, method: str = "", *, has_limit: bool = True
) -> Iterator[NutSession]:
    """A session with the server that the PDU's form names; `with` closes its client. `pdu_data`:
    what DCImanager hands over; `method`: the call, port_up, for errors, which name the host, too.
    With `has_limit`, all exchanges end within CALL_SECONDS of the start. Raises SettingsError for
    an address or setting that cannot be used.

        address 192.0.2.9:3493, settings {"username": "admin", "password": ..., "device": "rack1"}
        a client of 192.0.2.9 port 3493; nothing is sent before its first request
        address admin@192.0.2.9: SettingsError
    """
    address = ""
    try:
        settings = Settings(dcimanager.settings(pdu_data, own_keys=(DEVICE.key,)), SETTINGS)
        address_setting = settings[HOST] or dcimanager.address(pdu_data)
        if set("/@") & set(address_setting):  # not shown: a password may precede the @
            raise SettingsError(
                (
                    "the address contains a / or an @: give the host alone, a user as ",
                    NamedSetting("username"),
                    ", and a device of the server as ",
                    NamedSetting("device"),
                )
            )
        port = settings[PORT] or address_setting.port
        address = host_with_port(address_setting.host, port, DEFAULT_PORT)
        with NutClient(
            address_setting.host,
            DEFAULT_PORT if port is None else port,
            username=settings[USERNAME],
            password=settings[PASSWORD],
            tls=tls_of(settings),
            timeout=settings[TIMEOUT],
            total=CALL_SECONDS if has_limit else None,
        ) as client:
            yield NutSession(client, settings, [])
    except PduHandlerError as error:
        error.at(address, method)
        raise
