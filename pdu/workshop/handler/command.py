"""`pdu handler check`: what a handler that anybody wrote keeps and breaks of the vendor's page."""

from __future__ import annotations

import functools
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import click

from handlers import registry
from handlers.shared.address import Address
from handlers.shared.errors import SettingsError

from ...cli.exit_codes import DEFECT, DONE, NOT_SEEN
from ...cli.groups import EPILOG, Group
from ...cli.options import FILE, RunOptions, output_options, pass_run_options, setting_options
from ...cli.output import Result, print_result, printing_to_stderr, tabulate, waiting
from ...files.whole_files import text_of
from ...loading.four_methods import LACKING
from ...loading.handler_loading import LoadedHandler, load
from ...loading.handler_paths import is_handler_there
from ...loading.handler_recordings import handler_of_recording
from ...loading.handler_source import PAGE, UnreadHandler, read_handler
from ...pdu_list import form as connection_data
from . import loading_checks
from .rules import BROKEN, HEAD, KEPT, RULES, UNTRIED, Finding, table


@click.group(
    "handler",
    cls=Group,
    examples=(
        "pdu handler check handler_dir",
        "pdu handler check custom_handler.tar.gz --json",
    ),
    epilog=EPILOG,
)
def handler() -> None:
    """Check a handler of your own, or anybody's."""


@handler.command(
    "check",
    short_help="say what a handler keeps and breaks of the vendor's page",
    examples=(
        "pdu handler check handler_dir",
        "pdu handler check custom_handler.tar.gz --replay unit.snmprec",
    ),
)
@click.argument("path")
@click.option(
    "--replay",
    metavar="FILE",
    type=FILE,
    help="a recording of the device (pdu record)",
)
@setting_options
@output_options
@pass_run_options
def handler_check(run_options: RunOptions, path: str, replay: Optional[str]) -> int:
    """Say what a handler keeps and breaks of the vendor's page "Creating a PDU handler", and
    of our advice: each row says who wants it, with words of the page to search for.

    PATH  its file (.py), folder or archive (.tar.gz); PATH:IMPORT.PATH for one of several

    The handler is loaded beside the platform's modules alone, checked by mypy, and called against a
    device on this machine: a recording, or one of the family whose objects it asks for. Faults are
    tried too: a silent or late device, a wrong community, a table that ends early.

    It runs code that you did not write: with your rights, as DCImanager runs it with its own.

    Exit code: 0 if it keeps all that was tried, 9 if only what is recommended is broken or if its
    methods were not tried, 1 if it breaks the page.
    """
    if not is_handler_there(path):
        advice = ""
        if registry.is_handler(path):
            advice = (
                f": check its archive, dist/pdu_{path}-VERSION.tar.gz, which `make packages` builds"
            )
        elif os.path.isdir(path):
            advice = ": the folder has no Python file"
        raise SettingsError(f"{path[:200]!r} is no file, folder or archive with a handler{advice}")
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="pdu-handler-") as name, printing_to_stderr():
        for finding in _findings(path, replay or "", Path(name), run_options):
            findings.append(finding)
    return print_result(_result(path, findings), run_options.json)


def _result(path: str, findings: list[Finding]) -> Result:
    """The findings as a table and the verdict; the exit code says whether the page is kept."""
    count_by_result = Counter(finding.result for finding in findings)
    if any(finding.breaks_page for finding in findings):
        code, verdict = DEFECT, f"breaks {PAGE}"
    elif any(finding.rule is RULES["status"] and finding.result == UNTRIED for finding in findings):
        code, verdict = NOT_SEEN, f"is not known to keep {PAGE}, its methods were not called"
    elif any(LACKING in finding.detail for finding in findings):
        code, verdict = NOT_SEEN, f"is not known to keep {PAGE}: {LACKING}"
    elif count_by_result[BROKEN]:
        code, verdict = NOT_SEEN, f"keeps {PAGE}, but not all of our advice"
    else:
        code, verdict = DONE, f"keeps {PAGE}"
    lines = [
        *tabulate(HEAD, table(findings)),
        "",
        f"{path} {verdict}: {count_by_result[KEPT]} kept, {count_by_result[BROKEN]} broken,"
        f" {count_by_result[UNTRIED]} not tried",
    ]
    rows: list[dict[str, Any]] = [
        {
            "result": finding.result,
            "rule": finding.rule.text,
            "source": finding.rule.source,
            "section": finding.rule.section,
            "line": finding.rule.line,
            "detail": finding.detail,
        }
        for finding in findings
    ]
    return Result({"handler": path, "findings": rows}, lines, code)


def _findings(path: str, replay: str, folder: Path, run_options: RunOptions) -> Iterator[Finding]:
    """A finding for each rule: first of the archive and its import, then of its four methods."""
    try:
        source = read_handler(path)
    except UnreadHandler as error:
        yield Finding(RULES["status"], UNTRIED, error.reason)
        return
    except SettingsError as error:
        yield Finding(RULES["archive"], BROKEN, error.reason)
        return
    loads = True
    with waiting("loading the handler", run_options):
        for finding in loading_checks.check_loading(source, _settings(run_options), folder):
            yield finding
            loads = loads and (finding.rule is not RULES["alone"] or finding.result == KEPT)
    try:
        if not loads:  # it may end or stop this program
            raise SettingsError("it was not loaded")
        loaded_handler = load(path)
    except SettingsError as error:
        yield Finding(RULES["status"], UNTRIED, error.reason)
        return
    with waiting("calling the handler", run_options):
        yield from _device_findings(loaded_handler, replay, run_options)


def _settings(run_options: RunOptions) -> dict[str, str]:
    """What DCImanager's form carries besides the fields of SNMP; a secret is any text."""
    secrets = dict.fromkeys(run_options.secret_files, "secret")
    fields = connection_data.SNMP_KEYS
    return {
        key: value
        for key, value in {**run_options.settings, **secrets}.items()
        if key not in fields
    }


def _device_findings(
    handler: LoadedHandler, replay: str, run_options: RunOptions
) -> Iterator[Finding]:
    """Findings of the four methods on a served recording, or on simulated units without one."""
    # imported late: 150 ms with pysnmp, which is missing where pdu has no packages
    from .device_trials import SnmpTrials, served_findings
    from .trial_units import recorded_device

    text = text_of(replay) if replay else ""
    if handler.snmp:
        trials = SnmpTrials(handler, _settings(run_options))
        yield from trials.findings(recorded_device(text) if text else None)
        return
    form = functools.partial(_form, handler, run_options)
    if not text:
        yield from served_findings(handler, form, "", None)
        return
    _, kind = handler_of_recording(text, replay)
    replay_server = kind.serve(text, 0)
    try:
        address = f"{replay_server.host}:{replay_server.port}"
        yield from served_findings(handler, form, address, replay_server.writes)
    finally:
        replay_server.close()


def _form(handler: LoadedHandler, run_options: RunOptions, address: str) -> Any:
    """What DCImanager's form would carry for a device at this address."""
    return connection_data.pdu_data(handler, Address(address), run_options)
