"""The beginnings of command lines that are printed as advice: how this program is started, and
where `build.py` is, so that a printed line runs when it is pasted into the same shell.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys

from handlers import VERSION

#: what `pdu --version` prints
VERSION_LINE = f"pdu {VERSION}, Python {sys.version.split()[0]}"
_BUILD = os.path.join("packaging", "build.py")
#: the folder above the packages: a clone of the project, or where an installation has its code
_CODE = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 2))


def program() -> str:
    """The words that start this program again, by how it was started:

    pdu, /usr/local/bin/pdu      pdu, if the shell finds this program by its name
    .venv/bin/pdu                .venv/bin/pdu
    python3 clone/pdu            python3 clone/pdu (the folder with its code)
    python3 -c "import pdu..."   pdu
    """
    path = sys.argv[0]
    name = os.path.basename(path)
    if name != "pdu":
        return "pdu"
    if os.path.isdir(path):
        return f"{_python()} {shlex.quote(path)}"
    if not os.path.dirname(path) or _is_found(name, path):
        return "pdu"
    return shlex.quote(_shorter(path))


def build_line(profile: str) -> str:
    """The command that builds a handler's archive of `profile`, the path of a file that describes a
    PDU. If no clone of the project is found, the path is absolute, and a comment says where to run
    the command.

    python3 packaging/build.py --profile acme.json
    python3 packaging/build.py --profile /home/x/acme.json    # in a clone of the project
    """
    program_of_clone = os.path.join(_CODE, _BUILD)
    comment = ""
    if os.path.isfile(_BUILD):
        build = _BUILD
    elif os.path.isfile(program_of_clone):
        build = shlex.quote(program_of_clone)
    else:
        build = _BUILD
        profile = os.path.abspath(profile)
        comment = "    # in a clone of the project"
    return f"python3 {build} --profile {shlex.quote(profile)}{comment}"


def shell_word(text: str) -> str:
    r"""The text with quotes where they are needed, so that it is one word of sh, bash, zsh and
    fish. "..." for a text that cannot be printed, and for one with a backslash before a quote,
    another backslash or the end: inside quotes, fish takes that for an escape.

    >>> print(shell_word("rack 7"), shell_word("r1"), shell_word("a\\"), shell_word("a\n"))
    'rack 7' r1 ... ...
    """
    if not text.isprintable() or re.search(r"\\(?=['\\]|$)", text):
        return "..."
    return shlex.quote(text)


def _python() -> str:
    """The word that starts the Python which runs this: `python3` if the shell finds it by its name,
    else its path.
    """
    name = os.path.basename(sys.executable)
    if name and _is_found(name, sys.executable):
        return name
    return shlex.quote(sys.executable)


def _is_found(name: str, path: str) -> bool:
    """Whether the shell finds the program at `path` by its name."""
    program = shutil.which(name)
    return program is not None and os.path.realpath(program) == os.path.realpath(path)


def _shorter(path: str) -> str:
    """The path relative to the present folder, if it lies below that folder; else the path itself.

    >>> _shorter(os.path.abspath("venv/bin/pdu")), _shorter(os.path.abspath("pdu"))
    ('venv/bin/pdu', './pdu')
    """
    below = os.path.relpath(path)
    if below.startswith(os.pardir):
        return path
    return below if os.path.dirname(below) else os.path.join(os.curdir, below)
