"""Reports a failure on standard error, or as JSON on standard output, and returns its exit code.

An error of this pack has a kind, such as "unreachable", and a reason made of parts: texts, and
settings (`NamedSetting("port")`), each of which is written as the user gave it: `--port`. Another
error, of Python or of anybody's handler, may have neither; it counts as a defect.
"""

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
    """The user ended the command by Ctrl-C, or a signal did that counts as it."""

    kind = "interrupted"


class NoSuchHandler(SettingsError):
    """A word in the place of a handler is neither a handler's name nor the path of one; `word` is
    this word.
    """

    def __init__(self, why: str, word: str) -> None:
        super().__init__(why)
        self.word = word


def reason(error: BaseException, spellings: Mapping[str, str] = MappingProxyType({})) -> str:
    """The text that says why a command failed. A setting in it is written as the user gave it:
    `spellings` maps its key to these words, such as a variable; without them it is the option.

    The error may be of a handler in an archive, which has its own classes of errors, perhaps
    without parts: then its own text is returned.

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
    """A part of a reason as text. A setting without a value is written as the user gave it, by
    `spellings`; one with a value is advice to give it, and is written as an option.

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
    """What JSON says of an error: its kind, host, operation, reason and exit code. An error without
    a kind is a defect. With --debug, the traceback of a defect is printed on standard error.

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
    """What JSON says of an error without a kind, which is a defect; its reason begins with the name
    of its class.

    >>> from pdu.cli.options import Output
    >>> _describe_unknown(ValueError("no list"), Run(output=Output(debug=True)))["reason"]
    'ValueError: no list; report this with the traceback'
    """
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
    """Print an error and return the exit code of its kind. `pdu_name`: the name in the list of the
    PDU that failed, where the command line names several PDUs; of the only PDU, `run` has the name.

        called by its name r1      unreachable: r1 (192.0.2.7): GET /outlets: there is no answer
        called by its address      unreachable: 192.0.2.7: GET /outlets: there is no answer
        with --json                {"error": {"kind": "unreachable", "host": "192.0.2.7", ...}}
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
