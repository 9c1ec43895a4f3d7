"""The PDUs of a list, to read and to switch: for tools that keep running, and for programs that
speak to others.

A list and a file of logins become targets with `pdus`; `polling` reads one, `plate` says which unit
it is.
"""

from __future__ import annotations

from ..adapters.nameplate import Nameplate
from .handler_tools import HandlerTools
from .polling import Target


def read_nameplate(target: Target) -> Nameplate:
    """The whole nameplate; empty for an archive. Raises the errors of the target's handler."""
    return HandlerTools(target.handler).nameplate(
        target.handler.make(target.data()), lambda _: False
    )
