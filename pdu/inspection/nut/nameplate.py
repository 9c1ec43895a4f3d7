"""Which units are behind a NUT server, for tools; in no archive.

A device of the server may be a chain of units: then each unit is a *member* of it, with variables
of its own. Source: NUT's docs/nut-names.txt, `device.serial`, `device.mfr`, `device.model`,
`ups.firmware` and their older names.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.nut.daisy_chain import Member
from handlers.nut.sessions import NutSession, read_once

from ..nameplate import Nameplate, join_words

_SERIALS = ("device.serial", "ups.serial", "serial")
_FIRMWARES = ("ups.firmware", "device.firmware", "firmware")
_MANUFACTURERS = ("device.mfr", "ups.mfr")
_MODELS = ("device.model", "ups.model")
_DRIVERS = ("driver.name",)


def read_nameplate(session: NutSession) -> Nameplate:
    """What each device and each member of a chain says about itself, with commas between them; from
    what `status` reads, so that there are no further requests.

    rack1: driver.name=snmp-ups, device.serial=ZA1, device.mfr=EATON, device.model=ePDU
    Nameplate(family="snmp-ups", serial="ZA1", manufacturer="EATON", model="ePDU")
    """
    devices: list[Member] = []  # each as a whole, which names its driver
    members: list[Member] = []
    for listed_device in read_once(session):
        device = listed_device.device
        devices.append(device.whole_device)
        members += device.chain_members.values() or [device.whole_device]
    return Nameplate(
        family=_joined(devices, _DRIVERS),
        serial=_joined(members, _SERIALS),
        firmware=_joined(members, _FIRMWARES),
        manufacturer=_joined(members, _MANUFACTURERS),
        model=_joined(members, _MODELS),
    )


def _joined(members: Sequence[Member], names: tuple[str, ...]) -> str:
    """What the members say by the first of these variables that each has, with commas between them:
    "ZA1, ZA2".
    """
    return join_words(_first(member, names) for member in members)


def _first(member: Member, names: tuple[str, ...]) -> str:
    """The text of the first of these variables that the member has, "" if it has none: of
    ("device.serial", "ups.serial") and a member with ups.serial alone, that one.
    """
    for name in names:
        text = member.variables.get(name)
        if text:
            return text
    return ""
