"""The script dist/register.sh, made from its template and a row for each archive beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from handlers import registry
from handlers.shared.errors import SettingsError
from pdu.registration.uploads import Upload, read_upload

from .closure import BuildError

TEMPLATE = Path(__file__).resolve().parents[1] / "register.sh"
_ROWS = "@HANDLERS@"
# a line break or a bar would end a row, and what follows would be code of the script
_FILE_NAME = re.compile(r"[A-Za-z0-9._+-]+")
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
    """The archive of a handler of this pack."""
    about = registry.about(name)
    return Handler(name, about.shown, about.protocol)


HANDLERS = tuple(map(_tree_handler, registry.names()))


def register_script(out: Path, number: str) -> str:
    """The text of dist/register.sh: the template with a row for each archive of the version
    `number` in `out`, and for those of other handlers.

    Raises BuildError for a file name with other signs than those of a build, and for a second
    archive of one handler: nobody has said which is meant.
    """
    pattern = registry.archive_name("*", number)
    path_by_name: dict[str, Path] = {}
    rows = []
    for path in sorted(out.glob("*.tar.gz")):
        try:
            upload = read_upload(str(path))
        except SettingsError:
            continue  # it cannot be registered
        if not path.match(pattern) and upload.handler.startswith("pdu_"):
            continue  # of another version
        if not _FILE_NAME.fullmatch(path.name):
            raise BuildError(
                f"{out}: {path.name!r} has signs other than letters, digits and . _ + -: give the"
                " archive another name, or move it to another folder"
            )
        # as a person types it
        name = upload.handler.removeprefix("pdu_")
        first_path = path_by_name.setdefault(name, path)
        if first_path != path:
            raise BuildError(
                f"{first_path} and {path.name} are both archives of {name}: move one to another"
                " folder"
            )
        rows.append(_row(upload, path.name))
    return TEMPLATE.read_text("utf-8").replace(_ROWS, "\n".join(rows))


def _row(upload: Upload, file: str) -> str:
    # of ASCII characters alone, so that no line can be the end of the here-document
    body = json.dumps(upload.description())
    return "|".join([upload.handler, file, upload.import_path, body])
