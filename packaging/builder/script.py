"""The script dist/register.sh, made from its template and a row for each archive."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from handlers import registry

from .closure import BuildError

TEMPLATE = Path(__file__).resolve().parents[1] / "register.sh"


class Handler(NamedTuple):
    """One archive."""

    #: the archive is called pdu_<name>
    name: str
    #: its name in DCImanager's list of handlers
    shown: str
    #: `snmp` or `custom`: DCImanager's form asks for SNMP parameters or for settings
    protocol: str
    #: the package below handlers/, if it is not `name`
    package: str = ""
    #: new content for some of its files, by path
    replace: Mapping[str, str] = {}
    #: of a profile with guesses of `pdu draft`: registered by its name alone
    is_draft: bool = False

    @property
    def row(self) -> tuple[str, str, str]:
        """The archive's row in register.sh."""
        return self.name, self.shown, self.protocol


def _tree_handler(name: str) -> Handler:
    about = registry.about(name)
    return Handler(name, about.shown, about.protocol)


HANDLERS = tuple(map(_tree_handler, registry.names()))


def register_script(
    number: str, handlers: Sequence[Handler], default_names: Optional[Collection[str]] = None
) -> str:
    """The text of dist/register.sh: the template with the version and one row for each archive.
    `default_names`: the names whose archives it registers if it is called without one; None: all.

    Raises BuildError.
    """
    rows = []
    for handler in handlers:
        if any(set(text) & set("|'\"\\`$\n") for text in handler.row):
            raise BuildError(
                f"{handler.name}: a name with a quote, a backtick, |, $, a backslash or a line"
                " break cannot go into register.sh"
            )
        rows.append("|".join(handler.row))
    return (
        TEMPLATE.read_text("utf-8")
        .replace("@VERSION@", number)
        .replace("@HANDLERS@", "\n".join(rows))
        .replace(
            "@BUILT@",
            " ".join(h.name for h in handlers if default_names is None or h.name in default_names),
        )
    )


def registered_earlier(out: Path, number: str) -> list[Handler]:
    """The handlers that the register.sh in `out` lists and whose archives of this version are still
    in `out`. One that it does not register without a name is a draft.
    """
    script = out / "register.sh"
    text = script.read_text("utf-8", "replace") if script.is_file() else ""
    rows = re.search("^HANDLERS='([^']*)'$", text, re.MULTILINE)
    built_names = re.search("^BUILT='([^']*)'", text, re.MULTILINE)
    handlers = []
    for row in rows[1].splitlines() if rows else ():
        fields = row.split("|")
        if len(fields) == 3 and (out / registry.archive_name(fields[0], number)).is_file():
            is_draft = built_names is not None and fields[0] not in built_names[1].split()
            name, shown, protocol = fields
            handlers.append(Handler(name, shown, protocol, is_draft=is_draft))
    return handlers
