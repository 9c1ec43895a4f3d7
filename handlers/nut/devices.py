"""The devices of a NUT server that make up one PDU, and the identities of their outlets.

Identities are the driver's outlet numbers: "7", in a daisy chain "2.7". The whole load of a UPS is
"load". If the server has several devices and the setting `device` names none, an identity begins
with the device's name: "rack1/7".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Callable, NamedTuple, Optional

from common.logger import get_logger

from .. import dcimanager
from ..shared.errors import NamedSetting, PduHandlerError, SettingsError, Unsupported
from ..shared.meter_figures import Figure, sum_of_parts
from ..shared.settings import Settings
from . import mirrors, requests
from .client import NutClient, Snapshot
from .model import NutDevice, NutOutlet
from .outlets import decode_outlets as read_device
from .settings import DEVICE

LOGGER = get_logger(__name__)
_ADVICE = "; the handler setting device reads one device alone"
MOST_DEVICES = 100  # limited, because every poll reads all devices


class ListedDevice(NamedTuple):
    """One device of the server."""

    #: comes before the identities of its outlets: "rack1/", or "" for the only device
    prefix: str
    #: its name on the server
    name: str
    #: its outlets and totals
    device: NutDevice
    #: what the server does not offer, as in `Snapshot.refusal`
    refusal: str = ""

    def ports(self) -> list[tuple[str, NutOutlet]]:
        """Each outlet with its identity."""
        return [(self.prefix + outlet.identity, outlet) for outlet in self.device.outlets]


def read_names(client: NutClient, settings: Settings) -> dict[str, str]:
    """Prefix of identities -> name of the device. 1 round trip without the setting `device`. Raises
    Unsupported if the server has no devices, SettingsError if it has more than MOST_DEVICES."""
    if settings[DEVICE]:
        return {"": settings[DEVICE]}
    names = list(client.answer(requests.list_ups()))
    if not names:
        raise Unsupported("the NUT server has no devices: add the PDU to its ups.conf")
    if len(names) > MOST_DEVICES:
        raise SettingsError(
            (
                f"the NUT server has {len(names)} devices, too many for one PDU: name one in ",
                NamedSetting(DEVICE.key, noun="the handler setting "),
            )
        )
    if len(names) == 1:
        return {"": names[0]}
    return {f"{name}/": name for name in names}


def read_devices(
    client: NutClient,
    settings: Settings,
    name_by_prefix: Optional[Mapping[str, str]] = None,
    *,
    writable: bool = False,
) -> list[ListedDevice]:
    """The devices in `name_by_prefix`, else all of `read_names` without mirrors, which only repeat
    another device: 1 round trip, besides those names. Raises reading errors.
    """
    names = read_names(client, settings) if name_by_prefix is None else name_by_prefix
    snapshots = client.snapshots(list(names.values()), writable=writable)
    mirror_names: Collection[str] = ()
    if name_by_prefix is None:
        mirror_names = _mirrors(client, snapshots)
    listed_devices: list[ListedDevice] = []
    for prefix, name in names.items():
        if name in mirror_names:
            continue
        snapshot = snapshots[name]
        listed_device = ListedDevice(
            prefix=prefix,
            name=name,
            device=_device(client, name, settings, snapshot),
            refusal=snapshot.refusal,
        )
        listed_devices.append(listed_device)
    if not listed_devices:
        raise Unsupported(
            "each device of the NUT server only shows another one of it: check the ports of its"
            " drivers in ups.conf"
        )
    return listed_devices


def _mirrors(client: NutClient, snapshots: Mapping[str, Snapshot]) -> Collection[str]:
    """The devices that only show another one once more; the log names each."""
    variables_by_name = {name: snapshot.variables for name, snapshot in snapshots.items()}
    original_by_mirror = mirrors.originals(variables_by_name, client.host)
    for name, original in original_by_mirror.items():
        LOGGER.warning(
            f"the device {client.redact(name)} is neither listed nor added: its driver"
            f" {variables_by_name[name]['driver.name']} shows {client.redact(original)} once more"
        )
    return original_by_mirror.keys()


def ports(listed_devices: Iterable[ListedDevice]) -> Iterator[tuple[str, NutOutlet]]:
    """Each outlet of the PDU with its identity."""
    for device in listed_devices:
        yield from device.ports()


def figures_of(
    listed_devices: Sequence[ListedDevice], *, with_power: bool = False
) -> dcimanager.Figures:
    """The figures of the PDU and of each outlet; power only `with_power`, though it is read."""
    devices = {listed_device.name: listed_device.device for listed_device in listed_devices}

    def total(figure_of: Callable[[NutDevice], Figure]) -> Figure:
        figures_by_name = {name: figure_of(device) for name, device in devices.items()}
        return sum_of_parts("device", figures_by_name, _ADVICE)

    figures = dcimanager.Figures(
        load_a=total(lambda device: device.load_a),
        energy_kwh=total(lambda device: device.energy_kwh),
        ports={identity: outlet.figures for identity, outlet in ports(listed_devices)},
        power_w=total(lambda device: device.power_w),
        inlet_a=total(lambda device: device.inlet_a),
        inlet_w=total(lambda device: device.inlet_w),
    )
    return figures if with_power else figures.without_power()


def _device(client: NutClient, name: str, settings: Settings, snapshot: Snapshot) -> NutDevice:
    """One device by its values. Errors name the device."""
    try:
        return read_device(
            snapshot.variables, snapshot.commands, snapshot.writable, settings, client.redact
        )
    except PduHandlerError as error:
        error.at("", f"device {client.redact(name)}")
        raise
