"""Lets tools read objects of an SNMP PDU ahead, several with each request.

A handler says which objects it will read next; the platform's calls read one at a time, so there
nothing happens. A tool may set a function (`set_prefetcher`) that reads them together and returns
those that it could read. A session is opened with all that will be read in it (`Purposes`), so
that the objects of all its calls are read together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, Union


class PrefetchRequest(NamedTuple):
    """Objects that will be read, dotted."""

    #: tables and columns, by a walk
    walks: Sequence[str] = ()
    #: objects with their instances, by a GET
    gets: Sequence[str] = ()
    #: those of `gets` whose sum is the number of rows of most of the `walks`
    counts: Collection[str] = ()
    #: the one of `walks` without whose rows the others are not needed, "" for none
    lead: str = ""


#: a number of at most 64 bits, text, or octets that are no text; None for NULL and for a missing
#: object
Held = Union[int, str, bytes, None]


class Prefetched(NamedTuple):
    """Some of the `PrefetchRequest`, by OID, each surely the object that was asked for."""

    #: index below the OID -> value, in the order of the agent
    walks: Mapping[str, Mapping[str, Held]]
    gets: Mapping[str, Held]


#: reads the objects of a PDU, given as a BaseSnmpPdu, and raises nothing
Reads = Callable[[Any, PrefetchRequest], Prefetched]
#: what a call of a handler reads: states, figures, power or labels
Purposes = frozenset[str]
STATES, FIGURES, POWER, LABELS = "states", "figures", "power", "labels"

_reads: Optional[Reads] = None


def set_prefetcher(reads: Optional[Reads]) -> None:
    """Let this process, and those forked from it, read ahead by this function; None: not at all."""
    global _reads
    _reads = reads


def prefetcher() -> Optional[Reads]:
    """What `set_prefetcher` set."""
    return _reads
