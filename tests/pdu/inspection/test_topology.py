"""Lines and breakers that `pdu check --lines` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from handlers.shared.meter_figures import NotKnown, measured
from handlers.snmp import profiles
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column
from handlers.snmp.tables import tables_of_device
from pdu.inspection.raritan.topology import read_topology
from pdu.inspection.snmp import topology as snmp_topology
from pdu.inspection.topology import BREAKER, LINE, MeteredPart
from pdu.reading.parts import Reading
from pdu.reading.polling import poll_lines
from tests.handlers.raritan.unit_table import changed_unit
from tests.handlers.snmp.memory import Memory
from tests.pdu.inspection import parts
from tests.pdu.reading.test_one_reading import target_of
from tests.servers.peers import PEERS, SHOWN, Peer
from tests.tables import Case


@pytest.mark.parametrize("case", parts.TABLE.cases(), ids=str)
def test_lines_breakers_and_states_are_found(case: Case) -> None:
    case.check(parts.shown(case))


def lines(meters: Sequence[MeteredPart]) -> dict[str, tuple[object, object]]:
    """Current and rating of each line, by its label."""
    return {part.label: (part.current_a, part.rating_a) for part in meters if part.kind == LINE}


def read(folder: Path, peer: Peer) -> Reading:
    """The PDU as `pdu check --lines` reads it."""
    reading = poll_lines(target_of(peer, folder))
    assert reading.failure is None
    return reading


@pytest.mark.parametrize("handler", ["snmp", "redfish"])
def test_the_lines_sum_to_the_load_of_the_truth(handler: str, tmp_path: Path) -> None:
    with PEERS[handler]() as peer:
        reading = read(tmp_path, peer)
        load_a = peer.truth().load_a

    assert set(lines(reading.meters)) == {"L1", "L2", "L3"}
    currents = [measured(part.current_a) or 0.0 for part in reading.meters if part.kind == LINE]
    assert sum(currents) == pytest.approx(load_a)
    powers = [measured(outlet.figures.power_w) or 0.0 for outlet in reading.outlets]
    assert max(powers) > 0


def test_a_redfish_branch_has_its_rating(tmp_path: Path) -> None:
    with PEERS["redfish"]() as peer:
        reading = read(tmp_path, peer)
    ratings = {part.rating_a for part in reading.meters if part.kind == BREAKER}
    assert ratings == {16.0}


def test_a_hole_in_a_list_of_xerus_is_the_part_in_its_place_alone() -> None:
    changes = "pdu.0 getInlets/1 = null & pdu.0 getOverCurrentProtectors/0 = null"
    with changed_unit(f"unit inlets=3 outlets=16 & {changes}") as device:
        with device.handler().session("check") as session:
            metered_parts = read_topology(session)
    missing_labels = [part.label for part in metered_parts if isinstance(part.current_a, NotKnown)]
    assert missing_labels == ["I2.L?", "C1"]
    labels = [part.label for part in metered_parts]
    assert labels == ["I1.L1", "I2.L?", "I3.L1", "C1", "C2", "C3", "C4"]


def test_xerus_reports_lines_and_protectors(tmp_path: Path) -> None:
    with SHOWN["raritan"]() as pdu:
        reading = read(tmp_path, pdu)
        load_a = pdu.truth().load_a

    assert set(lines(reading.meters)) == {"L1", "L2", "L3"}
    protectors = [part for part in reading.meters if part.kind == BREAKER]
    assert {part.rating_a for part in protectors} == {16.0}
    currents = [measured(part.current_a) or 0.0 for part in protectors]
    assert sum(currents) == pytest.approx(load_a)


def test_most_families_with_a_load_have_lines_or_breakers() -> None:
    keys = [profile.key for profile in profiles.PROFILES if profile.load is not None]
    keys_with_parts = [key for key in keys if {LINE, BREAKER} & set(parts.kinds_of_load(key))]
    assert len(keys_with_parts) >= 43


def test_lines_of_a_chain_that_one_table_numbers_have_their_unit_and_their_number_on_it() -> None:
    """Rows 1 to 3 are of the first unit, 4 to 6 of the second."""
    current, unit = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2"
    rows = [str(number) for number in range(1, 7)]
    unit_rows = {f"{unit}.{row}": "1" if int(row) <= 3 else "2" for row in rows}
    figure = Measurement(Column(current), unit_of_row=Column(unit))
    labels = snmp_topology._labels(LINE, figure, rows, tables_of_device(Memory(unit_rows)))
    assert list(labels.values()) == ["L1", "L2", "L3", "2.L1", "2.L2", "2.L3"]
