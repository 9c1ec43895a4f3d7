"""`pdu handler check`: what a handler that anybody wrote keeps and breaks of the vendor's page."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError

from ..core.cli.exit_codes import DEFECT, DONE, NOT_SEEN
from ..core.cli.groups import EPILOG, LazyCommand, LazyGroup, Subcommand
from ..core.cli.options import Argument, RunOptions, device, option, output, run_options_of
from ..core.cli.output import Result, print_result, tabulate, waiting
from ..core.files.whole_files import text_of
from ..pdus import connection_data
from ..pdus.handler_loading import LoadedHandler, load
from ..pdus.handler_paths import is_handler_there
from ..pdus.handler_source import PAGE, read_handler
from . import loading_checks
from .rules import BROKEN, KEPT, RULES, UNTRIED, Finding, table

_HEAD = ["result", "what", "who wants it", "seen"]


@click.pass_context
def _check(context: click.Context, path: str, replay: str) -> int:
    run_options = run_options_of(context)
    if not is_handler_there(path):
        raise SettingsError(f"{path[:200]!r} is no file, folder or archive with a handler")
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="pdu-handler-") as name:
        for finding in _findings(path, replay, Path(name), run_options):
            findings.append(finding)
    return print_result(_result(path, findings), run_options.json)


def _result(path: str, findings: list[Finding]) -> Result:
    number = {word: sum(one.result == word for one in findings) for word in (KEPT, BROKEN, UNTRIED)}
    if any(one.breaks_page for one in findings):
        code, verdict = DEFECT, f"breaks {PAGE}"
    elif number[BROKEN]:
        code, verdict = NOT_SEEN, f"keeps {PAGE}, but not all of our advice"
    else:
        code, verdict = DONE, f"keeps {PAGE}"
    lines = [
        *tabulate(_HEAD, table(findings)),
        "",
        f"{path} {verdict}: {number[KEPT]} kept, {number[BROKEN]} broken,"
        f" {number[UNTRIED]} not tried",
    ]
    rows: list[dict[str, Any]] = [
        {
            "result": one.result,
            "rule": one.rule.text,
            "source": "page" if one.rule.section else "advice",
            "section": one.rule.section,
            "detail": one.detail,
        }
        for one in findings
    ]
    return Result({"handler": path, "findings": rows}, lines, code)


def _findings(path: str, replay: str, folder: Path, run_options: RunOptions) -> Iterator[Finding]:
    try:
        source = read_handler(path)
    except SettingsError as error:
        yield Finding(RULES["archive"], BROKEN, error.reason)
        return
    unpacked = folder / "handler"
    unpacked.mkdir()
    source.archive.unpack(unpacked)
    platform = loading_checks.place_platform(folder)
    try:
        handler = load(path)
    except SettingsError as error:
        with waiting("loading the handler", run_options):
            is_snmp = source.protocol == "snmp"
            yield from loading_checks.check_loading(source, is_snmp, platform, unpacked)
        yield Finding(RULES["status"], UNTRIED, error.reason)
        return
    with waiting("loading the handler", run_options):
        yield from loading_checks.check_loading(source, handler.snmp, platform, unpacked)
    with waiting("calling the handler", run_options):
        yield from _device_findings(handler, replay, run_options)


def _device_findings(
    handler: LoadedHandler, replay: str, run_options: RunOptions
) -> Iterator[Finding]:
    # imported late: 150 ms with pysnmp, which is missing where pdu has no packages
    from .device_trials import DeviceTrials, ServedTrials, asked_device, recorded_device

    text = text_of(replay) if replay else ""
    if handler.snmp:
        device = recorded_device(text) if text else asked_device(handler)
        if device is None:
            why = "no family of this pack has the objects that it asks for: give --replay FILE"
            yield Finding(RULES["status"], UNTRIED, why)
            return
        yield from DeviceTrials(handler, device).findings()
        return
    form = functools.partial(_form, handler, run_options)
    if not text:
        yield from ServedTrials(handler, form, "", None).findings()
        return
    from ..recordings.of_handlers import handler_of_recording

    _, kind = handler_of_recording(text, replay)
    served = kind.serve(text, 0)
    try:
        address = f"{served.host}:{served.port}"
        yield from ServedTrials(handler, form, address, served.writes).findings()
    finally:
        served.close()


def _form(handler: LoadedHandler, run_options: RunOptions, address: str) -> Any:
    """What DCImanager's form would carry for a device at this address."""
    return connection_data.pdu_data(handler, Address(address), run_options)


check = Subcommand(
    "check",
    callback=_check,
    examples=(
        "pdu handler check handler_dir",
        "pdu handler check custom_handler.tar.gz --replay unit.snmprec",
    ),
    help="""Say what a handler keeps and breaks of the vendor's page "Creating a PDU handler", and
of our advice: each row says which of both it is.

PATH  its file (.py), folder or archive (.tar.gz); PATH:IMPORT.PATH for one of several

The handler is loaded beside the platform's modules alone, checked by mypy, and called against a
device on this machine: a recording, or one of the family whose objects it asks for. Faults are
tried too: a silent or late device, a wrong community, a table that ends early.

It runs code that you did not write: with your rights, as DCImanager runs it with its own.""",
    params=[
        Argument("PATH"),
        *option("--replay", "a recording of the device (pdu record)", "FILE", default=""),
        *device(),
        *output(),
    ],
)

handler = LazyGroup(
    "handler",
    {
        "check": LazyCommand(
            "handler.command", "check", "say what a handler keeps and breaks of the vendor's page"
        )
    },
    examples=(
        "pdu handler check handler_dir",
        "pdu handler check custom_handler.tar.gz --json",
    ),
    help="Check a handler of your own, or anybody's.",
    epilog=EPILOG,
)
