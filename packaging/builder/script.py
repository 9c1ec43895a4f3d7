"""The script dist/register.sh, made from its template and a row for each archive beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from handlers import registry
from handlers.shared.errors import SettingsError
from pdu.registration.uploads import Upload, read_upload

TEMPLATE = Path(__file__).resolve().parents[1] / "register.sh"
_ROWS = "@HANDLERS@"
_BUILD_OPTIONS = "dcimanager/build_options.py"
_READ_ONLY = '"""Options of this archive."""\n\nREAD_ONLY = True\n'


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

    def read_only(self) -> Handler:
        """The same handler under a name of its own, whose commands are refused."""
        return self._replace(
            name=f"{self.name}_read_only",
            shown=f"{self.shown} (read only)",
            package=self.package or self.name,
            replace={**self.replace, _BUILD_OPTIONS: _READ_ONLY},
        )

    def about(self) -> str:
        """Its `about.py`, from which tools learn what DCImanager is told."""
        lines = [f"SHOWN = {self.shown!r}", f"PROTOCOL = {self.protocol!r}"]
        return "\n".join(['"""What DCImanager is told of this handler."""', "", *lines, ""])


def _tree_handler(name: str) -> Handler:
    about = registry.about(name)
    return Handler(name, about.shown, about.protocol)


HANDLERS = tuple(map(_tree_handler, registry.names()))


def register_script(out: Path, number: str) -> str:
    """The text of dist/register.sh: the template with a row for each archive of the version
    `number` in `out`, and for those of other handlers, which are registered by their names alone.
    """
    pattern = registry.archive_name("*", number)
    rows = []
    for path in sorted(out.glob("*.tar.gz")):
        try:
            upload = read_upload(str(path))
        except SettingsError:
            continue  # it cannot be registered
        is_own = path.match(pattern)
        if is_own or not upload.handler.startswith("pdu_"):
            rows.append(_row(upload, path.name, is_own=is_own))
    return TEMPLATE.read_text("utf-8").replace(_ROWS, "\n".join(rows))


def _row(upload: Upload, file: str, *, is_own: bool) -> str:
    by_name_alone = "" if is_own else "by name"
    # of ASCII characters alone, so that no line can be the end of the here-document
    body = json.dumps(upload.description())
    return "|".join([upload.handler, file, upload.import_path, by_name_alone, body])
