"""Finds contradictions in a profile whose parts are valid one by one.

No archive contains this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Optional

from handlers.snmp.controls import Control, Verbs, Write
from handlers.snmp.figures import Figure
from handlers.snmp.frozen_value import FrozenValue, parts_of
from handlers.snmp.profile import Profile, is_below, oids
from handlers.snmp.reader import ROOT
from handlers.snmp.single_family import Unlock, WritePacked
from handlers.snmp.sources import Column, ObjectSource, Scalar, Source
from handlers.snmp.states import State


def check_profile(profile: Profile) -> Iterator[str]:
    """Yield a message for each contradiction.

    It begins with the place in the profile, such as `profile.outlets[0].control: `.
    """
    for prefix in (*profile.sys_object_ids, *(root.sys_object_id for root in profile.roots)):
        if prefix.startswith(ROOT):
            yield f"profile: the sysObjectID {prefix} begins with {ROOT}; give the whole OID"
    for number, outlets in enumerate(profile.outlets):
        place = f"profile.outlets[{number}]"
        if outlets.states:
            yield from (f"{place}.states: {finding}" for finding in _mark_faults(outlets.states))
        if outlets.states and outlets.control:
            yield from (
                f"{place}.control: {finding}"
                for finding in _command_faults(outlets.states, outlets.control)
            )
        of_outlets = {name: getattr(outlets, name) for name in ("current", "power", "energy")}
        yield from _figure_faults(
            place, {name: [figure] for name, figure in of_outlets.items() if figure}
        )
    totals = {name: getattr(profile, name) for name in ("load", "power", "energy")}
    yield from _figure_faults(
        "profile", {name: total.figures for name, total in totals.items() if total}
    )
    yield from _column_faults(profile)


def _column_faults(profile: Profile) -> Iterator[str]:
    """A message for each OID below that of a column."""
    columns = {
        part.oid for part in parts_of(profile) if isinstance(part, Column) and not part.suffix
    }
    # A cell may be a row of a column, such as the total.
    cells = {part.oid for part in parts_of(profile) if isinstance(part, Scalar)}
    findings: list[str] = []
    for column, oid in product(columns, {*oids(profile)} - cells):
        if oid != column and is_below(oid, column):
            findings.append(
                f"profile: the column {column} contains {oid}; one of them is not the OID of a"
                " column"
            )
    yield from sorted(findings)


def _mark_faults(states: State) -> Iterator[str]:
    """Tests of a state that would apply one value to all outlets."""
    sources: list[tuple[str, Optional[Source]]] = [("confirm", states.confirm)]
    sources += [("a doubt", doubt.test) for doubt in states.doubts]
    for name, source in sources:
        if isinstance(source, Scalar) and not isinstance(states.source, Scalar):
            yield f"{name} is a Scalar, which has no value for each outlet of a table"


def _command_faults(states: State, control: Control) -> Iterator[str]:
    """What in the commands of a profile would switch wrongly, a sentence each."""
    state_objects = {
        _unnamed(part) for part in parts_of(states.source) if isinstance(part, ObjectSource)
    }
    for part in parts_of(control):
        if isinstance(part, Write) and type(part.on) is not type(part.off):
            yield f"on writes {part.on!r} and off writes {part.off!r}, which are of different types"
        if isinstance(part, (Write, WritePacked)) and _writable_places(part.at) & state_objects:
            place = "into the object of the states, where it means"
            if str(part.on) in states.off:
                yield f"on writes {part.on!r} {place} off"
            if str(part.off) in states.on:
                yield f"off writes {part.off!r} {place} on"
        elif isinstance(part, Verbs):
            for word, at in (("on", part.on), ("off", part.off)):
                if _writable_places(at) & state_objects:
                    yield f"{word} writes a delay into the object of the states"
        elif isinstance(part, Unlock):
            writes = [then for then in parts_of(part.then) if isinstance(then, Write)]
            if any(_switches_by_unlocking(part, write) for write in writes):
                yield f"the value {part.value!r} that unlocks an outlet already switches it"


def _switches_by_unlocking(unlock: Unlock, write: Write) -> bool:
    return bool(_writable_places(unlock.at) & _writable_places(write.at)) and unlock.value in (
        write.on,
        write.off,
    )


def _writable_places(at: Source) -> set[object]:
    """The places that a command may write, without the names of their objects."""
    return set(map(_unnamed, at.written_places()))


def _figure_faults(place: str, figures: Mapping[str, Sequence[Figure]]) -> Iterator[str]:
    """Quantities that read the same object, such as a power that is a current."""
    for first, second in combinations(figures, 2):
        if {_unnamed(figure.source) for figure in figures[first]} & {
            _unnamed(figure.source) for figure in figures[second]
        }:
            yield f"{place}.{second}: it reads the same object as {first}"


def _unnamed(value: object) -> object:
    """A part without the names of its objects, to compare it with another."""
    if isinstance(value, FrozenValue):
        return (
            type(value),
            *(_unnamed(part) for name, part in vars(value).items() if name != "object"),
        )
    return tuple(map(_unnamed, value)) if isinstance(value, tuple) else value
