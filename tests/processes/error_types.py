"""What of an error may leave its owner's machine. child.py, and survey.py of
tests/conformance, run this file by its path, so it imports the standard library alone.
"""

from __future__ import annotations

import re


def error_type(error: BaseException) -> str:
    """The name of its class, and of an ImportError that of the module. Its words stay: they may
    hold an address, a login or a path.
    """
    kind = type(error).__name__
    if isinstance(error, ImportError) and re.fullmatch(r"[\w.]+", error.name or ""):
        return f"{kind}: {error.name}"
    return kind
