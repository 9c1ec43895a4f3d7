"""What an owner sends of a run in his copy of DCImanager's project names nothing of his machine."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

_HIDDEN = "…"
# an absolute path: in quotes, where it may have blanks, or bare
_PATH = re.compile(r"""(?P<quote>['"])/.*?(?P=quote)|(?<![\w.])/[^\s'",;<>]+""")


def anonymous(text: str, tree: Path) -> str:
    """The text without absolute paths and without the names of this machine, its user and his home
    folder. What is below `tree`, the copy, is named from there.
    """
    text = text.replace(f"{tree}{os.sep}", "")
    for name in _own_names():
        if name:
            text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", _HIDDEN, text)
    return _PATH.sub(_HIDDEN, text)


def _own_names() -> Iterator[str]:
    host_name = socket.gethostname()
    yield host_name
    yield host_name.partition(".")[0]  # as logs have it
    yield os.path.basename(os.path.expanduser("~"))
    with contextlib.suppress(KeyError, OSError):  # the user may have no name
        yield getpass.getuser()
