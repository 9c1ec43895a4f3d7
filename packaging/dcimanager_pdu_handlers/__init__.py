"""The installed pack: it carries the packages `common`, `pdu_common` and `handlers` in its own
folder, so that site-packages gets one name of this project alone.

DCImanager gives the first two their names, and other projects may have packages of these names
too. Therefore they can be imported only where somebody asked for them: in the program `pdu`, and in
a script after `make_importable()`. packaging/ of a clone has this file; setup.py lays the packages
beside it in the wheel.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def make_importable() -> None:
    """Let this process import `common`, `pdu_common` and `handlers` of this pack, before any others
    of these names. What was imported before stays.
    """
    folder = os.path.dirname(os.path.abspath(__file__))
    if not os.path.isdir(os.path.join(folder, "handlers")):  # pip install -e: they lie in the clone
        folder = os.path.dirname(os.path.dirname(folder))
    if folder not in sys.path:
        sys.path.insert(0, folder)


def main() -> NoReturn:
    """The program `pdu`."""
    make_importable()
    from pdu.start import program  # imported late: it was not importable before

    program()
