"""Tests, and programs such as `python -m tests.demo`, which end with one sentence where the project's packages are missing.

Every Python, old ones too, must be able to read this file.
"""
import sys

if sys.version_info < (3, 9):
    sys.stderr.write("this needs Python 3.9 or newer, and this is %d.%d: call it with a newer one\n" % sys.version_info[:2])
    sys.exit(2)


def _one_sentence(kind, error, trace):  # type: (type, BaseException, object) -> None
    """Names the remedy for a missing package, and prints no traceback for Ctrl-C while a program loads."""
    name = (getattr(error, "name", None) or "").partition(".")[0]
    if issubclass(kind, ModuleNotFoundError) and name not in ("", "tests", "handlers", "common", "pdu_common"):
        sys.stderr.write("the Python package %s is missing: make env, then .venv/bin/python in place of this one\n" % name)
    elif not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)  # type: ignore[arg-type]


sys.excepthook = _one_sentence
