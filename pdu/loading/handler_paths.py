"""Words that name a handler by the path of its file, folder or archive. Each command asks, so this
imports nothing else.
"""

from __future__ import annotations

import os

PYTHON, ARCHIVE = ".py", ".tar.gz"


def split_path(word: str) -> tuple[str, str]:
    """`PATH` or `PATH:IMPORT.PATH`: the path, and the import path, "" without one."""
    path, _, import_path = word.rpartition(":")
    if not path or os.path.exists(word) or "/" in import_path:
        return word, ""
    return path, import_path


def is_path(word: str) -> bool:
    """Whether a word of a command line or a list names a file, folder or archive."""
    path, _ = split_path(word)
    return path.endswith(ARCHIVE) or os.path.isfile(path) or _is_folder(path)


def is_code(word: str) -> bool:
    """Whether a word is a handler's path by its ending, or a folder: a list of PDUs is not."""
    path, _ = split_path(word)
    return path.endswith((PYTHON, ARCHIVE)) or _is_folder(path)


def is_handler_there(word: str) -> bool:
    """Whether there is a file or a folder of Python at the path in this word."""
    path, _ = split_path(word)
    return os.path.isfile(path) or _is_folder(path)


def list_advice(path: str) -> str:
    """How a sentence about a list of PDUs in the place of a handler goes on; "" for another
    file.
    """
    if not path.endswith((".csv", ".toml")):
        return ""
    return f"; a list of PDUs is read by pdu check {path}, or pdu status NAME --list {path}"


def _is_folder(path: str) -> bool:
    if not os.path.isdir(path):
        return False
    return any(name.endswith(PYTHON) for name in os.listdir(path))
