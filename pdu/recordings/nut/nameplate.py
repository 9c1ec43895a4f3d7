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
    wholes: list[Member] = []
    members: list[Member] = []
    for device in read_once(session):
        wholes.append(device.device.whole)
        members += device.device.chain.values() or [device.device.whole]
    uptimes = [seconds(_first(member, _UPTIMES)) for member in members]
    known_uptimes = [uptime for uptime in uptimes if uptime is not None]
    return Nameplate(
        family=join_words(_first(member, _DRIVERS) for member in wholes),
        serial=join_words(_first(member, _SERIALS) for member in members),
        firmware=join_words(_first(member, _FIRMWARES) for member in members),
        uptime_s=min(known_uptimes, default=None),
        manufacturer=join_words(_first(member, _MANUFACTURERS) for member in members),
        model=join_words(_first(member, _MODELS) for member in members),
    )


def _first(member: Member, names: tuple[str, ...]) -> str:
    """The first of these variables that the member has, "" if it has none."""
    for name in names:
        text = member.variables.get(name)
        if text:
            return text
    return ""
