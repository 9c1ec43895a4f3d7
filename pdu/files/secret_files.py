"""Reads files that contain logins (SECRET) or decide where logins are sent (LIST, the list of
PDUs), and checks who can read or change them.
"""

from __future__ import annotations

import codecs
import os
import shlex
import stat
from typing import NamedTuple

from handlers.shared.errors import SettingsError

from .whole_files import decode_text

# limit for a file, in bytes; a usual list of 100,000 PDUs is smaller
LONGEST = 20_000_000


class FilePermission(NamedTuple):
    """A rule for files: the permission bits that a file must not have, why they are dangerous, and
    the command that removes them. There are two, SECRET and LIST.
    """

    bits: int
    danger: str
    remedy: str


# The group may read: services on Debian keep secrets in files that root owns, with the service's
# group (0640).
SECRET = FilePermission(
    0o026,
    "users other than its owner can read or change it, and it may contain a secret",
    "chmod g-w,o-rw",
)
LIST = FilePermission(
    0o002, "everybody can change it, and it decides where logins are sent", "chmod o-w"
)
# how files begin that are taken for another one
_OTHER_FILES = (
    (b"SQLite format 3\0", "an SQLite database"),
    (b"-----BEGIN ", "a certificate or key (PEM)"),
)
# the same for a list; a secret may begin so
_OTHER_LISTS = (
    (b"[{", "JSON, and a list is CSV or TOML"),
    (b"{", "JSON, and a list is CSV or TOML"),
    (b"- ", "YAML, and a list is CSV or TOML"),
)
_LIST_BEGIN = b"name,handler,address"
_LOGINS_BEGIN = "[auth."


def read_secret(path: str, rule: FilePermission) -> str:
    """The text of a file: UTF-8, or UTF-16 with a byte order mark, as spreadsheets write it. Raises
    SettingsError for other text, and for a file that cannot be read or whose permissions break
    `rule`.
    """
    return decode_text(read_bytes(path, rule), path)


def read_bytes(path: str, rule: FilePermission) -> bytes:
    """The content of a file, after checks. `rule`: SECRET or LIST, by what the file should be.

    Raises SettingsError for a file that cannot be read, is longer than LONGEST, or is plainly
    something else, such as a certificate. On POSIX also for a file whose permissions break `rule`,
    or whose owner is neither root nor this user. The opened file is checked, so that nobody can
    replace it between check and reading.
    """
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            data = file.read(LONGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with NUL
        raise SettingsError(
            f"{path} cannot be read ({getattr(error, 'strerror', error)})"
        ) from None
    kind = _other_kind(data, rule)
    if kind:
        raise SettingsError(f"{path} is {kind}: another file belongs here")
    _check(path, status, rule)
    if len(data) > LONGEST:
        raise SettingsError(f"{path} is larger than {LONGEST // 1_000_000} MB")
    return data


def _other_kind(data: bytes, rule: FilePermission) -> str:
    """What a file is, by how its content begins, if it is neither the secret nor the list that
    `rule` says it should be; "" if nothing tells that.

    >>> _other_kind(b"-----BEGIN CERTIFICATE-----", SECRET)
    'a certificate or key (PEM)'
    >>> _other_kind(b"name,handler,address", SECRET), _other_kind(b"name,handler,address", LIST)
    ('a list of PDUs', '')
    """
    text = data.removeprefix(codecs.BOM_UTF8)
    if rule is SECRET and text.startswith(_LIST_BEGIN):
        return "a list of PDUs"
    kinds_by_beginning = [*_OTHER_FILES]
    if rule is LIST:
        kinds_by_beginning += _OTHER_LISTS
    for begin, kind in kinds_by_beginning:
        if text.startswith(begin):
            return kind
    return ""


def secret_in(path: str) -> str:
    """The secret that is the whole content of a file, without line ends after it. Raises
    SettingsError, which shows no part of the content, also for an empty file and a file of logins.
    """
    text = read_secret(path, SECRET).rstrip("\r\n")
    if not text:
        raise SettingsError(f"{path}: empty")
    if text.startswith(_LOGINS_BEGIN):
        raise SettingsError(f"{path} is a file of logins: another file belongs here")
    return text


def _check(path: str, status: os.stat_result, rule: FilePermission) -> None:
    """Raises SettingsError if the permissions of a file break the rule, or if it belongs to another
    user than root and this one, who could change it. `status`: of the opened file. A pipe passes,
    and so does any file on a system without POSIX permissions.

        pdus.csv has the permissions 0666: everybody can change it, and it decides where logins are
        sent; chmod o-w pdus.csv
    """
    if os.name != "posix" or not stat.S_ISREG(status.st_mode):
        return
    if status.st_mode & rule.bits:
        raise SettingsError(
            f"{path} has the permissions {stat.S_IMODE(status.st_mode):04o}: {rule.danger};"
            f" {rule.remedy} {shlex.quote(path)}"
        )
    if status.st_uid not in (0, os.geteuid()):
        raise SettingsError(
            f"{path} belongs to another user ({status.st_uid}), who can change it: make it yours"
            " with chown"
        )
