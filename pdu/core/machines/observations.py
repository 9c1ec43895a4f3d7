"""What was seen of a machine's outlets, kept in a file between two runs, and one run at a time.

A file is never believed against a reading: what it says of an outlet counts only while that outlet
reads off. One file for each machine, in a folder of the user's own. Nobody waits for a disk: if
the folder cannot be used, the machine is switched without what was seen before.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Optional

from ..files.locks import lock
from ..files.whole_files import PRIVATE, write_whole
from .meters import MeteredLoad, MeterResolution
from .pdu_access import NotProven

# one machine's file has a few lines; more is not ours
_LONGEST = 1_000_000
_LOOK_S = 0.1


@dataclass(frozen=True)
class Observation:
    """When an outlet was last seen to carry power, and how much."""

    #: in seconds since 1970
    at: float
    draw: MeteredLoad


@dataclass
class LoadBeforeOff:
    """The machine before its first cord was switched off, while it is off."""

    #: in seconds since 1970
    at: float
    #: outlet, or inlet -> what it showed before the first command, in `quantity`; of an inlet, what
    #: it showed beyond its outlets
    shown: dict[str, list[float]] = field(default_factory=dict)
    #: W or A
    quantity: str = ""
    #: outlet -> what it carried right before its own command
    carried: dict[str, MeteredLoad] = field(default_factory=dict)
    #: outlets that were seen to share the machine's load
    linked: list[str] = field(default_factory=list)
    #: why the machine cannot be proven off until its outlets were on again; "" if it can
    doubt: str = ""


@dataclass
class ObservationStore:
    """What is kept of one machine. Outlets are named by handler, address and identity, so that
    nothing is believed of another PDU under the same name.
    """

    seen: dict[str, Observation] = field(default_factory=dict)
    #: by handler and address
    steps: dict[str, MeterResolution] = field(default_factory=dict)
    #: by handler and address -> the shortest time between two changes of a figure of its outlets,
    #: or of its inlet, in s
    periods: dict[str, float] = field(default_factory=dict)
    #: the longest time that a meter needed to show a command, in s
    slowest_s: float = 0.0
    episode: Optional[LoadBeforeOff] = None
    #: how many runs have left the machine off for good
    offs: int = 0
    save: Callable[[], None] = lambda: None

    def recent(self, now: float, longest_s: float) -> Optional[LoadBeforeOff]:
        """The episode, unless it is too old or of the future: then the clock was set."""
        found = self.episode
        return found if found is not None and 0 <= now - found.at <= longest_s else None


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
    """The memory of the machine that has these outlets, and its lock until the block ends. With it,
    whether another run, for which this one waited, has left the machine off for good.

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
            before = _read(path).offs
            locked = stack.enter_context(open(folder / f"{name}.lock", "a"))
        except OSError as error:
            say(f"{folder} cannot be used ({error.strerror}): nothing is kept, and no run waits")
            yield ObservationStore(), False
            return
        _lock(locked.fileno(), patience_s)
        memory = _read(path)

        def save() -> None:
            try:
                _write(path, memory)
            except OSError as error:
                say(f"{path} cannot be written ({error.strerror}): what was seen is not kept")

        memory.save = save
        yield memory, memory.offs > before


def _check_folder(folder: Path) -> None:
    """Raises PermissionError for a folder in which others can plant files and links: what they say
    decides about machines.
    """
    found = folder.stat()
    if os.name != "posix":
        return
    if found.st_mode & 0o022 or found.st_uid not in (0, os.geteuid()):
        raise PermissionError(errno.EPERM, "other users may write in it: chmod go-w, or chown")


def _lock(number: int, patience_s: float) -> None:
    """Raises Busy."""
    end = time.monotonic() + patience_s
    with contextlib.suppress(ModuleNotFoundError):  # Windows has no locks
        while not lock(number):
            if time.monotonic() >= end:
                raise Busy("another run of this machine has not ended; nothing was sent")
            time.sleep(_LOOK_S)


def _write(path: Path, memory: ObservationStore) -> None:
    document = {
        "seen": {key: [one.at, *one.draw] for key, one in memory.seen.items()},
        "steps": memory.steps,
        "periods": memory.periods,
        "slowest": memory.slowest_s,
        "episode": None if memory.episode is None else dataclasses.asdict(memory.episode),
        "offs": memory.offs,
    }
    write_whole(str(path), json.dumps(document).encode(), PRIVATE)


def _read(path: Path) -> ObservationStore:
    """What the file holds; nothing if it is missing, or not as it was written."""
    try:
        with open(path, "rb") as file:
            document = json.loads(file.read(_LONGEST))
        return _parsed(document)
    except FileNotFoundError:
        return ObservationStore()
    except (ArithmeticError, AttributeError, KeyError, LookupError, TypeError, ValueError):
        return ObservationStore()


def _parsed(document: Mapping[str, Any]) -> ObservationStore:
    episode = document["episode"]
    return ObservationStore(
        {
            str(key): Observation(_number(at), _draw(*draw))
            for key, (at, *draw) in document["seen"].items()
        },
        {str(key): MeterResolution(*map(_number, one)) for key, one in document["steps"].items()},
        {str(key): _number(one) for key, one in document["periods"].items()},
        _number(document["slowest"]),
        None
        if episode is None
        else LoadBeforeOff(
            _number(episode["at"]),
            {str(key): [_signed(value) for value in one] for key, one in episode["shown"].items()},
            str(episode["quantity"]),
            {str(key): _draw(*one) for key, one in episode["carried"].items()},
            [str(key) for key in episode["linked"]],
            str(episode["doubt"]),
        ),
        int(document["offs"]),
    )


def _draw(current_a: Any, power_w: Any) -> MeteredLoad:
    return MeteredLoad(
        None if current_a is None else _number(current_a),
        None if power_w is None else _number(power_w),
    )


def _signed(value: Any) -> float:
    number = float(value)
    if not -1e12 < number < 1e12:  # nan compares false
        raise ValueError(value)
    return number


def _number(value: Any) -> float:
    number = float(value)
    if not 0 <= number < 1e12:  # nan compares false
        raise ValueError(value)
    return number
