"""The PDUs of a list, to read and to switch: for tools that keep running, and for programs that
speak to others.

A list and a file of logins become targets with `pdus`; `polling` reads one, `plate` says which unit
it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Optional

from ...errors import SettingsError, printable
from ...nameplate import Nameplate
from . import listing
from .auth import of_environment, of_file
from .doors import Door
from .listing import ListedPdu
from .polling import Target, targets

_SHOWN = 5


def pdus(
    path: str,
    auth: Optional[str],
    secret_files: Mapping[str, str],
    wanted: Optional[Collection[str]] = None,
) -> list[Target]:
    """The PDUs of a list, in its order.

    `auth`: the file with logins. `secret_files`: the paths of --secret-file, by key. `wanted`: the
    names of those that are needed, None for all. Raises SettingsError, also for a wanted PDU that
    the list lacks.
    """
    fleet = listing.read(path)
    devices: Sequence[ListedPdu] = fleet.devices
    if wanted is not None:
        devices = [one for one in devices if one.name in wanted]
        missing = sorted(set(wanted) - {one.name for one in devices})
        if missing:
            shown = ", ".join(repr(printable(name, 60)) for name in missing[:_SHOWN])
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            raise SettingsError(
                f"{path} has no PDU {shown}{more}, which is needed here; give it the same name"
                " in all files"
            )
    auths = {**fleet.auths, **(of_file(auth) if auth is not None else {})}
    return targets(devices, auths, of_environment(secret_files))


def plate(target: Target) -> Nameplate:
    """The whole nameplate; empty for an archive. Raises the errors of the target's handler."""
    return Door(target.handler).nameplate(target.handler.make(target.data()), lambda _: False)
