"""The file of the ids of handlers by server.

Lines `https://dci.example.com pdu_snmp 7`, of which the last one of a handler counts. In place of
the id is ? while it is not known whether the call that registers was carried out (UNCLEAR), and -
if it was not. Older versions wrote what was uploaded behind it.

A line is added in one write, and none is ever changed: so two runs at once keep what both write.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Callable, NamedTuple

from handlers.shared.errors import SettingsError

from ..files.locks import locked
from ..files.whole_files import read_file

#: in the folder of archives
ID_FILE = "register.ids"
#: it is not known whether the handler was registered
UNCLEAR = "?"
_NOT_REGISTERED = "-"
_STATE_FOLDER = "dcimanager-pdu-handlers"
_LINE = re.compile(r"\s*(?P<url>\S+)\s+(?P<handler>\S+)\s+(?P<id>[0-9]{1,19}|\?|-)(\s+\S.*)?\s*")


class _Row(NamedTuple):
    """A line of the file; `id` is a number, ? or -."""

    url: str
    handler: str
    id: str


class IdFile:
    """The file at `path`, for one server: only its lines count. The file is read in each call,
    because another run may add to it; one that does not exist is empty. Each method raises
    SettingsError for a file that cannot be read or written, or has another line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ids = IdFile(os.path.join(folder, ID_FILE), "https://dci.example.com")
    ...     ids.remember("pdu_snmp", "7")
    ...     ids.known("pdu_snmp"), ids.known("pdu_nut"), ids.other_handler("7", "pdu_nut")
    ('7', '', 'pdu_snmp')
    """

    def __init__(self, path: str, url: str) -> None:
        self.path, self._url = path, _usual_spelling(url)

    def check(self) -> None:
        """Raises SettingsError for a file that cannot be read, before anything is sent."""
        self._rows()

    @contextlib.contextmanager
    def locked(self, say: Callable[[str], None]) -> Iterator[None]:
        """In the block, no other run of this user registers at this server, nor any with this file:
        it waits. `say` gets a sentence to print if this run itself must wait. Raises Locked if the
        other run does not end in time.
        """
        self._append("")  # a new file
        lock_path = _lock_path(self._url)
        try:
            os.makedirs(os.path.dirname(lock_path), exist_ok=True)
            with open(lock_path, "ab"):
                pass
        except OSError as error:
            raise SettingsError(
                f"the file {lock_path}, by which two runs wait for each other, cannot be written"
                f" ({error.strerror}): name another folder in XDG_STATE_HOME"
            ) from None
        with locked([self.path, lock_path], say):
            yield

    def known(self, handler: str) -> str:
        """The id of the handler, such as "7"; UNCLEAR ("?") if it is not known whether it was
        registered; "" for none.
        """
        number = self._ids().get(handler, _NOT_REGISTERED)
        return "" if number == _NOT_REGISTERED else number

    def other_handler(self, number: str, handler: str) -> str:
        """The name of another handler than `handler` with the id `number`, "" if there is none: if
        pdu_nut has the id 7, "pdu_nut" for 7 and pdu_snmp, "" for 7 and pdu_nut.
        """
        for name, known_id in self._ids().items():
            if known_id == number and name != handler:
                return name
        return ""

    def remember(self, handler: str, number: str) -> None:
        """Adds a line with the id of the handler, or UNCLEAR; "" forgets the id that was known."""
        if self.known(handler) != number:
            self._append(f"{self._url} {handler} {number or _NOT_REGISTERED}\n")

    def _append(self, line: str) -> None:
        """Adds a line to the file in one write, with its folder if that is not there; with "", only
        creates them:

        https://dci.example.com pdu_snmp 7
        """
        try:
            os.makedirs(os.path.dirname(self.path) or os.curdir, exist_ok=True)
            # without a buffer: one write
            with open(self.path, "ab", buffering=0) as file:
                file.write(line.encode())
                os.fsync(file.fileno())
        except OSError as error:
            raise SettingsError(
                f"the file of ids, {self.path}, cannot be written ({error.strerror}): give another"
                " folder with --dist"
            ) from None

    def _ids(self) -> dict[str, str]:
        """Handler -> its last id at this server, which may be ? or -."""
        rows = [row for row in self._rows() if _usual_spelling(row.url) == self._url]
        return {row.handler: row.id for row in rows}

    def _rows(self) -> list[_Row]:
        """The lines of the file, for all servers:

        https://dci.example.com pdu_snmp 7
        https://dci.example.com pdu_nut ?
        """
        *lines, unended_line = self._text().split("\n")
        if unended_line:
            raise self._bad_line(len(lines) + 1, unended_line, "has no line break at its end")
        rows = []
        for line_number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            match = _LINE.fullmatch(line)
            if match is None:
                raise self._bad_line(line_number, line, "is not `URL HANDLER ID`")
            number = match["id"].lstrip("0") or "0"
            rows.append(_Row(url=match["url"], handler=match["handler"], id=number))
        return rows

    def _bad_line(self, number: int, line: str, fault: str) -> SettingsError:
        """The error of a line of this number, with the fault, such as "is not `URL HANDLER ID`"."""
        return SettingsError(
            f"the file of ids, {self.path}: line {number}, {line[:200]!r}, {fault}: correct or"
            " delete it"
        )

    def _text(self) -> str:
        """The text of the file; "" if there is none."""
        if not os.path.exists(self.path):
            return ""
        return read_file(self.path, "the file of ids, ").decode("utf-8", "replace")


def _lock_path(url: str) -> str:
    """The path of the file that runs at this server lock, in the user's folder of state (XDG Base
    Directory Specification).

    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {"XDG_STATE_HOME": "/var/lib"}):
    ...     _lock_path("https://dci.example.com:8443")
    '/var/lib/dcimanager-pdu-handlers/register-dci.example.com_8443.lock'
    """
    folder = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(folder):
        folder = os.path.expanduser("~/.local/state")
    server = re.sub("[^a-z0-9.-]", "_", url.removeprefix("https://"))
    return os.path.join(folder, _STATE_FOLDER, f"register-{server}.lock")


def _usual_spelling(address: str) -> str:
    """The address of a server in small letters, without the usual port, as two spellings of one
    server are compared (RFC 3986, 6.2).

    >>> _usual_spelling("https://DCI.example.com:443/")
    'https://dci.example.com'
    """
    return address.lower().rstrip("/").removesuffix(":443")
