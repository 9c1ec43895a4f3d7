"""The names under which upsd lists PDUs, and the sections of ups.conf for them. Pure functions."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence

from handlers.nut.quoting import escaped
from handlers.shared.errors import SettingsError, printable

from ..pdus.listed_pdu import ListedPdu
from . import driver_protocol

#: the driver in ups.conf; a socket is called DRIVER-UPSNAME (NUT's docs/sock-protocol.txt)
DRIVER = "pdu-nut-driver"
_LONGEST_NAME = 40
_LONGEST_PATH = 107  # of a Unix socket on Linux, in bytes
_OTHERS = re.compile(r"[^A-Za-z0-9._-]+")


def ups_name(name: str) -> str:
    """The PDU `name` of a list as a name for upsd: letters, digits, dots and dashes.

    It depends only on `name`. Where characters had to be left out, it ends with a digest of `name`.
    """
    parts = unicodedata.normalize("NFKD", name)
    bare = "".join(character for character in parts if not unicodedata.combining(character))
    ups_name = _OTHERS.sub("-", bare).strip("-.")
    is_whole = bare.isascii() and 0 < len(ups_name) <= _LONGEST_NAME
    if is_whole:
        return ups_name
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{ups_name[:_LONGEST_NAME] or 'pdu'}-{digest}"


def ups_names(names: Iterable[str]) -> list[str]:
    """The names of all PDUs of a list, in its order.

    Raises SettingsError if two PDUs would get the same: upsd does not tell capital letters from
    small ones.
    """
    pdu_by_ups: dict[str, str] = {}
    for name in names:
        ups = ups_name(name)
        first = pdu_by_ups.setdefault(ups.lower(), name)
        if first != name:
            raise SettingsError(
                f"{printable(first, 60)!r} and {printable(name, 60)!r} would both be {ups!r} for"
                " upsd: rename one in the list"
            )
    return [ups_name(name) for name in pdu_by_ups.values()]


def socket_path(folder: str, ups: str) -> str:
    """Where upsd looks for the driver of `ups`. Raises SettingsError if the path is too long."""
    path = os.path.join(folder, f"{DRIVER}-{ups}")
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise SettingsError(
            f"the socket {path!r} would have a path of more than {_LONGEST_PATH} bytes: give a"
            " shorter --state-path, or the PDU a shorter name"
        )
    return path


def ups_conf(devices: Sequence[ListedPdu]) -> str:
    """The sections for ups.conf. Raises SettingsError."""
    return "\n".join(
        f"[{ups}]\n  driver = {DRIVER}\n  port = {_quoted(device.where)}\n"
        f"  desc = {_quoted(device.name)}\n"
        for ups, device in zip(ups_names(device.name for device in devices), devices)
    )


def _quoted(text: str) -> str:
    return f'"{escaped(driver_protocol.plain(text))}"'
