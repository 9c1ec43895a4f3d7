"""DigiPower, also sold by Lindy, Manhattan and Serveredge: all states of a unit are one string, and
a write replaces all of it.

One agent has up to 16 units. The identity is the position of an outlet on the first unit,
"unit.position" on the others. -1 is a position without an outlet, -2 one whose breaker tripped. The
MIB allows 32 characters in a write, but a recorded unit with 24 outlets shows 47.

A write keeps each -1 at its position: the maker's own library fills its text up with them, and two
owners' programs write back what they read.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ...shared.errors import NamedSetting, NoSuchOutlet, ProtocolError, Unsupported
from ..cells import Rows
from ..computed import Complete
from ..controls import Control, VarBind, cell_of
from ..decoding import is_number, text
from ..evidence import SIMULATED
from ..filters import without
from ..joins import concat, field, prefixed
from ..objects import Scalar, Span, Spread
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .language import column, figure, oid, oids, outlets, scalar, total
from .links import librenms
from .scales import HUNDREDTHS, TENTHS, THOUSANDTHS
from .sources import rows_without

FIRST, LAST = "1", 16
ON, OFF, NO_OUTLET = "1", "0", "-1"
STATUS = Spread(oid("17420.1.2.9"), (Span(1, LAST, sub=1),), "pduNNOutletStatus", tail="13.0")
CURRENT = Spread(oid("17420.1.2.9"), (Span(1, LAST, sub=1),), "pduNNValue", tail="11.0")
WATTS, KWH = scalar("17420.1.3.4.0", "activePower"), scalar("17420.1.3.6.0", "energy")
# more characters than these are refused: a device that cuts them off could switch outlets
LONGEST, LONGEST_UNPROVEN = 32, 47


def _words(states: str) -> list[str]:
    """The values of a text. A comma at its end begins no value."""
    return [word.strip() for word in states.removesuffix(",").split(",")] if states else []


def _place(identity: str) -> tuple[str, int]:
    """The unit of an outlet, and its position from 1; 0 if it has none.

    >>> _place("7"), _place("2.7"), _place("x")
    (('1', 7), ('2', 7), ('1', 0))
    """
    unit, _, position = identity.rpartition(".")
    return unit or FIRST, int(position) if is_number(position) else 0


def _outlet(unit: str, position: int) -> str:
    return str(position) if unit == FIRST else f"{unit}.{position}"


@computed_from(STATUS)
def states(tables: Tables) -> Rows:
    """The state of each outlet (1 on, 0 off): a unit has one text with a word for each of its
    outlets. Raises ProtocolError if only a later unit has one.

    >>> states.rows({STATUS: {FIRST: "1,0,1"}})
    {'1': '1', '2': '0', '3': '1'}
    """
    texts = {unit: text(value) for unit, value in tables[STATUS].items()}
    if any(texts.values()) and not texts.get(FIRST):
        raise ProtocolError(
            "the first unit lists no outlets, but a later unit does; poll the PDU again"
        )
    rows: Rows = {}
    for unit, states_of_unit in texts.items():
        for position, word in enumerate(_words(states_of_unit), 1):
            rows[_outlet(unit, position)] = word
    return rows


@dataclass(frozen=True)
class WriteAll:
    """Writes the states of all outlets of a unit, with one state changed. The text is read right
    before the write, and no other command may run until the device shows the new one."""

    longest: int = LONGEST
    at = STATUS
    obstacle = ""
    writes_neighbours = True

    def with_unproven_limits(self) -> Control:
        return WriteAll(LONGEST_UNPROVEN)

    def varbinds(self, tables: Tables, identity: str, *, up: bool) -> list[VarBind]:
        """The text to write, with the new state of the outlet; the old text is read by GET right
        before. Outlet 2 of three is switched on:

        >>> unit = tables_of({STATUS: {"1": "1,0,1"}})
        >>> WriteAll().varbinds(unit, "2", up=True)
        [('1.3.6.1.4.1.17420.1.2.9.1.13.0', '1,1,1')]

        Raises NoSuchOutlet, and Unsupported if another outlet of the unit is neither on nor off, or
        if the text is too long:

        >>> WriteAll().varbinds(tables_of({STATUS: {"1": "1,0,?"}}), "2", up=True)
        Traceback (most recent call last):
        handlers.shared.errors.Unsupported: one write sets all outlets of this unit at once, and ...
        """
        unit, position = _place(identity)
        old_text = text(tables.one_row(unit)[STATUS].get(unit, ""))
        words = _words(old_text)
        if not 1 <= position <= len(words) or words[position - 1] == NO_OUTLET:
            raise NoSuchOutlet(f"the device has no outlet {identity[:40]!r}")
        for number_, word in enumerate(words, 1):
            if word not in (ON, OFF, NO_OUTLET):
                raise Unsupported(
                    "one write sets all outlets of this unit at once, and outlet"
                    f" {_outlet(unit, number_)} reports {tables.quoted(word, 20)!r}, neither on nor"
                    " off: nothing was written"
                )
        words[position - 1] = ON if up else OFF
        new_text = ",".join(words) + ("," if old_text.endswith(",") else "")
        if len(new_text) > self.longest:
            refusal = (
                "one write sets all outlets of this unit at once, and its"
                f" {len(new_text)} characters are more than the {self.longest} that are allowed:"
                " nothing was written"
            )
            setting = NamedSetting("switch_unproven", "yes")
            remedy = (refusal, "; to try it on a unit without load, set ", setting)
            raise Unsupported(remedy if len(new_text) <= LONGEST_UNPROVEN else refusal)
        return [(cell_of(tables, STATUS, unit), new_text)]

    def covers(self, identities: Iterable[str], identity: str, varbinds: list[VarBind]) -> bool:
        """Whether the text that is written has a value for each of the unit's outlets.

        >>> WriteAll().covers(["1", "2"], "1", [("1.3.6.1.4.1.17420.1.2.9.1.13.0", "1,0")])
        True
        >>> WriteAll().covers(["1", "2"], "1", [("1.3.6.1.4.1.17420.1.2.9.1.13.0", "1")])
        False
        """
        unit, _ = _place(identity)
        count = len(_words(str(varbinds[-1][1])))
        places = map(_place, identities)
        return all(position <= count for other, position in places if other == unit)

    def is_carried_out(self, tables: Tables, identity: str, varbinds: list[VarBind]) -> bool:
        """Whether a command was carried out: each outlet of the unit has the value that was written
        for it, because one text sets them all.

        >>> written = [("1.3.6.1.4.1.17420.1.2.9.1.13.0", "1,1,1")]
        >>> WriteAll().is_carried_out(tables_of({STATUS: {"1": "1,1,1"}}), "2", written)
        True
        >>> WriteAll().is_carried_out(tables_of({STATUS: {"1": "1,1,0"}}), "2", written)
        False
        """
        unit, _ = _place(identity)
        states_now = tables.with_all_rows[states]
        words = enumerate(_words(str(varbinds[-1][1])), 1)
        return all(states_now.get(_outlet(unit, position)) == word for position, word in words)


CONFIGURATIONS = {
    str(unit): column(f"17420.1.2.9.{unit}.14", "pduNNOutletNConfig", suffix="0")
    for unit in range(1, LAST + 1)
}


@computed_from(*CONFIGURATIONS.values())
def names(tables: Tables) -> Rows:
    """The name of each outlet: the first field of its configuration, which is a text of several.

    >>> no_texts = dict.fromkeys(CONFIGURATIONS.values(), {})
    >>> names.rows({**no_texts, CONFIGURATIONS[FIRST]: {"1": "web,0,3"}})
    {'1': 'web'}

    An outlet of a further unit has the unit before it: "2.1".
    """
    names_of_units = []
    for unit, configuration in CONFIGURATIONS.items():
        outlet_names = field(tables[configuration], 0)
        names_of_units.append(outlet_names if unit == FIRST else prefixed(unit, outlet_names))
    return concat(*names_of_units)


# a walk that ended early shows no other sign than the next row
CURRENTS = Complete(CURRENT, same_rows_as=rows_without(STATUS, ""), next_row=True)


def _of_one_unit(values: Scalar) -> ComputedRows:
    """A current or energy of the unit in DigiPower-BravoPDU-MIB (kWhInfo). In a chain it has no
    row: the MIB does not say of which units the figure is.

    >>> KWH = scalar("17420.1.2.9.1.13.0", "kWh")
    >>> _of_one_unit(KWH).rows({KWH: {"0": 7}, STATUS: {FIRST: "1,0", "2": ""}})
    {'0': 7}
    >>> _of_one_unit(KWH).rows({KWH: {"0": 7}, STATUS: {FIRST: "1,0", "2": "1,1"}})
    {}
    """

    @computed_from(values, STATUS)
    def rows(tables: Tables) -> Rows:
        others = {unit: value for unit, value in tables[STATUS].items() if unit != FIRST}
        return {} if without(others, "") else tables[values]

    return rows


PROFILES = (
    Profile(
        key="digipower",
        vendor="DigiPower, Serveredge",
        mib="DigiPower-PDU-MIB, DigiPower-BravoPDU-MIB",
        source=librenms("digipower/DigiPower-PDU-MIB"),
        models=("SWH, SWV", "Lindy IPower Switch Classic 32657 to 32659", "Manhattan"),
        sys_object_ids=oids("17420"),
        outlets=outlets(
            State(states, on=(ON,), off=(OFF,), absent=(NO_OUTLET,)), WriteAll(), name=names
        ),
        load=total(figure(CURRENTS, TENTHS)),
        power=total(figure(_of_one_unit(WATTS), HUNDREDTHS)),
        energy=total(figure(_of_one_unit(KWH), THOUSANDTHS)),
        evidence=SIMULATED,
        recording="digipower",
        programs=(
            "NitroX_PDU (a class in PHP)",
            "DeviceClass for Niveo NPD (an AV controller's module in Python)",
        ),
        note=(
            "Units with 17 to 24 outlets need more characters than the MIB allows in a write (32):"
            " they are switched only with switch_unproven. Units with a tripped breaker are not"
            " switched: the MIBs do not say what a written -2 does."
        ),
    ),
)
