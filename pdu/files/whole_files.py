"""Reads whole files that a command line names, as bytes and as text, and writes whole files. New
ones have the permissions 0600.
"""

from __future__ import annotations

import codecs
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Callable, Optional

from handlers.shared.errors import Part, SettingsError, printable

from ..cli.signals import signals_as_ctrl_c

LONGEST = 50_000_000  # limit for a file, in bytes
_PART = 65_536  # bytes


def read_file(path: str, *prefix: Part) -> bytes:
    """The content of a file of at most LONGEST bytes. Raises SettingsError for another one: its
    text is `prefix`, pieces that name what the file is for, and the sentence about the file.

    >>> read_file("/no.pem", "ca_pem: ")
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: ca_pem: /no.pem cannot be read (No such file or directory)
    """
    data = bytearray()
    try:
        with open(path, "rb") as file:
            # read(LONGEST) would ask the system for that much memory, for a short file too
            while len(data) <= LONGEST and (part := file.read(_PART)):
                data += part
    except (OSError, ValueError) as error:  # ValueError: a path with NUL
        shown_path = path or repr(path)
        reason = getattr(error, "strerror", error)
        raise SettingsError((*prefix, f"{shown_path} cannot be read ({reason})")) from None
    if len(data) > LONGEST:  # a device such as /dev/zero never ends
        raise SettingsError((*prefix, f"{path} is larger than {LONGEST // 1_000_000} MB"))
    return bytes(data)


# xlsx and ods are ZIP archives, xls is a compound file
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def decode_text(data: bytes, path: str) -> str:
    r"""The text of an owner's file with this content: UTF-8, or UTF-16 as spreadsheets save it,
    without the byte order mark. `path` names the file in errors. Raises SettingsError, which shows
    no part of the file.

    >>> decode_text(b"\xef\xbb\xbfname,handler", "pdus.csv")
    'name,handler'
    """
    if data.startswith(_WORKBOOKS):
        raise SettingsError(
            f"{printable(path)}: a workbook of a spreadsheet, not text; save its sheet as CSV UTF-8"
        )
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # raised outside of the block, because the decoder's error contains a part of the file
    with suppress(UnicodeDecodeError):
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
        if "\0" not in text:  # as in UTF-16 without a byte order mark
            return text
    raise SettingsError(f"{printable(path)}: not UTF-8 text; save it as UTF-8")


# CP1252 read as CP1251: a letter of another language becomes Cyrillic in the midst of a word
_MIXED_WORD = re.compile("[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")


def decode_table(data: bytes, path: str) -> tuple[str, str]:
    r"""The text of a CSV file with this content, and a note for its owner that says how it was
    read; the note is "" for Unicode. `path` names the file in texts.

    It is read as UTF-8, or UTF-16 with a byte order mark, else as Russian Excel saves it by its
    first choice: CP1251 with semicolons. Raises SettingsError for a file that is neither.

    >>> decode_table("pdu;стойка 1".encode("utf-8"), "customers.csv")
    ('pdu;стойка 1', '')
    >>> decode_table("pdu;customer\n1;Рога".encode("cp1251"), "customers.csv")[1]
    'customers.csv is read as cp1251, as Excel saves it in Russian'
    """
    try:
        return decode_text(data, path), ""
    except SettingsError:
        if data.startswith(_WORKBOOKS):
            raise
    with suppress(UnicodeDecodeError):
        text = data.decode("cp1251")
        if _may_be_russian_excel(text):
            return text, f"{printable(path)} is read as cp1251, as Excel saves it in Russian"
    raise SettingsError(
        f'{printable(path)}: not UTF-8 text; save it as CSV UTF-8, in Russian Excel "CSV UTF-8'
        ' (разделитель — точка с запятой)"'
    )


