"""The beginning of printed command lines: how this program was started, and where `build.py` is, so
that a printed line runs when it is pasted.
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
    """The words that start this program again: `pdu`, `.venv/bin/pdu` if the shell does not find
    that program by its name, or `python3 pdu` of the folder of its code.

    pdu, /usr/local/bin/pdu      pdu, if the shell finds this one
    .venv/bin/pdu                .venv/bin/pdu
    clone/pdu                    python3 clone/pdu
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
    """The command that builds the archive of the profile in this file. Outside a clone of the
    project, it ends with a comment that says where it runs.

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
    r"""The text as one word of sh, bash, zsh and fish; "..." for what cannot be printed, and for a
    backslash that fish takes for an escape inside quotes.

    >>> print(shell_word("rack 7"), shell_word("r1"), shell_word("a\\"), shell_word("a\n"))
    'rack 7' r1 ... ...
    """
    if not text.isprintable() or re.search(r"\\(?=['\\]|$)", text):
        return "..."
    return shlex.quote(text)


def _python() -> str:
    """The Python that runs, by its name if the shell finds it so."""
    name = os.path.basename(sys.executable)
    if name and _is_found(name, sys.executable):
        return name
    return shlex.quote(sys.executable)


def _is_found(name: str, path: str) -> bool:
    """Whether the shell finds this program by its name."""
    program = shutil.which(name)
    return program is not None and os.path.realpath(program) == os.path.realpath(path)


def _shorter(path: str) -> str:
    """The path from the present folder if it lies below it, else as it is.

    >>> _shorter(os.path.abspath("venv/bin/pdu")), _shorter(os.path.abspath("pdu"))
    ('venv/bin/pdu', './pdu')
    """
    below = os.path.relpath(path)
    if below.startswith(os.pardir):
        return path
    return below if os.path.dirname(below) else os.path.join(os.curdir, below)
