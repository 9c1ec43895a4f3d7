"""The devices of a NUT server that make up one PDU, and the identities of their outlets.

Identities are the driver's outlet numbers: "7", in a daisy chain "2.7". The whole load of a UPS is
"load". If the server has several devices and the setting `device` names none, an identity begins
with the device's name: "rack1/7".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Callable, NamedTuple

from common.logger import get_logger

from .. import dcimanager
from ..shared.errors import PduHandlerError, Unsupported
from ..shared.meter_figures import Figure, sum_of_parts
from ..shared.settings import Settings
from . import mirrors, requests
from .client import NutClient, Snapshot
from .outlets import NutDevice, NutOutlet, decode_outlets
from .settings import DEVICE

LOGGER = get_logger(__name__)
_ADVICE = "; the handler setting device reads one device alone"


class ListedDevice(NamedTuple):
    """One device of the server.

    >>> from .settings import SETTINGS
    >>> device = decode_outlets({"outlet.7.status": "on"}, [], {}, Settings({}, SETTINGS))
    >>> [identity for identity, _ in ListedDevice("rack1/", "rack1", device).ports()]
    ['rack1/7']
    """

    #: comes before the identities of its outlets: "rack1/", or "" for the only device
    prefix: str
    #: its name on the server
    name: str
    #: its outlets and totals
    device: NutDevice

    def ports(self) -> list[tuple[str, NutOutlet]]:
        """Each outlet with its identity."""
        return [(self.prefix + outlet.identity, outlet) for outlet in self.device.outlets]


def read_names(client: NutClient, settings: Settings) -> dict[str, str]:
    """The name of each device on the server by the prefix of its outlets' identities; the prefix
    is "" for an only device. 1 round trip without the setting `device`. Raises Unsupported if the
    server has no devices.

        > LIST UPS
        < BEGIN LIST UPS, UPS rack1 "Rack 1", END LIST UPS      {"": "rack1"}
        < BEGIN LIST UPS, UPS rack1 ..., UPS rack2 ...          {"rack1/": "rack1", ...}
    """
    if settings[DEVICE]:
        return {"": settings[DEVICE]}
    names = list(client.answer(requests.list_ups()))
    if not names:
        raise Unsupported("the NUT server has no devices: add the PDU to its ups.conf")
    if len(names) == 1:
        return {"": names[0]}
    return {f"{name}/": name for name in names}


def read_devices(client: NutClient, settings: Settings) -> list[ListedDevice]:
    """The devices of the server, each read: 1 round trip, and 1 more without the setting `device`.
    A mirror, a device that only shows another one once more, is left out with a warning. Raises
    reading errors.

        > LIST UPS                                  rack1, and copy, whose driver is clone
        > LIST VAR rack1, LIST CMD rack1, LIST VAR copy, LIST CMD copy
        returns rack1 alone; the log says that copy shows rack1 once more
    """
    names = read_names(client, settings)
    snapshots = client.snapshots(list(names.values()))
    variables_by_name = {name: snapshot.variables for name, snapshot in snapshots.items()}
    original_by_mirror = mirrors.originals(variables_by_name, client.host)
    for name, original in original_by_mirror.items():
        LOGGER.warning(
            f"the device {client.redact(name)} is neither listed nor added: its driver"
            f" {variables_by_name[name]['driver.name']} shows {client.redact(original)} once more"
        )
    listed_devices: list[ListedDevice] = []
    for prefix, name in names.items():
        if name not in original_by_mirror:
            listed_devices.append(listed_device(client, settings, prefix, name, snapshots[name]))
    if not listed_devices:
        raise Unsupported(
            "each device of the NUT server only shows another one of it: check the ports of its"
            " drivers in ups.conf"
        )
    return listed_devices


def read_device(client: NutClient, settings: Settings, prefix: str, name: str) -> ListedDevice:
    """One device, with the variables that can be written: 1 round trip. Raises reading errors."""
    snapshot = client.snapshots([name], writable=True)[name]
    return listed_device(client, settings, prefix, name, snapshot)


def listed_device(
    client: NutClient, settings: Settings, prefix: str, name: str, snapshot: Snapshot
) -> ListedDevice:
    """The device with the name `name` that the lists in `snapshot` describe, with its outlets,
    whose identities begin with `prefix`. Its errors name the device.

    variables {"outlet.7.status": "on"}, prefix "rack1/"    one port, "rack1/7", which is on
    variables {"outlet.count": "n/a"}                       ProtocolError: device rack1: ...
    """
    try:
        device = decode_outlets(
            snapshot.variables, snapshot.commands, snapshot.writable, settings, client.redact
        )
    except PduHandlerError as error:
        error.at("", f"device {client.redact(name)}")
        raise
    return ListedDevice(prefix=prefix, name=name, device=device)


def ports(listed_devices: Iterable[ListedDevice]) -> Iterator[tuple[str, NutOutlet]]:
    """Each outlet of the PDU with its identity."""
    for device in listed_devices:
        yield from device.ports()


def figures_of(
    listed_devices: Sequence[ListedDevice], *, with_power: bool = False
) -> dcimanager.Figures:
    """The load in A, energy in kWh and power in W of the PDU, each the sum over its devices, and
    the figures of each outlet by its identity. Without `with_power`, the power is left out.

    rack1: input.current 4.2, rack2: input.current 1.0      load_a 5.2
    rack1: input.current 4.2, rack2: input.current "n/a"    load_a not known
    """
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
