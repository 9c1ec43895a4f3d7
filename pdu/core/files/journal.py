"""A journal: a file of JSON lines that is only appended to, each with a hash over it and all lines
before it, so that a change of any byte is seen and its line named.

A line is `{"hash":"<64 hex digits>",...}`. The hash is SHA-256 (FIPS 180-4) over the hash of the
line before, as text, and this line's bytes after its own hash. The first line of a file holds the
hash with which a file before it ended, as `after`; so a file can be checked alone, and a series of
files as one chain.

What a chain cannot show: lines cut off the end, and a file that was written anew from the first
changed line on. For this, keep the last hash at another place. Ours, so that anybody can check a
file with SHA-256 and JSON alone.

A file that nobody appends to any more may be packed by gzip, as `NAME.gz`: it is read the same way.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import itertools
import json
import os
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple, Union

from handlers.shared.errors import SettingsError

from .locks import lock
from .whole_files import sync_folder

#: the hash before the first line of a chain
START = "0" * 64
#: what the name of a packed file ends with
PACKED = ".gz"

_HEAD, _TAIL = b'{"hash":"', b'",'
_BODY = len(_HEAD) + len(START) + len(_TAIL)
# a longer line is no line of ours; in bytes
_LONGEST = 50_000_000
_FIRST = b'"journal":1,'
# the length of a whole first line
_FIRST_LINE = _BODY + len(_FIRST) + len('"after":""}\n') + len(START)
_BLOCK = 1 << 16


class JournalError(SettingsError):
    """A journal that cannot be opened or written."""


class NoJournal(JournalError):
    """A file that is something else."""


class HashMismatch(SettingsError):
    """A line that is not the one that was written."""


class JournalEntry(NamedTuple):
    """One line of a journal."""

    #: counted from 1
    line: int
    #: up to this line
    hash: str
    #: what was appended, without the hash
    record: Mapping[str, Any]


class JournalLine(NamedTuple):
    """One line of a journal, not yet parsed."""

    #: counted from 1
    number: int
    #: up to this line
    hash: str
    #: the line's bytes after its own hash: JSON without the first {
    body: bytes
    #: where the body begins in the file, in bytes, after it was unpacked
    at: int
    #: whether the caller wants to do without it: it was not checked
    is_left_out: bool = False


class Journal:
    """A journal that this process appends to. No other process can open it at the same time.

    A line is accepted when `append` returns: then it is on the disk. A failed write is taken back.
    After one, and after a failed sync, nothing more is accepted: open the journal anew.
    """

    def __init__(
        self, path: str, first_hash: str = START, first: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Open or create a file with the permissions 0600.

        `first_hash`: the last hash of the journal that this file continues. `first`: the lines
        after the first. Only a new file takes them.
        The end of a line that a kill or a full disk cut off is removed; `repaired` says how many
        bytes. Raises JournalError, NoJournal for a file that is something else, and HashMismatch if
        the last line is not as it was written.
        """
        self.path = path
        self.repaired = 0
        self._is_failed = False
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalError(f"{path} cannot be opened ({error.strerror})") from None
        try:
            self._lock()
            self._length = os.fstat(self._file).st_size
            with open(path, "rb") as readable:
                end = _end_of_lines(readable, self._length)
                self.repaired = self._length - end
                if not end and not _may_be_torn(readable):
                    raise NoJournal(f"{path} is no journal: it is left as it is")
                self._hash = _last_hash(readable, end, path)
            if self.repaired:
                self._cut(end)
            if not self._length:
                self.append([{"journal": 1, "after": first_hash}, *first])
                sync_folder(os.path.dirname(path) or ".")
        except OSError as error:
            os.close(self._file)
            raise JournalError(f"{path} cannot be opened ({error.strerror})") from None
        except BaseException:
            os.close(self._file)
            raise

    @property
    def hash(self) -> str:
        """The hash up to the last line."""
        return self._hash

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Write a line for each record, and sync them to the disk: 1 write and 1 sync together.

        A record has at least one key, and none is `hash`. Raises JournalError; then no line was
        accepted.
        """
        if self._is_failed:
            raise JournalError(f"{self.path}: an earlier write failed; open it anew")
        previous_hash, lines = self._hash, []
        for record in records:
            body = json.dumps(record, separators=(",", ":"), allow_nan=False).encode()[1:]
            previous_hash = _line_hash(previous_hash, body)
            lines.append(b"".join((_HEAD, previous_hash.encode(), _TAIL, body, b"\n")))
        content = b"".join(lines)
        try:
            offset = 0
            while offset < len(content):
                offset += os.write(self._file, content[offset:])
            os.fsync(self._file)
        except OSError as error:
            self._is_failed = True
            with contextlib.suppress(OSError):
                self._cut(self._length)
            raise JournalError(f"{self.path} cannot be written ({error.strerror})") from None
        except BaseException:
            # Ctrl-C between two writes: what came of them is not known
            self._is_failed = True
            raise
        self._length += len(content)
        self._hash = previous_hash

    def is_in_place(self) -> bool:
        """Whether the path still leads to this file: it may have been moved or removed."""
        try:
            return os.path.samestat(os.stat(self.path), os.fstat(self._file))
        except OSError:
            return False

    def trouble(self) -> str:
        """What others did to the file since the last line; "" if nothing is seen.

        One fstat and one stat: a change that leaves the length is not seen.
        """
        if not self.is_in_place():
            return "was moved or removed"
        size = os.fstat(self._file).st_size
        if size < self._length:
            return f"was truncated from {self._length} to {size} bytes"
        return "was written to by others" if size > self._length else ""

    def close(self) -> None:
        os.close(self._file)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _lock(self) -> None:
        if not lock(self._file):
            raise JournalError(f"{self.path} is in use: another process appends to it")

    def _cut(self, length: int) -> None:
        os.ftruncate(self._file, length)
        os.fsync(self._file)
        self._length = length


def read_entries(path: str) -> Iterator[JournalEntry]:
    """The lines of a journal, each checked before it is yielded; a torn end is left out.

    Reads the file as it stands, also while another process appends to it. Raises SettingsError if
    it cannot be read, and HashMismatch for the first line that is not as it was written.
    """
    for line in lines(path):
        try:
            record = json.loads(b"{" + line.body)
        except (ValueError, RecursionError):
            raise _change_error(path, line.number) from None
        yield JournalEntry(line.number, line.hash, record)


def lines(path: str, without: Container[int] = ()) -> Iterator[JournalLine]:
    """As `read_entries`, without parsing the lines after the first.

    `without`: numbers of lines that are not as they were written, and that the caller leaves out.
    The line after one must go on from the hash that stands there.
    """
    try:
        with _open_journal(path) as file:
            yield from _check_lines(file, path, without)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise _damage_error(path) from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})") from None


def torn(path: str) -> int:
    """How many bytes at the end of a journal are no whole line: a write that was cut off or still
    goes on, or a last line whose end was changed. Raises as `read_entries`.
    """
    try:
        if path.endswith(PACKED):
            return _torn_of_packed(path)
        with open(path, "rb") as file:
            length = os.fstat(file.fileno()).st_size
            return length - _end_of_lines(file, length)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise _damage_error(path) from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})") from None


def _torn_of_packed(path: str) -> int:
    torn = 0
    with gzip.open(path, "rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            end = block.rfind(b"\n") + 1
            torn = len(block) - end if end else torn + len(block)
    return torn


def last_hash(path: str) -> str:
    """The hash up to the last whole line of a journal that may be packed.

    Of an unpacked one, only the last lines are checked. Raises as `read_entries`.
    """
    if path.endswith(PACKED):
        last = START
        for line in lines(path):
            last = line.hash
        return last
    try:
        with open(path, "rb") as file:
            return _last_hash(file, _end_of_lines(file, os.fstat(file.fileno()).st_size), path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})") from None


def follows(path: str, previous_hash: str) -> bool:
    """Whether a journal says that it goes on after this hash. Raises as `read_entries`."""
    return any(
        entry.record.get("after") == previous_hash
        for entry in itertools.islice(read_entries(path), 1)
    )


def last_record(path: str) -> Mapping[str, Any]:
    """What the last whole line of an unpacked journal says; {} if there is none.

    Raises as `read_entries`.
    """
    try:
        with open(path, "rb") as file:
            end = _end_of_lines(file, os.fstat(file.fileno()).st_size)
            if not end:
                return {}
            _last_hash(file, end, path)  # checks the line
            file.seek(_begin_of_line(file, end) + _BODY)
            body = file.read(end - 1 - file.tell())
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})") from None
    try:
        record: Mapping[str, Any] = json.loads(b"{" + body) if body else {}
    except (ValueError, RecursionError):
        raise HashMismatch(f"{path}: its last line is not one of a journal") from None
    return record


def discontinuity_error(path: str) -> HashMismatch:
    """The error for a file whose `after` is not the hash of the file before it."""
    return HashMismatch(
        f"{path}: line 1 does not continue the file before it: a file is missing, or lines at the"
        " end of the one before were removed or added"
    )


def _open_journal(path: str) -> Union[IO[bytes], gzip.GzipFile]:
    return gzip.open(path, "rb") if path.endswith(PACKED) else open(path, "rb")


def _check_lines(
    file: Union[IO[bytes], gzip.GzipFile], path: str, without: Container[int]
) -> Iterator[JournalLine]:
    previous_hash, number, end, sha256 = START, 0, 0, hashlib.sha256
    while True:
        begin, line = end, file.readline(_LONGEST)
        end += len(line)
        if not line.endswith(b"\n"):
            if len(line) == _LONGEST:
                raise _change_error(path, number + 1)
            return
        number += 1
        body = line[_BODY:-1]
        if number in without:
            previous_hash = line[len(_HEAD) : len(_HEAD) + len(START)].decode("ascii", "replace")
            yield JournalLine(number, previous_hash, body, begin + _BODY, is_left_out=True)
            continue
        # as `_line_hash`: a month of 1,000 PDUs has 9 million lines
        previous_hash = sha256(previous_hash.encode() + body).hexdigest()
        if line[:_BODY] != _HEAD + previous_hash.encode() + _TAIL:
            raise _change_error(path, number)
        if number == 1 and not body.startswith(_FIRST):
            raise HashMismatch(f"{path}: line 1 is not the first line of a journal")
        yield JournalLine(number, previous_hash, body, begin + _BODY)


def _damage_error(path: str) -> HashMismatch:
    return HashMismatch(f"{path} cannot be unpacked: it is not as it was written")


def _change_error(path: str, number: int) -> HashMismatch:
    return HashMismatch(
        f"{path}: line {number} is not as it was written, or a line before it is missing"
    )


def _line_hash(previous_hash: str, body: bytes) -> str:
    """The hash of a line with this `body`: its bytes after the hash, without the line's end."""
    return hashlib.sha256(previous_hash.encode() + body).hexdigest()


