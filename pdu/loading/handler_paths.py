"""Words of a command line or a list that are the path of a handler: of its file, folder or archive,
`mine.tar.gz`, perhaps with one of several modules in it, `mine.tar.gz:mine.handler`. Every command
imports this, so it imports the standard library alone.
"""

from __future__ import annotations

import os

PYTHON, ARCHIVE = ".py", ".tar.gz"


def split_path(word: str) -> tuple[str, str]:
    """The two parts of `PATH` or `PATH:IMPORT.PATH`: the path, and the import path, "" without one.

    >>> split_path("mine.tar.gz:mine.handler"), split_path("mine.tar.gz"), split_path("C:/mine.py")
    (('mine.tar.gz', 'mine.handler'), ('mine.tar.gz', ''), ('C:/mine.py', ''))
    """
    path, _, import_path = word.rpartition(":")
    if not path or os.path.exists(word) or "/" in import_path:
        return word, ""
    return path, import_path


def is_path(word: str) -> bool:
    """Whether a word of a command line or a list is the path of an archive, which need not be
    there, or of a file or a folder with Python files that is there.

    >>> is_path("mine.tar.gz"), is_path("mine.tar.gz:mine.handler"), is_path("snmp")
    (True, True, False)
    """
    path, _ = split_path(word)
    return path.endswith(ARCHIVE) or os.path.isfile(path) or _is_folder(path)


def is_code(word: str) -> bool:
    """Whether a word is the path of a handler's code: by its ending, whether the file is there or
    not, or because it is a folder with Python files. A list of PDUs is not.

    >>> is_code("mine.py"), is_code("pdus.csv")
    (True, False)
    """
    path, _ = split_path(word)
    return path.endswith((PYTHON, ARCHIVE)) or _is_folder(path)


def is_handler_there(word: str) -> bool:
    """Whether there is a file, or a folder with Python files, at the path in this word, which may
    be `PATH` or `PATH:IMPORT.PATH`.
    """
    path, _ = split_path(word)
    return os.path.isfile(path) or _is_folder(path)


def list_advice(path: str) -> str:
    """The end of a sentence about a file that is no handler, if it is a list of PDUs: which
    commands read it. "" for another file.

    >>> list_advice("pdus.csv")
    '; a list of PDUs is read by pdu check pdus.csv, or pdu status NAME --list pdus.csv'
    >>> list_advice("mine.py")
    ''
    """
    if not path.endswith((".csv", ".toml")):
        return ""
    return f"; a list of PDUs is read by pdu check {path}, or pdu status NAME --list {path}"


def _is_folder(path: str) -> bool:
    """Whether this is a folder that has Python files."""
    if not os.path.isdir(path):
        return False
    return any(name.endswith(PYTHON) for name in os.listdir(path))
