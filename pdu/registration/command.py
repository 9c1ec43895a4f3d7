"""`pdu register`: handlers are registered with DCImanager, and their archives uploaded.

To *register* a handler is to make an entry of its *internal name*, such as pdu_snmp, in
DCImanager's list, which gives it an *id*; an *upload* then sends its archive to this id. The ids
are kept in `register.ids` in the folder of archives (`dist`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Optional

import click

from handlers import VERSION, registry
from handlers.shared.errors import Refused, SettingsError, printable

from ..cli.error_output import Interrupted, describe
from ..cli.exit_handling import UNWRITABLE
from ..cli.groups import Subcommand
from ..cli.options import FOLDER, TEXT, Output, Run, output_options, pass_run
from ..cli.output import Result, print_json, print_result, tabulate
from ..cli.signals import signals_as_ctrl_c
from ..cli.spelling import meant
from ..loading.handler_paths import is_path
from . import settings
from .curl_lines import login_lines, upload_lines
from .kept_archives import kept_archives
from .known_ids import ID_FILE, UNCLEAR, IdFile
from .registrar import NEW, Registrar, UploadResult
from .server import Server
from .uploads import Upload, read_upload

_LONGEST_PATH = 4096  # characters
_FOR_ONE_HANDLER = "--id, --name and --protocol are for one handler: give one HANDLER"
_NEXT = (
    "next: for a new PDU, Equipment, PDU, Add PDU in DCImanager, with this handler; for one that"
    " has it, look at its ports after the next poll, five minutes at most; CHANGELOG.md says what"
    " an upgrade asks of you"
)

_HELP = """\
Register handlers with DCImanager, and upload their archives; uploading again is a new
version.

HANDLER  the name of a built archive, such as snmp; or the PATH of an archive, folder or file
of anybody's, PATH:IMPORT.PATH for one of several. Without one: all archives of this version

The archives are checked, then DCImanager's list is read; a handler that it does not have is
registered, once. One that is refused does not end the others. To roll back, give the PATH of
an older archive: --list shows those of DIR.

\b
Environment; URL, e-mail and password are asked for on a terminal:
  DCI_URL, DCI_EMAIL   https://dci.example.com, an administrator
  DCI_PASSWORD, or DCI_PASSWORD_FILE, a file that others cannot read
  CURL_CA_BUNDLE       PEM file with the authority of its certificate
  DCI_INSECURE=1       accept any certificate: then others can listen
  DCI_PAUSE            seconds; of six tries, the second comes at once, the
                       others after 2, 4, 8 and 16 times as many
