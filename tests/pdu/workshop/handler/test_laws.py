"""A call proves nothing that did not reach the PDU, had no answer in time, or met a failure of the
PDU itself; its own mistakes are told wherever they are seen.
"""

from __future__ import annotations

import pytest

from tests.tables import Law, compared

from . import laws_table


@pytest.mark.parametrize("law", laws_table.TABLE.laws(), ids=str)
def test_a_call_is_judged(law: Law) -> None:
    law.check(compared(laws_table.shown))
