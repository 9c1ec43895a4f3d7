"""Faults of an agent; all are off by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass
class Faults:
    """The agent's current faults, which may be changed while it runs.

    Each datagram is a request; the first has number 1.
    """

    max_octets: Optional[int] = None  # a larger answer becomes tooBig
    # a larger answer is dropped, as by a link that loses fragments
    silent_above: Optional[int] = None
    # the repetitions of a GETBULK end at this number of varbinds
    max_bindings: Optional[int] = None
    # numbers of the requests that are lost on the way to the agent
    drop: frozenset[int] = frozenset()
    # numbers of the requests that are executed without an answer
    drop_answers: frozenset[int] = frozenset()
    silent: bool = False  # no answer at all
    late_s: float = 0.0  # seconds before every answer
    # seconds before the answer to the first request, if late_s is 0
    late_first_s: float = 0.0
    # after this row, a walk returns the same row again and again
    same_oid_after: Optional[int] = None
    # after this row, a walk returns the device's first object
    back_after: Optional[int] = None
    # after the last row of a column with a row 1, a walk returns new rows without end
    endless: bool = False
    truncate: bool = False  # answers are cut in half
    garbage: bool = False  # answers are not SNMP messages
    wrong_request_id: bool = False  # answers do not have the id of their request
    # error that answers GETNEXT and GETBULK instead of rows
    walk_error: str = ""
    # `walk_error` begins once all walks have returned this many rows
    walk_error_after: int = 0
    # walks get no answer once all walks have returned this many rows
    walk_silent_after: Optional[int] = None
    # walks get no answer that has this object or one behind it
    walk_silent_from: str = ""
    # SETs with the write community are refused with this error
    set_error: str = ""
    no_bulk: bool = False  # no answer to GETBULK
    bulk_as_get: bool = False  # GETBULK is answered as GET
    # what follows an OID that is no object of the device: "first", its first object; "end",
    # nothing. Some agents continue a walk only from an object
    after_missing: str = ""
