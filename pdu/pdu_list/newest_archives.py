"""Finds the archives that `--archives DIR` runs in place of this program's own handlers."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Optional

from handlers import registry
from handlers.shared.errors import SettingsError

from .listed_pdu import ListedPdu

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)*)(\.dev[0-9]+)?")


def version_key(version: str) -> tuple[list[int], bool]:
    """What versions of this pack are ordered by: the numbers, then whether it is a release, which
    follows what is built on the way to it (`0.4.0.dev0` before `0.4.0`). No number: before all.
    """
    match = _NUMBER.match(version)
    if match is None:
        return [], False
    return [int(number) for number in match[1].split(".")], match[2] is None


def use_newest_archives(devices: Sequence[ListedPdu], folder: Optional[str]) -> Sequence[ListedPdu]:
    """The PDUs. If a `folder` is given, its newest archive of each handler replaces the handler.

    A PDU whose handler is already an archive stays the same. Raises SettingsError if `folder`
    cannot be read or has no archive of one of the handlers.
    """
    if folder is None:
        return devices
    path_by_handler: dict[str, str] = {}
    for name in {device.handler for device in devices}:
        path = _newest(folder, name)
        if path is None and registry.is_handler(name):
            raise SettingsError(
                f"{folder} has no archive of {name!r} (pdu_{name}-VERSION.tar.gz): run `make"
                " packages`"
            )
        # a name that is wrong fails when the handler is loaded
        path_by_handler[name] = path or name
    return [device._replace(handler=path_by_handler[device.handler]) for device in devices]


def loadable_handlers(folder: Optional[str]) -> dict[str, str]:
    """Handlers that a request to the exporter may name -> what to load: the same name, or the path
    of an archive.

    If a `folder` is given: those with an archive in it. Raises SettingsError if it has none or
    cannot be read.
    """
    newest = {name: _newest(folder, name) for name in registry.names()}
    path_by_name = {name: path for name, path in newest.items() if path is not None}
    if not path_by_name:
        raise SettingsError(
            f"{folder} has no archive of a handler (pdu_HANDLER-VERSION.tar.gz): run `make"
            " packages`"
        )
    return path_by_name


def _newest(folder: Optional[str], handler: str) -> Optional[str]:
    """The path of the handler's archive in `folder` with the highest numbers in its version; None
    if there is none.

    Returns `handler` unchanged if `folder` is None or `handler` is a path. Raises SettingsError if
    the folder cannot be read.
    """
    if folder is None or not handler.isidentifier():
        return handler
    pattern = re.compile(rf"pdu_{re.escape(handler)}-([0-9][^/]*)\.tar\.gz")
    try:
        version_by_name = {
            name: version_key(match[1])
            for name in os.listdir(folder)
            if (match := pattern.fullmatch(name))
        }
    except OSError as error:
        raise SettingsError(f"{folder} cannot be read ({error.strerror})") from None
    if version_by_name:
        return os.path.join(folder, max(version_by_name, key=lambda name: version_by_name[name]))
    return None
