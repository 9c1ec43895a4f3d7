"""The list of handlers: every package next to this file with the modules `handler` and `about`.

The build of archives, the command, the generated pages, the demo, the conformance runs and the
local DCImanager use this list. docs/dev/new-handler.md describes how to write a handler. No archive
contains this file.
"""

from __future__ import annotations

import functools
import importlib
import os
from typing import TYPE_CHECKING

from . import VERSION, __path__ as _OWN

if TYPE_CHECKING:
    from .about import About

FOLDERS = list(_OWN)


def names() -> tuple[str, ...]:
    """All handlers, in alphabetical order."""
    return _names_in(tuple(FOLDERS))


@functools.lru_cache(maxsize=8)
def _names_in(folders: tuple[str, ...]) -> tuple[str, ...]:
    """Looked up once, because the help of each command lists them."""
    entries = {name for folder in folders for name in os.listdir(folder)}
    return tuple(sorted(name for name in entries if is_handler(name)))


def archive_name(name: str, version: str = VERSION) -> str:
    """The file name of a handler's archive in dist/."""
    return f"pdu_{name}-{version}.tar.gz"


def is_handler(name: str) -> bool:
    """Whether a handler has this name."""
    return name.isidentifier() and _is_in(name, tuple(FOLDERS))


@functools.lru_cache(maxsize=128)
def _is_in(name: str, folders: tuple[str, ...]) -> bool:
    """Looked up once, because each reading of a PDU asks."""
    return all(
        any(os.path.isfile(f"{folder}/{name}/{module}.py") for folder in folders)
        for module in ("__init__", "about", "handler")
    )


def missing_part(name: str) -> str:
    """What a folder of this name lacks to be on the list, as the end of a sentence; "" if there is
    no such folder, or if it is on the list.
    """
    folder = next((f"{path}/{name}" for path in FOLDERS if os.path.isdir(f"{path}/{name}")), "")
    if not name.isidentifier() or not folder or is_handler(name):
        return ""
    parts = ("handler", "about", "__init__")
    missing = next(part for part in parts if not os.path.isfile(f"{folder}/{part}.py"))
    content = {
        "about": ": three lines: from ..about import About; ABOUT = About(NAME, PROTOCOL), whose"
        " PROTOCOL is snmp or custom",
        "handler": ", which has make_handler",
        "__init__": ": an empty file",
    }
    return f"; handlers/{name} has no {missing}.py{content[missing]}"


def about(name: str) -> About:
    """The facts of the handler `name`, one of `names()`."""
    facts: About = importlib.import_module(f".{name}.about", __package__).ABOUT
    return facts
