"""Which objects the calls of a session will read, so that tools read them with few requests.

It only saves requests: what it forgets is read when it is needed, and on the platform all is.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Callable, Optional, Union

from ..shared import prefetch
from .figures import Figure, Total
from .outlets import Outlets
from .profile import Profile
from .reader import ObjectRead, Reader
from .sources.base import Source
from .states import State

# for each purpose: the parts of `Outlets`, and those of `Profile`
_PARTS = {
    prefetch.STATES: (("count", "states"), ()),
    prefetch.FIGURES: (("current", "energy"), ("load", "energy")),
    prefetch.POWER: (("power",), ("power",)),
    prefetch.LABELS: (("number", "name", "position"), ()),
}


def prefetch_states(profile: Profile, outlets: Outlets, reader: Reader) -> None:
    """Read ahead the states of these outlets, and what else the session will read if there are
    any."""
    if not reader.is_ahead or outlets.states is None:
        return
    purposes = (prefetch.STATES, *sorted(reader.purposes - {prefetch.STATES}))
    counts = list(outlets.count.asks()) if outlets.count is not None else []
    lead = next((ask for ask in outlets.states.source.asks() if ask.is_walked), None)
    if lead is not None and reader.walked.get(reader.resolve(lead.oid)) == {}:
        return  # no outlets: another family's, or another table's
    reader.expect(_reads(profile, outlets, purposes))
    reader.ahead(_asks(profile, outlets, purposes), counts, lead)


def prefetch_unforeseen(
    profile: Profile, outlets: Optional[Outlets], reader: Reader, purposes: Iterable[str]
) -> None:
    """Read ahead what a call reads that was not foreseen."""
    was_foreseen = reader.is_expecting and reader.purposes.issuperset(purposes)
    if reader.is_ahead and not was_foreseen:
        every = tuple(sorted(reader.purposes.union(purposes)))
        reader.expect(_reads(profile, outlets, every))
        reader.ahead(_asks(profile, outlets, every))


def prefetch_outlet_lists(candidates: Iterable[tuple[Profile, Reader]]) -> None:
    """Read ahead which of these families list outlets, or count some."""
    asks_by_root: dict[str, list[ObjectRead]] = {}
    readers: dict[str, Reader] = {}
    for profile, reader in candidates:
        if not reader.is_ahead:
            return
        readers[reader.root] = reader
        for outlets in profile.outlets:
            if outlets.states is not None:
                asks = asks_by_root.setdefault(reader.root, [])
                asks += _reads_of(outlets.states.source)
                asks += _reads_of(outlets.count)
    for root, asks in asks_by_root.items():
        readers[root].ahead(asks)


def prefetch_meters(candidates: Iterable[tuple[Profile, Reader]]) -> None:
    """Read ahead the outlets without states and the meters of these families."""
    asks_by_root: dict[str, list[ObjectRead]] = {}
    readers: dict[str, Reader] = {}
    for profile, reader in candidates:
        if not reader.is_ahead:
            return
        purposes = (prefetch.FIGURES, *sorted(reader.purposes & {prefetch.POWER}))
        readers[reader.root] = reader
        asks = asks_by_root.setdefault(reader.root, [])
        for outlets in profile.outlets:
            for part in (outlets.rows, outlets.count, outlets.none_if_zero):
                asks += _reads_of(part)
        asks += _asks(profile, None, purposes)
    for root, asks in asks_by_root.items():
        readers[root].ahead(asks)


@functools.lru_cache(maxsize=256)
def _asks(
    profile: Profile, outlets: Optional[Outlets], purposes: tuple[str, ...]
) -> Sequence[ObjectRead]:
    """The same for all PDUs of a family."""
    return tuple(
        dict.fromkeys(ask for part in _parts(profile, outlets, purposes) for ask in part.asks())
    )


def _reads(
    profile: Profile, outlets: Optional[Outlets], purposes: Iterable[str]
) -> Iterator[Callable[[Reader], object]]:
    for part in _parts(profile, outlets, purposes):
        yield part.rows if isinstance(part, Source) else part.read_from


def _parts(
    profile: Profile, outlets: Optional[Outlets], purposes: Iterable[str]
) -> Iterator[Union[Source, Figure, Total, State]]:
    for purpose in purposes:
        of_outlets, of_profile = _PARTS[purpose]
        parts = [getattr(outlets, name) for name in of_outlets] if outlets is not None else []
        for part in (*parts, *(getattr(profile, name) for name in of_profile)):
            yield from part if isinstance(part, tuple) else (() if part is None else (part,))


def _reads_of(source: Optional[Source]) -> Iterator[ObjectRead]:
    return iter(()) if source is None else source.asks()
