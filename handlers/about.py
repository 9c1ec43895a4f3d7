"""What a handler says about itself before it is loaded.

The list of handlers (`registry.py`) looks it up by the handler's name. No archive contains this
file.
"""

from __future__ import annotations

from typing import NamedTuple


class About(NamedTuple):
    """The facts of a handler that are known before it is loaded: `ABOUT` in its `about.py`."""

    #: its name in DCImanager's list of handlers
    shown: str
    #: `snmp` or `custom`, which decides the fields of a PDU's form
    protocol: str
    #: the factory account of its devices; "" if there is none
    username: str = ""
    #: the hint for a device that shows no outlets: key and value of a setting that may help, and
    #: what this setting does ("lists ...")
    no_outlets_hint: tuple[str, str, str] = ("", "", "")
    #: whether it is a codec (http/dialogue.py): tools then record and simulate its devices without
    #: a module of the handler
    is_codec: bool = False
    #: families over SNMP whose units it may read too, if their firmware offers its protocol
    snmp_families: tuple[str, ...] = ()
