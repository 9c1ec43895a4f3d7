"""What a handler may import wherever DCImanager runs it: the standard library and the platform."""

from __future__ import annotations

import functools
import pkgutil
import sys
import sysconfig
from pathlib import Path

#: names of this project alone, which nothing in DCImanager has
TOOL_MODULES = frozenset(("pdu", "tests"))
PLATFORM_MODULES = frozenset(("common", "pdu_common"))  # DCImanager's own
#: modules of Python 3.9 that 3.13 does not have (PEP 594 and others)
REMOVED_MODULES = frozenset(
    "aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils imghdr imp lib2to3 mailcap"
    " msilib nis nntplib ossaudiodev parser pipes smtpd sndhdr spwd sunau symbol telnetlib uu"
    " xdrlib formatter binhex".split()
)
# modules that Python 3.9 does not have
_NEWER = frozenset(("tomllib", "annotationlib", "compression"))


@functools.lru_cache(maxsize=1)
def standard_library() -> frozenset[str]:
    """The names of the top-level modules of the standard library that each Python from 3.9 to 3.13
    has.

    >>> "json" in standard_library(), "telnetlib" in standard_library()
    (True, False)
    """
    folder = Path(sysconfig.get_path("stdlib"))
    modules = pkgutil.iter_modules([str(folder), str(folder / "lib-dynload")])
    names = {module.name for module in modules}
    names.update(sys.builtin_module_names)
    return frozenset(names - REMOVED_MODULES - _NEWER)