"""


class _Id(click.ParamType):
    """The id of a handler in DCImanager, or `new`."""

    name = "id"

    def convert(
        self, value: object, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> str:
        """The id without leading zeros, or "new"; another text is an error of the command line.

        >>> _Id().convert("007", None, None), _Id().convert("new", None, None)
        ('7', 'new')
        """
        text = str(value)
        if text == NEW:
            return NEW
        if not re.fullmatch("[0-9]{1,19}", text):
            self.fail("give a number such as 7, or new", param, ctx)
        return str(int(text))  # 007 is the id 7, also in DCImanager's list


@click.command(
    "register",
    cls=Subcommand,
    examples=(
        "pdu register snmp --dry-run",
        "pdu register snmp --name pdu_snmp_try",
    ),
    help=_HELP,
)
@click.argument("handlers", metavar="[HANDLER]...", nargs=-1, type=TEXT)
@click.option(
    "--dist",
    metavar="DIR",
    type=FOLDER,
    default="dist",
    help="the folder with what was built; ids are kept there, in register.ids  [default: dist]",
)
@click.option(
    "--id",
    "handler_id",
    metavar="ID",
    type=_Id(),
    help="upload to the handler with this id, if the list or register.ids shows it as this one's;"
    " new: register it without a look at the list",
)
@click.option(
    "--name",
    metavar="NAME",
    type=TEXT,
    help="under this name, such as pdu_snmp_try, beside the handler that is in use",
)
@click.option(
    "--protocol",
    type=click.Choice(("snmp", "custom")),
    help="snmp: DCImanager's form asks for SNMP; custom: for handler settings",
)
@click.option("--dry-run", is_flag=True, help="show the calls as curl commands, and send nothing")
@click.option(
    "--list",
    "lists_archives",
    is_flag=True,
    help="list the archives in DIR and the builds that others replaced; nothing is sent",
)
@output_options
@pass_run
def register(
    run: Run,
    handlers: Sequence[str],
    dist: str,
    handler_id: Optional[str],
    name: Optional[str],
    protocol: Optional[str],
    *,
    dry_run: bool,
    lists_archives: bool,
) -> int:
    """Register handlers, and upload their archives. Raises the errors of handlers/shared/errors.py.

    pdu_snmp: registered as "SNMP PDU" with id 7, protocol snmp.
    pdu_snmp: archive uploaded, 5.0.0+c0a1b2c3d4e5f, import path pdu_snmp.handler, id 7.
    """
    if lists_archives:
        return print_result(_list(handlers, dist), as_json=run.output.json)
    uploads = _uploads(handlers, dist, internal_name=name or "", protocol=protocol or "")
    if len(uploads) != 1 and (handler_id or protocol):
        raise SettingsError(_FOR_ONE_HANDLER)
    handler_id = handler_id or ""
    if dry_run:
        return print_result(_dry_run(uploads, dist, handler_id), as_json=run.output.json)
    speaker = _Speaker(run.output)
    results: list[UploadResult] = []
    error: Optional[Exception] = None
    try:
        with signals_as_ctrl_c():
            _register(uploads, dist, handler_id, run, speaker, results)
    except KeyboardInterrupt:
        if not run.changing:
            raise
        error = Interrupted(_progress(uploads, results))
    except Exception as exception:
        error = exception
    document: dict[str, object] = {"handlers": [result._asdict() for result in results]}
    if error is None:
        speaker.say(_NEXT)
        speaker.end()
        return print_result(Result(document, ()), as_json=run.output.json)
    if not run.output.json:
        raise error
    description = describe(error, run)
    print_json({**document, "error": description})
    return int(description["exit_code"])


def _progress(uploads: Sequence[Upload], results: Sequence[UploadResult]) -> str:
    """A sentence: which handlers of an interrupted run are done, and which may not be. `uploads`:
    all of the run; `results`: of those that are done.

    uploaded: pdu_snmp (id 7); not known to be uploaded: pdu_nut, pdu_netio: run again for these
    """
    uploads_done = [f"{result.handler} (id {result.id})" for result in results]
    handlers_done = [result.handler for result in results]
    handlers_left = [row.handler for row in uploads if row.handler not in handlers_done]
    return (
        f"uploaded: {', '.join(uploads_done) or 'none'};"
        f" not known to be uploaded: {', '.join(handlers_left)}:"
        " run again for these"
    )


def _register(
    uploads: Sequence[Upload],
    dist: str,
    handler_id: str,
    run: Run,
    speaker: _Speaker,
    results: list[UploadResult],
) -> None:
    """Logs in to DCImanager, and registers and uploads one handler after the other. Adds what was
    done to `results`, which the caller shows also after an error, and sets `run.changing` before
    the first. `handler_id`: of --id, "" without it.

    Logged in to https://dci.example.com as admin@example.com.
    pdu_snmp: archive uploaded, 5.0.0+c0a1b2c3d4e5f, import path pdu_snmp.handler, id 7.

    Raises Refused for handlers that DCImanager refused, when the others are done, and any other
    error at once.
    """
    for note in _notes(uploads, dist):
        speaker.say(note)
    server = Server(
        settings.server_url(settings.needed_text("DCI_URL")),
        verify=settings.verify(),
        say=speaker.say,
        pause=settings.pause(),
    )
    ids = IdFile(os.path.join(dist, ID_FILE), server.url)
    ids.check()
    email = settings.needed_text("DCI_EMAIL")
    password = settings.take_password(email)
    registrar = Registrar(server, ids, speaker.say)
    registrar.log_in(email, password.text, password.source)
    run.changing = True
    refusals = []
    for upload in uploads:
        try:
            result = registrar.register(upload, handler_id)
        except Refused as error:
            if len(uploads) == 1:
                raise
            refusal = f"{upload.handler}: {error.reason}"
            speaker.say(f"refused: {refusal}")
            refusals.append(refusal)
            continue
        speaker.say(
            f"{result.handler}: archive uploaded, {result.content}, import path"
            f" {result.import_path}, id {result.id}."
        )
        results.append(result)
    if refusals:
        outcome = "the others are uploaded" if results else "none is uploaded"
        raise Refused(
            f"{len(refusals)} of {len(uploads)} handlers were refused, {outcome}: "
            + "; ".join(refusals),
            host=server.url,
        )


class _Speaker:
    """Prints what was done. An output that cannot be written ends no registration: `say` keeps the
    error in `_error`, and `end` raises it.
    """

    def __init__(self, output: Output) -> None:
        self._is_quiet = output.json
        self._error: Optional[Exception] = None

    def say(self, line: str) -> None:
        """Print a line, unless --json is given or the output cannot be written."""
        if self._is_quiet or self._error is not None:
            return
        try:
            print(printable(line), flush=True)
        except UNWRITABLE as error:
            self._error = error

    def end(self) -> None:
        """Raises the error of an output that could not be written, if there was one."""
        if self._error is not None:
            raise self._error


# ---- which archives ------------------------------------------------------------------------------


def _uploads(
    words: Sequence[str],
    dist: str,
    *,
    internal_name: str,
    protocol: str,
) -> list[Upload]:
    """The uploads of a command line, each handler once, all of them checked before anything is
    sent. `words`: its arguments HANDLER; none are all archives in `dist`. `internal_name` and
    `protocol`: of --name and --protocol, "" for what was not given.

    snmp nut                dist/pdu_snmp-5.0.0.tar.gz, dist/pdu_nut-5.0.0.tar.gz
    (none)                  each dist/pdu_*-5.0.0.tar.gz
    snmp a/snmp.tar.gz      SettingsError, if these are two archives of pdu_snmp

    Raises SettingsError for what is no archive, and for a name for several handlers.
    """
    paths = [_path_of(word, dist) for word in words] or _built_archives(dist)
    if internal_name and len(paths) > 1:
        raise SettingsError(_FOR_ONE_HANDLER)
    uploads: dict[str, Upload] = {}
    for path in paths:
        upload = read_upload(path, internal_name=internal_name, protocol=protocol)
        first_upload = uploads.get(upload.handler, upload)
        if first_upload.data != upload.data:
            raise SettingsError(
                f"{first_upload.path} and {path} are both {upload.handler}: give one"
            )
        uploads[upload.handler] = first_upload
    return list(uploads.values())


def _path_of(word: str, dist: str) -> str:
    """The path of the archive or handler that an argument names. Raises SettingsError, with advice,
    for what is neither.

    snmp, pdu_snmp      dist/pdu_snmp-5.0.0.tar.gz, which must exist
    hall/own.py         hall/own.py
    smnp                there is no archive dist/pdu_smnp-5.0.0.tar.gz: did you mean snmp?
    hall                the folder hall is no handler's: ...
    """
    name = word.removeprefix("pdu_")
    path = os.path.join(dist, registry.archive_name(name))
    if os.path.isfile(path):
        return path
    if is_path(word):
        return word
    if os.path.isdir(word):
        raise SettingsError(
            f"the folder {word} is no handler's: without a HANDLER, all archives of dist are taken,"
            f" and with --dist {word} those of this folder"
        )
    if "/" in word or not name.isidentifier():
        raise SettingsError(f"{word} is no archive, folder or file of a handler")
    other_paths = sorted(Path(dist).glob(f"pdu_{name}-*.tar.gz"))
    if not other_paths:
        advice = "" if name in registry.names() else meant(name, registry.names())
        advice = advice or _build_advice(dist)
        raise SettingsError(f"there is no archive {path}: {advice}")
    names = ", ".join(other_path.name for other_path in other_paths[:5])
    raise SettingsError(f"there is no archive {path}; {dist} has {names}: give its path")


def _built_archives(dist: str) -> list[str]:
    """The paths of all archives of this version in `dist`. Raises SettingsError if it has none."""
    paths = sorted(Path(dist).glob(registry.archive_name("*")))
    if not paths:
        advice = _build_advice(dist)
        raise SettingsError(f"{dist} has no archive of the version {VERSION}: {advice}")
    return [str(path) for path in paths]


def _build_advice(dist: str) -> str:
    """How archives come into a folder that lacks them.

    >>> _build_advice("/srv/dist")
    'build it in a clone, by make packages or packaging/build.py'
    """
    place = "in a clone" if _clone_of(dist) is None else "in this clone"
    return f"build it {place}, by make packages or packaging/build.py"


def _clone_of(dist: str) -> Optional[Path]:
    """The folder with a copy of this project that writes its archives to `dist`, None if `dist` is
    in none: "/srv/pdu" of "/srv/pdu/dist".
    """
    clone = Path(dist).resolve().parent
    return clone if (clone / "packaging" / "build.py").is_file() else None


def _notes(uploads: Sequence[Upload], dist: str) -> Iterator[str]:
    """A sentence for each archive of a clone that is older than the clone's files, as after `git
    pull`; none if `dist` is in no clone:

    note: handlers/snmp/tables.py is newer than pdu_snmp-5.0.0.tar.gz; to build what you have: ...
    """
    clone = _clone_of(dist)
    if clone is None:
        return
    sources = [*clone.glob("handlers/**/*.py"), *clone.glob("packaging/**/*.py")]
    for upload in uploads:
        path = Path(upload.path)
        name = upload.handler.removeprefix("pdu_")
        # an archive of anybody's handler has no files of the clone
        if path.resolve() != clone / "dist" / registry.archive_name(name):
            continue
        build_time = path.stat().st_mtime
        newer_sources = [source for source in sources if source.stat().st_mtime > build_time]
        if newer_sources:
            newer_path = newer_sources[0].relative_to(clone)
            build = "make packages" if name in registry.names() else "packaging/build.py, as before"
            yield f"note: {newer_path} is newer than {path.name}; to build what you have: {build}"


def _list(handlers: Sequence[str], dist: str) -> Result:
    """What --list prints: a table of the archives in `dist` that can be registered, and JSON with
    the same. `handlers`: those that are listed; none are all.

    handler   version and hash        archive
    pdu_snmp  5.0.0+c0a1b2c3d4e5f     dist/pdu_snmp-5.0.0.tar.gz
    """
    archives = kept_archives(dist, handlers)
    rows = []
    for archive in archives:
        remark = "" if archive.is_newest_build else "replaced by a newer build"
        rows.append([archive.handler, archive.content, archive.path, remark])
    lines = tabulate(["handler", "version and hash", "archive", ""], rows, limit=_LONGEST_PATH)
    lines.append("to upload one of these, as to roll back: pdu register with its path")
    data = {"archives": [archive._asdict() for archive in archives]}
    return Result(data, lines)


# ---- a dry run -----------------------------------------------------------------------------------


def _dry_run(uploads: Sequence[Upload], dist: str, handler_id: str) -> Result:
    """What --dry-run prints: the calls that a run would make, as curl commands. None of them is
    made. `handler_id`: of --id, "" without it; without a DCI_URL, the word <DCI_URL> stands for it.

    curl -X POST https://dci.example.com/api/auth/v4/public/token ...

    pdu_snmp: known under id 7
    curl -X POST https://dci.example.com/api/eservice/v3/custom_equipment/7/content ...
    """
    address = os.environ.get("DCI_URL", "").strip()
    email = os.environ.get("DCI_EMAIL", "").strip()
    url = settings.server_url(address) if address else "<DCI_URL>"
    ids = IdFile(os.path.join(dist, ID_FILE), url)
    ids.check()
    lines = [
        "Nothing is sent. A run would make these calls (the token comes from the first answer);"
        " without --id new, it also reads the list of handlers:",
        *login_lines(url, email or "<DCI_EMAIL>"),
    ]
    for upload in uploads:
        number = handler_id or ids.known(upload.handler)
        if number in (NEW, UNCLEAR):
            number = ""  # a run would look for the handler in the list, or register it
        lines += upload_lines(url, upload, number)
    return Result({"lines": lines}, lines)
