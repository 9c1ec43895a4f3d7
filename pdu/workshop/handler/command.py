"""`pdu handler check`: what a handler that anybody wrote keeps and breaks of the vendor's page.

A rule (RULES["once"]: "a command is written once") is kept, broken, advised or not tried; a
`Finding` says which. The handler is loaded, and its methods status, statistic, port_down and
port_up are called on simulated PDUs on this machine, never on the owner's device. Their logins hold
a password of the check's own in the place of the owner's secrets: `login` has those.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
import textwrap
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

import click

from handlers import registry
from handlers.shared.errors import SettingsError
from pdu_common.connection import PduData

from ...cli.exit_codes import DEFECT, DONE, NOT_SEEN
from ...cli.groups import EPILOG, Group
from ...cli.known_secrets import forget_secrets
from ...cli.options import (
    FILE,
    SECRETS,
    Output,
    output_options,
    pass_output,
)
from ...cli.output import Result, print_result, printing_to_stderr, show_status_line, waiting
from ...cli.shared_options import off_option, on_option, refused_option
from ...files.secret_files import secret_in
from ...files.whole_files import text_of
from ...loading.four_methods import DOUBLE_LACKS_NAME
from ...loading.handler_loading import LoadedHandler, load as load_handler, load_again
from ...loading.handler_module import AskedSettings
from ...loading.handler_paths import is_handler_there
from ...loading.handler_source import PAGE, HandlerSource, UnreadHandler, read_handler
from ...pdu_list import form as connection_data
from ...pdu_list.login_options import Login, pass_login, setting_options
from ...pdu_list.logins import environment_login
from ...recordings.handler_recordings import handler_of_recording
from ...recordings.recording_formats import ReplayedDevice
from ...recordings.simulated_pdu import port_mark
from ...recordings.web import har, unit as web_unit
from . import loading_checks, process_settings
from .checked_call import METHODS
from .protocols import refuse_other_protocol
from .rules import (
    ADVISED,
    BROKEN,
    KEPT,
    RULES,
    UNTRIED,
    Finding,
    Rule,
    kept,
    lines,
    rules_of,
    untried,
    untried_rules,
)

if TYPE_CHECKING:
    from .bounded_methods import CheckedHandler

#: in place of a secret of the owner's: the check finds where the handler shows it
_CHECK_PASSWORD = f"password-{secrets.token_hex(8)}"

_NARROWEST = 60
_RESULTS = (KEPT, BROKEN, ADVISED, UNTRIED)


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
@click.option(
    "--profile",
    metavar="FAMILY|FILE.json",
    type=FILE,
    help="SNMP: the family or profile that knows the objects of the recording",
)
@on_option()
@off_option()
@refused_option()
@setting_options
@output_options
@pass_login
@pass_output
def handler_check(
    output: Output,
    login: Login,
    path: str,
    replay: Optional[str],
    profile: Optional[str],
    on: Sequence[str],
    off: Sequence[str],
    refused: Optional[str],
) -> int:
    """Say what a handler keeps and breaks of the vendor's page "Creating a PDU handler", of
    safety and of our advice: each row says who wants it, with words of the page to search for.

    PATH  its file (.py), folder or archive (.tar.gz); PATH:IMPORT.PATH for one of several

    The handler is loaded beside the platform's modules alone, and called against a
    device on this machine: a recording, or one of the family whose objects it asks for. Each outlet
    is switched, two PDUs are polled in turn, and faults are tried: a silent, late, busy or stuck
    device, a refusal, a wrong login, a redirect, a table that ends early, a meter that is absent.

    It runs code that you did not write: with your rights, as DCImanager runs it with its own.

    Exit code: 0 if states, figures, commands and faults were tried and it keeps the page, 9 if
    something of that was not tried, 1 if it breaks the page or could do harm. What is only advised
    does not count.
    """
    _require_handler(path)
    for secret_file in login.secret_files.values():
        secret_in(secret_file)  # one that cannot be used is no fault of the handler
    connection_data.refuse_empty(login)
    if not replay and (profile or on or off or refused):
        raise SettingsError("--profile, --on, --off and --refused are for --replay FILE")
    text = text_of(replay) if replay else ""
    device = RecordedDevice(replay or "", text, profile or "", on, off, refused or "")
    with tempfile.TemporaryDirectory(prefix="pdu-handler-") as name, printing_to_stderr():
        findings, methods = _findings(_Check(path, device, Path(name), login, output))
    return print_result(_result(path, findings, methods), as_json=output.json)


def _require_handler(path: str) -> None:
    """Raises SettingsError for a path without a handler, with an advice for what may be meant:

    handler_dir    no error
    snmp           'snmp' is no file, folder or archive with a handler: check its archive, ...
    empty_dir      'empty_dir' is no file, folder or archive with a handler: the folder has ...
    """
    if is_handler_there(path):
        return
    advice = ""
    if registry.is_handler(path):
        advice = (
            f": check its archive, dist/pdu_{path}-VERSION.tar.gz, which `make packages` builds"
        )
    elif os.path.isdir(path):
        advice = ": the folder has no Python file"
    raise SettingsError(f"{path[:200]!r} is no file, folder or archive with a handler{advice}")


def _result(path: str, findings: Sequence[Finding], methods: Collection[str]) -> Result:
    """What the command prints and its exit code: a line for each finding, and a verdict. `methods`:
    those that asked a simulated PDU, or returned. The verdict is the last line:

        handler_dir keeps the vendor's page "Creating a PDU handler": status, statistic, port_down,
        port_up ran, of 38 laws 38 kept, 0 broken, 0 not tried
    """
    findings = [_advised_if_harmless(finding) for finding in findings]
    missing_rules = untried_rules(findings)
    code, verdict = _verdict(findings, missing_rules)
    count_by_result = Counter(finding.result for finding in findings)
    # of some that were not tried there is no finding
    count_by_result[UNTRIED] = len({*rules_of(findings, UNTRIED), *missing_rules})
    shown_results = [result for result in _RESULTS if count_by_result[result] or result != ADVISED]
    counts = [f"{count_by_result[result]} {result}" for result in shown_results]
    laws = f"of {sum(count_by_result.values())} laws {', '.join(counts)}"
    called = ", ".join(method for method in METHODS if method in methods) or "no method"
    last_line = f"{path} {verdict}: {called} ran, {laws}"
    width = max(_NARROWEST, shutil.get_terminal_size().columns)
    shown_lines = [*lines(findings, width), ""]
    untried_texts = [rule.text for rule in missing_rules]
    if untried_texts:
        not_tried = f"not tried: {'; '.join(untried_texts)}"
        shown_lines += [*textwrap.wrap(not_tried, width), ""]
    shown_lines += textwrap.wrap(last_line, width, break_long_words=False)
    rows = [_fields(finding) for finding in findings]
    facts = {"handler": path, "findings": rows, "untried": untried_texts}
    return Result(facts, shown_lines, code)


def _verdict(findings: Sequence[Finding], missing_rules: Sequence[Rule]) -> tuple[int, str]:
    """The exit code, and what it means, in words: 1 if a rule of the page or of safety is broken, 9
    if a rule that must be tried was not, 0 else. `missing_rules`: those that must be tried and were
    not.

    >>> once = Finding(RULES["once"], BROKEN, "port_down wrote 2 times")
    >>> _verdict([once], []), _verdict([], [RULES["status"]])[0], _verdict([kept("status")], [])[0]
    ((1, 'is not safe: it would do harm'), 9, 0)
    """
    broken_rules = rules_of(findings, BROKEN)
    if any(rule.section for rule in broken_rules):
        return DEFECT, f"breaks {PAGE}"
    if broken_rules:
        return DEFECT, "is not safe: it would do harm"
    if RULES["status"] in missing_rules:
        return NOT_SEEN, f"is not known to keep {PAGE}"
    if any(DOUBLE_LACKS_NAME in finding.detail for finding in findings):
        return NOT_SEEN, f"is not known to keep {PAGE}: {DOUBLE_LACKS_NAME}"
    if RULES["imports"] in rules_of(findings, UNTRIED):
        return NOT_SEEN, "is not known to load on the platform, which may lack a package"
    if missing_rules:
        return NOT_SEEN, f"is not known to keep {PAGE}: not all of it was tried"
    return DONE, f"keeps {PAGE}"


def _fields(finding: Finding) -> dict[str, Any]:
    """A finding as a row of the command's JSON. The remedy is "" for a rule that is kept.

    >>> fields = _fields(Finding(RULES["once"], BROKEN, "port_down wrote 2 times"))
    >>> fields["result"], fields["source"], fields["remedy"]
    ('broken', 'safety', 'write once, then read the state')
    """
    rule = finding.rule
    is_broken = finding.result in (BROKEN, ADVISED)
    return {
        "result": finding.result,
        "rule": rule.text,
        "source": rule.source,
        "section": rule.section,
        "line": rule.line,
        "detail": finding.detail,
        "remedy": rule.remedy if is_broken else "",
    }


def _advised_if_harmless(finding: Finding) -> Finding:
    """The finding, with `advised` in the place of `broken` for a rule that is only our advice.

    >>> _advised_if_harmless(Finding(RULES["empty"], BROKEN)).result
    'advised'
    >>> _advised_if_harmless(Finding(RULES["once"], BROKEN)).result
    'broken'
    """
    if finding.result == BROKEN and finding.rule.source == "advice":
        return finding._replace(result=ADVISED)
    return finding


class RecordedDevice(NamedTuple):
    """A recording of the device, and what its owner says of it:

    pdu handler check volt --replay volt.har --on 'POST /relay/{outlet} turn=on'
    """

    #: "" for none
    file: str
    text: str
    #: a family, or the file of a profile, over SNMP
    profile: str
    #: requests that switch an outlet, in words
    on: Sequence[str]
    off: Sequence[str]
    #: what it answers to a command that it refuses
    refusal: str


class _Check(NamedTuple):
    """What a check is given: the handler's path, a device, an empty folder for files of the check,
    and the options of the command.
    """

    path: str
    #: the owner's recording, or one without a file
    device: RecordedDevice
    folder: Path
    #: the owner's settings and secrets; the handler gets no secret of his
    login: Login
    #: whether progress is shown
    output: Output


def _findings(check: _Check) -> tuple[Sequence[Finding], Collection[str]]:
    """Check a handler: first its archive and its import, then its four methods. Returns a finding
    for each rule that can be tried, and the names of the methods that ran. Of a handler that

        is not in the archive         archive broken
        is there twice                status not tried: two.tar.gz has make_handler in two.a and ...
        does not load                 archive kept; alone broken; status not tried: it was not ...
        loads                         archive kept, ..., status kept: 8 outlets of the recording

    Raises SettingsError for options that the handler's protocol does not have.
    """
    try:
        source = read_handler(check.path)
    except UnreadHandler as error:
        return [untried("status", error.reason)], ()
    except SettingsError as error:
        return [Finding(RULES["archive"], BROKEN, error.reason)], ()
    _refuse_options(source, check.device)
    settings = _handler_settings(check.login)
    if source.protocol != "snmp":
        # the cases give a port, so the handler may want one
        settings = {"port": "80", **_environment_settings(), **_owner_settings(check.login)}
    with waiting("loading the handler", check.output):
        findings = list(loading_checks.check_loading(source, settings, check.folder))
    findings_of_import = [finding for finding in findings if finding.rule is RULES["alone"]]
    if any(finding.result != KEPT for finding in findings_of_import):
        # it may end or stop this program
        return [*findings, untried("status", "it was not loaded")], ()
    process_settings.restore_process()
    try:
        handler = load_handler(check.path)
    except SettingsError as error:
        return [*findings, untried("status", error.reason)], ()
    with waiting("calling the handler", check.output):
        device_findings, methods = _device_findings(check, handler)
    return [*findings, *device_findings], methods


def _refuse_options(source: HandlerSource, device: RecordedDevice) -> None:
    """Raises SettingsError for a recording over another protocol than the handler's, and for an
    option that its protocol does not have: --refused over SNMP, --profile over another.
    """
    if device.file:
        refuse_other_protocol(source, device.text, device.file)
    is_snmp = source.protocol == "snmp"
    if device.refusal and is_snmp:
        raise SettingsError("--refused is for a recording over HTTP")
    if device.profile and not is_snmp:
        raise SettingsError("--profile is for a recording over SNMP")


def _owner_settings(login: Login) -> dict[str, str]:
    """The settings that the owner gave, by key; each of his secrets is the check's password."""
    return {**login.settings, **dict.fromkeys(login.secret_files, _CHECK_PASSWORD)}


