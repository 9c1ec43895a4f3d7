"""Whether an outlet's position in its unit's list is the one that identities mean. Pure, except for
the calls it queues.

Identities are positions. If the list lacks an outlet, each later outlet has the position of its
neighbour. Two labels show that: the list's own, and the one behind the well-known id of the same
position. On known units both are the position, as text. Others may have labels such as "AA1", so a
label that is not a number proves nothing by itself.
"""

from __future__ import annotations

from typing import Optional

from .discovery import ListedUnit
from .rpc import Bulk, JsonRpcSyntaxException, answered_field
from .rpc.pdumodel import Outlet

_LONGEST_NUMBER = 9  # digits


def parse_label_number(label: object) -> Optional[int]:
    """The number that a label is; None for any other label."""
    if (
        isinstance(label, str)
        and label.isascii()
        and label.isdigit()
        and len(label) <= _LONGEST_NUMBER
    ):
        return int(label)
    return None


def is_misnumbered(position: int, label: object, well_known_label: object) -> bool:
    """Whether the labels show that the outlet at a position, from 1, belongs to another one.

    `label`: that of the list's outlet; `well_known_label`: that of the outlet with the position's
    well-known id; None if not read.
    """
    if label is None:
        return False
    if well_known_label is not None:
        return label != well_known_label
    return parse_label_number(label) not in (None, position)


class LastOutlet:
    """The last outlet of a unit's list, which a gap before it would have moved.

    Queues two calls.
    """

    def __init__(self, bulk: Bulk, listed_unit: ListedUnit) -> None:
        self._listed = listed_unit
        well_known = listed_unit.unit.proxy(Outlet, f"/outlet/{len(listed_unit.outlets) - 1}")
        self._own = bulk.add(listed_unit.outlets[-1].getMetaData)
        self._known = bulk.add(well_known.getMetaData)

    def refuse_gap(self) -> None:
        """Raise JsonRpcSyntaxException if the list lacks an outlet: the unit's ports would be
        fewer, with wrong states.

        A misplaced outlet with a number up to the length of the list shows another order, which is
        no gap.
        """
        count, label = len(self._listed.outlets), answered_field(self._own, "label")
        label_number = parse_label_number(label)
        in_another_order = label_number is not None and label_number <= count
        if in_another_order or not is_misnumbered(
            count, label, answered_field(self._known, "label")
        ):
            return
        unit = self._listed.unit
        raise JsonRpcSyntaxException(
            f"the list of outlets lacks one: it has {count}, and the last one is labelled"
            f" {unit.agent.login.quoted(str(label))!r}; poll again, and see whether the unit shows"
            " all outlets"
        ).at(unit.agent.place, f"getOutlets{unit.link_unit_suffix}")