def _last_hash(file: IO[bytes], end: int, path: str) -> str:
    """The hash in the last whole line, which is checked; START for an empty file.

    Reads the last two lines only: a journal may be large.
    """
    if not end:
        return START
    last = _begin_of_line(file, end)
    last_hash = START
    if last:
        file.seek(_begin_of_line(file, last) + len(_HEAD))
        last_hash = file.read(len(START)).decode("ascii", "replace")
    file.seek(last)
    line = file.read(end - last)
    if line[:_BODY] != _HEAD + _line_hash(last_hash, line[_BODY:-1]).encode() + _TAIL:
        raise HashMismatch(
            f"{path}: its last line is not as it was written: nothing is appended to it; move the"
            " file away, or check it"
        )
    return line[len(_HEAD) : len(_HEAD) + len(START)].decode()


def _may_be_torn(file: IO[bytes]) -> bool:
    """Whether a file without a whole line is one whose first line was cut off, so that nothing is
    lost without it. After a power loss the line may be zeros.
    """
    file.seek(0)
    data = file.read(_FIRST_LINE + 1)
    is_ours = data.startswith(_HEAD[: len(data)]) or not data.strip(b"\0")
    return is_ours and len(data) < _FIRST_LINE + 1


def _end_of_lines(file: IO[bytes], length: int) -> int:
    """The length up to the end of the last whole line."""
    return _begin_of_line(file, length + 1)


def _begin_of_line(file: IO[bytes], end: int) -> int:
    """Where the line begins whose last byte, the line's end, stands before `end`."""
    place = end - 1
    while place > 0:
        start = max(0, place - _BLOCK)
        file.seek(start)
        position = file.read(place - start).rfind(b"\n")
        if position >= 0:
            return start + position + 1
        place = start
    return 0
