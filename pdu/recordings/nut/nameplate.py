"""Which units are behind a NUT server, for tools; in no archive.

Source: NUT's docs/nut-names.txt, `device.serial`, `device.mfr`, `device.model`, `ups.firmware`,
`device.uptime` and their older names.
"""

from __future__ import annotations

from handlers.nut.daisy_chain import Member
from handlers.nut.sessions import NutSession, read_once

from ..nameplate import Nameplate, join_words, seconds

_SERIALS = ("device.serial", "ups.serial", "serial")
_FIRMWARES = ("ups.firmware", "device.firmware", "firmware")
_MANUFACTURERS = ("device.mfr", "ups.mfr")
_MODELS = ("device.model", "ups.model")
_UPTIMES = ("device.uptime", "uptime")
_DRIVERS = ("driver.name",)


def read_nameplate(session: NutSession) -> Nameplate:
    """What each device and each member of a chain says: nothing besides what `status` reads."""
    devices = read_once(session)
    wholes = [member.device.whole for member in devices]
    members = [
        part for member in devices for part in member.device.chain.values() or [member.device.whole]
    ]
    uptimes = [seconds(_first(member, _UPTIMES)) for member in members]
    running_times = [member for member in uptimes if member is not None]
    return Nameplate(
        join_words(_first(member, _DRIVERS) for member in wholes),
        join_words(_first(member, _SERIALS) for member in members),
        join_words(_first(member, _FIRMWARES) for member in members),
        min(running_times, default=None),
        manufacturer=join_words(_first(member, _MANUFACTURERS) for member in members),
        model=join_words(_first(member, _MODELS) for member in members),
    )


def _first(member: Member, names: tuple[str, ...]) -> str:
    return next((member.variables[name] for name in names if member.variables.get(name)), "")
