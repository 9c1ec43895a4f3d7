"""The file of the ids of handlers by server.

Lines `URL HANDLER ID CONTENT`, of which the last one of a handler counts. ID is ? while it is not
known whether the call that registers was carried out, and - if it was not. CONTENT is what was
uploaded last.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from handlers.shared.errors import SettingsError

from ..files.whole_files import write_whole

#: in the folder of archives
ID_FILE = "register.ids"
#: it is not known whether the handler was registered
UNCLEAR = "?"


class KnownId(NamedTuple):
    """What is remembered of a handler."""

    #: a number, UNCLEAR, or "" for nothing
    id: str = ""
    #: what was uploaded last to this id, "" if it is not known
    content: str = ""


class IdFile:
    """The file at `path`, for one server."""

    def __init__(self, path: str, url: str) -> None:
        self.path, self._url = path, _usual_spelling(url)

    def check(self) -> None:
        """Raises SettingsError for a file that is none, before anything is sent."""
        try:
            mode = os.stat(self.path).st_mode
        except OSError:
            return
        if not stat.S_ISREG(mode):
            raise SettingsError(
                f"the file of ids, {self.path}, is a folder, a device or a pipe: remove it, or give"
                " another folder with --dist"
            )

    def known(self, handler: str) -> KnownId:
        """What is remembered. Raises SettingsError for a file that cannot be read."""
        known_id = KnownId()
        for line in self._lines():
            if not self._is_of(line, handler):
                continue
            _, _, *fields = line.split()
            if fields and not re.fullmatch(r"[0-9]{1,19}|\?", fields[0]):
                known_id = KnownId()
            elif fields:
                known_id = KnownId(*fields[:2])
        return known_id

    def remember(self, handler: str, number: str, content: str = "") -> None:
        """Keep an id, UNCLEAR, or forget the handler with "". Raises SettingsError."""
        lines = [line for line in self._lines() if not self._is_of(line, handler)]
        if number:
            lines.append(f"{self._url} {handler} {number} {content}".rstrip())
        text = "".join(f"{line}\n" for line in lines)
        try:
            path = os.path.realpath(self.path)
            write_whole(path, text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise SettingsError(
                f"the file of ids, {self.path}, cannot be written ({error.strerror}): give another"
                " folder with --dist"
            ) from None

    def _is_of(self, line: str, handler: str) -> bool:
        """Whether a line is of this server, however its address is spelt, and of this handler."""
        words = line.split()
        if len(words) < 2:
            return False
        address, name = words[:2]
        return _usual_spelling(address) == self._url and name == handler

    def _lines(self) -> list[str]:
        try:
            text = Path(self.path).read_text("utf-8", "surrogateescape")
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"the file of ids, {self.path}, cannot be read"
                f" ({getattr(error, 'strerror', error)}): give another folder with --dist"
            ) from None
        return [line for line in text.splitlines() if line.strip()]


def _usual_spelling(address: str) -> str:
    """The address of a server with a small name and without the usual port (RFC 3986, 6.2)."""
    return address.lower().rstrip("/").removesuffix(":443")
