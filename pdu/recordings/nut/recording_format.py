"""Records and simulates NUT devices. Recordings are dumps in the format of dummy-ups: a line
`outlet.1.status: on` for each variable.

A stand-in is a text such as name-1 in the place of one that could identify the owner; a Scrubber
gives equal texts equal ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from handlers import dcimanager
from handlers.nut.requests import ver
from handlers.nut.sessions import open_session
from handlers.nut.settings import PASSWORD, SETTINGS, USERNAME
from handlers.shared.errors import PduHandlerError
from handlers.shared.settings import HOST, Settings

from ...cli.output import counted
from ...inspection.nut.reading import ServerDevice, read_devices
from ..recording_formats import Recording, RecordingFormat, RecordingOptions, ReplayedDevice
from ..scrub import NAMES, Scrubber, is_product, kind_of, replaceable_groups
from ..simulated_pdu import UnitFault
from . import dump
from .server import NutServer

_PROGRAM = re.compile("[a-z][a-z0-9_+-]{0,40}")


def _record(data: Any, recorder: RecordingOptions) -> Recording:
    """Record the devices of a NUT server for `pdu record`, as a dump with stand-ins for what could
    identify the owner. Raises the errors of handlers/shared/errors.py.

        # device name-1 "name-2"
        outlet.1.status: on
        # command outlet.1.load.off "Turn off the load"
    """
    recorder.tell("reading variables, commands and descriptions")

    # first a short request: `retry` repeats a reading only if the device has answered before
    def read_version() -> str:
        with open_session(data, "record", has_limit=False) as session:
            return session.client.answer(ver())

    def read_server() -> tuple[list[ServerDevice], Settings]:
        with open_session(data, "record", has_limit=False) as session:
            return read_devices(session.client, session.settings), session.settings

    recorder.retry(read_version)
    devices, settings = recorder.retry(read_server)
    where = settings[HOST] or dcimanager.address(data)
    scrubber = Scrubber((settings[PASSWORD],), settings[USERNAME], where)
    clean_devices = [scrubbed(device, scrubber, settings) for device in devices]
    notes: list[str] = []
    if len(clean_devices) != 1:
        notes.append(
            "dummy-ups reads one device from a file: for dummy-ups, record each with -s"
            " device=NAME."
        )
    text = dump.dump_text(clean_devices)
    return Recording(text, _content(text), notes)


def _content(text: str) -> str:
    r"""How much is in the text of a dump, for people.

    >>> _content("outlet.1.status: on\n# command outlet.1.load.off\n")
    '1 device, 1 variable, 1 command'
    """
    devices = dump.parse(text)
    counts = {
        "device": len(devices),
        "variable": sum(len(device.variables) for device in devices),
        "command": sum(len(device.commands) for device in devices),
    }
    return ", ".join(counted(count, noun) for noun, count in counts.items())


def _serve(text: str, port: int) -> ReplayedDevice:
    """Start a NUT server that answers from the text of a dump, on a port of 127.0.0.1, 0 for any
    free one. Raises SettingsError for a text that is no dump, and OSError if the port cannot be
    used.

        "NUT device pdu, 8 outlets, switchable: 8"    about
        "nut 127.0.0.1:3493"                          poll
    """
    devices = dump.parse(text)
    server = NutServer(devices, port)

    def make_server(other_port: int, fault: UnitFault, contents: Any) -> NutServer:
        """Another server at this port, with this fault and these contents."""
        return NutServer(contents, other_port, fault)

    about = "; ".join(_about(device) for device in devices)
    replayed_device = server.describe("nut", about)
    return replayed_device._replace(simulated_pdu=server, make_pdu=make_server)


def _about(device: ServerDevice) -> str:
    """A phrase about a recorded device: how many outlets it has, and how many of them can be
    switched on and off; or why the handler cannot read it.

    >>> variables = {"outlet.count": "1", "outlet.1.status": "on"}
    >>> _about(ServerDevice("pdu", variables=variables))
    'NUT device pdu, 1 outlet, switchable: 0'
    """
    settings = Settings({}, SETTINGS)
    try:
        outlets = device.decode(settings).outlets
    except PduHandlerError as error:
        return f"NUT device {device.name}: {error.reason}"
    switchable_outlets = [
        outlet for outlet in outlets if outlet.on is not None and outlet.off is not None
    ]
    number = len(switchable_outlets)
    return f"NUT device {device.name}, {counted(len(outlets), 'outlet')}, switchable: {number}"


def scrubbed(device: ServerDevice, scrubber: Scrubber, settings: Settings) -> ServerDevice:
    """A copy of the device with stand-ins for names, descriptions and all values of variables that
    the handler, with these settings, does not need for what it reads. What says the product stays.

    >>> variables = {"outlet.1.status": "on", "outlet.1.desc": "Schmidt", "device.model": "PX3"}
    >>> device = ServerDevice("pdu", variables=variables)
    >>> scrubbed(device, Scrubber(), Settings({}, SETTINGS)).variables
    {'outlet.1.status': 'on', 'outlet.1.desc': 'name-1', 'device.model': 'PX3'}
    """

    def scrub(replaceable_names: Collection[str]) -> ServerDevice:
        """The device with stand-ins for its names and for the values of these variables; of other
        values only what looks private is replaced.
        """
        scrub_text = scrubber.scrub_free_text
        clean_device = ServerDevice(
            name=scrub_text(device.name, NAMES).replace(" ", "-"),
            description=scrub_text(device.description),
            writable=device.writable,
        )
        for name, value in device.variables.items():
            if name in replaceable_names:
                clean_device.variables[name] = scrub_text(value, kind_of(name))
            else:
                clean_device.variables[name] = scrubber.scrub_kept_text(value, name)
        for name, about in device.commands.items():
            clean_device.commands[name] = scrub_text(about)
        for name, about in device.descriptions.items():
            clean_device.descriptions[name] = scrub_text(about)
        return clean_device

    names = [name for name, value in device.variables.items() if not _is_of_product(name, value)]
    replaceable_names = replaceable_groups(
        names, (), scrub, lambda device: _values(device, settings)
    )
    return scrub(replaceable_names)


def _is_of_product(name: str, value: str) -> bool:
    """Whether the value of a variable says what product or driver the device has: such a value is
    no name of the owner.

    >>> _is_of_product("device.model", "PX3"), _is_of_product("outlet.1.desc", "web")
    (True, False)
    """
    is_program = name == "driver.name" and _PROGRAM.fullmatch(value) is not None
    return is_program or is_product(name)


def _values(device: ServerDevice, settings: Settings) -> object:
    """What the handler reads of the device with these settings, in order to compare two readings:
    load in A, energy in kWh, power in W, and the outlets without their names. The kind of the
    error, such as "protocol", if it cannot read.

        [1.5, None, 345.0, [NutOutlet(identity="1", name=None, number="", ...)]]
    """
    try:
        nut_device = device.decode(settings)
    except PduHandlerError as error:
        return error.kind
    return [
        nut_device.load_a,
        nut_device.energy_kwh,
        nut_device.power_w,
        [outlet._replace(name=None, number="") for outlet in nut_device.outlets],
    ]


FORMAT = RecordingFormat(
    record=_record,
    is_recording=dump.is_dump,
    serve=_serve,
)
