"""What a state of an outlet rests on, for tools. In no archive.

pdu/pdus/adapters/<name>/state_grounds.py reads it for the handler of that name.
"""

from __future__ import annotations

from typing import NamedTuple


class StateGround(NamedTuple):
    """Without one, a state is the position that the relay was commanded to."""

    #: whether the state is that of a voltage measured behind the relay
    is_measured: bool = False
    #: what the unit says against the state, or why it is unknown; "" for nothing
    doubt: str = ""
