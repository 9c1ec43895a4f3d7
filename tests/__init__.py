"""Tests, and programs such as `python -m tests.demo`. If a package is missing, such a program ends
with one sentence.

This file must also be valid Python 2, so that an old Python prints the sentence below.
"""

import os
import sys

if sys.version_info < (3, 9):
    sys.stderr.write(
        "this program needs Python 3.9 or newer, not %d.%d: run it with a newer Python\n"
        % sys.version_info[:2]
    )
    sys.exit(2)


def _without_traceback(kind, error, trace):  # type: (type, BaseException, object) -> None
    """Names the remedy for a missing package, and prints no traceback for Ctrl-C."""
    name = (getattr(error, "name", None) or "").partition(".")[0]
    if issubclass(kind, ModuleNotFoundError) and name not in (
        "",
        "tests",
        "handlers",
        "common",
        "pdu_common",
    ):
        sys.stderr.write(
            "the Python package %s is missing: make env (tests: make env-tests),"
            " then run this with .venv/bin/python\n" % name
        )
    elif not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(type(error), error, error.__traceback__)


sys.excepthook = _without_traceback
# for the package `builder`: packaging/ is none, because it would hide the library `packaging`
sys.path.append(
    os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "packaging")
)
