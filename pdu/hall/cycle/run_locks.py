"""One run at a time for each PDU and for each drawing, and which runs have left outlets off.

Two copies of one drawing, or two drawings with one PDU, are two files, so a lock on the drawing
does not part their runs: each could switch off one cord of the same machine. The locks are files in
a folder of the user, one for each device and one for each content of a drawing. The file of a
device also names the plans whose runs left, or may have left, an outlet off there: a run that was
killed cannot say it any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping

from handlers.shared.errors import SettingsError

from ...core.files.locks import lock
from ...core.files.whole_files import state_folder
from ...site.drawing.drawing import Drawing
from .plan_file import PduDevice

# plans that one file names; more is not ours
_MOST = 1000


class RunLock:
    """The locks of one run. `settle` says that the run left nothing off."""

    def __init__(self, plan: str, files: Iterable[int]) -> None:
        self._plan, self._files = os.path.abspath(plan), list(files)
        for number in self._files:
            _write(number, [*(path for path in _plans(number) if path != self._plan), self._plan])

    def settle(self) -> None:
        """The plan is named no longer."""
        for number in self._files:
            _write(number, [path for path in _plans(number) if path != self._plan])


@contextlib.contextmanager
def lock_run(plan: str, drawing: Drawing, devices: Mapping[str, PduDevice]) -> Iterator[RunLock]:
    """These PDUs, and the drawing, for one run of this plan.

    Raises SettingsError if another run has one of them, or the folder cannot be used.
    """
    with contextlib.ExitStack() as stack:

        def locked_file(path: str, flags: int, what: str) -> int:
            try:
                if flags & os.O_CREAT:
                    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
                number = os.open(path, flags | os.O_CLOEXEC, 0o600)
                stack.callback(os.close, number)
                if lock(number):
                    return number
            except OSError as error:
                reason = f"the lock for a run {what} cannot be had ({error.strerror})"
                raise SettingsError(f"{reason}; nothing was done") from None
            raise SettingsError(f"another run {what} has not ended; nothing was done")

        new = os.O_RDWR | os.O_CREAT
        # the file itself too: other users have other folders
        locked_file(drawing.path, os.O_RDONLY, f"of {drawing.path}")
        locked_file(_path(f"drawing-{drawing.digest}"), new, "of a copy of this drawing")
        # several PDUs behind one server have one file
        files = {_path(_name(device)): (name, device) for name, device in devices.items()}
        locked = [
            locked_file(path, new, f"at {device} (the PDU {name!r})")
            for path, (name, device) in sorted(files.items())
        ]
        yield RunLock(plan, locked)


def find_unsettled_plans(devices: Mapping[str, PduDevice]) -> dict[str, list[str]]:
    """Plan whose run left something off, or did not say so before it ended -> the PDUs where.
    That of a run that goes on now is not among them.
    """
    pdus_by_plan: dict[str, list[str]] = {}
    for name, device in devices.items():
        try:
            number = os.open(_path(_name(device)), os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            for plan in _plans(number) if lock(number, shared=True) else ():
                pdus_by_plan.setdefault(plan, []).append(name)
        finally:
            os.close(number)
    return pdus_by_plan


def _name(device: PduDevice) -> str:
    """One for each place: not by its settings, which may be written in several ways."""
    place = json.dumps([device.handler, device.address]).encode()
    return f"pdu-{hashlib.sha256(place).hexdigest()}"


def _path(name: str) -> str:
    return os.path.join(state_folder("pdu"), "cycle-hall", f"{name}.json")


def _plans(number: int) -> list[str]:
    """What a file names; nothing if it is not as it was written."""
    try:
        paths = json.loads(os.pread(number, 1 << 20, 0) or b"[]")
    except ValueError:
        return []
    if not isinstance(paths, list):
        return []
    return [path for path in paths if isinstance(path, str) and os.path.isabs(path)][:_MOST]


def _write(number: int, plans: list[str]) -> None:
    """On the disk when it returns. Raises SettingsError: what cannot be noted is not begun."""
    content = json.dumps(plans).encode() if plans else b""
    try:
        os.pwrite(number, content, 0)
        os.ftruncate(number, len(content))
        os.fsync(number)
    except OSError as error:
        raise SettingsError(
            f"the state folder of this user cannot be written ({error.strerror}): nothing was done"
        ) from None
