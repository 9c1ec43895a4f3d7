"""DCImanager's four calls on any device behind a NUT server.

Identities are the driver's outlet numbers: "7", in a daisy chain "2.7". Where the server has several devices and the
setting `device` names none, the device's name stands in front: "rack1/7".
"""
from __future__ import annotations

from contextlib import contextmanager
from typing import Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus, PduPortView, PduStatisticView, PduView

from .. import host
from ..errors import Named, NoSuchOutlet, PduHandlerError, SettingsError, Unsupported
from ..settings import CA_PEM, FINGERPRINT, HOST, TIMEOUT, VERIFY, Setting, Settings, port as port_number, yes_no
from ..switching import CONFIRM_SECONDS, switch
from . import messages, outlets
from .client import NutClient
from .outlets import Device, Outlet, Way
from .protocol import PORT as NUT_PORT, name as nut_name, word
from .starttls import Tls

LOGGER = get_logger(__name__)


def _name(text: str) -> str:
    try:
        return nut_name(text, "device")
    except SettingsError:
        raise ValueError(text) from None


def _word(text: str) -> str:
    try:
        word(text, "word")
    except SettingsError:
        raise ValueError from None
    return text


PORT: Setting[Optional[int]] = Setting("port", "1 to 65535", port_number, None,
                                       f"port of the NUT server, if not the one behind the address or {NUT_PORT}")
USERNAME: Setting[str] = Setting("username", "a user of upsd.users, without line breaks", _word, "",
                                 "needed to switch only: reading sends no user")
PASSWORD: Setting[str] = Setting("password", "that user's password, without line breaks", _word, "", "as username",
                                 secret=True)
DEVICE: Setting[str] = Setting("device", "a name from ups.conf, in square brackets there", _name, "",
                               "the device on the NUT server; without it all its devices are one PDU")
TLS: Setting[bool] = Setting("tls", "yes or no", yes_no, False, "yes: nothing is sent before STARTTLS has succeeded")
WHOLE_LOAD: Setting[bool] = Setting("whole_load", "yes or no", yes_no, False,
                                    "yes: the whole load of a UPS that can switch it is the port `load`")
SETTINGS: Tuple[Setting[object], ...] = (HOST, PORT, USERNAME, PASSWORD, DEVICE, TLS, VERIFY, CA_PEM, FINGERPRINT, TIMEOUT,
                                         WHOLE_LOAD)
MOST_DEVICES = 100              # of one server as one PDU; each costs a share of every poll
_STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}


class Found(NamedTuple):
    """One device of the server: what stands in front of its identities, its name there, and what was read."""

    prefix: str
    name: str
    device: Device


class NutPdu(host.BasePdu):
    """A PDU behind a NUT server. Nothing is kept between calls; each call uses one connection.

    Every call reads variables and commands in 1 round trip after TCP; 1 more where no device is named, 2 more with TLS.
    Raises the errors of `handlers.errors`.
    """

    def status(self) -> PduView:
        """Every outlet and its state."""
        with self._session("status") as (client, settings):
            return host.pdu_view((found.prefix + outlet.identity, _STATES[outlet.state])
                                 for found in _read(client, settings) for outlet in found.device.outlets)

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, whole and by outlet, as far as the device tells."""
        with self._session("statistic") as (client, settings):
            found = _read(client, settings)
        ports = [host.PortFigures(one.prefix + outlet.identity, outlet.current, outlet.energy)
                 for one in found for outlet in one.device.outlets]
        return host.statistic_view(outlets.whole([one.device.load for one in found]),
                                   outlets.whole([one.device.energy for one in found]), ports)

    def port_up(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS) -> PduPortView:
        """Switch on: besides the reading 1 round trip for the command, then one for each look at its report and state."""
        with self._session("port_up") as (client, settings):
            return _switch(client, settings, pdu_port_data, True, deadline)

    def port_down(self, pdu_port_data: PduPortView, *, deadline: float = CONFIRM_SECONDS) -> PduPortView:
        """Switch off, as `port_up`."""
        with self._session("port_down") as (client, settings):
            return _switch(client, settings, pdu_port_data, False, deadline)

    def labels(self) -> List[host.Label]:
        """What stands on the unit beside each identity, as far as the driver tells."""
        with self._session("labels") as (client, settings):
            return [host.label(found.prefix + outlet.identity, outlet.number, outlet.name or "")
                    for found in _read(client, settings) for outlet in found.device.outlets]

    @contextmanager
    def _session(self, method: str) -> Iterator[Tuple[NutClient, Settings]]:
        """One connection, closed whatever happens, and errors that name the host and the call."""
        host.log_call(LOGGER, "nut", method)
        address = ""
        try:
            settings = Settings(host.settings(self.pdu_data, own=(DEVICE.key,)), SETTINGS)
            address, port = host.host_and_port(settings[HOST] or host.address(self.pdu_data))
            with _client(settings, address, port) as client:
                yield client, settings
        except PduHandlerError as error:
            raise error.at(address, method)


def make_handler(pdu_data: object) -> NutPdu:
    """The handler of one PDU; no I/O, and no error before the first call."""
    return NutPdu(pdu_data)


def _client(settings: Settings, address: str, port: Optional[int]) -> NutClient:
    if not settings[TLS] and (settings[CA_PEM] or settings[FINGERPRINT]):
        raise SettingsError((Named("ca_pem", noun="the handler settings "), " and ", Named("fingerprint"), " check a certificate: set ",
                             Named("tls", "yes"), " with them"))
    tls = Tls(settings[VERIFY], settings[CA_PEM], settings[FINGERPRINT]) if settings[TLS] else None
    return NutClient(address, settings[PORT] or port or NUT_PORT, username=settings[USERNAME], password=settings[PASSWORD],
                     tls=tls, timeout=settings[TIMEOUT])


def _names(client: NutClient, settings: Settings) -> Dict[str, str]:
    """What stands in front of identities -> the server's name of the device."""
    if settings[DEVICE]:
        return {"": settings[DEVICE]}
    names = list(client.devices())
    if not names:
        raise Unsupported("the NUT server has no devices: add the PDU to its ups.conf")
    if len(names) > MOST_DEVICES:
        raise SettingsError(f"the NUT server has {len(names)} devices, too many for one PDU: name one in the handler setting "
                            f"'{DEVICE.key}'")
    return {f"{name}/": name for name in names} if len(names) > 1 else {"": names[0]}


