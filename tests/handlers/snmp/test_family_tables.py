"""What families read of a device's tables, and what they make of answers that lack a part."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.shared.meter_figures import NotKnown
from handlers.snmp.device import has_no_outlets, needed_sources
from handlers.snmp.profiles import npdu, panduit, rittal, tripplite
from handlers.snmp.read_scope import FIGURES, VIEW_FIGURES
from handlers.snmp.tables import objects_of, tables_of_device
from tests.handlers.snmp.memory import Memory, Value

PANDUIT = panduit.PROFILES[0]


def rows_in(column: str, rows: Mapping[str, Value]) -> dict[str, Value]:
    return {f"{column}.{row}": value for row, value in rows.items()}


def test_a_command_to_a_named_variable_walks_the_names_alone() -> None:
    names = {"2.101": "Sockets.Socket 01.Relay", "2.102": "Sockets.Socket 02.Relay"}
    device = Memory(
        {
            **rows_in(rittal.NAMES, names),
            **rows_in(rittal.NUMBERS, {"2.101": 1, "2.102": 0}),
            **rows_in(rittal.QUALITIES, {"2.101": 2, "2.102": 2}),
        }
    )
    relays = rittal.RELAYS
    sources = (relays.numbers, relays.qualities)
    tables = tables_of_device(device, sources=sources).one_row("2.1")

    assert tables[relays.numbers] == {"2.1": 1}
    assert tables[relays.qualities] == {"2.1": 2}
    assert device.asked == [
        f"walk {rittal.NAMES}",
        f"get {rittal.NAMES}.2.101",
        f"get {rittal.NUMBERS}.2.101",
        f"get {rittal.QUALITIES}.2.101",
    ]

    device.put(f"{rittal.NAMES}.2.101", names["2.102"])
    device.put(f"{rittal.NAMES}.2.102", names["2.101"])
    again = tables.again().one_row("2.1")
    assert relays.numbers.cell(again, "2.1") is None, "the row is another outlet's now"


def test_padding_whose_name_is_lost_is_no_outlet() -> None:
    names, index = panduit.G5.names.oid, panduit.INDEX.oid
    named = rows_in(names, {"1.1": "router", "1.2": "", "1.3": "switch"})
    indexes = rows_in(index, {"1.1": 1, "1.2": 0, "1.3": 3, "1.33": 0, "1.4": 4})
    tables = tables_of_device(Memory({**named, **indexes}), sources=[panduit.named])

    assert list(tables[panduit.named]) == ["1.1", "1.3", "1.4"]


def test_a_number_of_outlets_that_a_walk_lacks_is_asked_for() -> None:
    counts, phases = panduit.G5.outlet_count.oid, panduit.PHASES.oid
    rows = {**rows_in(counts, {"1": 0, "2": 0}), **rows_in(phases, {"1": 3, "2": 3})}
    device = Memory(rows)
    device.unwalked = {counts: ["1"]}
    columns = (panduit.G5.outlet_count, panduit.PHASES)
    assert has_no_outlets(PANDUIT, tables_of_device(device, sources=columns))

    device.put(f"{counts}.1", 8)
    assert not has_no_outlets(PANDUIT, tables_of_device(device, sources=columns))


def test_a_total_of_which_only_a_count_shows_a_row_is_not_known() -> None:
    ups = next(p for p in tripplite.PROFILES if p.key == "tripplite-12x-ups")
    lines = Memory({"1.3.6.1.2.1.33.1.4.3.0": 1})
    assert ups.load

    load = ups.load.read(tables_of_device(lines), lambda rows, source: rows)

    assert isinstance(load, NotKnown)
    assert ups.load.read(tables_of_device(Memory({})), lambda rows, source: rows) is None


def test_a_view_reads_no_current_of_outlets_beside_a_load_of_its_own() -> None:
    profile = npdu.PROFILES[0]
    currents = profile.outlets[0].current
    assert currents

    of_outlets = set(objects_of(currents.sources()))
    assert of_outlets <= set(objects_of(needed_sources(profile, FIGURES)))
    assert of_outlets.isdisjoint(objects_of(needed_sources(profile, VIEW_FIGURES)))
