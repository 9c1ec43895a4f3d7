"""The truth of months whose physics shares nothing with the law is inside their bounds, unless the
fault is one that docs/energy.md says cannot be seen.
"""

from __future__ import annotations

import pytest

from pdu.energy.law import NOT_BILLABLE, Energy, energy
from pdu.energy.pdu_law import Supply, narrow_by_inlet, registers_of

from .fault_months import BEGIN, MONTH, OUTLET_W, PDU_W, Month, month_of

#: PDUs of five registers; a whole Wh may be cut at both ends
EACH, CUT_WH = 5, 1.0


def energies(month: Month, is_unit_checked: bool = False) -> dict[str, Energy]:
    """Those that have a figure."""
    supply = Supply(OUTLET_W, PDU_W, is_unit_checked=is_unit_checked)
    registers = registers_of(month.readings, supply)
    bounds = narrow_by_inlet(
        {name: energy(register, BEGIN, BEGIN + MONTH) for name, register in registers.items()}
    )
    return {
        name: value
        for name, value in bounds.items()
        if value is not None and value.grade != NOT_BILLABLE
    }


def is_inside(truth: float, value: Energy) -> bool:
    return value.low - CUT_WH <= truth <= value.high + CUT_WH


@pytest.mark.sample(1)
@pytest.mark.parametrize("first", range(37))
def test_the_truth_is_inside_or_its_fault_is_named_in_the_docs(first: int) -> None:
    outside, figures = [], 0
    for seed in range(first, 37 * EACH, 37):  # neighbours have other kinds of faults
        month = month_of(seed)
        for name, value in energies(month).items():
            figures += 1
            if not is_inside(month.truth[name], value) and not month.cause[name]:
                outside.append((seed, name, month.kind, month.truth[name], value))
    assert not outside, outside
    # a law that bills nothing would be right, too
    assert figures > 2 * EACH
