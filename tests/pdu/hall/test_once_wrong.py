"""Small halls that were once told wrongly, each with what is true of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

import pytest

from pdu import root
from pdu.hall.failure.hall_model import HallModel
from pdu.hall.failure.rehearsal import rehearse
from pdu.hall.restore.delays import proposal
from pdu.hall.restore.model import ReturnModel, ReturnOutcome
from pdu.hall.walk.verdicts import Verdict
from pdu.pdus import saved_readings
from pdu.pdus.adapters.power_restore import LAST, NOT_KNOWN, ON, OutletRestorePolicy
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import HallNode

A, B = HallNode("feed", "A"), HallNode("feed", "B")
_FEEDS = 'standard = "IEC 60898-1"\n' + '[[feed]]\nname = "A"\n[[feed]]\nname = "B"\n'


def _pdu(name: str, inputs: str, breaker_a: float, more: str = "") -> str:
    return (
        f'[[pdu]]\nname = "{name}"\ninputs = [{inputs}]\nrack = "r"\n'
        f'[[pdu.line]]\nname = "L1"\nbreaker_a = {breaker_a}\n{more}'
    )


def _machine(name: str, *cords: str, more: str = "") -> str:
    listed = ", ".join(f'"{cord}"' for cord in cords)
    return f'[[machine]]\nname = "{name}"\ncords = [{listed}]\n{more}\n'


def _hall(
    text: str,
    currents: dict[str, dict[str, float]],
    closing: Optional[dict[str, dict[str, dict[str, Any]]]] = None,
) -> HallModel:
    pdus = [
        {
            "name": pdu,
            "load_a": sum(outlets.values()),
            "outlets": [
                {"identity": key, "state": "on", "current_a": current}
                for key, current in outlets.items()
            ],
            "power_on": (closing or {}).get(pdu, {}),
        }
        for pdu, outlets in currents.items()
    ]
    return HallModel(
        drawing_file.parsed(text, "hall.toml"),
        saved_readings.parse_readings({"pdus": pdus}, "r.json"),
    )


# ---- a transfer switch beside a side that dies ---------------------------------------------------


def test_what_may_flow_through_a_switch_is_no_room_that_is_taken() -> None:
    """One cord is on the switch, one beside it on the side that dies: 24.5 A come to 16 A."""
    text = (
        _FEEDS
        + _pdu("a", '"A"', 63)
        + _pdu("b", '"B"', 16)
        + _pdu("t", '"a/1", "b/1"', 32)
        + _machine("one", "t/1", "a/2")
        + _machine("two", "b/2")
    )
    read = {"a": {"1": 20.0, "2": 1.5}, "b": {"1": 0.0, "2": 3.0}, "t": {"1": 20.0}}
    outcome = rehearse(_hall(text, read), [A])
    load = next(one for one in outcome.loads if one.name == "b/L1")
    assert load.load.low <= 24.5 <= load.load.high and load.fit.word == "overloads"
    # 22.3 A surely flow, and a breaker of 16 A holds up to 23.2 A
    assert {one.machine: one.verdict.value for one in outcome.verdicts} == {
        "one": "stays unless a breaker trips",
        "two": "stays unless a breaker trips",
    }
    assert outcome.level == 1 and load.machines == ["one", "two"]


# ---- one line without outlets --------------------------------------------------------------------


# ---- a way that nobody drew ----------------------------------------------------------------------


def _panel(*ratings: int) -> str:
    ways = "".join(
        f'[[panel.line]]\nname = "w{n}"\nbreaker_a = {rating}\nphases = 1\n'
        for n, rating in enumerate(ratings)
    )
    return (
        _FEEDS
        + f'[[panel]]\nname = "PB"\ninputs = ["B"]\n{ways}'
        + _pdu("a", '"A"', 63)
        + _pdu("b", '"PB"', 32)
        + _machine("one", "a/1", "b/1")
    )


def test_a_pdu_that_names_no_way_may_be_on_one_that_nobody_drew() -> None:
    """It would trip the only way that is drawn, and lives."""
    outcome = rehearse(_hall(_panel(6), {"a": {"1": 6.0}, "b": {"1": 8.0}}), [A])
    assert [one.verdict.value for one in outcome.verdicts] == ["cannot say"] and not outcome.trips


def test_a_way_that_could_not_hold_what_flows_now_is_no_candidate() -> None:
    made = _hall(_panel(6, 40), {"a": {"1": 1.0}, "b": {"1": 10.0}})
    failed = rehearse(made, [HallNode.breaker("PB", "w0")])
    assert failed.verdicts == [] and failed.level == 0
    assert rehearse(made, [A]).level == 0


# ---- the return ----------------------------------------------------------------------------------


def _closes(earliest: float, latest: Optional[float], **more: Any) -> dict[str, Any]:
    return {"state": ON, "earliest_s": earliest, "latest_s": latest, **more}


def _blades(
    first: dict[str, Any], second: dict[str, Any], pdus: str = "ab", breaker_a: float = 32
) -> ReturnOutcome:
    text = _FEEDS + _pdu("a", '"A"', breaker_a)
    text += _pdu("b", '"A"', breaker_a)
    cords = [f"{pdu}/{n}" for n, pdu in enumerate(pdus)]
    text += _machine("blades", *cords, more="needs = 2")
    read: dict[str, dict[str, float]] = {"a": {}, "b": {}}
    closing: dict[str, dict[str, dict[str, Any]]] = {"a": {}, "b": {}}
    for n, (pdu, said) in enumerate(zip(pdus, (first, second))):
        read[pdu][str(n)], closing[pdu][str(n)] = 2.0, said
    return ReturnModel(_hall(text, read, closing)).rehearse([A], [])


@pytest.mark.parametrize(
    "first, second, pdus, expected",
    [
        # the second cord may come five minutes later
        (_closes(0, 0), _closes(0, 300, is_sequence=True), "ab", Verdict.CANNOT_SAY),
        (_closes(0, 0), _closes(0, None), "aa", Verdict.CANNOT_SAY),
        # two controllers do not start in the same second
        (_closes(0, 0), _closes(0, 0), "ab", Verdict.CANNOT_SAY),
        (_closes(5, 5), _closes(5, 5), "aa", Verdict.COMES),
        (_closes(0, 0), _closes(200, 200), "aa", Verdict.EARLY),
    ],
)
def test_a_machine_that_needs_two_cords_comes_back_only_if_none_is_missing_for_long(
    first: dict[str, Any], second: dict[str, Any], pdus: str, expected: Verdict
) -> None:
    (found,) = _blades(first, second, pdus).machines
    assert found.verdict is expected, found.reason


def test_what_may_trip_and_what_may_come_late_are_both_named() -> None:
    (found,) = _blades(_closes(0, 0), _closes(0, 300, is_sequence=True), breaker_a=4).machines
    assert found.verdict is Verdict.CANNOT_SAY
    assert "a/L1 may trip; one cord may come at 0 s" in found.reason


@pytest.mark.parametrize(
    "said, can",
    [
        ({"state": LAST, "earliest_s": 0, "latest_s": 0}, False),  # a latching relay
        ({"state": ON, "earliest_s": 0, "latest_s": None}, None),  # nobody knows when
        ({"state": NOT_KNOWN, "earliest_s": 3, "latest_s": 3, "has_delay": False}, None),  # NUT
        ({"state": LAST, "earliest_s": 0, "latest_s": 0, "has_delay": True}, True),
        ({"state": ON, "earliest_s": 0, "latest_s": 0}, True),
        ({"state": ON, "earliest_s": 0, "latest_s": 9, "is_sequence": True}, None),
    ],
)
def test_only_delays_that_can_be_set_are_proposed(
    said: dict[str, Any], can: Optional[bool]
) -> None:
    text = _FEEDS + _pdu("a", '"A"', 16)
    text += "".join(_machine(f"m{n}", f"a/{n}", more="peak_a = 1.2") for n in range(8))
    read = {"a": {str(n): 1.0 for n in range(8)}}
    hall = _hall(text, read, {"a": {str(n): said for n in range(8)}})
    back = ReturnModel(hall)
    delays = proposal(hall, back, [A], back.orders([A]))
    if can is None:  # in no known moment many close
        assert delays is None
        return
    assert delays is not None
    assert bool(delays.pdus) is can and list(delays.unchanged) == ([] if can else ["a"])
    assert bool(delays.mended) is can


def test_a_unit_says_whether_it_has_a_delay() -> None:
    assert OutletRestorePolicy(LAST, 0.0, 0.0) == OutletRestorePolicy(
        LAST, 0.0, 0.0, has_delay=True
    )
    assert not OutletRestorePolicy(LAST, 0.0, 0.0).can_be_delayed
    assert OutletRestorePolicy(LAST, 0.0, 0.0, has_delay=True).can_be_delayed


def test_no_interval_the_wrong_way_round_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdu.hall.walk.arithmetic._ROUNDING", -1000.0)
    text = _FEEDS + _pdu("a", '"A"', 16) + _pdu("b", '"B"', 16) + _machine("one", "a/1", "b/1")
    (tmp_path / "hall.toml").write_text(text)
    readings = _hall(text, {"a": {"1": 2.0}, "b": {"1": 2.0}}).readings
    saved_readings.save(str(tmp_path / "r.json"), readings)
    argv = ["rehearse", str(tmp_path / "hall.toml"), "--readings", str(tmp_path / "r.json")]
    code = root.run([*argv, "--fail", "feed:A"])
    shown = capsys.readouterr()
    assert code == 2 and not shown.out
    assert shown.err.startswith("defect: NotAnInterval: a current of")


def test_a_line_that_may_take_a_breaker_with_it_is_named_beside_it() -> None:
    """The outlets are on L1 and L3, and L2 may trip first and take the whole PDU with it."""
    lines = "".join(
        f'[[pdu.line]]\nname = "L{n}"\nbreaker_a = {rating}\noutlets = {outlets}\n'
        for n, rating, outlets in ((2, 4, '["2"]'), (3, 63, '["1"]'))
    )
    own = 'outlets = ["1"]\n' + lines
    own += '[[pdu.breaker]]\nname = "B1"\nbreaker_a = 6\noutlets = ["1"]\n'
    text = _FEEDS + _pdu("a", '"A"', 63, own) + _pdu("b", '"B"', 63)
    text += _machine("one", "a/1", "b/1") + _machine("two", "a/2", "b/2")
    read = {"a": {"1": 5.0, "2": 2.5}, "b": {"1": 5.0, "2": 2.5}}
    assert rehearse(_hall(text, read), [B]).trips == ["a/B1 or a/L2"]
