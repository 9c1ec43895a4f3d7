"""How this command reads over SNMP: with the quick client, and several objects with each request
where a unit allows it.
"""

from __future__ import annotations

from typing import Any

from pdu_common.tools import read_quickly

from ... import ahead


def read_as_tools_do(on: bool = True) -> None:
    """For this process, and those forked from it; not `on`: as DCImanager does, with pysnmp and one
    object a request.
    """
    read_quickly(on)
    ahead.use(_together if on else None)


def _together(pdu: Any, wanted: ahead.Objects) -> ahead.Answers:
    # imported late: 12 ms, for SNMP only
    from pdu_common.snmp_tools import Wanted, read_together

    return ahead.Answers(*read_together(pdu._credentials(), Wanted(*wanted)))
