"""Which units are behind a NUT server, for tools; in no archive.

Source: NUT's docs/nut-names.txt, `device.serial`, `device.mfr`, `device.model`, `ups.firmware`,
`device.uptime` and their older names.
"""

from __future__ import annotations

from typing import Callable, Optional

from handlers.nut.daisy_chain import Member
from handlers.nut.handler import NutPdu

from ..nameplate import Nameplate, join_words, seconds

_SERIALS = ("device.serial", "ups.serial", "serial")
_FIRMWARES = ("ups.firmware", "device.firmware", "firmware")
_MANUFACTURERS = ("device.mfr", "ups.mfr")
_MODELS = ("device.model", "ups.model")
_UPTIMES = ("device.uptime", "uptime")
_DRIVERS = ("driver.name",)


def read(pdu: NutPdu, runs_on: Callable[[Optional[float]], bool]) -> Nameplate:
    """What each device and each member of a chain says: nothing besides what `status` reads."""
    with pdu.read("nameplate") as found:
        wholes = [one.device.whole for one in found]
        members = [
            part for one in found for part in one.device.chain.values() or [one.device.whole]
        ]
    uptimes = [seconds(_first(one, _UPTIMES)) for one in members]
    known = [one for one in uptimes if one is not None]
    return Nameplate(
        join_words(_first(one, _DRIVERS) for one in wholes),
        join_words(_first(one, _SERIALS) for one in members),
        join_words(_first(one, _FIRMWARES) for one in members),
        min(known, default=None),
        manufacturer=join_words(_first(one, _MANUFACTURERS) for one in members),
        model=join_words(_first(one, _MODELS) for one in members),
    )


def _first(member: Member, names: tuple[str, ...]) -> str:
    return next((member.variables[name] for name in names if member.variables.get(name)), "")
