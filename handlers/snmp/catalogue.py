"""What the profiles say about themselves, as Markdown for README; no archive needs it."""
from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Iterable, List, Sequence, Set

from .figures import Total
from .joins import First
from .profile import Confidence, Evidence, Outlets, Profile, Proof, oids
from .sources import Scalar, Spread, Tables

_WORDS = {Proof.NONE: "–", Proof.DRIVER: "driver", Proof.MIB: "MIB", Proof.SIMULATED: "simulated",
          Proof.RECORDING: "recording", Proof.UNIT: "unit"}


def devices(profiles: Sequence[Profile]) -> str:
    """The supported devices: one row for each family, with what each capability rests on."""
    head = ["family", "vendor", "models", "MIB", *(field.name for field in fields(Evidence)), "commands"]
    return _table(head, ([f"`{p.key}`", p.vendor, ", ".join(p.models), p.mib,
                          *(_WORDS[getattr(p.evidence, field.name)] for field in fields(Evidence)), _commands(p)]
                         for p in sorted(profiles, key=lambda p: (p.vendor.lower(), p.key))))


def _commands(profile: Profile) -> str:
    if profile.switching_confidence is Confidence.NONE:
        return "not switched"
    return "only with `switch_unproven`" if profile.switching_confidence is Confidence.LOW else profile.switching_confidence.value


def identities(profiles: Sequence[Profile]) -> str:
    """Where each family's outlets, printed numbers, names and loads come from, by the names of the MIB."""
    head = ["family", "identity and state", "number on the unit", "name", "load"]
    return _table(head, ([f"`{p.key}`", _objects(outlets.states or outlets.rows),
                          _objects(outlets.number) if outlets.number else "last part of the identity",
                          _objects(outlets.name), _load(p.load)] for p in profiles for outlets in p.outlets[:1]))


def _objects(part: object) -> str:
    """The names of the objects in a part; where there is a choice, of the first."""
    return ", ".join(dict.fromkeys(_named(part))) or "–"


def _load(total: "Total | None") -> str:
    if total is None:
        return "–"
    choices = [_objects(figure) for figure in total.figures] + (["sum of the outlets"] if total.else_outlets else [])
    return "; else ".join(choices)


def _named(part: object) -> Iterable[str]:
    name = getattr(part, "object", "")
    if isinstance(name, str) and name:
        yield name
    for inner in _read_with(part):
        yield from _named(inner)


def costly(profiles: Sequence[Profile]) -> str:
    """The families whose status costs more than one GET and one walk: how many reads, and of what."""
    rows = ((p, status_reads(outlets)) for p in profiles for outlets in p.outlets[:1])
    return _table(["family", "reads after the first GET", "objects"], (
        [f"`{p.key}`", str(len(reads)), ", ".join(sorted(reads))] for p, reads in rows if len(reads) > 1))


def status_reads(outlets: Outlets) -> Set[str]:
    """The walks and GETs of a status, once detection has found the outlets: "walk OID" or "get OID"."""
    return set(_reads(outlets.states or outlets.rows)) | set(_reads(outlets.count))


def _reads(part: object) -> Iterable[str]:
    if isinstance(part, Scalar):
        yield f"get {part.oid}"
    elif isinstance(part, Tables):
        yield from (f"walk {part.oid}.{unit}.{part.column}" for unit in range(part.first, part.last + 1))
    elif isinstance(part, Spread) and part.by_get:
        yield from (f"get {part.oid} {n}" for span in part.spans for n in range(span.first, span.last + 1))
    else:
        yield from (f"walk {oid}" for oid in _own_oids(part))
        for inner in _read_with(part):
            yield from _reads(inner)


def _own_oids(part: object) -> List[str]:
    inner = {oid for child in _read_with(part) for oid in oids(child)}
    return [oid for oid in dict.fromkeys(oids(part)) if oid not in inner] if is_dataclass(part) and not isinstance(part, First) else []


def _read_with(part: object) -> Iterable[object]:
    """The parts that are read whenever `part` is: of a choice, the first alone."""
    if isinstance(part, First):
        return part.choices[:1]
    if isinstance(part, tuple):
        return part
    return [getattr(part, field.name) for field in fields(part)] if is_dataclass(part) else ()


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows])
