"""No figure of `statistic` is another one, or none, in silence because one row is missing, has no
value, or a mark that its MIB does not name: it is an error, or an outlet's energy has no entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp.metering import read_statistic
from handlers.snmp.read_scope import VIEW_FIGURES
from tests.handlers.snmp import units
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.memory import Memory, of_rows
from tests.handlers.snmp.units import find
from tests.recordings import Fixture, fixture
from tests.simulators.snmp_agent import Agent, Device

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
    ("ipt-ipower", "38218.1.6.20"): "PDUSNMP contradicts itself on the scale of the third meter",
}
# two values that no MIB names for a mark
MARKS = (97, 98)


Figures = dict[str, float]


def figures(unit: Fixture, device: Memory) -> Optional[Figures]:
    """What DCImanager gets: the totals, 0 if unset, and the outlets' energies; None if it is an
    error."""
    try:
        read = read_statistic(find(unit, device, VIEW_FIGURES), with_power=False)
        view = read.bounded().view()
    except PduHandlerError:
        return None
    totals = {"load": view.load or 0.0, "energy": view.total_consumption or 0.0}
    return {**totals, **{f"outlet {port.identity}": port.consumption for port in view.ports}}


def has_value(table: Mapping[tuple[str, str], str], unit: Fixture, oid: str) -> bool:
    """Whether a value of this object has a meaning by one of these columns."""
    return any(
        name == unit.name and f"{oid}.".startswith(f"1.3.6.1.4.1.{start}.") for name, start in table
    )


def changed_figures(before: Mapping[str, float], after: Optional[Figures]) -> dict[str, object]:
    """The figures that are others, or none, without an error; an outlet may lose its entry."""
    return {
        what: (value, after[what])
        for what, value in before.items()
        if value and after is not None and what in after and abs(after[what] - value) > 1e-6
    }


@units.EACH
@pytest.mark.sample(4)
def test_a_row_without_a_value_makes_no_other_figure(unit: Fixture) -> None:
    device = of_rows(unit.rows)
    before = figures(unit, device)
    if before is None or not any(before.values()):
        return
    columns = Counter(oid.rpartition(".")[0] for oid in unit.rows)
    for oid in unit.rows:
        if oid.startswith(f"{SYSTEM}."):
            continue
        changes = {}
        if columns[oid.rpartition(".")[0]] > 1:
            changes["no row"] = device.without([oid])
            if not has_value(MINUS_ONE_IS_A_VALUE, unit, oid):
                changes["-1"] = device.holding({oid: -1})
        for name, change in changes.items():
            with change:
                after = figures(unit, device)
            assert not changed_figures(before, after), (unit.name, oid, name)
        by_mark = []
        for mark in MARKS:
            with device.holding({oid: mark}):
                by_mark.append(figures(unit, device))
        # else it is a figure itself
        if by_mark[0] == by_mark[1] and not has_value(ANY_MARK_IS_A_VALUE, unit, oid):
            assert not changed_figures(before, by_mark[0]), (unit.name, oid, "a mark")


@pytest.mark.against("synthetic units, served by the project's agent")
def test_a_single_object_without_an_answer_is_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """STARLINE: cpmAcInfTotalEnergy."""
    rows = fixture("starline-ac").device().rows()
    del rows["1.3.6.1.4.1.35774.2.1.4.19.0"]
    with Agent(Device(rows)) as agent, caplog.at_level("INFO"):
        statistic = near(agent).statistic()
    assert statistic.total_consumption == 0
    lines = [line for line in caplog.messages if "not answered" in line]
    assert lines == ["not answered, and so taken as not metered: cpmAcInfTotalEnergy"]