def _read(client: NutClient, settings: Settings, names: Optional[Mapping[str, str]] = None,
          writable: bool = False) -> List[Found]:
    if names is None:
        names = _names(client, settings)
    snapshots = client.snapshots(list(names.values()), writable)
    return [Found(prefix, name, _device(name, settings, *snapshots[name])) for prefix, name in names.items()]


def _device(name: str, settings: Settings, variables: Mapping[str, str], commands: List[str],
            writable: Mapping[str, str]) -> Device:
    try:
        return outlets.read(variables, commands, writable, settings[WHOLE_LOAD])
    except PduHandlerError as error:
        raise error.at("", f"device {name}")


def _find(client: NutClient, settings: Settings, identity: str) -> Tuple[str, Outlet]:
    """The server's name of the device and the outlet. Raises NoSuchOutlet."""
    prefix = "".join(identity.rpartition("/")[:2])
    names = _names(client, settings)
    if prefix not in names:
        there = "the PDU's outlets are now called " + (_some([f"'{p}N'" for p in names]) if "" not in names else "'N'")
        raise NoSuchOutlet(f"no outlet {identity[:60]!r}: {there}; poll the PDU and wire the servers anew")
    found = _read(client, settings, {prefix: names[prefix]}, writable=True)[0]
    for outlet in found.device.outlets:
        if prefix + outlet.identity == identity:
            return found.name, outlet
    raise NoSuchOutlet(f"the device {found.name!r} has no outlet {identity[:60]!r}: poll the PDU and look at its ports")


def _some(words: List[str]) -> str:
    """The first few of `words`, with how many more there are."""
    return ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")


def _way(outlet: Outlet, on: bool) -> Way:
    way = outlet.on if on else outlet.off
    if way is None:
        raise Unsupported(f"the NUT server lists no way to switch outlet {outlet.identity} {'on' if on else 'off'}: neither "
                          f"a command load.{'on' if on else 'off'} nor a writable variable 'switch' of it; see whether "
                          f"another driver or MIB of NUT offers one")
    return way


def _switch(client: NutClient, settings: Settings, port: PduPortView, on: bool, deadline: float) -> PduPortView:
    """Write once, wait for the driver's own report, then read until the state follows, as it does at the next poll."""
    ups, outlet = _find(client, settings, str(port.identity))
    way = _way(outlet, on)
    if not settings[USERNAME] or not settings[PASSWORD]:
        raise SettingsError(("a NUT server switches for its users only: give ", Named("username", noun="the handler settings "), " and ",
                             Named("password"), " of a user that may (instcmds and actions in upsd.users)"))

    proven = False

    def write() -> None:
        nonlocal proven
        proven = client.run(ups, way.name) if way.value is None else client.set(ups, way.name, way.value)

    def read() -> EnumPowerStatus:
        asked = {variable: messages.get_var(ups, variable) for variable in outlet.tells}
        answers = client.ask(*asked.values())
        state = outlets.state({variable: answers[request] for variable, request in asked.items()})
        # What the cache said before, it may say because it is old: without the driver's report it is no sign of the write.
        return _STATES[None if state is on and outlet.state is on and not proven else state]

    # An outlet without a state to read is UNKNOWN at once.
    port.power_status = switch(write, read, _STATES[on], deadline=deadline if outlet.tells else 0.0)
    return port
