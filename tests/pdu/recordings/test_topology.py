"""Lines and breakers that `pdu check --lines` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Optional

import pytest

from handlers.nut.daisy_chain import Member
from handlers.redfish.responses import Json
from handlers.shared.meter_figures import measured
from handlers.snmp import profiles
from pdu.reading.parts import Reading
from pdu.reading.polling import poll_lines
from pdu.recordings.nut.topology import meters_of
from pdu.recordings.redfish.topology import parse_branch
from pdu.recordings.snmp import topology as of_snmp
from pdu.recordings.topology import BREAKER, LINE, MeteredPart
from tests.pdu.reading.test_one_reading import target_of
from tests.peers import PEERS, SHOWN, Peer


def lines(meters: Sequence[MeteredPart]) -> dict[str, tuple[object, object]]:
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
        assert set(lines(reading.meters)) == {"L1", "L2", "L3"}
        currents = [part.current_a or 0.0 for part in reading.meters if part.kind == LINE]
        assert sum(currents) == pytest.approx(peer.books().load_a)
        assert any((measured(outlet.figures.power_w) or 0) > 0 for outlet in reading.outlets)


def test_a_redfish_branch_has_its_rating(tmp_path: Path) -> None:
    with PEERS["redfish"]() as peer:
        reading = read(tmp_path, peer)
    breakers = {part.label: part.rating_a for part in reading.meters if part.kind == BREAKER}
    assert set(breakers.values()) == {16.0}


@pytest.mark.parametrize(
    "circuit, current_a",
    [
        ({"CurrentAmps": {"Reading": 2.5}}, 2.5),
        ({"PolyPhaseCurrentAmps": {"Line2": {"Reading": 3.5}}}, 3.5),
        # of two lines none is the branch's
        ({"PolyPhaseCurrentAmps": {"Line1": {"Reading": 3.5}, "Line2": {"Reading": 1.0}}}, None),
    ],
)
def test_a_redfish_branch_has_a_current_if_there_is_a_single_one(
    circuit: Json, current_a: Optional[float]
) -> None:
    branch = parse_branch("2.", {"Id": "A", **circuit})
    assert branch == MeteredPart(BREAKER, "2.A", current_a)


def test_xerus_reports_lines_and_protectors(tmp_path: Path) -> None:
    with SHOWN["raritan"]() as pdu:
        reading = read(tmp_path, pdu)
        protectors = {part.label: part for part in reading.meters if part.kind == BREAKER}
        assert set(lines(reading.meters)) == {"L1", "L2", "L3"} and protectors
        assert {part.rating_a for part in protectors.values()} == {16.0}
        currents = [part.current_a or 0.0 for part in protectors.values()]
        assert sum(currents) == pytest.approx(pdu.books().load_a)


def test_nut_reports_lines_and_groups() -> None:
    member = Member(0)
    for name, text in (
        ("input.L2.current", "3.5"),
        ("input.L2.current.nominal", "16"),
        ("outlet.group.1.current", "1.25"),
        ("outlet.1.current", "0.5"),
        ("input.L1.current.high.warning", "14"),
    ):
        member.take(name, name, text)
    assert list(meters_of(member, "rack1/")) == [
        MeteredPart(LINE, "rack1/L2", 3.5, 16.0),
        MeteredPart(BREAKER, "rack1/G1", 1.25, None),
    ]


def test_the_objects_of_families_say_what_is_a_line_and_what_a_breaker() -> None:
    kinds_by_family = {
        profile.key: [of_snmp.kind_of(figure) for figure in profile.load.figures]
        for profile in profiles.PROFILES
        if profile.load is not None
    }
    assert {*kinds_by_family["apc-rpdu2"], *kinds_by_family["apc-rpdu"]} == {LINE}
    assert kinds_by_family["cpi-econnect"] == [LINE, BREAKER] and kinds_by_family["netio"] == [None]
    assert sum(LINE in kinds or BREAKER in kinds for kinds in kinds_by_family.values()) >= 43
    assert [of_snmp.label_of(LINE, row) for row in ("2", "1.3", "A")] == ["L2", "1.L3", "A"]
