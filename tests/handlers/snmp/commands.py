"""Some of the simulated families that switch an outlet by one SET: the exact objects, and the
values for on and off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

E = "1.3.6.1.4.1."
INTEGER = 2


class Command(NamedTuple):
    """The columns written for on and off, the written values, and the columns' common type."""

    on_oid: str
    on: str
    off_oid: str
    off: str
    tag: int = INTEGER

    def written(self, identity: str, up: bool) -> list[tuple[str, int, str, str]]:
        """Return the agent's log of one successful command: OID, type, value and error ("") of its
        only write.
        """
        oid, value = (self.on_oid, self.on) if up else (self.off_oid, self.off)
        return [(f"{oid}.{identity}", self.tag, value, "")]


def _one(below: str, on: str, off: str) -> Command:
    return Command(E + below, on, E + below, off)


COMMANDS: Mapping[str, Command] = {
    "apc-masterswitch": _one("318.1.1.4.4.2.1.3", on="1", off="2"),
    "apc-rpdu": _one("318.1.1.12.3.3.1.1.4", on="1", off="2"),
    "apc-rpdu2": _one("318.1.1.26.9.2.4.1.5", on="1", off="2"),
    "eaton-epdu": Command(E + "534.6.6.7.6.6.1.4", "0", E + "534.6.6.7.6.6.1.3", "0"),
    "raritan-px2": _one("13742.6.4.1.2.1.2", on="1", off="0"),
    "rpcm": _one("46235.2.4.2.1.4", on="1", off="0"),
    "sentry3": _one("1718.3.2.3.1.11", on="1", off="2"),
}
