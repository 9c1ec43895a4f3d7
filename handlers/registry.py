"""Which handlers there are: every folder beside this file that has a `handler.py` and an `about.py`.

Whoever lists handlers asks here: the build of archives, the command, the pages, the demo, the conformance runs and the local
DCImanager. So a new handler is its own folder, and its simulator in `tests/peers`. Not packed into an archive.
"""
from __future__ import annotations

import importlib
import pkgutil
from typing import NamedTuple, Tuple

from . import __path__ as _OWN

FOLDERS = list(_OWN)

class About(NamedTuple):
    """What is known of a handler before it is loaded; `about.py` in its folder has it as `ABOUT`.

    `shown` is its name in DCImanager's list of handlers. `protocol` is `snmp` or `custom`: which fields the form of a PDU has.
    `username` is the account that its devices are delivered with. `may_list` is a setting, its value that may list outlets
    where a device shows none, and what it lists.
    """

    shown: str
    protocol: str
    username: str = ""
    may_list: Tuple[str, str, str] = ("", "", "")


def names() -> Tuple[str, ...]:
    """All handlers, in alphabetical order."""
    folders = (found.name for found in pkgutil.iter_modules(FOLDERS) if found.ispkg)
    return tuple(sorted(name for name in folders if is_handler(name)))


def is_handler(name: str) -> bool:
    """Whether there is a handler of that name."""
    if not name.isidentifier():
        return False
    places = [f"{folder}/{name}" for folder in FOLDERS]
    return {"about", "handler"} <= {found.name for found in pkgutil.iter_modules(places)}


def about(name: str) -> About:
    """What is known of the handler `name`, one of `names()`."""
    found: About = importlib.import_module(f".{name}.about", __package__).ABOUT
    return found
