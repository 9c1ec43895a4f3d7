"""What is kept of a machine between two runs, in a file, and one run at a time.

One file for each machine, in a folder of the user's own. It only ever speaks against a machine: a
cord that stopped to carry, an inlet that kept the load, an `off` that was not proven, outlets that
a trial left off. If the folder cannot be used, the machine is switched without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Callable, NamedTuple

from ...core.files.locks import lock
from ...core.files.ownership import raise_if_others_may_write
from ...core.files.whole_files import PRIVATE, write_whole
from .pdu_access import NotProven

# one machine's file has a few lines; more is not ours
_LONGEST = 1_000_000
_LOOK_S = 0.1


class Doubt(NamedTuple):
    """What speaks against a machine's evidence."""

    #: in seconds since 1970
    at: float
    #: a sentence
    reason: str


@dataclass
class ObservationStore:
    """What is kept of one machine. Outlets are named by handler, address and identity, so that
    nothing is believed of another PDU under the same name.
    """

    #: outlet that stopped to carry, or inlet that kept the load -> since when
    doubts: dict[str, Doubt] = field(default_factory=dict)
    #: why the last `off` was not proven; "" if it was, or the machine was switched on since
    unproven: str = ""
    #: outlets that a trial of the cabling has switched off, and not on again so far
    tried: list[str] = field(default_factory=list)
    #: how many runs have left the machine off for good
    offs: int = 0
    save: Callable[[], None] = lambda: None

    def doubts_since(self, at: float, keys: Iterable[str]) -> dict[str, str]:
        """The sentences about these outlets or inlets that are newer than a trial."""
        doubts = {key: self.doubts[key] for key in keys if key in self.doubts}
        return {key: doubt.reason for key, doubt in doubts.items() if doubt.at > at}

    def keep(self, key: str, at: float, reason: str) -> None:
        """Write a doubt at once: who is killed afterwards has kept it."""
        self.doubts[key] = Doubt(at, reason)
        self.save()

    def drop(self, key: str) -> None:
        """Take a doubt back."""
        if self.doubts.pop(key, None) is not None:
            self.save()


class Busy(NotProven):
    """Another run of the same machine has not ended in time."""


def default_folder() -> Path:
    """Where the files are, unless an option says it."""
    folder = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(folder):
        return Path(folder) / "pdu"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/pdu")
    return Path("~/.local/state/pdu").expanduser()


@contextlib.contextmanager
def open_store(
    folder: Path, outlets: Iterable[str], patience_s: float, say: Callable[[str], None]
) -> Iterator[tuple[ObservationStore, bool]]:
    """What is kept of the machine that has these outlets, and its lock until the block ends. With
    it, whether another run, for which this one waited, has left the machine off for good.

    Raises Busy if the other run does not end in `patience_s`. If the folder cannot be used, that is
    said, and nothing is kept.
    """
    path = _path(folder, outlets)
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
            raise_if_others_may_write(folder.stat())
            # of the file, before the wait: a run that ends in between is noticed
            offs_before = _read_store(path).offs
            lock_file = stack.enter_context(open(path.with_suffix(".lock"), "a"))
        except OSError as error:
            say(f"{folder} cannot be used ({error.strerror}): nothing is kept, and no run waits")
            yield ObservationStore(), False
            return
        _lock(lock_file.fileno(), patience_s)
        store = _read_store(path)

        def save() -> None:
            try:
                document = {key: value for key, value in asdict(store).items() if key != "save"}
                write_whole(str(path), json.dumps(document).encode(), PRIVATE)
            except OSError as error:
                say(f"{path} cannot be written ({error.strerror}): what was seen is not kept")

        store.save = save
        yield store, store.offs > offs_before


def peek(folder: Path, outlets: Iterable[str]) -> ObservationStore:
    """What is kept of the machine that has these outlets, without its lock: for programs that only
    look. Nothing, if the folder cannot be used.
    """
    try:
        raise_if_others_may_write(folder.stat())
        return _read_store(_path(folder, outlets))
    except OSError:
        return ObservationStore()


def _path(folder: Path, outlets: Iterable[str]) -> Path:
    name = hashlib.sha256("\n".join(sorted(outlets)).encode("utf-8", "replace")).hexdigest()[:32]
    return folder / f"{name}.json"


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
            {
                str(key): Doubt(float(at), str(reason))
                for key, (at, reason) in document["doubts"].items()
            },
            str(document["unproven"]),
            [str(key) for key in document["tried"]],
            int(document["offs"]),
        )
    except FileNotFoundError:
        return ObservationStore()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return ObservationStore()