def _environment_settings() -> dict[str, str]:
    """The settings that variables of the environment give, by key, without the fields of SNMP; each
    secret is the check's password.
    """
    login = environment_login({})
    secret_keys = login.secrets.keys() - set(connection_data.SNMP_KEYS)
    return {**login.settings, **dict.fromkeys(secret_keys, _CHECK_PASSWORD)}


def _handler_settings(login: Login) -> dict[str, str]:
    """The owner's settings by key, without the fields of SNMP such as the community, which
    make_handler gets apart from the settings.
    """
    keys = connection_data.SNMP_KEYS
    return {key: text for key, text in _owner_settings(login).items() if key not in keys}


def _device_findings(
    check: _Check, handler: LoadedHandler
) -> tuple[Sequence[Finding], Collection[str]]:
    """Call a handler's methods on simulated PDUs. Returns the findings, and the names of the
    methods that asked a PDU, or returned. Of a handler that asks another host in status:

        [..., side effects kept, elsewhere broken: it asks 192.0.2.1:80, which is not its PDU, ...]
        {"status", "statistic", "port_down", "port_up"}
    """
    # imported late: 150 ms with pysnmp, which is missing where pdu has no packages
    from .bounded_methods import CheckedHandler, ShownSecrets
    from .side_effects import SideEffects
    from .snmp_check import snmp_data
    from .snmp_units import COMMUNITY

    shown_secrets = ShownSecrets((COMMUNITY, _CHECK_PASSWORD))
    package = handler.make.__module__.partition(".")[0]
    effects = SideEffects(package, shown_secrets.search)
    is_quiet = check.output.json or check.output.debug

    def tell(doing: str) -> None:
        show_status_line(f"calling the handler: {doing}", is_quiet=is_quiet)

    with shown_secrets.watching():
        make_snmp_data = partial(snmp_data, _handler_settings(check.login), COMMUNITY)
        checked_handler = CheckedHandler(
            loaded=handler,
            load_again=partial(load_again, check.path),
            data_makers=[make_snmp_data] if handler.snmp else _data_makers(handler, check.login),
            secrets=shown_secrets,
            effects=effects,
            community=COMMUNITY if handler.snmp else "",
            tell=tell,
        )
        if handler.snmp:
            findings = list(_findings_over_snmp(checked_handler, check.device, check.folder))
        else:
            findings = list(_findings_of_recording(checked_handler, check.device))
    methods = effects.called_methods
    findings.append(_finding_of_watch("side effects", ADVISED, effects.sentences, methods))
    findings.append(_finding_of_watch("elsewhere", BROKEN, effects.other_hosts, methods))
    findings.append(_finding_of_watch("secret", BROKEN, shown_secrets.places, methods))
    return findings, methods


