"""How an agent may misbehave; each field is one kind, and none is on by default."""
from __future__ import annotations

from dataclasses import dataclass
from typing import FrozenSet, Optional


@dataclass
class Faults:
    """May be changed while the agent runs; the next datagram is answered by it. Datagrams are counted from 1."""

    max_octets: Optional[int] = None            # a larger answer becomes tooBig
    silent_above: Optional[int] = None          # a larger answer is dropped, as by a link that loses fragments
    max_bindings: Optional[int] = None          # a GETBULK gives no more than this, however many were asked for
    drop: FrozenSet[int] = frozenset()          # these requests are lost on the way
    drop_answers: FrozenSet[int] = frozenset()  # these are carried out, but their answer is lost
    lose_sets: bool = False                     # SETs are lost on the way; everything else is answered
    lose_set_answers: bool = False              # SETs are carried out, but their answers are lost
    silent: bool = False                        # no answer at all
    late_s: float = 0.0                         # every answer comes so much later
    late_first_s: float = 0.0                   # only the first one does
    same_oid_after: Optional[int] = None        # from this row of a walk on, the same row comes again and again
    back_after: Optional[int] = None            # from this row of a walk on, an object far before it comes
    endless: bool = False                       # every walk goes on with new rows below the last one
    truncate: bool = False                      # answers are cut in half
    garbage: bool = False                       # answers are no BER
    wrong_request_id: bool = False              # answers belong to a request that nobody made
    walk_error: str = ""                        # this error ...
    walk_error_after: int = 0                   # ... in place of rows, after so many rows of GETNEXT and GETBULK
    walk_silent_after: Optional[int] = None     # no answer to GETNEXT and GETBULK after so many rows
    set_error: str = ""                         # every SET is refused with this
    no_bulk: bool = False                       # GETBULK is not understood: no answer
