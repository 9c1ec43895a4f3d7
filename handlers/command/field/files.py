"""Files that a person names: read whole, or written new for its owner alone."""
from __future__ import annotations

import os
from typing import Callable

from ...errors import SettingsError
from ..asking import read_file


def text_of(path: str) -> str:
    """The text of a file; bytes that are no UTF-8 survive. Raises SettingsError."""
    return read_file(path).decode("utf-8", "surrogateescape")


def writer(path: str) -> Callable[[str], None]:
    """Opens a new file before the work begins, so that nobody waits for what has no place to go. Raises SettingsError."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None

    def write(text: str) -> None:
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
        except OSError as error:
            raise SettingsError(f"{path} cannot be written ({error.strerror})") from None
    return write
