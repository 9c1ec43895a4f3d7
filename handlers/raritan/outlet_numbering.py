"""Whether a unit's list of outlets (getOutlets) lacks one. Pure, except for the calls it queues.

Identities are positions: "7" is the 7th of the list. If the list lacks the 3rd outlet, "7" is the
8th, and another server would be switched. Two things show that: how many well-known ids exist
(/model/pdu/0/outlet/0 ...), and the labels in getMetaData of the 7th of the list and of outlet/6,
which must be the same outlet. On known units both labels are "7"; on others they may be "AA7". What
cannot be read proves nothing, and is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from ..shared.errors import PduHandlerError
from .discovery import ListedUnit
from .rpc import Bulk, JsonRpcSyntaxException, answered_field
from .rpc.pdumodel import Outlet
from .units import is_missing_object_error

_LONGEST_NUMBER = 9  # digits


def parse_label_number(label: object) -> Optional[int]:
    """The label of an outlet as a number; None unless it is a text of 1 to 9 digits.

    >>> parse_label_number("7"), parse_label_number("AA1") is None
    (7, True)
    """
    if not isinstance(label, str) or len(label) > _LONGEST_NUMBER:
        return None
    is_number = label.isascii() and label.isdigit()
    return int(label) if is_number else None


def proves_position(position: int, label: object, well_known_label: object) -> bool:
    """Whether the labels show that the outlet at this position of the list, from 1, is the unit's
    outlet of that number. `label`: of the third outlet of the list; `well_known_label`: of
    outlet/2, None if it could not be read. The two must be the same:

    >>> proves_position(3, "AA3", "AA3"), proves_position(3, "4", "3")
    (True, False)

    If the second could not be read, the first must be the position:

    >>> proves_position(3, "3", None), proves_position(3, "AA3", None)
    (True, False)
    """
    if well_known_label is None:
        return parse_label_number(label) == position
    return bool(label) and label == well_known_label


class ListProof:
    """Whether the list of a unit's outlets is complete. The constructor queues three getMetaData:
    `_last_listed`, of the last outlet of the list; `_last_well_known`, of the well-known id with
    that number; and `_id_behind_list`, of the next well-known id, which should not exist. Here of a
    unit that lists 8 outlets:

    > getMetaData of the 8th of getOutlets          < {"_ret_": {"label": "8", ...}}
    > getMetaData of /model/pdu/0/outlet/7          < {"_ret_": {"label": "8", ...}}
    > getMetaData of /model/pdu/0/outlet/8          < HTTP 404: the unit has no 9th

    `raise_unless_complete` reads their answers after the bulk.
    """

    def __init__(self, bulk: Bulk, listed_unit: ListedUnit) -> None:
        self._listed_unit = listed_unit
        unit = listed_unit.unit
        outlets = listed_unit.outlets
        count = len(outlets)
        last_outlet = unit.proxy(Outlet, f"/outlet/{count - 1}")
        next_outlet = unit.proxy(Outlet, f"/outlet/{count}")
        self._last_listed = bulk.add(outlets[-1].getMetaData)
        self._last_well_known = bulk.add(last_outlet.getMetaData)
        self._id_behind_list = bulk.add(next_outlet.getMetaData)

    def raise_unless_complete(self) -> None:
        """Raise JsonRpcSyntaxException if the list lacks an outlet, or if nothing proves that it
        lacks none: the unit's ports would be fewer, with wrong states. Raises the error of an
        answer without which that is not known.

            8 outlets are listed
            label of the 8th   of /outlet/7      /outlet/8
            "8"                "8"               404         returns
            "AA8"              "AA8"             404         returns
            "9"                "8"               404         raises: lacks one
            "8"                "8"               "9"         raises: lacks one
            "AA8"              cannot be read    404         raises: may lack one

        A last outlet labelled "5" shows that the list has another order, which is no gap.
        """
        # 1. the list is whole only if the unit says that it has no outlet behind it
        if self._id_behind_list.error is None:
            raise self._error("lacks one", "and the unit has another one behind them")
        if not self._is_missing(self._id_behind_list.error):
            raise self._id_behind_list.error
        # 2. it is whole if its last outlet is the unit's outlet of that number
        if self._last_listed.error is not None:
            raise self._last_listed.error
        count = len(self._listed_unit.outlets)
        label = answered_field(self._last_listed, "label")
        if proves_position(count, label, answered_field(self._last_well_known, "label")):
            return
        # 3. if the last well-known id exists, and none behind it, the unit has as many outlets as
        # the list, which is whole if its last label is empty or the number of one of them
        number = parse_label_number(label)
        has_last = self._last_well_known.error is None
        if has_last and not label:
            return
        if has_last and number is not None and 1 <= number <= count:
            return
        # 4. nothing proves that it is whole; a label beyond those numbers, or another one than that
        # of the unit's last outlet, proves a gap
        is_beyond_list = number is not None and number > count
        verdict = "lacks one" if has_last or is_beyond_list else "may lack one"
        quote = self._listed_unit.unit.agent.login.quoted
        raise self._error(verdict, f"and the last one is labelled {quote(str(label))!r}")

    def _is_missing(self, error: PduHandlerError) -> bool:
        """Whether `error`, of the well-known id behind the list, proves that the unit has no such
        outlet. `missing_code` of the unit is the code that it gives for objects that it lacks; it
        proves nothing if the unit gives it for everything.

        error             getMetaData of the last outlet    returned
        HTTP 404          any                               True
        missing_code      {"label": "8"}                    True
        missing_code      an error                          False
        another error     any                               False
        """
        if self._last_well_known.error is None:
            return self._listed_unit.missing_code.is_in(error)
        return is_missing_object_error(error)

    def _error(self, verdict: str, reason: str) -> JsonRpcSyntaxException:
        """The error of a list of outlets. `verdict`: that it "lacks one", or "may lack one".

        the list of outlets may lack one: it has 8, and the last one is labelled 'AA8'; poll again,
        and see whether the unit shows all outlets
        """
        unit = self._listed_unit.unit
        count = len(self._listed_unit.outlets)
        error = JsonRpcSyntaxException(
            f"the list of outlets {verdict}: it has {count}, {reason}; poll again, and see whether"
            " the unit shows all outlets"
        )
        return error.at(unit.agent.netloc, f"getOutlets{unit.link_unit_suffix}")


def queue_list_proofs(bulk: Bulk, units: Iterable[ListedUnit]) -> list[ListProof]:
    """Queue the three calls that show whether a unit's list of outlets is complete, for each unit
    that lists outlets. After the bulk the caller calls `raise_unless_complete` of each.
    """
    return [ListProof(bulk, listed_unit) for listed_unit in units if listed_unit.outlets]
