"""Numbers 1, 2, 3, ... for the outlets of each PDU: NUT's names contain a number, not an identity.

A number belongs to one outlet for ever. An outlet that the PDU no longer lists keeps its number; a
new one gets the next. A file keeps them: were they given anew at each start, a command might switch
another outlet than the one it was meant for.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Sequence
from typing import IO

from handlers.shared.errors import SettingsError

from ..core.files.locks import lock
from ..core.files.whole_files import text_of, write_whole


class OutletNumbers:
    """Which outlet has which number, for all PDUs. Thread-safe."""

    def __init__(self, path: str) -> None:
        """`path`: the file that keeps the numbers; its folder is made. Only one process may use
        it: FILE.lock says so.

        Raises SettingsError if it is in use, cannot be read or written, or is damaged: other
        numbers might switch other outlets.
        """
        self.path = path
        self._lock = threading.Lock()
        self._known: dict[str, list[str]] = {}
        self._held = _open_lock(path)
        try:
            if os.path.exists(path):
                self._known = _parse_numbers(text_of(path), path)
            self._write()
        except OSError as error:
            self.close()
            raise _unwritable(path, error) from None
        except SettingsError:
            self.close()
            raise

    def close(self) -> None:
        """Let another process use the file."""
        self._held.close()

    def __enter__(self) -> OutletNumbers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def number_outlets(self, pdu: str, identities: Iterable[str]) -> Sequence[str]:
        """The identities of all outlets of a PDU; number 1 comes first. `identities`: those that it
        lists now.

        Raises OSError if the file cannot be written; then no new number is given.
        """
        with self._lock:
            old_identities = self._known.get(pdu, [])
            all_identities = list(dict.fromkeys((*old_identities, *identities)))
            if all_identities != old_identities:
                self._known[pdu] = all_identities
                try:
                    self._write()
                except OSError:
                    self._known[pdu] = old_identities
                    raise
            return tuple(all_identities)

    def _write(self) -> None:
        write_whole(self.path, json.dumps(self._known, indent=1, sort_keys=True).encode())


def _open_lock(path: str) -> IO[bytes]:
    """The open lock of a file, which the system ends with the process. Raises SettingsError.

    The file itself is replaced at each change, so it cannot be the lock.
    """
    try:
        os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        lock_file = open(f"{path}.lock", "ab")  # noqa: SIM115 (kept open)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        is_ours = lock(lock_file.fileno())
    except OSError as error:
        lock_file.close()
        raise _unwritable(path, error) from None
    if not is_ours:
        lock_file.close()
        raise SettingsError(
            f"{path} is in use by another pdu nut-driver: give each its own --numbers"
        )
    return lock_file


def _unwritable(path: str, error: OSError) -> SettingsError:
    return SettingsError(
        f"{path}, which keeps the outlets' numbers, cannot be written ({error.strerror}): give"
        " --numbers a file that can be kept"
    )


def _parse_numbers(text: str, path: str) -> dict[str, list[str]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not all(map(_is_numbered, document.values())):
        raise SettingsError(
            f"{path} does not hold the numbers of outlets; restore it, or remove it to number all"
            " outlets anew"
        )
    return document


def _is_numbered(identities: object) -> bool:
    return (
        isinstance(identities, list)
        and all(isinstance(identity, str) for identity in identities)
        and len(set(identities)) == len(identities)
    )
