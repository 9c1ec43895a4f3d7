"""What is kept of a machine between two runs, in a file, and one run at a time.

One file for each machine, in a folder of the user's own. It only ever speaks against a machine: a
cord that stopped to carry, an inlet that kept the load, outlets that a trial left off. Nobody waits
for a disk: if the folder cannot be used, the machine is switched without it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Callable

from ..files.locks import lock
from ..files.whole_files import PRIVATE, write_whole
from .pdu_access import NotProven

# one machine's file has a few lines; more is not ours
_LONGEST = 1_000_000
_LOOK_S = 0.1


@dataclass
class ObservationStore:
    """What is kept of one machine. Outlets are named by handler, address and identity, so that
    nothing is believed of another PDU under the same name.
    """

    #: outlet -> when it was seen to carry nothing while the machine lived, in seconds since 1970
    stopped: dict[str, float] = field(default_factory=dict)
    #: why the machine cannot be proven off before its outlets were on again; "" if it can
    doubt: str = ""
    #: outlets that a trial of the cabling has switched off, and not on again so far
    tried: list[str] = field(default_factory=list)
    #: how many runs have left the machine off for good
    offs: int = 0
    save: Callable[[], None] = lambda: None


class Busy(NotProven):
    """Another run of the same machine has not ended in time."""


def default_folder() -> Path:
    """Where the files are, unless an option says it."""
    chosen = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(chosen):
        return Path(chosen) / "pdu"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/pdu")
    return Path("~/.local/state/pdu").expanduser()


@contextlib.contextmanager
def opened(
    folder: Path, outlets: Iterable[str], patience_s: float, say: Callable[[str], None]
) -> Iterator[tuple[ObservationStore, bool]]:
    """What is kept of the machine that has these outlets, and its lock until the block ends. With
    it, whether another run, for which this one waited, has left the machine off for good.

    Raises Busy if the other run does not end in `patience_s`. If the folder cannot be used, that is
    said, and nothing is kept.
    """
    name = hashlib.sha256("\n".join(sorted(outlets)).encode("utf-8", "replace")).hexdigest()[:32]
    path = folder / f"{name}.json"
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
            _check_folder(folder)
            # of the file, before the wait: a run that ends in between is noticed
            offs_before = _read_store(path).offs
            locked = stack.enter_context(open(folder / f"{name}.lock", "a"))
        except OSError as error:
            say(f"{folder} cannot be used ({error.strerror}): nothing is kept, and no run waits")
            yield ObservationStore(), False
            return
        _lock(locked.fileno(), patience_s)
        store = _read_store(path)

        def save() -> None:
            try:
                document = {key: value for key, value in asdict(store).items() if key != "save"}
                write_whole(str(path), json.dumps(document).encode(), PRIVATE)
            except OSError as error:
                say(f"{path} cannot be written ({error.strerror}): what was seen is not kept")

        store.save = save
        yield store, store.offs > offs_before


def _check_folder(folder: Path) -> None:
    """Raises PermissionError for a folder in which others can plant files and links: what they say
    decides about machines.
    """
    status = folder.stat()
    if os.name != "posix":
        return
    if status.st_mode & 0o022 or status.st_uid not in (0, os.geteuid()):
        raise PermissionError(errno.EPERM, "other users may write in it: chmod go-w, or chown")


def _lock(number: int, patience_s: float) -> None:
    """Raises Busy."""
    end = time.monotonic() + patience_s
    with contextlib.suppress(ModuleNotFoundError):  # Windows has no locks
        while not lock(number):
            if time.monotonic() >= end:
                raise Busy("another run of this machine has not ended; nothing was sent")
            time.sleep(_LOOK_S)


def _read_store(path: Path) -> ObservationStore:
    """What the file holds; nothing if it is missing, or not as it was written."""
    try:
        with open(path, "rb") as file:
            document = json.loads(file.read(_LONGEST))
        return ObservationStore(
            {str(key): float(at) for key, at in document["stopped"].items()},
            str(document["doubt"]),
            [str(key) for key in document["tried"]],
            int(document["offs"]),
        )
    except FileNotFoundError:
        return ObservationStore()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return ObservationStore()
