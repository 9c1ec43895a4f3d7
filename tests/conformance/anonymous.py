"""What an owner sends us of a run in his copy of DCImanager's project: it names nothing of his
machine.
"""

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
    folder, in whose place "…" stands. What is below `tree`, the copy, is named from there.

    >>> anonymous("no /etc/dci.ini, see /opt/dci/common/misc.py", Path("/opt/dci"))
    'no …, see common/misc.py'
    """
    text = text.replace(f"{tree}{os.sep}", "")
    for name in _own_names():
        if name:
            text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", _HIDDEN, text)
    return _PATH.sub(_HIDDEN, text)


def _own_names() -> Iterator[str]:
    """Yields the names of this machine, of the user's home folder and of the user."""
    host_name = socket.gethostname()
    yield host_name
    yield host_name.partition(".")[0]  # as logs have it
    yield os.path.basename(os.path.expanduser("~"))
    with contextlib.suppress(KeyError, OSError):  # the user may have no name
        yield getpass.getuser()
