"""What is told of the trials with faults, and SNMP devices in their owner's words."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from handlers.dcimanager import Figures, MeterFigures
from handlers.shared.errors import SettingsError
from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.recorded_rows import SnmpRow, arcs
from pdu.recordings.snmp.unit import WritableUnit
from pdu.workshop.handler.calls import ENDLESS
from pdu.workshop.handler.fault_trials import FaultTrial, findings_of_trials, judgement
from pdu.workshop.handler.outlet_names import identity_finding, own_names
from pdu.workshop.handler.rules import ADVISED, BROKEN, KEPT, RULES, UNTRIED, Finding
from pdu.workshop.handler.snmp_units import TrialUnit, profile_of_words, recorded_device
from pdu_common.helper import EnumPowerStatus

UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN
COLUMN = "1.3.6.1.4.1.99999.2.1.3"


def _trial(*details: str) -> FaultTrial:
    """A trial whose first call has the first of these details, and so on; each call after the last
    detail has that one.
    """
    calls = itertools.count()

    def call() -> Finding:
        detail = details[min(next(calls), len(details) - 1)]
        return Finding(RULES["stuck"], BROKEN if detail else KEPT, detail)

    return FaultTrial("stuck", "port_down", call)


def test_a_call_that_ends_alone_is_no_endless_one() -> None:
    locked = [_trial(f"port_down {ENDLESS} 60 s", "") for _ in range(3)]
    (finding,) = findings_of_trials(locked, [])
    assert finding.result == KEPT


def test_a_call_that_does_not_end_alone_is_broken() -> None:
    (finding,) = findings_of_trials([_trial(f"port_down {ENDLESS} 60 s")], [])
    assert finding.result == BROKEN
    assert ENDLESS in finding.detail


_NO_FIGURES = Figures(None, None, {})
_STATES = [("1", UP), ("2", DOWN)]


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ("short", _STATES),
        ("lost state", _STATES),
        ("meter", Figures(1.5, None, {})),
        ("part", Figures(1.5, None, {})),
        ("zero", _STATES),
        ("empty", []),
        ("empty", _NO_FIGURES),
    ],
)
def test_without_an_answer_of_a_device_that_is_well_nothing_is_said_to_be_kept(
    rule: str, answer: object
) -> None:
    result, detail = judgement(rule, None, answer) or ("", "")
    assert result == UNTRIED
    assert "no answer on a device that is well" in detail
    result, _ = judgement(rule, answer, answer) or ("", "")
    assert result == KEPT


@pytest.mark.parametrize("rule", ["silent", "community", "denied", "refused"])
def test_no_answer_is_excused_where_only_an_error_is_right(rule: str) -> None:
    assert judgement(rule, _STATES, _STATES) is None


def test_the_number_of_an_outlet_is_no_figure() -> None:
    """In a table of HTML it is a number as all others."""
    ports = {"1": MeterFigures(energy_kwh=1.25), "2": MeterFigures(energy_kwh=2.5)}
    answer = Figures(1.5, 3.75, {"?": ports["1"], "2": ports["2"]})
    result, _ = judgement("meter", Figures(1.5, 3.75, ports), answer) or ("", "")
    assert result == KEPT


def test_other_names_of_outlets_are_taken_by_their_order_alone() -> None:
    real_states = {"1": UP, "2": DOWN}
    assert own_names([("a", UP), ("b", DOWN)], real_states) == {"1": "a", "2": "b"}
    assert own_names([("1", UP), ("2", DOWN)], real_states) == {}
    assert own_names([("a", DOWN), ("b", UP)], real_states) == {}
    assert own_names([("2", UP), ("1", DOWN)], real_states) == {}
    assert own_names([("a", UP), ("a", DOWN)], real_states) == {}


@pytest.mark.parametrize(
    ("names", "result"), [({"1": "01", "10": "10"}, ADVISED), ({"1": "a"}, KEPT), ({}, KEPT)]
)
def test_a_padded_number_is_no_number_of_the_device(names: dict[str, str], result: str) -> None:
    assert identity_finding(names).result == result


def _recording() -> str:
    """Twelve outlets; the fourth is off."""
    text = "1.3.6.1.2.1.1.1.0|4|Nobody's PDU\n"
    for number in range(1, 13):
        state = 2 if number == 4 else 1
        text += f"{COLUMN}.{number}|2|{state}\n"
    return text


def test_a_pdu_in_its_owners_words_obeys_them(tmp_path: Path) -> None:
    on, off = f"{COLUMN}.{{outlet}} = 1", f"{COLUMN}.{{outlet}} = 2"
    device = recorded_device(_recording(), profile_of_words([on], [off], tmp_path))
    unit = TrialUnit(device.rows, device.key)
    states = unit.states()
    assert list(states) == [str(number) for number in range(1, 13)]
    assert [identity for identity, state in states.items() if state is DOWN] == ["4"]
    assert set(states.values()) == {UP, DOWN}

    error = unit.set([(arcs(f"{COLUMN}.12"), SnmpRow(2, 2))])

    assert error == ("", 0)
    assert unit.states()["12"] is DOWN
    assert unit.writes_for("12") == 1


@pytest.mark.parametrize(
    ("on", "off", "words"),
    [
        (["1.3.6 = 1"], ["1.3.6 = 2"], "is no write over SNMP"),
        ([f"{COLUMN}.{{outlet}} = 1"], [], "once each"),
        (["1.3.6.{outlet} = 1"], ["1.3.7.{outlet} = 2"], "two objects"),
    ],
)
def test_words_that_are_no_write_are_refused(
    on: list[str], off: list[str], words: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=words):
        profile_of_words(on, off, tmp_path)


def test_a_recording_that_no_family_reads_is_refused_with_options_that_exist() -> None:
    with pytest.raises(SettingsError, match=r"--profile FILE\.json.*--on .*--off "):
        recorded_device(_recording())


def test_a_writable_unit_keeps_what_is_written_to_its_objects() -> None:
    unit = WritableUnit(snmprec.parse(_recording()).rows, None)
    oid, other_oid = arcs(f"{COLUMN}.4"), arcs(f"{COLUMN}.13")
    assert unit.set([(oid, SnmpRow(2, 1))]) == ("", 0)
    assert unit.get(oid) == SnmpRow(2, 1)
    assert unit.set([(other_oid, SnmpRow(2, 1))]) == ("notWritable", 0)
