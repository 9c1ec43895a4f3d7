"""A draft: the looks of a recording, and the profile that follows from the best of them.

A value whose meaning is doubtful is written with a question mark before it ("?1"). No device says that, so an outlet reads as
UNKNOWN until a person has removed the mark.
"""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Dict, List, Mapping, Optional, Sequence, Set, Tuple

from ....snmp.evidence import Confidence, Evidence, Proof
from ....snmp.figures import Figure, Total
from ....snmp.outlets import Outlets
from ....snmp.profile import Profile
from ....snmp.sources import Column as ColumnSource, Packed, Scalar
from ....snmp.states import State
from ..snmp.rows import SYS_DESCR, SYS_OBJECT_ID, Rows, dotted
from . import columns
from .columns import Look, integers, letters, meanings, texts
from .mib import Mib
from .packed import PackedLook, packed
from .tables import tables

MARK = "?"
_OFTEN = {frozenset((0, 1)): (1, 0), frozenset((1, 2)): (1, 2)}       # on and off, as most devices have them
_NET_SNMP = (1, 3, 6, 1, 4, 1, 8072)        # an agent's number, not a device's
_NO_COMMAND = ("No command is proposed: that an object can be written proves nothing. Find it in the vendor's text, and add it "
               "by hand.")


@dataclass
class Draft:
    """`profile` is None where nothing looks like outlets. `looks` and `packed` have everything that was weighed."""

    profile: Optional[Profile]
    looks: List[Look]
    packed: List[PackedLook]
    chosen: Dict[str, str]              # role -> OID
    doubts: List[str]


def draft(rows: Rows, mib: Mib, key: str = "") -> Draft:
    """The draft of a device with these rows."""
    looks = columns.looks(tables(rows, mib.columns), mib)
    roles = columns.by_role(looks)
    texts_ = packed(rows)
    doubts: List[str] = []
    chosen: Dict[str, str] = {}
    state = next(iter(roles.get(columns.STATE, ())), None)
    if texts_ and (state is None or state.object is None and state.score < _score(texts_[0])):
        outlets: Optional[Outlets] = _of_text(texts_[0], chosen, doubts)
    elif state is not None:
        outlets = _of_column(state, roles, chosen, doubts)
    else:
        outlets = None
        doubts.append("No column looks like the states of outlets: the unit has one outlet, or states in a form that is not "
                      "known here.")
    doubts.append(_NO_COMMAND)
    return Draft(_profile(rows, mib, outlets, doubts, key) if outlets else None, looks, texts_, chosen, doubts)


def _score(look: PackedLook) -> float:
    """A text of states beside columns of small numbers: the more values, the surer; not where all are off."""
    return len(look.values) if set(look.values) - {"0"} else 0


# ---- outlets -------------------------------------------------------------------------------------------------

def _of_text(look: PackedLook, chosen: Dict[str, str], doubts: List[str]) -> Outlets:
    chosen[columns.STATE] = dotted(look.oid)
    numbers = set(look.values) <= {"0", "1"}
    on = sorted({value for value in look.values if value.lower() in columns.ON_WORDS}) or ["on"]
    off = sorted({value for value in look.values if value.lower() in columns.OFF_WORDS}) or ["off"]
    if numbers:
        on, off = [MARK + "1"], [MARK + "0"]
        doubts.append(f"{look.evidence}; that 1 is on and 0 is off is the custom, and not in the recording. Remove the marks "
                      f"({MARK}) after a look at the unit.")
    return Outlets(states=State(Packed(Scalar(dotted(look.oid)), look.separator), tuple(on), tuple(off)))


def _of_column(state: Look, roles: Mapping[str, Sequence[Look]], chosen: Dict[str, str], doubts: List[str]) -> Outlets:
    chosen[columns.STATE] = dotted(state.column.oid)
    rival = next((look for look in roles[columns.STATE] if look is not state and look.score >= state.score), None)
    if rival is not None and not state.doubt:
        state = state._replace(doubt=f"{dotted(rival.column.oid)} looks as much like the states")
    on, off, why = _meaning(state)
    if why:
        doubts.append(f"{dotted(state.column.oid)}: {why}")
    confirm = _same_values(state, roles)
    if confirm is not None:
        chosen["confirm"] = dotted(confirm.column.oid)
        doubts.append(f"{dotted(confirm.column.oid)} has the very same values, so both are read and must agree: one of them may "
                      "be the command or a setting.")
    beside = {role: _beside(state, roles.get(role, ())) for role in (
        columns.NAME, columns.NUMBER, columns.CURRENT, columns.POWER, columns.ENERGY)}
    chosen.update({role: dotted(look.column.oid) for role, look in beside.items() if look is not None})
    figures = {role: _figure(beside[role]) for role in (columns.CURRENT, columns.POWER, columns.ENERGY)}
    return Outlets(
        states=State(_source(state), on, off, confirm=_source(confirm) if confirm is not None else None),
        number=_labels(beside[columns.NUMBER]), name=_labels(beside[columns.NAME]), current=figures[columns.CURRENT],
        power=figures[columns.POWER], energy=figures[columns.ENERGY])


