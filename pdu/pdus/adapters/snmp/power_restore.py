"""What the outlets of an SNMP PDU do when power comes back, for tools; in no archive.

The objects and the meaning of their values are in the family's profile (`PowerRestorePolicy`). A
family without them says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Optional

from handlers.host.rows import Raw
from handlers.snmp.decoding import number, text
from handlers.snmp.handler import Session
from handlers.snmp.power_restore import PowerRestorePolicy
from handlers.snmp.reader import Reader
from handlers.snmp.sources.base import Source

from ..power_restore import LAST, NOT_KNOWN, OFF, ON, OutletRestorePolicy, delayed_policy

# the longest that a MIB allows is 99,999 s
_LONGEST_S = 100_000


def read_power_restore(session: Session) -> Mapping[str, OutletRestorePolicy]:
    """By identity: a walk or GET for each object; {} if the family has none, or the unit has no
    outlets. An outlet that the objects do not list is left out.

    Raises the errors of handlers/shared/errors.py.
    """
    device = session.device
    part = device.outlets.power_on if device.outlets is not None else None
    if part is None or not device.states:
        return {}
    states = _rows(part.state, device.reader)
    units = _rows(part.unit, device.reader)
    if part.state is None and part.unit is not None:
        states = dict.fromkeys(device.states, next(iter(units.values()), ""))
    latching = _rows(part.latching, device.reader)
    raws = _rows(part.delay.source if part.delay else None, device.reader)
    delays = part.delay.read_from(device.reader) if part.delay else {}
    starts = _starts(part, device.reader, device.states)
    policies: dict[str, OutletRestorePolicy] = {}
    for identity in device.states:
        if identity not in states and identity not in raws:
            continue
        if text(latching.get(identity, "")) in part.latched:
            policies[identity] = OutletRestorePolicy(LAST, 0.0, 0.0)
            continue
        if text(latching.get(identity, "")) in part.held:
            policies[identity] = OutletRestorePolicy(NOT_KNOWN)
            continue
        raw, delay = raws.get(identity), delays.get(identity)
        start = starts.get(identity)
        never = raw is not None and text(raw) in part.never
        if never or (start is not None and text(start) in part.start_never):
            policies[identity] = OutletRestorePolicy(OFF)
            continue
        state = _state(part, states.get(identity), units.get(identity))
        seconds = None if delay is None or delay > _LONGEST_S else float(delay)
        if raw is not None and text(raw) in part.unsaid:
            seconds = None
        if part.always and raw is not None and number(raw) is not None:
            state = ON
        if part.start is not None:
            waits = None if start is None else number(start)
            if waits is None or not 0 <= waits <= _LONGEST_S:
                # it may be told to wait for ever
                policies[identity] = OutletRestorePolicy(NOT_KNOWN, seconds or 0.0)
                continue
            seconds = None if seconds is None else seconds + float(waits)
        if part.sequence:
            policies[identity] = OutletRestorePolicy(state, is_sequence=True)
        elif part.later:
            policies[identity] = OutletRestorePolicy(state, seconds or 0.0)
        else:
            policies[identity] = delayed_policy(state, seconds)
    return policies


def _starts(
    part: PowerRestorePolicy, reader: Reader, identities: Iterable[str]
) -> Mapping[str, Raw]:
    """How long the unit of each outlet waits."""
    starts = _rows(part.start, reader)
    if part.start_keys is None:
        only = next(iter(starts.values()), None)
        return {} if only is None else dict.fromkeys(identities, only)
    keys, own_rows = _rows(part.start_keys, reader), _rows(part.start_own, reader)
    by_unit = {text(key): starts[row] for row, key in keys.items() if row in starts}
    return {
        identity: by_unit[text(unit)]
        for identity, unit in own_rows.items()
        if text(unit) in by_unit
    }


def _rows(source: Optional[Source], reader: Reader) -> Mapping[str, Raw]:
    return {} if source is None else source.rows(reader)


def _state(part: PowerRestorePolicy, raw: Optional[Raw], unit: Optional[Raw]) -> str:
    word = "" if raw is None else text(raw)
    if raw is not None and word in part.inherits:
        word = "" if unit is None else text(unit)
    for state, values in ((ON, part.on), (OFF, part.off), (LAST, part.last)):
        if word in values:
            return state
    return NOT_KNOWN
