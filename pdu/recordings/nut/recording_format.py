"""Records and simulates NUT devices. Recordings are dumps in the format of dummy-ups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from handlers import host
from handlers.nut.sessions import open_session
from handlers.nut.settings import PASSWORD, SETTINGS, USERNAME
from handlers.shared.errors import PduHandlerError
from handlers.shared.settings import HOST, Settings

from ...core.cli.output import counted
from ..private_patterns import NAMES
from ..recording_formats import Recording, RecordingFormat, RecordingOptions, ReplayedDevice
from ..scrub import Scrubber
from . import dump
from .reading import everything
from .server import NutServer

_PROGRAM = re.compile("[a-z][a-z0-9_+-]{0,40}")


def _record(data: Any, recorder: RecordingOptions) -> Recording:
    recorder.tell("reading variables, commands and descriptions")

    def answers() -> str:  # `again` repeats the reading only after a first answer
        with open_session(data, "record", has_limit=False) as session:
            return session.client.version()

    def read_devices() -> tuple[list[dump.RecordedDevice], Settings]:
        with open_session(data, "record", has_limit=False) as session:
            return everything(session.client, session.settings), session.settings

    recorder.again(answers)
    devices, settings = recorder.again(read_devices)
    where = settings[HOST] or host.address(data)
    clean = scrubbed(
        devices, Scrubber(recorder.keep, (settings[PASSWORD],), settings[USERNAME], where)
    )
    notes = (
        []
        if len(clean) == 1
        else [
            "dummy-ups reads one device from a file: for dummy-ups, record each with -s"
            " device=NAME."
        ]
    )
    text = dump.dump_text(clean)
    return Recording(text, _content(text), notes)


def _content(text: str) -> str:
    devices = dump.parse(text)
    variables = sum(len(device.variables) for device in devices)
    commands = sum(len(device.commands) for device in devices)
    return (
        f"{counted(len(devices), 'device')}, {counted(variables, 'variable')},"
        f" {counted(commands, 'command')}"
    )


def _serve(text: str, port: int) -> ReplayedDevice:
    devices = dump.parse(text)
    return NutServer(devices, port).describe("nut", "; ".join(map(_about, devices)))


def _about(device: dump.RecordedDevice) -> str:
    try:
        outlets = device.decode(Settings({}, SETTINGS)).outlets
    except PduHandlerError as error:
        return f"NUT device {device.name}: {error.reason}"
    switchable = sum(outlet.on is not None and outlet.off is not None for outlet in outlets)
    return f"NUT device {device.name}, {counted(len(outlets), 'outlet')}, switchable: {switchable}"


def scrubbed(
    devices: Sequence[dump.RecordedDevice], scrubber: Scrubber
) -> list[dump.RecordedDevice]:
    """The devices with the scrubber's stand-ins in their names, values and descriptions."""
    return scrubber.twice(
        lambda: [
            dump.RecordedDevice(
                scrubber.learn(NAMES, device.name).replace(" ", "-"),
                scrubber.learn(NAMES, device.description),
                {
                    name: _scrubbed(scrubber, name, value)
                    for name, value in device.variables.items()
                },
                {name: scrubber.text(about) for name, about in device.commands.items()},
                device.writable,
                {name: scrubber.text(about) for name, about in device.descriptions.items()},
            )
            for device in devices
        ]
    )


def _scrubbed(scrubber: Scrubber, name: str, value: str) -> str:
    """The name of NUT's own driver says nothing private, though a device may be called so."""
    is_program = name == "driver.name" and _PROGRAM.fullmatch(value) is not None
    if is_program and not scrubber.holds_login(value):
        return value
    return scrubber.value(name, value)


KIND = RecordingFormat(
    tcp_port=3493,
    rank=4,
    record=_record,
    is_recording=dump.is_dump,
    serve=_serve,
    holds=_content,
)