def _meaning(state: Look) -> Tuple[Tuple[str, ...], Tuple[str, ...], str]:
    """The values that are on, those that are off, and what is doubtful; doubtful ones are marked."""
    object_ = state.object
    if object_ is not None and object_.enumeration:
        on, off = meanings(object_)
        mark = MARK if state.doubt else ""
        return tuple(f"{mark}{one}" for one in on), tuple(f"{mark}{one}" for one in off), state.doubt
    words = texts(state.column)
    if words is not None and integers(state.column) is None:
        mark = MARK if state.doubt else ""
        on_words = sorted({word for word in words if letters(word) in columns.ON_WORDS}) or ["on"]
        off_words = sorted({word for word in words if letters(word) in columns.OFF_WORDS}) or ["off"]
        return tuple(mark + word for word in on_words), tuple(mark + word for word in off_words), state.doubt
    values = set(integers(state.column) or ())
    up, down = _OFTEN.get(frozenset(values)) or _one_of_two(values)
    return (f"{MARK}{up}",), (f"{MARK}{down}",), (
        f"{state.doubt}; {up} for on and {down} for off is the custom alone. Switch one idle outlet on the unit itself, see "
        f"which value it has then, and remove the marks ({MARK}).")


def _one_of_two(values: Set[int]) -> Tuple[int, int]:
    first = min(values)
    return (1, 0) if first == 1 else (first, first + 1) if len(values) == 1 else (first, max(values))


def _same_values(state: Look, roles: Mapping[str, Sequence[Look]]) -> Optional[Look]:
    """Without a MIB, the last column of the table whose rows hold exactly the same two values."""
    mine = [row.value for row in state.column.rows.values()]
    same = [look for look in roles.get(columns.STATE, ()) if look.table is state.table and look is not state
            and [row.value for row in look.column.rows.values()] == mine]
    return max(same, key=lambda look: look.column.oid, default=None) if state.object is None and len(set(mine)) == 2 else None


def _beside(state: Look, looks: Sequence[Look]) -> Optional[Look]:
    """The best of a role whose rows are those of the states; of meters only one that the MIB is clear about."""
    return next((look for look in looks if look.column.indexes == state.column.indexes and look.column.oid != state.column.oid
                 and (look.role in (columns.NAME, columns.NUMBER) or not look.doubt)), None)


def _source(look: Look) -> ColumnSource:
    return ColumnSource(dotted(look.column.oid), look.object.name if look.object is not None else "")


def _labels(look: Optional[Look]) -> Optional[ColumnSource]:
    return _source(look) if look is not None else None


def _figure(look: Optional[Look]) -> Optional[Figure]:
    if look is None or look.object is None:
        return None
    known = columns.worth(look.object.units)
    return Figure(_source(look), scale=known[1] if known else Decimal(1))


# ---- the whole -----------------------------------------------------------------------------------------------

def _profile(rows: Rows, mib: Mib, outlets: Outlets, doubts: Sequence[str], key: str) -> Profile:
    described = str(rows[SYS_DESCR].raw)[:80] if SYS_DESCR in rows else ""
    said = rows[SYS_OBJECT_ID].value if SYS_OBJECT_ID in rows else ()
    usable = isinstance(said, tuple) and len(said) > len(_NET_SNMP) and said[:len(_NET_SNMP)] != _NET_SNMP
    vendor = said[6] if isinstance(said, tuple) and len(said) > 6 else 0
    proof = Proof.MIB if mib.is_given else Proof.DRIVER
    present = {"current": outlets.current, "power": outlets.power, "energy": outlets.energy}
    totals = {name: Total(else_outlets=True) if figure is not None else None for name, figure in present.items()}
    return Profile(
        key=key or f"own-{vendor or 'pdu'}", vendor=f"enterprise {vendor}" if vendor else "unknown",
        models=(_printable(described) or "unknown",), mib=", ".join(mib.modules) or "none: drafted from a recording",
        sys_object_ids=(dotted(said),) if usable and isinstance(said, tuple) else (), outlets=(outlets,),
        load=totals["current"], power=totals["power"], energy=totals["energy"], switching_confidence=Confidence.NONE,
        evidence=Evidence(state=proof, **{name: proof for name, figure in present.items() if figure is not None}),
        note="Drafted, not confirmed. " + " ".join(doubts))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()
