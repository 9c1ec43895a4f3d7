"""Lines and breakers that `pdu check --lines` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Optional

import pytest

from handlers.redfish.responses import Json
from handlers.shared.errors import ProtocolError
from handlers.shared.meter_figures import Figure, NotKnown, NotMetered, measured
from handlers.snmp import profiles
from pdu.reading.parts import Reading
from pdu.reading.polling import poll_lines
from pdu.recordings.nut import topology as of_nut
from pdu.recordings.redfish import topology as of_redfish
from pdu.recordings.snmp import topology as of_snmp
from pdu.recordings.topology import BREAKER, LINE, MeteredPart
from tests.pdu.reading.test_one_reading import target_of
from tests.peers import PEERS, SHOWN, Peer


def lines(meters: Sequence[MeteredPart]) -> dict[str, tuple[object, object]]:
    """Current and rating of each line, by its label."""
    return {part.label: (part.current_a, part.rating_a) for part in meters if part.kind == LINE}


def read(folder: Path, peer: Peer) -> Reading:
    """The PDU as `pdu check --lines` reads it."""
    reading = poll_lines(target_of(peer, folder))
    assert reading.failure is None
    return reading


@pytest.mark.parametrize("handler", ["snmp", "redfish"])
def test_the_lines_sum_to_the_load_of_the_books(handler: str, tmp_path: Path) -> None:
    with PEERS[handler]() as peer:
        reading = read(tmp_path, peer)
        load_a = peer.books().load_a

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


@pytest.mark.parametrize(
    "circuit, current_a",
    [
        pytest.param({"CurrentAmps": {"Reading": 2.5}}, 2.5, id="its current"),
        pytest.param(
            {"PolyPhaseCurrentAmps": {"Line2": {"Reading": 3.5}}}, 3.5, id="that of its only line"
        ),
        pytest.param(
            {"CurrentAmps": None, "PolyPhaseCurrentAmps": {"Line2": {"Reading": 3.5}}},
            NotKnown("CurrentAmps is null"),
            id="no other in place of one that is not known",
        ),
        pytest.param(
            {"PolyPhaseCurrentAmps": {"Line1": {"Reading": 3.5}, "Line2": {"Reading": 1.0}}},
            NotMetered("several lines have a current each"),
            id="none of two lines",
        ),
        pytest.param(
            {"CurrentAmps": {"Reading": 2.5}, "Status": {"State": "UnavailableOffline"}},
            NotKnown("its Status is UnavailableOffline"),
            id="an unavailable branch",
        ),
    ],
)
def test_a_redfish_branch_has_a_current_if_there_is_a_single_one(
    circuit: Json, current_a: Figure
) -> None:
    (branch,) = of_redfish.branches_of("2.", [{"Id": "A", **circuit}])
    assert branch == MeteredPart(BREAKER, "2.A", current_a)


LINES: Json = {
    "Line1": {"Reading": 1.5},
    "Line2": {"Reading": 2.5},
    "Line3": {"Reading": 3.5},
}
THREE_LINES: Json = {
    "Id": "AC1",
    "PhaseWiringType": "ThreePhase5Wire",
    "PolyPhaseCurrentAmps": LINES,
}


@pytest.mark.parametrize("line", ["Line1", "Line2", "Line3"])
@pytest.mark.parametrize("shown", [..., None, {}, {"Reading": None}, {"Reading": "x"}])
def test_no_line_of_redfish_vanishes_with_a_property(line: str, shown: object) -> None:
    """`shown` is what the service has in place of the line; `...`: it has no such property."""
    lines = {**LINES}
    del lines[line]
    if shown is not ...:
        lines[line] = shown
    circuit = {**THREE_LINES, "PolyPhaseCurrentAmps": lines}

    parts = list(of_redfish.lines_of("", [circuit]))

    assert len({part.label for part in parts}) == 3
    doubtful_parts = [part for part in parts if isinstance(part.current_a, NotKnown)]
    assert len(doubtful_parts) == 1


def test_a_redfish_circuit_that_cannot_be_read_is_a_part() -> None:
    error = ProtocolError("the answer is no JSON")
    lines = list(of_redfish.lines_of("", [THREE_LINES, error]))
    assert lines[-1] == MeteredPart(LINE, "L?", NotKnown("the answer is no JSON"))
    (branch,) = of_redfish.branches_of("2.", [error])
    assert branch == MeteredPart(BREAKER, "2.B?", NotKnown("the answer is no JSON"))


def test_xerus_reports_lines_and_protectors(tmp_path: Path) -> None:
    with SHOWN["raritan"]() as pdu:
        reading = read(tmp_path, pdu)
        load_a = pdu.books().load_a

    assert set(lines(reading.meters)) == {"L1", "L2", "L3"}
    protectors = [part for part in reading.meters if part.kind == BREAKER]
    assert {part.rating_a for part in protectors} == {16.0}
    currents = [measured(part.current_a) or 0.0 for part in protectors]
    assert sum(currents) == pytest.approx(load_a)


def test_nut_reports_lines_and_groups() -> None:
    variables = {
        "input.L1.current": "2.5",
        "input.L2.current": "3.5",
        "input.L2.current.nominal": "16",
        "outlet.group.1.current": "1.25",
        "outlet.1.current": "0.5",
        "input.L1.current.high.warning": "14",
    }
    assert list(of_nut.parts_of(variables, "rack1/")) == [
        MeteredPart(LINE, "rack1/L1", 2.5),
        MeteredPart(LINE, "rack1/L2", 3.5, 16.0),
        MeteredPart(BREAKER, "rack1/G1", 1.25, None),
    ]


NUT_DEVICE = {
    "device.type": "pdu",
    "input.phases": "3",
    "input.L1.current": "1.5",
    "input.L2.current": "2.5",
    "input.L3.current": "3.5",
    "outlet.group.count": "2",
    "outlet.group.1.name": "A",
    "outlet.group.1.current": "4.5",
    "outlet.group.2.name": "B",
    "outlet.group.2.current": "0.25",
}


@pytest.mark.parametrize("lost", NUT_DEVICE)
@pytest.mark.parametrize("text", [None, "unknown"], ids=["gone", "no number"])
def test_no_part_behind_nut_vanishes_with_a_variable(lost: str, text: Optional[str]) -> None:
    variables = dict(NUT_DEVICE)
    if text is None:
        del variables[lost]
    else:
        variables[lost] = text

    whole = {part.label: part.current_a for part in of_nut.parts_of(NUT_DEVICE, "")}
    parts = {part.label: part.current_a for part in of_nut.parts_of(variables, "")}

    assert list(whole.values()) == [1.5, 2.5, 3.5, 4.5, 0.25]
    for label, current_a in whole.items():
        current_now = parts.get(label)
        is_not_known = isinstance(current_now, NotKnown) or "L?" in parts
        assert current_now == current_a or is_not_known, parts


def test_what_a_driver_keeps_of_a_lost_device_is_no_current() -> None:
    variables = {**NUT_DEVICE, "driver.state": "reconnect.trying"}
    currents = [part.current_a for part in of_nut.parts_of(variables, "")]
    assert len(currents) == 5
    assert all(isinstance(current, NotKnown) for current in currents)


def _kinds_of_load(key: str) -> list[Optional[str]]:
    """Of each figure of a family's load: LINE, BREAKER or None."""
    load = profiles.PROFILE_BY_KEY[key].load
    assert load is not None
    return [of_snmp.part_kind(figure) for figure in load.figures]


def test_the_objects_of_families_say_what_is_a_line_and_what_a_breaker() -> None:
    assert set(_kinds_of_load("apc-rpdu2")) == {LINE}
    assert set(_kinds_of_load("apc-rpdu")) == {LINE}
    assert _kinds_of_load("cpi-econnect") == [LINE, BREAKER]
    assert _kinds_of_load("netio") == [None]


def test_most_families_with_a_load_have_lines_or_breakers() -> None:
    keys = [profile.key for profile in profiles.PROFILES if profile.load is not None]
    keys_with_parts = [key for key in keys if {LINE, BREAKER} & set(_kinds_of_load(key))]
    assert len(keys_with_parts) >= 43


@pytest.mark.parametrize("row, label", [("2", "L2"), ("1.3", "1.L3"), ("A", "A")])
def test_a_line_is_labelled_by_its_row(row: str, label: str) -> None:
    assert of_snmp.label_of(LINE, row) == label