def _may_be_russian_excel(text: str) -> bool:
    r"""Whether a file whose bytes were read as CP1251 may have been saved so by Russian Excel: its
    head is ASCII with semicolons, and no word mixes alphabets, as `Müller` of another encoding does
    when it is read as CP1251.

    >>> _may_be_russian_excel("customer;pdu\nРога и копыта;стойка 1")
    True
    >>> _may_be_russian_excel("customer;pdu\nMьller GmbH;r1"), _may_be_russian_excel("# клиенты")
    (False, False)
    """
    for line in text.splitlines():
        is_head = line.strip() and not line.startswith("#")
        if is_head:
            return ";" in line and line.isascii() and not _MIXED_WORD.search(text)
    return False


def text_of(path: str) -> str:
    """The text of a file of UTF-8, without a byte order mark. Bytes that are not UTF-8 become
    surrogate escapes (`"\\udcff"` for the byte ff), so that all files can be read. Raises
    SettingsError for a file that cannot be opened.
    """
    return read_file(path).decode("utf-8-sig", "surrogateescape")


@contextmanager
def new_file(path: Optional[str]) -> Iterator[Callable[[bytes], None]]:
    """Creates a file before long work begins, and yields the function that writes its content. So a
    path that exists or cannot be created fails at once, not after the work:

        with new_file("rack1.snmprec") as write:  # "rack1.snmprec exists already: remove it, ..."
            write(record(device))                 # minutes later

    If nothing was written, the file is removed, even after Ctrl-C, SIGTERM or SIGHUP. For the path
    None, the function does nothing. Raises SettingsError.
    """
    if not path:
        yield lambda _: None
        return
    is_written = False

    def write(content: bytes) -> None:
        nonlocal is_written
        try:
            with file:
                file.write(content)
        except OSError as error:
            raise SettingsError(f"{path} cannot be written ({error.strerror})") from None
        is_written = True

    with signals_as_ctrl_c():
        try:
            file = open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))
        except FileExistsError:
            advice = "remove it, or give another name"
            if os.path.isdir(path):
                advice = "it is a folder: give the name of a file in it"
            raise SettingsError(f"{path} exists already: {advice}") from None
        except OSError as error:
            raise SettingsError(f"{path} cannot be written ({error.strerror})") from None
        try:
            yield write
        finally:
            file.close()
            if not is_written:
                with suppress(FileNotFoundError):  # somebody else has removed it
                    os.unlink(path)


#: for `write_atomically`: only the owner may read it
PRIVATE = 0o600


def write_atomically(
    path: str,
    content: bytes,
    mode: int = 0o666,
    *,
    replaces: bool = True,
    owner: Optional[tuple[int, int]] = None,
) -> None:
    """Write a file in one step: whoever opens it finds all of it, or what was there before.

    `mode`: the permissions of a new file, less the umask; one that is replaced keeps its own.
    `replaces`: whether a file that exists is replaced; if not, it raises FileExistsError. `owner`:
    the numbers of its user and group, None for those of this process. When this returns, the file
    is on the disk, and survives a power loss. Raises OSError.
    """
    kept_mode: Optional[int] = None
    with suppress(FileNotFoundError):
        kept_mode = stat.S_IMODE(os.stat(path).st_mode)
    # a random name, not the process id: two containers on one volume may have the same
    part = f"{path}.{secrets.token_hex(8)}.part"
    new_mode = mode if kept_mode is None else mode & kept_mode
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, new_mode)
    try:
        with open(descriptor, "wb") as file:
            if owner is not None and owner != (os.geteuid(), os.getegid()):
                os.chown(part, *owner)
            if kept_mode is not None:
                os.chmod(part, kept_mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        if replaces:
            os.replace(part, path)
        else:
            os.link(part, path)  # unlike a renaming, never replaces a file
        _sync_folder(os.path.dirname(os.path.abspath(path)))
    finally:
        with suppress(FileNotFoundError):  # it was renamed
            os.unlink(part)


def _sync_folder(path: str) -> None:
    """Have the system write the entries of a folder to the disk, without which a power loss could
    take away a new file in it.
    """
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
