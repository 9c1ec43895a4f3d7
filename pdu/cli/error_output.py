"""Reports a failure on standard error, or as JSON on standard output, and returns its exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from handlers.shared.errors import Part, PduHandlerError, SettingsError, printable

from .error_facts import attribute_text, kind_of, parts_of
from .exit_codes import code_of
from .known_secrets import error_text, reason_text, text_of_error, traceback_text
from .options import Run, spelled
from .output import print_json

_DEFECT = "defect"


class Usage(PduHandlerError):
    """Arguments are wrong or missing."""

    kind = "usage"


class Interrupted(PduHandlerError):
    """Ctrl-C, or another signal inside `signals.signals_as_ctrl_c`."""

    kind = "interrupted"


class NoSuchHandler(SettingsError):
    """A word in the place of a handler is neither a handler's name nor an archive."""

    def __init__(self, why: str, word: str) -> None:
        super().__init__(why)
        self.word = word


def reason(error: BaseException, spellings: Mapping[str, str] = MappingProxyType({})) -> str:
    """Why a command failed. Settings are named as they were given: by `spellings`, which has the
    words that gave a setting by its key, else as their options.

    The error may be from an archive, which has its own classes. Errors from older or third-party
    archives may have no `parts`.

    >>> from handlers.shared.errors import NamedSetting
    >>> error = SettingsError((NamedSetting("port"), " is missing"))
    >>> reason(error), reason(error, {"port": "PDU_PORT"})
    ('--port is missing', 'PDU_PORT is missing')
    """
    parts = parts_of(error)
    if parts is None:
        return printable(reason_text(error))
    texts = [_spelled_part(part, spellings) for part in parts]
    return printable(text_of_error(error, "".join(texts)))


def _spelled_part(part: Part, spellings: Mapping[str, str]) -> str:
    """A part of a reason: text, or a setting. One with a value is advice, not what was given.

    >>> from handlers.shared.errors import NamedSetting
    >>> _spelled_part(NamedSetting("snmp_version", "3"), {"snmp_version": "PDU_SNMP_VERSION"})
    '--snmp-version 3'
    """
    if isinstance(part, str):
        return part
    if part.key in spellings and not part.value:
        return spellings[part.key]
    return spelled(part.key, part.value)


def describe(error: BaseException, run: Run) -> dict[str, Any]:
    """The report of an error, as in JSON.

    An error without a kind is a defect; --debug prints its traceback.

    >>> describe(SettingsError("port must be a number", "192.0.2.7"), Run())["exit_code"]
    2
    >>> describe(ValueError("no list"), Run())["reason"]
    'ValueError: no list; run again with --debug and report what it prints'
    """
    kind = kind_of(error)
    # a handler that anybody may have written can say itself that its error is a defect
    if run.output.debug and kind in ("", _DEFECT):
        print(traceback_text(error), file=sys.stderr)
    if not kind:
        return _describe_unknown(error, run)
    host = text_of_error(error, attribute_text(error, "host"))
    operation = text_of_error(error, attribute_text(error, "operation"))
    return {
        "kind": printable(kind),
        "host": printable(host),
        "operation": printable(operation),
        "reason": reason(error, run.spellings),
        "exit_code": code_of(kind),
    }


def _describe_unknown(error: BaseException, run: Run) -> dict[str, Any]:
    """The report of an error without a kind, by the name of its class: that of a defect."""
    words = type(error).__name__
    text = error_text(error)
    if text:
        words += f": {text}"
    advice = "run again with --debug and report what it prints"
    if run.output.debug:
        advice = "report this with the traceback"
    return {
        "kind": _DEFECT,
        "host": "",
        "operation": "",
        "exit_code": run.defect_code,
        "reason": f"{printable(words)}; {advice}",
    }


def fail(run: Run, error: BaseException, pdu_name: str = "") -> int:
    """Print an error and return the exit code of its kind. `pdu_name`: of the PDU if it is one of
    several.

    unreachable: r1 (192.0.2.7): GET /outlets: there is no answer
    {"error": {"kind": "unreachable", "host": "192.0.2.7", ...}}        with --json
    """
    about = describe(error, run)
    exit_code = int(about["exit_code"])
    if run.output.json:
        print_json({"error": about})
        return exit_code
    host = about["host"]
    name = pdu_name or run.pdu_name
    if name and host != name:
        address = f" ({host})" if host else ""
        host = f"{printable(name)}{address}"
    words = [about["kind"], host, about["operation"], about["reason"]]
    print(": ".join(filter(None, words)), file=sys.stderr)
    return exit_code
