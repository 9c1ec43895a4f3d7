"""The installed pack: the library that scripts import, and the program `pdu`.

    from dcimanager_pdu_handlers import pynut
    from dcimanager_pdu_handlers.raritan import rpc

site-packages gets one name of this project alone: the program's packages `common`, `pdu_common`,
`handlers` and `pdu` are importable in its own process, because other projects may have packages of
these names. A clone has this file in packaging/import_names; setup.py lays the packages beside it.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """The program `pdu`."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, os.path.join(folder, "program"))
    import handlers  # imported late: it was not importable before

    handlers.__path__.append(folder)  # the packages inside `handlers` lie there
    from pdu.start import program

    program()
