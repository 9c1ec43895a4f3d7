"""The script dist/register.sh, made from its template and a row for each archive beside it.

A row has what DCImanager is told of a handler: `pdu_snmp|pdu_snmp-5.0.0.tar.gz|pdu_snmp.handler|
{"handler": "pdu_snmp", ...}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
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
    """An archive that is to be built: `Handler("snmp", "SNMP PDU", "snmp")`. `package` is the
    folder of its code below handlers/, "" if that is `name`. `replace` has the new texts, by path,
    of the files that the archive has in another form.
    """

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
        """The same handler under a name of its own, whose commands are refused.

        >>> Handler("snmp", "SNMP PDU", "snmp").read_only()[:2]
        ('snmp_read_only', 'SNMP PDU (read only)')
        """
        return self._replace(
            name=f"{self.name}_read_only",
            shown=f"{self.shown} (read only)",
            package=self.package or self.name,
            replace={**self.replace, _BUILD_OPTIONS: _READ_ONLY},
        )

    def about(self) -> str:
        """The text of its `about.py`, from which tools learn what DCImanager is told of it.

        >>> Handler("snmp", "SNMP PDU", "snmp").about().splitlines()[-2:]
        ["SHOWN = 'SNMP PDU'", "PROTOCOL = 'snmp'"]
        """
        lines = [f"SHOWN = {self.shown!r}", f"PROTOCOL = {self.protocol!r}"]
        return "\n".join(['"""What DCImanager is told of this handler."""', "", *lines, ""])


def _tree_handler(name: str) -> Handler:
    """The archive of the handler of this name in this pack."""
    about = registry.about(name)
    return Handler(name, about.shown, about.protocol)


HANDLERS = tuple(map(_tree_handler, registry.names()))


def uploads_in(out: Path, number: str) -> dict[str, Upload]:
    """The archives in a folder that can be registered, by the name that a person types, such as
    "snmp": those of this pack that have the version `number`, and those of anybody's handlers.

    Raises BuildError for a file name with other signs than those of a build, and for a second
    archive of one handler: it is not known which is meant.
    """
    pattern = registry.archive_name("*", number)
    upload_by_name: dict[str, Upload] = {}
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
        name = upload.handler.removeprefix("pdu_")
        if name in upload_by_name:
            raise _second_archive(upload_by_name[name].path, path.name, name)
        upload_by_name[name] = upload
    return upload_by_name


def check_new_archives(out: Path, number: str, files: Sequence[tuple[str, str]]) -> None:
    """Raises BuildError, before anything is written, if one of `files` would be a second archive of
    its handler in `out`, or if `out` has one with a name that the script cannot have. `files`:
    internal name and file name of each archive that is to be built of the version `number`:
    ("pdu_snmp", "pdu_snmp-5.0.0.tar.gz").
    """
    path_by_name = {name: upload.path for name, upload in uploads_in(out, number).items()}
    new_names: set[str] = set()
    for handler, file in files:
        name = handler.removeprefix("pdu_")
        path = path_by_name.get(name, str(out / file))
        if Path(path).name != file or name in new_names:
            raise _second_archive(path, file, name)
        path_by_name[name] = path
        new_names.add(name)


def _second_archive(path: str, file: str, name: str) -> BuildError:
    """The error for two archives of one handler: at `path`, and another one called `file`."""
    return BuildError(
        f"{path} and {file} are both archives of {name}: build one of them, or move the one that is"
        " there to another folder"
    )


def register_script(out: Path, number: str) -> str:
    """The text of register.sh for a folder: the template with a row for each archive in `out` that
    can be registered, of the version `number`. Raises BuildError if one cannot have a row.
    """
    uploads = uploads_in(out, number).values()
    rows: list[str] = []
    for upload in uploads:
        # of ASCII characters alone, so that no line can be the end of the here-document
        body = json.dumps(upload.description())
        rows.append("|".join([upload.handler, Path(upload.path).name, upload.import_path, body]))
    return TEMPLATE.read_text("utf-8").replace(_ROWS, "\n".join(rows))
