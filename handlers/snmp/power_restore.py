"""What outlets do when power comes back: which objects of a family say it, and what their values
mean. Only tools read them (`pdu/pdus/adapters/snmp/power_restore.py`): none of DCImanager's four
calls does.
"""

from __future__ import annotations

from typing import Optional

from . import validation
from .figures import Figure
from .frozen_value import FrozenValue
from .sources.base import Source


class PowerRestorePolicy(FrozenValue):
    """What outlets do when power comes back. Values are compared whole; one that is in none of the
    lists is not known.

    Fields:
        state: what the outlet does then.
        on: values of `state` for an outlet that is switched on.
        off: values for one that stays off.
        last: values for one that takes the state that it had before.
        inherits: values for one that does what its unit does.
        unit: what its unit does, with the same values. Without `state` and `inherits` it is one
            object, which counts for all outlets.
        always: without `state`: each outlet is switched on, unless its delay is in `never`.
        delay: how long after power is there, in s.
        never: values of the delay for an outlet that stays off.
        unsaid: values of the delay for which the MIB does not say what happens then.
        sequence: the delay is the wait between this outlet and the next of a sequence.
        later: the delay begins when the unit gives power to its outlets, for which it may wait.
        latching: tells whether the relay keeps its position without power, so that the rest is
            ignored. Firmware without this object has no such relays.
        latched: values of `latching` for a relay that does.
        start: how long the unit waits before it gives power to its outlets, in s: its delay comes
            first. A unit that does not say it may wait for ever.
        start_keys: the units of `start`; without, it is one object.
        start_own: the unit of each outlet.
        start_never: values of `start` for a unit that never does so by itself.
        held: values of `latching` for one that does, where the MIB does not say that the rest is
            ignored: nobody knows what happens.
    """

    state: Optional[Source] = None
    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    inherits: tuple[str, ...] = ()
    unit: Optional[Source] = None
    always: bool = False
    delay: Optional[Figure] = None
    never: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    sequence: bool = False
    later: bool = False
    latching: Optional[Source] = None
    latched: tuple[str, ...] = ()
    start: Optional[Source] = None
    start_keys: Optional[Source] = None
    start_own: Optional[Source] = None
    start_never: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.state is None and self.delay is None:
            raise ValueError("neither state nor delay: nothing would be read")
        values = {name: getattr(self, name) for name in ("on", "off", "last", "inherits")}
        source = self.unit if self.state is None else self.state
        if (source is None) != (not any(values.values())):
            raise ValueError("state and its values (on, off, last, inherits) go together")
        if self.always and source is not None:
            raise ValueError("always is for families without state")
        if bool(self.inherits) != (self.state is not None and self.unit is not None):
            raise ValueError("inherits and unit go together: give both or none")
        if (self.start_keys is None) != (self.start_own is None):
            raise ValueError("start_keys and start_own go together: give both or none")
        if self.start is None and (self.start_keys or self.start_never):
            raise ValueError("start_keys and start_never are of start: there is none")
        if bool(self.latched or self.held) != (self.latching is not None):
            raise ValueError("latching and latched or held go together: give both or none")
        if self.delay is None and (self.never or self.unsaid or self.sequence or self.later):
            raise ValueError("never, unsaid, sequence and later are of a delay: there is none")
        for name in (
            *("on", "off", "last", "inherits", "never", "unsaid", "start_never", "latched", "held"),
        ):
            validation.require_distinct_texts(getattr(self, name), name)
        validation.disjoint(tuple(values.items()))
        validation.disjoint((("never", self.never), ("unsaid", self.unsaid)))
        validation.disjoint((("latched", self.latched), ("held", self.held)))
