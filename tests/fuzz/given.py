"""Targets for settings, profiles, recordings, device lists, archives, forms and answers to `pdu
find`.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import logging
import tarfile
import tempfile
from collections.abc import Sequence
from functools import cache
from typing import Callable

from handlers.http.client import endpoint
from handlers.nut.settings import SETTINGS as NUT
from handlers.raritan.settings import SETTINGS as RARITAN
from handlers.redfish.settings import SETTINGS as REDFISH
from handlers.shared.errors import PduHandlerError
from handlers.shared.settings import Settings
from handlers.snmp import schema
from handlers.snmp.profiles import PROFILES
from handlers.snmp.settings import SETTINGS as SNMP
from pdu.monitoring import datagrams
from pdu.pdus import device_list, handler_archives
from tests.dcimanager import multipart


def settings(data: bytes) -> None:
    try:
        lines = data.decode("utf-8", "surrogatepass").splitlines()
    except UnicodeDecodeError:
        lines = data.decode("utf-8", "replace").splitlines()
    pairs = dict(line.partition("=")[::2] for line in lines)
    for declared in (RARITAN, SNMP, NUT, REDFISH):
        known = {setting.key for setting in declared}
        with contextlib.suppress(PduHandlerError):
            Settings({key: text for key, text in pairs.items() if key in known}, declared)
        with contextlib.suppress(PduHandlerError):
            Settings(pairs, declared)
    with contextlib.suppress(PduHandlerError):
        endpoint("https", pairs.get("host", ""))


def profile(data: bytes) -> None:
    with contextlib.suppress(schema.ProfileError):
        profile = schema.loads(data.decode("utf-8", "replace"))
        assert schema.loads(schema.dumps(profile)) == profile


def text(parse: Callable[[str], object]) -> Callable[[bytes], None]:
    """A target for a parser of text. The parser may raise PduHandlerError."""

    def run(data: bytes) -> None:
        with contextlib.suppress(PduHandlerError):
            parse(data.decode("utf-8", "replace"))

    return run


def listed(suffix: str) -> Callable[[bytes], None]:
    """A target for device lists in files with this suffix."""

    def run(data: bytes) -> None:
        with tempfile.NamedTemporaryFile(suffix=suffix) as file:
            file.write(data)
            file.flush()
            with contextlib.suppress(PduHandlerError):
                device_list.read_device_list(file.name)

    return run


def archive(data: bytes) -> None:
    """Reads the bytes as an archive, and as the content of a compressed one."""
    with contextlib.suppress(handler_archives.BadArchive):
        handler_archives.read_archive(data)
    with contextlib.suppress(handler_archives.BadArchive):
        handler_archives.read_archive(gzip.compress(data, 1))


def tar() -> bytes:
    """The tar file of a small archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in (
            ("pdu_x/__init__.py", b""),
            ("pdu_x/handler.py", b"make_handler = print\n"),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


# python-multipart logs malformed forms
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)


def form(data: bytes) -> None:
    """Reads a form: a line with its content type, then its body."""
    head, _, body = data.partition(b"\n")
    with contextlib.suppress(ValueError):
        multipart.fields(head.decode("latin-1"), body)


def datagram(data: bytes) -> None:
    datagrams.decode_answer(data)


@cache
def profiles() -> Sequence[bytes]:
    """Four families as JSON."""
    return [schema.dumps(profile).encode() for profile in PROFILES][:4]
