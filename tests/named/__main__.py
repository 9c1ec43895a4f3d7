"""`python -m tests.named FOLDER` asks `pdu supports` for every model in a folder, and counts the
answers.

A model is a line of a file NAME.txt, or a file of NetBox's library of device types (a clone of
github.com/netbox-community/devicetype-library) that has power outlets and is no UPS. Such a file
often says in words what the PDU is: a yes for a basic one, or a no for one that is switched,
metered by outlet or monitored, is against its description. The lists are not part of the project.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from pdu.core.cli import exit_handling
from pdu.supports.search import MAYBE, NO, UNKNOWN, YES, answer

_VERDICTS = (YES, NO, MAYBE, UNKNOWN)
_FIELD = r"^{}:[ \t]*['\"]?(.*?)['\"]?[ \t]*$"
_NETWORK = re.compile(r"\b(switched|remote switching|managed|monitored)\b", re.IGNORECASE)
_UPS = re.compile(r"\bUPS|[Uu]ninterrupt|-UPS")
_NONE = re.compile(r"\bbasic\b", re.IGNORECASE)


class Model(NamedTuple):
    """One model to ask for."""

    #: maker and model
    name: str
    #: what its file says about it, "" if nothing
    said: str = ""


class Asked(NamedTuple):
    """The answer for one model."""

    model: Model
    verdict: str

    def is_against_its_description(self) -> bool:
        basic, network = (bool(one.search(self.model.said)) for one in (_NONE, _NETWORK))
        return basic is not network and self.verdict == (YES if basic else NO)


def models(folder: Path) -> Iterator[Model]:
    """The models in the files of a folder, in the order of their paths."""
    for path in sorted(folder.rglob("*.txt")):
        for line in path.read_text("utf-8", "replace").splitlines():
            if line.strip():
                yield Model(line.strip())
    for path in sorted(folder.rglob("*.y*ml")):
        text = path.read_text("utf-8", "replace")
        maker, model, said = (_field(text, name) for name in ("manufacturer", "model", "comments"))
        if maker and model and "\npower-outlets:" in text and not _UPS.search(text):
            yield Model(f"{maker} {model}", said)


def _field(text: str, name: str) -> str:
    found = re.search(_FIELD.format(name), text, re.MULTILINE)
    return found[1] if found else ""


def ask(wanted: Iterator[Model]) -> list[Asked]:
    """The answer for each model, once for each name."""
    by_name = {one.name: one for one in wanted}
    return [Asked(one, answer(one.name).verdict) for one in by_name.values()]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.named",
        description=__doc__,
        epilog="exit codes: 0 no answer is against a description; 1 one is; 2 wrong arguments",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--show", choices=_VERDICTS, action="append", default=[], help="also list these answers"
    )
    options = parser.parse_args(arguments)
    asked = ask(models(options.folder)) if options.folder.is_dir() else []
    if not asked:
        parser.error(f"{options.folder} has no models: a .txt file, or a file of NetBox's library")
    counts = Counter(one.verdict for one in asked)
    shares = ", ".join(
        f"{name} {counts[name]} ({counts[name] / len(asked):.0%})" for name in _VERDICTS
    )
    wrong = [one for one in asked if one.is_against_its_description()]
    for one in asked:
        if one.verdict in options.show:
            print(f"{one.verdict:8} {one.model.name}")
    for one in wrong:
        print(f"{one.model.name}: {one.verdict}, but its file says: {one.model.said}")
    print(f"{len(asked)} models: {shares}; {len(wrong)} against their description")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
