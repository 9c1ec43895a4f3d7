"""`pdu platform`: an owner's copy of DCImanager's project is looked at, and handlers run in it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Optional

import click

from handlers import VERSION, registry
from handlers.shared.errors import SettingsError, printable

from ..cli.exit_codes import DEFECT, DONE, NOT_SEEN, WRONG
from ..cli.groups import Subcommand
from ..cli.options import FILE, FILE_ARGUMENT, TEXT, Run, output_options, pass_run
from ..cli.output import Result, print_result, waiting
from ..cli.shared_options import out_option
from ..files.whole_files import text_of, write_atomically
from ..loading.handler_paths import is_handler_there
from ..loading.handler_source import read_handler
from ..workshop.handler.laws import Fault
from ..workshop.handler.rules import BROKEN, RULES
from ..workshop.handler.situations import faults_of_methods
from .own_handlers import Comparison, compare_handlers
from .placement import archive_module, pack_module, place_pack
from .report_lines import ReportLine, failure_line
from .survey import END
from .trials import CALL_SECONDS, HandlerModule, Platform, WorkerMethods, worker_process
from .units import PlatformPdu, nut_pdu, snmp_pdu
from .worker import Call

_HERE = Path(__file__).parent
_PACKAGES = ("common", "pdu_common")
_SURVEY_SECONDS = 300.0
_MOST_PRINTED = 10  # of the last lines on the survey's standard error
_REPORT = "platform-report.txt"
_FIRST_WORD = "pack "  # of a report
# kinds of a call that its process did not answer
_NOT_RUN = ("died", "time-out")
# packages whose absence is no fault of this Python
_OWN_PACKAGES = (*_PACKAGES, "pdu_pack")
#: the unit on which handlers over SNMP are tried, if the copy does not say another one
_FAMILY = "apc-rpdu2"
_UPLOAD, _DIFFERS, _OPEN = "you may upload", "do not upload yet", "not everything was tried"


_HELP = """\
Look at a copy of DCImanager's project, and run handlers in it on simulated PDUs: its last
line says whether you may upload.

DIR      what this prints on a location server:
docker cp eservice_handler:/opt/ispsystem/equip_handler ./

