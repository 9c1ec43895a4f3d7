"""No figure of `statistic` is another one, or none, in silence because one row is missing, has no
value, or a mark that its MIB does not name: it is an error, or an outlet's energy has no entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp.profile import is_below
from tests.handlers.snmp import units
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.memory import Memory, of_rows
from tests.simulators.snmp_agent import Agent, Device
from tests.simulators.snmp_units import Fixture, fixture

SYSTEM = "1.3.6.1.2.1.1"
# Columns in which a value has a meaning, and those that choose what is read at all.
MINUS_ONE_IS_A_VALUE: Mapping[tuple[str, str], str] = {
    ("bachmann-bluenet2", "31770.2.2.8.2.1.9"): "blueNet2VariableScaling: a power of ten",
    ("ict-pdu_buses", "39145.10.10.1.4"): "ICT-PDU-MIB: negative on -48 V plants, so 1 A",
    ("rittal-cmc3_pdu", "2606.7.4.2.2.1.3"): "cmcIIIVarName: another name is another variable",
    ("rittal-cmc3_pdu", "2606.7.4.2.2.1.7"): "cmcIIIVarScale: a divisor, if it is negative",
    ("rittal-cmc3_strips", "2606.7.4.2.2.1.7"): "cmcIIIVarScale: a divisor, if it is negative",
}
ANY_MARK_IS_A_VALUE: Mapping[tuple[str, str], str] = {
    ("apc-rpdu_total", "318.1.1.12.2.3.1.1.5"): "PowerNet-MIB: the number of a bank",
    ("cyberpower-epdu2_phase", "3808.1.1.3.2.3.1.1.5"): "CPS-MIB: the number of a bank",
    ("rittal-cmc3_pdu", "2606.7.4.2.2.1.3"): "cmcIIIVarName: another name is another variable",
}
# Two values that no MIB names for a mark: for what a row is, such as padding, or how its unit is.
MARKS = (97, 98)


Figures = dict[str, float]


def figures(unit: Fixture, device: Memory) -> Optional[Figures]:
    """What DCImanager gets: the totals, 0 if unset, and the outlets' energies; None if it is an
    error."""
    try:
        view = units.view_figures(unit, device).bounded().view()
    except PduHandlerError:
        return None
    figure_by_name = {"load": view.load or 0.0, "energy": view.total_consumption or 0.0}
    for port in view.ports:
        figure_by_name[f"outlet {port.identity}"] = port.consumption
    return figure_by_name


def is_in(columns: Mapping[tuple[str, str], str], unit: Fixture, oid: str) -> bool:
    """Whether the unit's object is in one of these columns."""
    for name, column in columns:
        if name == unit.name and is_below(oid, f"1.3.6.1.4.1.{column}"):
            return True
    return False


def changed_figures(before: Figures, after: Optional[Figures]) -> list[str]:
    """The figures that are others, or 0, without an error; an outlet may lose its entry."""
    if after is None:
        return []
    changes: list[str] = []
    for name, figure in before.items():
        figure_now = after.get(name, figure)
        if figure and figure_now != pytest.approx(figure, abs=1e-6, rel=0):
            changes.append(f"{name}: {figure} is {figure_now}")
    return changes


@units.EACH
@pytest.mark.sample(4)
def test_a_row_without_a_value_makes_no_other_figure(unit: Fixture) -> None:
    device = of_rows(unit.rows)
    before = figures(unit, device)
    if before is None or not any(before.values()):
        return
    rows_by_column = Counter(oid.rpartition(".")[0] for oid in unit.rows)
    for oid in unit.rows:
        if is_below(oid, SYSTEM):
            continue
        if rows_by_column[oid.rpartition(".")[0]] > 1:
            with device.without([oid]):
                assert changed_figures(before, figures(unit, device)) == [], oid
            if not is_in(MINUS_ONE_IS_A_VALUE, unit, oid):
                with device.holding({oid: -1}):
                    assert changed_figures(before, figures(unit, device)) == [], oid
        if is_in(ANY_MARK_IS_A_VALUE, unit, oid):
            continue
        first_mark, second_mark = MARKS
        with device.holding({oid: first_mark}):
            by_first_mark = figures(unit, device)
        with device.holding({oid: second_mark}):
            by_second_mark = figures(unit, device)
        is_mark = by_first_mark == by_second_mark  # else it is a figure itself
        if is_mark:
            assert changed_figures(before, by_first_mark) == [], oid


@pytest.mark.against("synthetic units, served by the project's agent")
def test_a_single_object_without_an_answer_is_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Synaccess: mpiAcKwh. No outlet of the unit counts an energy beside it."""
    rows = fixture("synaccess-netbooter").device().rows()
    del rows["1.3.6.1.4.1.21728.3.5.7.0"]
    with Agent(Device(rows)) as agent, caplog.at_level("INFO"):
        statistic = near(agent).statistic()
    assert statistic.total_consumption == 0
    lines = [line for line in caplog.messages if "not answered" in line]
    assert lines == ["not answered, and so taken as not metered: mpiAcKwh"]
