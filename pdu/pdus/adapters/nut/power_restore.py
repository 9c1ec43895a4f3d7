"""What the outlets of a PDU behind NUT do when power comes back, for tools; in no archive.

Source: NUT's docs/nut-names.txt: `outlet.n.delay.start`, the interval to wait before restarting the
outlet, in s; negative if the driver has none. No variable says whether it is switched on at all, or
whether the delay is a setting of the unit.
"""

from __future__ import annotations

from collections.abc import Mapping

from handlers.nut.daisy_chain import Member, parse_number
from handlers.nut.sessions import NutSession, read_once

from ..power_restore import NOT_KNOWN, OutletRestorePolicy


def read_power_restore(session: NutSession) -> Mapping[str, OutletRestorePolicy]:
    """By identity: nothing besides what `status` reads."""
    policies: dict[str, OutletRestorePolicy] = {}
    for device in read_once(session):
        for member in device.device.chain.values() or [device.device.whole]:
            prefix = device.prefix + member.before
            policies.update(
                (prefix + outlet, policy) for outlet, policy in member_policies(member).items()
            )
    return policies


def member_policies(member: Member) -> Mapping[str, OutletRestorePolicy]:
    """The outlets of one device that have a delay, by number."""
    delays = {number: parse_number(row.get("delay.start")) for number, row in member.rows.items()}
    return {
        number: OutletRestorePolicy(NOT_KNOWN, delay, delay, has_delay=False)
        for number, delay in delays.items()
        if delay is not None and delay >= 0
    }
