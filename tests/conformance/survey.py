"""Reports what we do not know of the platform from an owner's copy of it: `python -I survey.py DIR`
prints "point: answer" lines, such as "BasePdu: in pdu_common.base_pdu, not abstract". They have
names and signatures; no code, no value and no word of an error of the platform. The last line is
END. What the platform's modules print goes to standard error.

A point is a question, and a function below that yields its answers from the copy's folder. `make
conformance COPY=DIR` starts this file by its path in a clean process. The file imports only the
standard library and DIR's modules.
"""

from __future__ import annotations

import importlib
import inspect
import os
import re
import runpy
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Callable

END = "end of the survey"
_TYPES = Path(__file__).resolve().parents[1] / "processes" / "error_types.py"
_error_type = runpy.run_path(str(_TYPES))["error_type"]
# a requirement by its name, extras and versions; an address may hold a login
_REQUIREMENT = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9,._-]*\])?"
    r"(?:\s*(?:[=!~<>]=|===|[<>])\s*[0-9][A-Za-z0-9.*+!-]*\s*,?)*"
)
# an annotation without a text in it, such as that of a Literal, or words of people
_PLAIN_ANNOTATION = re.compile(r"(?!.*\w \w)[\w.\[\], |]*")


def main(folder: str) -> None:
    """Print the answers to all POINTS for the copy in this folder. A point whose function fails has
    the type of the error as its answer, such as "get_logger: no answer (OSError)".
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path.insert(0, folder)
    for point, look in POINTS.items():
        try:
            point_answers = list(look(Path(folder))) or ["none found"]
        except (Exception, SystemExit) as error:
            # such as a missing file, or a module that exits; the next point follows
            point_answers = [f"no answer ({_error_type(error)})"]
            print(f"{point}: {type(error).__name__}: {error}", file=sys.stderr)
        for answer in point_answers:
            print(f"{point}: {answer}", file=answers, flush=True)
    print(END, file=answers, flush=True)


def _classes(module_name: str) -> Iterator[tuple[str, type]]:
    """Yields the name and the class of each class that a module defines itself."""
    module = importlib.import_module(module_name)
    for name, value in vars(module).items():
        if inspect.isclass(value) and value.__module__ == module_name:
            yield name, value


def _signature(cls: Callable[..., object]) -> str:
    """The signature of a class or a function, without what may be a value of its owner: other
    defaults than None, True, False and empty ones are shown as "…".

    >>> _signature(lambda ip, port=8161, name="": None)
    "(ip, port=…, name='')"
    """
    try:
        signature = inspect.signature(cls)
    except (TypeError, ValueError):
        return "(…)"
    parameters = []
    for parameter in signature.parameters.values():
        if not _is_shown(parameter.default):
            parameter = parameter.replace(default=_HIDDEN)
        annotation = _shown_annotation(parameter.annotation)
        parameters.append(parameter.replace(annotation=annotation))
    return_annotation = _shown_annotation(signature.return_annotation)
    return str(signature.replace(parameters=parameters, return_annotation=return_annotation))


def _is_shown(default: object) -> bool:
    """Whether a default can be no value of an owner.

    >>> _is_shown(None), _is_shown(""), _is_shown("admin"), _is_shown(161)
    (True, True, False, False)
    """
    if default is inspect.Parameter.empty or default is None:
        return True
    return isinstance(default, (bool, str, tuple)) and default in (True, False, "", ())


def _shown_annotation(annotation: object) -> object:
    """The annotation, or _HIDDEN if it has a text in it, such as that of a Literal.

    >>> _shown_annotation("dict[str, int]"), _shown_annotation("Literal['acme']")
    ('dict[str, int]', …)
    """
    if annotation is inspect.Signature.empty:
        return annotation
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return annotation if _PLAIN_ANNOTATION.fullmatch(text) else _HIDDEN


class _Hidden:
    """Stands for what is not shown."""

    def __repr__(self) -> str:
        return "…"


_HIDDEN = _Hidden()


def _python(folder: Path) -> Iterator[str]:
    yield sys.version.split()[0]


def _packages(folder: Path) -> Iterator[str]:
    """Yields for each package that handlers may use its version, or that it is not installed:
    "pysnmp 7.1.4", "easysnmp is not installed". `folder`: as all POINTS get it.
    """
    for name in ("requests", "cryptography", "pysnmp", "easysnmp", "puresnmp", "pydantic"):
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            yield f"{name} is not installed"


def _requirements(folder: Path) -> Iterator[str]:
    """Yields the lines of requirements.txt that name a package and its versions alone, such as
    "easysnmp==0.2.6"; an address in it may hold a login.
    """
    for line in (folder / "requirements.txt").read_text(encoding="utf-8").splitlines():
        requirement = line.partition("#")[0].partition(";")[0].strip()
        if _REQUIREMENT.fullmatch(requirement):
            yield requirement


def _base(folder: Path) -> Iterator[str]:
    """Yields where BasePdu is, and how it is made: "in pdu_common.base_pdu, not abstract" and
    "__init__(pdu_data)". `folder`: as all POINTS get it.
    """
    snmp = importlib.import_module("pdu_common.base_snmp_pdu").BaseSnmpPdu
    for base in snmp.__mro__:
        if base.__name__ == "BasePdu":
            kind = "abstract" if inspect.isabstract(base) else "not abstract"
            yield f"in {base.__module__}, {kind}"
            yield f"__init__{_signature(base)}"


def _snmp(folder: Path) -> Iterator[str]:
    """Name and signature of each public method of BaseSnmpPdu. `folder`: as all POINTS get it."""
    snmp = importlib.import_module("pdu_common.base_snmp_pdu").BaseSnmpPdu
    for name in dir(snmp):
        if not name.startswith("_") and callable(getattr(snmp, name)):
            yield f"{name}{_signature(getattr(snmp, name))}"


def _connection(folder: Path) -> Iterator[str]:
    for name, cls in _classes("pdu_common.connection"):
        yield f"{name}{_signature(cls)}"


def _views(folder: Path) -> Iterator[str]:
    """Yields the signature of each view, and the members of each enumeration, of pdu_common.helper:
    "PduPortView(identity, power_status)", "EnumPowerStatus: UP, DOWN, UNKNOWN".
    """
    for name, cls in _classes("pdu_common.helper"):
        members = getattr(cls, "__members__", None)
        if members is None:
            yield f"{name}{_signature(cls)}"
        else:
            yield f"{name}: {', '.join(members)}"


def _logger(folder: Path) -> Iterator[str]:
    kind = type(importlib.import_module("common.logger").get_logger("survey"))
    yield f"{kind.__module__}.{kind.__qualname__}"


def _handlers(folder: Path) -> Iterator[str]:
    """Yields the modules of the platform's own handlers, such as "pdu_common.handlers.apc"."""
    for path in sorted((folder / "pdu_common" / "handlers").rglob("*.py")):
        if "make_handler" in path.read_text(encoding="utf-8", errors="replace"):
            yield ".".join(path.relative_to(folder).with_suffix("").parts)


POINTS: dict[str, Callable[[Path], Iterator[str]]] = {
    "Python": _python,
    "package": _packages,
    "requirement": _requirements,
    "BasePdu": _base,
    "BaseSnmpPdu": _snmp,
    "pdu_common.connection": _connection,
    "pdu_common.helper": _views,
    "get_logger": _logger,
    "platform handler": _handlers,
}

if __name__ == "__main__":
    main(sys.argv[1])