def _findings_over_snmp(
    handler: CheckedHandler, device: RecordedDevice, folder: Path
) -> Iterator[Finding]:
    """Yields the findings of calls to simulated units over SNMP. `device`: the recording from which
    they answer; without a file, they are of the family whose objects the handler asks for.
    `folder`: for the profile that is written of the commands --on and --off.
    """
    # imported late: 150 ms with pysnmp, which may be missing
    from .snmp_check import snmp_findings
    from .snmp_units import profile_of_commands, recorded_device

    profile = device.profile or profile_of_commands(device.on, device.off, folder)
    snmp_device = recorded_device(device.text, profile) if device.file else None
    yield from snmp_findings(handler, snmp_device)


def _findings_of_recording(handler: CheckedHandler, device: RecordedDevice) -> Iterator[Finding]:
    """Yields the findings of calls to PDUs on this machine that answer from the recording; without
    a file, one finding: status not tried.
    """
    # imported late: 150 ms with pysnmp, which may be missing
    from .recording_check import findings_on_recording

    with contextlib.ExitStack() as stack:
        recording = None
        if device.file:
            recording = _served(device)
            stack.callback(recording.close)
        yield from findings_on_recording(handler, recording)


def _finding_of_watch(
    rule: str, result: str, problems: Sequence[str], methods: Collection[str]
) -> Finding:
    """The finding of a rule about what calls do beside their answers: `result`, broken or advised,
    with `problems`; without problems, kept if all four methods ran, else not tried. `methods`:
    those that ran.

    >>> _finding_of_watch("secret", BROKEN, ["it prints a secret"], METHODS).detail
    'it prints a secret'
    >>> _finding_of_watch("secret", BROKEN, [], ["status", "statistic"]).detail
    'no request of port_down, port_up reached a simulated device'
    """
    if problems:
        return Finding(RULES[rule], result, "; ".join(problems))
    missing_methods = ", ".join(method for method in METHODS if method not in methods)
    if missing_methods:
        return untried(rule, f"no request of {missing_methods} reached a simulated device")
    return kept(rule)


