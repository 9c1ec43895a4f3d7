"""Which handler is preferred, if several read a device: README names it first."""

from __future__ import annotations

from collections.abc import Mapping

# NETIO and SynLink are switched by their own protocols, and unproven over SNMP; Digital Loggers'
# own has figures.
_RANKS: Mapping[str, int] = {
    "raritan": 1,
    "digitalloggers": 1,
    "netio": 1,
    "synlink": 1,
    "snmp": 2,
    "redfish": 3,
}
_LAST_RANK = 4


def rank_of(handler: str) -> int:
    """The rank of a handler, to sort several by: the preferred one has the lowest, 1. `handler`: a
    name, or the path of anybody's handler, which has the highest.

    >>> sorted(["nut", "snmp", "raritan"], key=rank_of)
    ['raritan', 'snmp', 'nut']
    """
    return _RANKS.get(handler, _LAST_RANK)
