"""What a driver no longer lists, or lists with another text, is never another figure, another state
or an outlet fewer in silence: losses.txt, and dumps of real devices.
"""

from __future__ import annotations

import pytest

from tests import foreign_files
from tests.foreign_files import dumps
from tests.handlers.nut.loss_table import TABLE, shown, silent_changes
from tests.tables import Case


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_a_variable_that_is_gone_or_spoilt_is_never_another_figure_or_state(case: Case) -> None:
    case.check(shown(case))


# it has 478 variables, five times as many as the next one, and takes four times as long as all
_LARGEST = "Eaton__ePDU_MA_1P__snmp-ups__2.7.4__01"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.trial if name == _LARGEST else ())
        for name in foreign_files.names("nut/dumps")
    ],
)
def test_the_same_of_a_dump_of_a_real_device(name: str) -> None:
    unit = dumps.variables(foreign_files.text("nut/dumps", f"{name}.dev"))
    assert silent_changes(unit, []) == "nothing"