HANDLER  snmp or nut of this pack, or the PATH of an archive, folder or file over SNMP
[default: snmp nut, which try both forms of the platform; the pack's others are not run]

It runs the platform's code, with your rights. The report has names of its modules, classes,
parameters and members, and what simulated PDUs answered: no code, no value, no path; of an
error its type. What errors say, and what modules print, is shown here alone. Send the report
to the project, so that it settles these for all.

Exit code: 0 if you may upload, 1 if something differs, 9 if something was not tried.
"""


class Trial(NamedTuple):
    """What came of one handler in the copy."""

    handler: str
    #: what differs from the simulated PDU, and what was not tried
    faults: Sequence[ReportLine]
    untried: Sequence[ReportLine]

    @property
    def result(self) -> str:
        if self.faults:
            return "differs"
        return "not tried" if self.untried else "agrees"

    @property
    def data(self) -> dict[str, Any]:
        """The fields for JSON."""
        return {
            "handler": self.handler,
            "faults": [line.shown for line in self.faults],
            "untried": [line.shown for line in self.untried],
        }


class Survey(NamedTuple):
    """What a clean process saw of the copy."""

    lines: Sequence[ReportLine]
    #: whether it came to its end
    is_complete: bool
    #: lines on its standard error: what the platform's modules printed, and words of errors
    error_lines: Sequence[str] = ()


class Report(NamedTuple):
    """All that was seen of a copy."""

    survey: Survey
    trials: Sequence[Trial]
    #: the handlers of this pack that were not run
    unrun_handlers: Sequence[str]
    comparisons: Sequence[Comparison]

    @property
    def verdict(self) -> tuple[int, str]:
        """The exit code, and the last line."""
        wrong_names = [trial.handler for trial in self.trials if trial.faults]
        if wrong_names:
            return DEFECT, f"{_DIFFERS}: {', '.join(wrong_names)}: see above what differs"
        untried_names = [trial.handler for trial in self.trials if trial.untried]
        if untried_names:
            return NOT_SEEN, f"{_OPEN}: {', '.join(untried_names)}: see above"
        if not self.trials:
            return NOT_SEEN, f"{_OPEN}: no handler: see above"
        if not self.survey.is_complete:
            return NOT_SEEN, f"{_OPEN}: the survey: see above"
        names = ", ".join(trial.handler for trial in self.trials)
        return DONE, f"{_UPLOAD}: {names} did in this copy what they do beside our own double"

    def lines(self) -> Iterator[ReportLine]:
        """The report for people, and for the file."""
        yield ReportLine(f"{_FIRST_WORD}{VERSION}")
        yield from self.survey.lines
        for trial in self.trials:
            yield ReportLine(f"{trial.result}  {trial.handler}")
            for detail in (*trial.faults, *trial.untried):
                yield detail.indented()
        if self.unrun_handlers:
            yield ReportLine(
                f"not run  {', '.join(self.unrun_handlers)}: no simulated PDU of theirs is here;"
                " snmp and nut try both forms of the platform"
            )
        if not self.comparisons:
            words = "platform handlers: pdu_common/handlers has no module with make_handler"
            yield ReportLine(words)
        for comparison in self.comparisons:
            yield comparison.words.indented(f"platform handler {comparison.module}: ")
            for detail in comparison.details:
                yield detail.indented()


@click.command(
    "platform",
    cls=Subcommand,
    examples=(
        "pdu platform equip_handler",
        "pdu platform equip_handler handler_dir --out mine.txt",
    ),
    help=_HELP,
)
@click.argument("folder", metavar="DIR", type=FILE_ARGUMENT)
@click.argument("handlers", metavar="[HANDLER]...", nargs=-1, type=TEXT)
@out_option(default=_REPORT, show_default=True)
@click.option(
    "--python",
    "program",
    metavar="PROGRAM",
    type=TEXT,
    default=sys.executable,
    help="a Python with the packages of DIR/requirements.txt",
)
@click.option(
    "--adapter",
    metavar="FILE",
    type=FILE,
    help="functions that make the platform's objects, where looking at its classes fails",
)
@click.option(
    "--snmp-port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    default=0,
    help="the UDP port of the simulated PDU, such as 161 for a platform that knows no other",
)
@output_options
@pass_run
def platform(
    run: Run,
    folder: str,
    handlers: Sequence[str],
    out: str,
    program: str,
    adapter: Optional[str],
    snmp_port: int,
) -> int:
    """Run handlers in a copy of the platform, as `_HELP` says. Raises SettingsError."""
    run.defect_code = WRONG  # 1 says that something differs
    tree = _checked_tree(folder)
    words = [_checked_handler(word) for word in handlers or ("snmp", "nut")]
    python = shutil.which(program)
    if python is None:
        raise SettingsError(f"there is no program {program}")
    _check_report(out)
    with (
        tempfile.TemporaryDirectory(prefix="pdu-platform-") as name,
        waiting("running handlers in the copy", run.output),
    ):
        temporary = Path(name)
        copy = Platform(
            tree=tree,
            adapter=str(_write_adapter(adapter, temporary)),
            python=os.path.abspath(python),
            cache=str(temporary / "compiled"),
        )
        report = _report(copy, words, temporary, snmp_port)
    _, verdict = report.verdict
    sent_lines = [printable(line.sent) for line in report.lines()]
    _write_report(out, "\n".join([*sent_lines, verdict, ""]))
    return print_result(_result(report, out), as_json=run.output.json)


def _result(report: Report, out: str) -> Result:
    """What the command prints: the report, with the words of errors, which the file `out` lacks."""
    code, verdict = report.verdict
    data = {
        "verdict": verdict,
        "survey": [line.shown for line in report.survey.lines],
        "handlers": [trial.data for trial in report.trials],
        "unrun_handlers": list(report.unrun_handlers),
        "platform_handlers": [comparison.data for comparison in report.comparisons],
    }
    lines = [printable(line.shown) for line in report.lines()]
    lines += [printable(f"not in the report: {line}") for line in report.survey.error_lines]
    where = f"{out} has this report without the words of errors: send it to the project"
    return Result(data, [*lines, where, verdict], code)


def _check_report(path: str) -> None:
    """Raises SettingsError for a file that is no report, before anything is run."""
    if os.path.lexists(path) and not text_of(path).startswith(_FIRST_WORD):
        raise SettingsError(f"{path} is not replaced, because it is no report: give another --out")


def _write_report(path: str, text: str) -> None:
    """Write the report whole. Raises SettingsError."""
    try:
        write_atomically(path, text.encode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None


# ---- arguments -----------------------------------------------------------------------------------


def _checked_tree(folder: str) -> Path:
    """The copy's folder. Raises SettingsError for another one."""
    for package in _PACKAGES:
        if not Path(folder, package).is_dir():
            raise SettingsError(
                f"{folder} has no folder {package}: give a copy of the platform's project, of"
                " `docker cp eservice_handler:/opt/ispsystem/equip_handler ./`"
            )
    return Path(folder).resolve()


def _checked_handler(word: str) -> str:
    """The word, if there is a simulated PDU for its handler. Raises SettingsError."""
    if word in ("snmp", "nut"):
        return word
    if registry.is_handler(word):
        raise SettingsError(
            f"{word} has no simulated PDU here: snmp and nut try both forms of the platform"
        )
    if not is_handler_there(word):
        raise SettingsError(f"{word} is no file, folder or archive with a handler")
    if read_handler(word).protocol != "snmp":
        raise SettingsError(f"{word} speaks no SNMP: there is no simulated PDU for it here")
    return word


def _write_adapter(path: Optional[str], folder: Path) -> Path:
    """A file with the functions of unknown_platform.py, replaced by those of the owner's file."""
    own_functions = text_of(path) if path else ""
    texts = [
        (_HERE / "unknown_platform.py").read_text("utf-8"),
        own_functions.replace("from __future__ import annotations", ""),
    ]
    adapter = folder / "adapter.py"
    adapter.write_text("\n\n".join(texts), "utf-8")
    return adapter


# ---- the run -------------------------------------------------------------------------------------


def _report(platform_: Platform, words: Sequence[str], folder: Path, snmp_port: int) -> Report:
    """Run the handlers in the copy, each on a PDU of its own. `folder`: an empty one."""
    pack_folder = place_pack(folder / "pack")
    trials = []
    for number, word in enumerate(words):
        handler = _handler_module(word, pack_folder, folder / str(number))
        # without the folder, which may name the owner
        name = os.path.basename(word.rstrip("/"))
        with _pdu_for(word, snmp_port) as pdu:
            trials.append(_trial(platform_, name, handler, pdu))
    own_handler = pack_module(pack_folder, "snmp")
    return Report(
        survey=_survey(platform_),
        trials=trials,
        unrun_handlers=[name for name in registry.names() if name not in words],
        comparisons=list(compare_handlers(platform_, own_handler)),
    )


def _handler_module(word: str, pack_folder: Path, folder: Path) -> HandlerModule:
    """A handler of the pack, or one by its path, unpacked into `folder`."""
    if registry.is_handler(word):
        return pack_module(pack_folder, word)
    source = read_handler(word)
    return archive_module(source.archive, source.import_path, folder)


def _pdu_for(word: str, snmp_port: int) -> AbstractContextManager[PlatformPdu]:
    """The simulated PDU on which this handler is tried."""
    return nut_pdu() if word == "nut" else snmp_pdu(_FAMILY, snmp_port)


def _trial(platform_: Platform, name: str, handler: HandlerModule, pdu: PlatformPdu) -> Trial:
    """What came of the four methods of a handler in the copy, on a PDU whose every answer is known.
    `name`: the handler's.
    """
    with worker_process(platform_, handler, pdu.form) as worker:
        # Only whether it succeeds counts: its failure may be that of the copy, or of how it was run
        # here. Then nothing else is tried. What follows calls status again, and judges it.
        first_call = worker.call("status", CALL_SECONDS)
        if not first_call.ok:
            return _failed_trial(platform_, name, first_call, pdu)
        faults, untried = [], []
        for fault in faults_of_methods(pdu.unit, WorkerMethods(worker), pdu.about):
            if fault.result == BROKEN:
                faults.append(_line(fault))
            else:
                untried.append(_line(fault))
    return Trial(name, faults, untried)


def _failed_trial(platform_: Platform, name: str, call: Call, pdu: PlatformPdu) -> Trial:
    """The trial of the handler `name`, whose first call failed: untried if the copy cannot be run
    here as it was tried, else with this fault.
    """
    line = failure_line("status: ", call)
    package = _missing_package(call)
    port = pdu.form.snmp.get("port", "")
    if package and _names_package(platform_.tree, package):
        why = (
            f"this Python has no package {package}: give --python with the packages of"
            " DIR/requirements.txt"
        )
        return Trial(name, faults=[], untried=[ReportLine(why)])
    if package:
        fault = f"the handler has no module {package}, which it imports; the copy has none either"
        return Trial(name, faults=[ReportLine(fault)], untried=[])
    if call.kind in _NOT_RUN:
        return Trial(name, faults=[], untried=[line])
    if port and call.kind == "unreachable" and not pdu.requests():
        why = (
            f"nothing was sent to the UDP port {port} of snmp_params: if this platform's SNMP"
            " client knows port 161 alone: as root, --snmp-port 161"
        )
        return Trial(name, faults=[], untried=[ReportLine(why), line])
    return Trial(name, faults=[line], untried=[])


def _missing_package(call: Call) -> str:
    """The package or module that is imported and not there; "" if there is none."""
    match = re.search(r"No module named '(\w+)", call.text)
    if match is None or match[1] in _OWN_PACKAGES:
        return ""
    return match[1]


def _names_package(tree: Path, package: str) -> bool:
    """Whether the copy's requirements or its code name a package: else it is a handler's own."""
    pattern = re.compile(rf"^\s*(?:(?:import|from)\s+)?{re.escape(package)}\b", re.MULTILINE)
    for path in (tree / "requirements.txt", *tree.rglob("*.py")):
        with contextlib.suppress(OSError):
            if pattern.search(path.read_text("utf-8", "replace")):
                return True
    return False


def _line(fault: Fault) -> ReportLine:
    """A fault: its sentence may hold words of an error."""
    return ReportLine(RULES[fault.rule].text, fault.sentence)


def _survey(platform_: Platform) -> Survey:
    """What a clean process sees of the copy."""
    try:
        process = subprocess.run(
            [platform_.python, "-I", "-B", str(_HERE / "survey.py"), str(platform_.tree)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={"PATH": os.environ.get("PATH", "")},
            check=False,
            timeout=_SURVEY_SECONDS,
        )
    except subprocess.TimeoutExpired:
        words = f"the survey of the platform did not end within {_SURVEY_SECONDS:g} s"
        return Survey([ReportLine(words)], is_complete=False)
    lines = [ReportLine(answer) for answer in process.stdout.splitlines()]
    error_lines = process.stderr.splitlines()[-_MOST_PRINTED:]
    if lines and lines[-1].text == END:
        return Survey(lines[:-1], is_complete=True, error_lines=error_lines)
    lines.append(ReportLine(f"the survey ended (code {process.returncode})"))
    return Survey(lines, is_complete=False, error_lines=error_lines)
