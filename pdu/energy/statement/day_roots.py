"""The root of each day's readings, in a chain of its own in the meter's folder, and their secret.

`roots.jsonl` is a journal as the meter's: each line has a day, the root of the tree over the blocks
of all outlets, and the meter's hash at the end of that day. It says nothing of any reading, so it
may be given to anybody. `roots.key` makes the salts: who has it and guesses readings can try them,
and without it no proof can be made any more.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handlers.shared.errors import SettingsError, printable

from ...core.files import journal
from ...core.files.journal import Journal
from ...core.files.whole_files import PRIVATE, read_file, write_whole
from . import merkle

ROOTS, KEY = "roots.jsonl", "roots.key"
#: the numbers of statements: it is there wherever the key is
STATEMENTS = "statements.jsonl"
_MARK = 16  # digits


class SaltKey:
    """What makes the salts of a meter's folder."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seed(self, day: str, pdu: str, outlet: str) -> bytes:
        """What makes the salts of an outlet's day."""
        return self._hmac(["day", day, pdu, outlet])

    def mark(self, unit: str) -> str:
        """What stands for handler and address of a unit."""
        return self._hmac(["unit", unit]).hex()[:_MARK]

    def salt(self, *what: str) -> bytes:
        """Of something else."""
        return self._hmac(["salt", *what])

    def _hmac(self, words: Sequence[str]) -> bytes:
        return hmac.digest(self._key, json.dumps(words).encode(), "sha256")


def key_of(folder: str) -> SaltKey:
    """The key of a meter's folder, which is made if there is none and nothing was sealed with it;
    and with it the file of the numbers of statements.

    Raises SettingsError.
    """
    path = os.path.join(folder, KEY)
    if not os.path.exists(path):
        if os.path.exists(os.path.join(folder, ROOTS)):
            raise SettingsError(
                f"{printable(path)} is missing: the roots in {ROOTS} were made with it, and nothing"
                " can be proven without it"
            )
        Journal(os.path.join(folder, STATEMENTS)).close()
        with contextlib.suppress(FileExistsError):
            _create(path, secrets.token_bytes(merkle.SIZE).hex())
    try:
        return SaltKey(merkle.digest(read_file(path).decode().strip()))
    except ValueError:
        raise SettingsError(f"{printable(path)} is no key of `pdu energy seal`") from None


def _create(path: str, text: str) -> None:
    try:
        write_whole(path, f"{text}\n".encode("ascii"), PRIVATE, replaces=False)
    except FileExistsError:
        raise
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be written ({error.strerror})") from None


class DayLeaves(NamedTuple):
    """The outlets of a PDU on a day, as they are in the day's tree."""

    day: str
    outlet: str
    hash: bytes


class Roots(NamedTuple):
    """What `roots.jsonl` says."""

    #: day -> root
    days: Mapping[str, str]
    #: those of its chain, of which the statements of each time publish the last
    hashes: Sequence[str]

    @property
    def hash(self) -> str:
        return self.hashes[-1]


def roots_of(path: str) -> Roots:
    """The roots in a file. Raises SettingsError, and journal.Changed for a changed line."""
    days, hashes = dict[str, str](), [journal.START]
    for entry in journal.read_entries(path):
        hashes.append(entry.hash)
        if entry.line == 1:
            continue
        day, root = entry.record.get("day"), entry.record.get("root")
        if not isinstance(day, str) or not isinstance(root, str) or day in days:
            raise SettingsError(f"{printable(path)}, line {entry.line}: not a root of a day")
        days[day] = root
    return Roots(days, hashes)


def kept_roots(folder: str) -> Roots:
    """The roots of a meter's folder; none if nothing was sealed."""
    path = os.path.join(folder, ROOTS)
    return roots_of(path) if os.path.exists(path) else Roots({}, [journal.START])


def keep(folder: str, trees: Mapping[str, merkle.Tree], hashes: Mapping[str, str]) -> Roots:
    """Keep the roots of days that have none yet; the others must be as they were.

    `hashes`: the meter's hash at the end of each day. Raises SettingsError, which names the day.
    """
    path, root_by_day = os.path.join(folder, ROOTS), kept_roots(folder).days
    for day, tree in trees.items():
        if root_by_day.get(day, tree.root.hex()) != tree.root.hex():
            raise SettingsError(
                f"{printable(folder)}: the readings of {day} are not those whose root is in"
                f" {ROOTS}: lines were changed or left out since, and only the file as it was can"
                " be proven"
            )
    new = [
        {"day": day, "root": tree.root.hex(), "meter": hashes[day]}
        for day, tree in trees.items()
        if day not in root_by_day
    ]
    if new:
        with Journal(path) as roots_journal:
            roots_journal.append(new)
    return roots_of(path)
