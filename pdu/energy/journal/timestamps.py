"""Stamps of a chain's hashes: who else says that a line was there, and since when.

A folder has, for the hash of a line, `HASH.tsr`, a response of a time-stamping authority (RFC 3161)
with the hash as its message imprint (SHA-256), or `HASH.sig`, a signature of ssh-keygen
(PROTOCOL.sshsig) over the hash and a line's end, in the namespace `pdu-meter`. They are checked by
the programs openssl and ssh-keygen: whoever doubts this code has them, and they share none with it.
"""

from __future__ import annotations

import datetime
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ...core.files.journal import HashMismatch

NAMESPACE = "pdu-meter"
_NAME = re.compile(r"(?P<hash>[0-9a-f]{64})\.(?P<kind>tsr|sig)")
_TIME = re.compile(r"^Time stamp: (.+) GMT$", re.MULTILINE)
_TIME_FORM = "%b %d %H:%M:%S %Y"
#: how long a program may take for one stamp, in s
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Stamp:
    """One stamp that is right."""

    hash: str
    #: the file's name
    file: str
    #: who says it
    by: str
    #: when it was made, in s of UTC; None if it does not say so
    made: Optional[float]


class TimestampCheck(NamedTuple):
    """Whom to believe: paths of files."""

    #: PEM certificates of time-stamping authorities
    authorities: Optional[str] = None
    #: allowed signers (ssh-keygen(1))
    signers: Optional[str] = None


def stamps(folder: str, timestamp_check: TimestampCheck) -> Sequence[Stamp]:
    """All stamps of a folder, in the order of their hashes. Files with other names are none.

    Raises HashMismatch for one that is wrong, and SettingsError if there is none, if the folder
    cannot be read, or if nobody says whom to believe.
    """
    try:
        names = sorted(name for name in os.listdir(folder) if _NAME.fullmatch(name))
    except OSError as error:
        raise SettingsError(f"{printable(folder)} cannot be read ({error.strerror})") from None
    if not names:
        raise SettingsError(f"{printable(folder)} has no stamp, such as HASH.tsr or HASH.sig")
    return [_stamp(os.path.abspath(folder), name, timestamp_check) for name in names]


def _stamp(folder: str, name: str, timestamp_check: TimestampCheck) -> Stamp:
    digest, _, kind = name.partition(".")
    path = os.path.join(folder, name)
    by, time_s = _KINDS[kind](path, digest, timestamp_check)
    return Stamp(digest, name, by, time_s)


def _check_time_stamp(
    path: str, digest: str, timestamp_check: TimestampCheck
) -> tuple[str, Optional[float]]:
    if timestamp_check.authorities is None:
        raise SettingsError(f"{printable(path)}: give its authority's certificates as --tsa-ca")
    trust = ("-CAfile", os.path.abspath(timestamp_check.authorities))
    _run_tool(path, "openssl", "ts", "-verify", "-digest", digest, "-in", path, *trust)
    times = _TIME.findall(_run_tool(path, "openssl", "ts", "-reply", "-in", path, "-text"))
    try:
        # nobody signed the text above the time, and it may hold another one
        (time,) = times
        # some authorities say parts of a second
        time_s = datetime.datetime.strptime(re.sub(r"(:\d\d)\.\d+ ", r"\1 ", time), _TIME_FORM)
    except ValueError:
        raise HashMismatch(f"{printable(path)} does not say one time") from None
    return "a time-stamping authority", time_s.replace(tzinfo=datetime.timezone.utc).timestamp()


def _check_signature(
    path: str, digest: str, timestamp_check: TimestampCheck
) -> tuple[str, Optional[float]]:
    if timestamp_check.signers is None:
        raise SettingsError(f"{printable(path)}: give who may sign as --signers")
    tool = ("ssh-keygen", "-Y")
    signers = ("-f", os.path.abspath(timestamp_check.signers))
    principals = _run_tool(path, *tool, "find-principals", "-s", path, *signers).splitlines()
    if not principals:
        raise HashMismatch(
            f"{printable(path)} is of nobody in {printable(timestamp_check.signers)}"
        )
    who = (*signers, f"-I{principals[0]}", "-n", NAMESPACE, "-s", path)
    _run_tool(path, *tool, "verify", *who, input_text=f"{digest}\n")
    return printable(principals[0], 80), None


_KINDS: dict[str, Callable[[str, str, TimestampCheck], tuple[str, Optional[float]]]] = {
    "tsr": _check_time_stamp,
    "sig": _check_signature,
}


def _run_tool(path: str, *words: str, input_text: str = "") -> str:
    """What a program says that finds a stamp right. Raises HashMismatch if it does not."""
    try:
        process = subprocess.run(
            words,
            input=input_text,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
            env={**os.environ, "LC_ALL": "C"},
        )
    except OSError as error:
        raise SettingsError(f"{words[0]} cannot be run ({error.strerror})") from None
    except subprocess.TimeoutExpired:
        raise SettingsError(f"{words[0]} did not end in {_PATIENCE_S:g} s") from None
    if process.returncode:
        why = (process.stderr.strip() or process.stdout.strip()).splitlines()
        last = f" ({words[0]}: {printable(why[-1], 200)})" if why else ""
        raise HashMismatch(f"{printable(path)} is no valid stamp of the hash in its name{last}")
    return process.stdout