def _served(device: RecordedDevice) -> ReplayedDevice:
    """A device at a free port of this machine that answers from the recording: over HTTP from
    volt.har, over NUT from ups.dev. Raises SettingsError for a file that is no recording, and for
    --on, --off or --refused over NUT.
    """
    text = device.text
    if har.is_recording(text):
        return web_unit.serve(text, 0, device.on, device.off, refusal=device.refusal)
    if device.on or device.off or device.refusal:
        raise SettingsError("--on, --off and --refused are for a recording over HTTP")
    _, recording_format = handler_of_recording(text, device.file)
    return recording_format.serve(text, 0)


def _data_makers(handler: LoadedHandler, login: Login) -> Sequence[Callable[[int], PduData]]:
    """Functions that make the argument of make_handler for a PDU over HTTP at a port of this
    machine. Each secret in it is the check's password, which the handler may show nowhere:

        port 8080    PduData("127.0.0.1", {"port": "8080", "password": "password-1f0c...p8080x"})
        port 8080    PduData("127.0.0.1:8080", {"password": "password-1f0c...p8080x"})

    The owner's secrets were read for them, and pdu would hide each text that holds one. They are
    forgotten: the handler is not given them, and a text that holds one by chance shows no secret.
    """
    secret_keys = {setting.key for setting in handler.settings if setting.secret}
    secret_keys |= {*SECRETS, *login.secret_files}
    makers = connection_data.forms_of_port(handler, login)
    forget_secrets()
    return [partial(_data_with_check_secrets, make_data, secret_keys) for make_data in makers]


def _data_with_check_secrets(
    make_data: Callable[[int], PduData], secret_keys: Collection[str], port: int
) -> PduData:
    """The argument of make_handler for a port, with the check's password in the place of each
    secret. Of port 8080, with the settings

        before    {"username": "admin", "password": "owner's"}
        after     {"username": "admin", "password": "password-1f0c...p8080x"}
    """
    data = make_data(port)
    for key in secret_keys:
        if key in data.custom_params:
            data.custom_params[key] = f"{_CHECK_PASSWORD}{port_mark(port)}"
    data.custom_params = AskedSettings(data.custom_params)
    return data
