"""How an outlet's state is written. Programs here have EnumPowerStatus, DCImanager's word for it;
this table is the only way from it to files and output, and back.
"""

from __future__ import annotations

from collections.abc import Mapping

from pdu_common.helper import EnumPowerStatus

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


#: in texts, JSON and CSV
SPELLED: Mapping[EnumPowerStatus, str] = {UP: "on", DOWN: "off", UNKNOWN: "unknown"}


def word(state: EnumPowerStatus) -> str:
    """The word for a state in texts, JSON and CSV: `on`, `off` or `unknown`."""
    return SPELLED[state]
