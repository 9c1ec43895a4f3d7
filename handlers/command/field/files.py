"""Files that a person names: read whole, or written new for its owner alone."""
from __future__ import annotations

import os
from contextlib import contextmanager
from typing import Callable, Iterator, Optional

from ...errors import SettingsError
from ..asking import read_file


def text_of(path: str) -> str:
    """The text of a file; bytes that are no UTF-8 survive. Raises SettingsError."""
    return read_file(path).decode("utf-8", "surrogateescape")


@contextmanager
def new_file(path: Optional[str]) -> Iterator[Callable[[str], None]]:
    """Makes a file before the work begins, so that nobody waits for what has no place to go, and gives what writes its text.

    The file is removed where the work fails or writes nothing: half of it would pass for the whole. Without a path nothing is
    written. Raises SettingsError.
    """
    if not path:
        yield lambda _: None
        return
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None
    written = False

    def write(text: str) -> None:
        nonlocal written
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
        except OSError as error:
            raise SettingsError(f"{path} cannot be written ({error.strerror})") from None
        written = True
    try:
        yield write
    finally:
        if not written:
            os.unlink(path)
