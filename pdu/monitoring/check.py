"""`pdu check`: reads all PDUs of a list, or those that its arguments name, in parallel and judges
them.

`config` (`CheckOptions`) are the arguments and options of the command, `login` its login. A target
is a PDU with its handler and its login, ready to be read; a row (`PduRow`) is what was read of it
with the verdict. The owner's files are his list of PDUs and his file of logins. `first_names` says
which PDUs are listed twice: `{"r1": "rack1"}` if the row r1 of the list is the PDU that an earlier
row calls rack1.
"""

from __future__ import annotations

import functools
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

import click

from handlers import registry
from handlers.shared.errors import PduHandlerError, SettingsError, printable
from handlers.shared.tls import cached_contexts

from ..cli import optional_packages
from ..cli.error_output import Usage, describe
from ..cli.exit_codes import WRONG
from ..cli.groups import Subcommand
from ..cli.options import (
    FILE,
    FILE_ARGUMENT,
    Option,
    Output,
    Run,
    SharedOption,
    output_options,
    pass_run,
    spelled,
)
from ..cli.output import counted, print_json, printing_to_stderr, progress
from ..cli.shared_options import (
    auth_option,
    csv_option,
    list_option,
)
from ..cli.spelling import meant
from ..loading.handler_loading import load
from ..loading.handler_paths import is_code
from ..network import hosts
from ..pdu_list import form as connection_data
from ..pdu_list.device_arguments import arguments_help
from ..pdu_list.device_list import DeviceList
from ..pdu_list.known_list import usual_list
from ..pdu_list.listed_pdu import ListedPdu
from ..pdu_list.login_options import Login, NoSecret, login_options, pass_login
from ..pdu_list.logins import ENVIRONMENT, DeviceLogin
from ..reading.owner_files import OwnerFiles
from ..reading.polling import Target, poll, poll_lines, targets
from ..reading.reader_pool import read_all
from . import nagios, tables
from .check_report import report_lines
from .check_result import PduRow, Summary, judge_reading, summary


class CheckOptions(NamedTuple):
    """What a command line says is read, and how it is shown. `words` are its arguments: a list,
    names of its PDUs, or a handler and addresses. Of `pdu check pdus.csv r1-left --nagios` they are
    `["pdus.csv", "r1-left"]`, and `nagios` is true.
    """

    words: Sequence[str]
    owner_files: OwnerFiles
    csv: bool
    nagios: bool
    thresholds: nagios.Thresholds
    lines: bool
    #: the file for Prometheus
    prometheus: Optional[str]


def _print_plugin_failure(reason: str) -> int:
    """Print why the check itself failed, as a Nagios plugin does: `PDU UNKNOWN - the list pdus.csv
    cannot be read`. Returns the exit code of such a failure, 3.
    """
    print(f"PDU UNKNOWN - {reason}".replace("|", "/"))
    return nagios.FAILED


class _Check(Subcommand):
    """Reports wrong arguments as a Nagios plugin does, if --nagios is among the arguments: `PDU
    UNKNOWN - No such option: --warn`, exit code 3.
    """

    def make_context(
        self,
        info_name: Optional[str],
        args: list[str],
        parent: Optional[click.Context] = None,
        **extra: Any,
    ) -> click.Context:
        """The context that click makes of the arguments `args`. With --nagios among them, wrong
        arguments print a plugin's text, and raise Exit with a plugin's code; else UsageError.
        """
        is_plugin = "--nagios" in args  # click takes the arguments out of the list
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if not is_plugin:
                raise
            reason = " ".join(error.format_message().split())
            raise click.exceptions.Exit(_print_plugin_failure(reason)) from None


def _run(config: CheckOptions, output: Output, login: Login) -> int:
    """Read all PDUs once, and print what was read. Returns the exit code, the worst level: 0, 1, 2.
    With --prometheus the metrics are written, too. If that file cannot be written:

    table, CSV            the table is printed, then the error is raised
    --json, --nagios      the error is raised alone, because a program reads one answer
    """
    if config.prometheus:
        _check_prometheus(config.prometheus)
    begins_with_handler = len(config.words) > 1 and _is_handler(config.words[0])
    if begins_with_handler and not config.owner_files.list:
        pdus = _pdus_at_addresses(config, login)
        first_names: Mapping[str, str] = {}
    else:
        pdus, first_names = _pdus_of_list(config, login)
    begin_s = time.time()
    with cached_contexts():
        rows, totals = _read(config, output, pdus, first_names)
    # a program reads one answer: that the file cannot be written
    is_for_people = not output.json and not config.nagios
    try:
        if is_for_people:
            _print(config, output, rows, totals)
    finally:  # the reader of the output may be gone, as `| head` is
        if config.prometheus:
            from .textfile import write_textfile  # its package may be missing

            write_textfile(config.prometheus, [(row.device, row.reading) for row in rows], begin_s)
    if not is_for_people:
        _print(config, output, rows, totals)
    return totals.level


def _check_prometheus(path: str) -> None:
    """Raise SettingsError or Usage if metrics cannot be written to this file.

    pdu.prom   nothing is raised
    pdu.txt    usage: --prometheus: node_exporter reads only files whose names end in .prom
    """
    if not optional_packages.has("prometheus_client"):
        raise SettingsError(optional_packages.missing("--prometheus", "prometheus_client"))
    if not path.endswith(".prom"):
        raise Usage("--prometheus: node_exporter reads only files whose names end in .prom")
    from .textfile import check_path  # its package may be missing

    check_path(path)


def _is_handler(word: str) -> bool:
    """Whether the word is a handler's name, or the path of code with a handler.

    >>> _is_handler("snmp"), _is_handler("mine.py"), _is_handler("r1-left")
    (True, True, False)
    """
    return is_code(word) or registry.is_handler(word)


def _is_list(word: str, *, has_list: bool) -> bool:
    """Whether a word of the command line is the path of a list, not the name of a PDU. `has_list`:
    --list gives the list already; then a word such as `srv` is a name, even if the folder in which
    the command runs has a file `srv`.

    >>> [_is_list(word, has_list=False) for word in ("pdus.csv", "/dev/null", "r1-left")]
    [True, True, False]
    >>> _is_list("/dev/null", has_list=True)
    False
    """
    # a pipe, such as /dev/stdin, is a list
    is_file = os.path.exists(word) and not os.path.isdir(word) and not has_list
    return word.lower().endswith((".csv", ".toml")) or is_file


def _pdus_at_addresses(config: CheckOptions, login: Login) -> Sequence[Target]:
    """The PDUs of the arguments HANDLER HOST..., with the login of the command line. Raises
    SettingsError, also for a login that lacks a setting, and Usage for --list and --auth.

    $ pdu check snmp 192.0.2.8 192.0.2.9
    [Target(ListedPdu("192.0.2.8", "snmp", ...)), Target(ListedPdu("192.0.2.9", "snmp", ...))]
    """
    if config.owner_files.auth:
        raise Usage("HANDLER HOST needs no list and no logins: leave --list and --auth out")
    handler_word, *host_words = config.words
    # each address is parsed before a handler is loaded
    address_by_word = {word: hosts.parse_argument(word) for word in host_words}
    named_targets: list[Target] = []
    for word, address in address_by_word.items():
        handler = load(handler_word)
        settings, secrets = connection_data.form_fields(handler, address, login)
        pdu = ListedPdu(
            name=word, handler=handler_word, address=address, settings=tuple(settings.items())
        )
        named_targets.append(Target(pdu, handler, DeviceLogin(ENVIRONMENT, {}, secrets)))
    return named_targets


def _pdus_of_list(config: CheckOptions, login: Login) -> tuple[Sequence[Target], Mapping[str, str]]:
    """The PDUs of the list, or those whose names are arguments; and for each PDU that the list has
    twice its later name → its first name. Raises SettingsError, and Usage.

        $ pdu check pdus.csv r1 rack1 --auth logins.toml
        [Target(ListedPdu("r1", ...)), Target(ListedPdu("rack1", ...))], {"r1": "rack1"}
    """
    owner_files, names_of_pdus = _list_and_names(config)
    setting_keys = list(login.settings)
    if setting_keys:
        option = spelled(setting_keys[0])
        raise Usage(f"{option} is for HANDLER HOST: a list has the settings of each PDU")
    owner_files = owner_files.add_known_list()
    where = owner_files.require_list()
    fleet = owner_files.files()
    if names_of_pdus:
        fleet = _with_names(fleet, names_of_pdus, where)
    usual_login = owner_files.login()
    fleet_targets = targets(fleet.devices, fleet.auths, usual_login, fleet.wrong_rows)
    prompted_secrets = _prompted_secrets(where, fleet_targets)
    if prompted_secrets:
        usual_login = usual_login._replace(secrets={**usual_login.secrets, **prompted_secrets})
        fleet_targets = targets(fleet.devices, fleet.auths, usual_login, fleet.wrong_rows)
    return fleet_targets, fleet.repeated


def _list_and_names(config: CheckOptions) -> tuple[OwnerFiles, Sequence[str]]:
    """The owner's files, whose list may be one of the arguments; and the arguments that are names
    of PDUs of the list. Raises Usage.

        pdus.csv r1-left                 list pdus.csv; ["r1-left"]
        r1-left --list pdus.csv          list pdus.csv; ["r1-left"]
        r1-left                          no list here, the usual one is taken; ["r1-left"]
        pdus.text                        without a usual list: list pdus.text; []
        pdus.csv halls.csv               usage: 'halls.csv' is one argument too many: ...
        snmp                             usage: 'snmp' is a handler: give HANDLER HOST... ...
    """
    owner_files = config.owner_files
    has_list_option = bool(config.owner_files.list)
    names_of_pdus: list[str] = []
    for word in config.words:
        if _is_handler(word) and not has_list_option:
            raise Usage(
                f"{printable(word, 60)!r} is a handler: give HANDLER HOST... without a list, or"
                " NAMEs of a list"
            )
        if not _is_list(word, has_list=has_list_option):
            names_of_pdus.append(word)
            continue
        if owner_files.list:
            raise Usage(
                f"{printable(word, 60)!r} is one argument too many: give the list once, as an"
                " argument or as --list, and the file of logins as --auth"
            )
        owner_files = owner_files._replace(list=word)
    has_list = bool(owner_files.list or usual_list())
    if has_list or len(names_of_pdus) != 1 or re.fullmatch(r"[\w-]+", names_of_pdus[0]):
        return owner_files, names_of_pdus
    # a word with a dot or a slash is rather a file that is not there; the error about it says so
    return owner_files._replace(list=names_of_pdus[0]), []


def _with_names(fleet: DeviceList, words: Sequence[str], where: str) -> DeviceList:
    """A copy of the list `fleet` with only the rows whose names are `words`, in their order; a
    wrong row, which is read as an error of its PDU, has the name that was typed into it. Raises
    Usage for a name that the list, whose path is `where`, does not have: `'r1-lef' is no file, and
    no PDU of pdus.csv; did you mean 'r1-left'?`.
    """
    device_by_name = {device.name: device for device in fleet.devices}
    wrong_rows = [row for row in fleet.wrong_rows if row.typed_name in words]
    wrong_names = {row.typed_name for row in wrong_rows}
    for word in words:
        if word in device_by_name or word in wrong_names:
            continue
        fault = f"{printable(word, 60)!r} is no file, and no PDU of {printable(where)}"
        advice = meant(word, device_by_name)
        raise Usage(f"{fault}; {advice}" if advice else fault)
    names = [word for word in dict.fromkeys(words) if word not in wrong_names]
    devices = [device_by_name[name] for name in names]
    return fleet._replace(devices=devices, wrong_rows=wrong_rows)


def _prompted_secrets(file: str, fleet_targets: Sequence[Target]) -> dict[str, str]:
    """The secrets that PDUs without a login of the list need, by key; each is asked for on the
    terminal, once for all. {} without a terminal, and if all PDUs have what they need.

        community of 12 PDUs in pdus.csv without a login:
        {"community": "..."}
    """
    if not sys.stdin.isatty():
        return {}
    pdu_count_by_key: Counter[str] = Counter()
    for target in fleet_targets:
        try:
            target.data()
        except NoSecret as error:
            if target.auth.name == ENVIRONMENT:  # it uses no login of the list
                pdu_count_by_key[error.key] += 1
        except PduHandlerError:
            pass  # the poll reports it
    secrets: dict[str, str] = {}
    for key, pdu_count in pdu_count_by_key.items():
        name = key.replace("_", " ")
        prompt = f"{name} of {counted(pdu_count, 'PDU')} in {file} without a login"
        secrets[key] = Login().secret(key, prompt)
    return secrets


def _read(
    config: CheckOptions, output: Output, pdus: Sequence[Target], first_names: Mapping[str, str]
) -> tuple[Sequence[PduRow], Summary]:
    """Read all PDUs once, and judge them. Returns a row of each, in the order of the PDUs, and the
    sums over all. `first_names`: later name → first name of a PDU that is listed twice, which
    counts once in the sums.
    """
    row_by_index: dict[int, PduRow] = {}
    begin = time.monotonic()
    read_target = poll_lines if config.lines else poll
    readings = read_all(pdus, read_target)
    with printing_to_stderr(), progress(len(pdus), "polling", show_pos=True) as bar:
        for index, reading in readings:
            row = judge_reading(pdus[index].device, reading)
            row_by_index[index] = nagios.judge_loads(row, config.thresholds)
            if bar is not None:
                bar.update(1)
    rows = [row_by_index[index] for index in sorted(row_by_index)]
    return rows, summary(rows, time.monotonic() - begin, first_names)


def _print(config: CheckOptions, output: Output, rows: Sequence[PduRow], totals: Summary) -> None:
    """Print the rows and the sums in the form that the options choose: JSON, CSV, the lines of a
    Nagios plugin, else a table with what to do. The plugin has performance data of each PDU if
    the arguments name PDUs, and sums over all PDUs if they name whole lists.
    """
    if output.json:
        print_json(tables.check_document(rows, totals))
    elif config.csv:
        sys.stdout.write(tables.csv_text(rows))
    elif config.nagios:
        has_list = bool(config.owner_files.list)
        names_pdus = any(not _is_list(word, has_list=has_list) for word in config.words)
        lines = nagios.output(totals, rows, config.thresholds, data_per_pdu=names_pdus)
        print("\n".join(lines))
    else:
        print("\n".join(report_lines(rows, totals)))


_HELP = f"""Read all PDUs of a list in parallel: states, load, energy, and what is wrong.

{arguments_help("HANDLER", "HOST")}

LIST is CSV with a header line (name,handler,address,auth,settings,metered) or TOML with [[pdu]]
tables; with NAMEs, only these PDUs of it are read. HANDLER HOST... in place of it reads these PDUs
with the login of `pdu status`. A list
contains no secret: `auth` names a login in a file of logins (--auth) or in an
[auth.NAME] table of the TOML list. PDUs without `auth` are read with --secret-file,
PDU_COMMUNITY, ...; on a terminal you are asked for what is missing. --lines also reads numbers,
names, W, lines and breakers. Without LIST, that of PDU_LIST
is read, else ~/.config/pdu/pdus.csv or /etc/pdu/pdus.csv, with logins.toml beside it.

Exit code: 0 if all is well, 1 if an outlet is UNKNOWN, a NUT driver is not connected or its data
is stale, or a figure that the PDU or an outlet has cannot be read, 2 if a PDU did not answer or
stopped answering, or if its states could not be read for another reason. A wrong row of the list is
an error of its PDU alone. If the list or an option is wrong: 2, or with --nagios 3. UNKNOWN outlets
of a PDU with metered=yes do not count."""


_range_option = functools.partial(
    click.option, cls=Option, metavar="RANGE", type=nagios.RangeType(), requires=["--nagios"]
)


@click.command(
    "check",
    cls=_Check,
    examples=(
        "pdu check pdus.csv --auth logins.toml",
        "pdu check 'rack 1 left' --list pdus.csv --nagios --warning 80% --critical 90%",
    ),
    help=_HELP,
)
@click.argument("words", metavar="[LIST] [NAME...] | HANDLER HOST...", nargs=-1, type=FILE_ARGUMENT)
@list_option(cls=SharedOption)
@auth_option(cls=SharedOption)
@csv_option(excludes=["--json", "--nagios"])
@click.option(
    "--nagios",
    "as_plugin",
    cls=Option,
    is_flag=True,
    excludes=["--json"],
    help="print the output of a Nagios plugin",
)
@_range_option(
    "--warning",
    help="a limit of each line and breaker in % of its rating, or in A: 80%, 12.8, 1:12.8",
)
@_range_option("--critical", help="the same, for CRITICAL")
@click.option(
    "--lines",
    is_flag=True,
    help="also read lines and breakers, and how near they are to a rating",
)
@click.option(
    "--prometheus",
    metavar="FILE",
    type=FILE,
    help="also write metrics to this file for node_exporter's textfile collector: NAME.prom",
)
@login_options
@output_options
@pass_login
@pass_run
def check(
    run: Run,
    login: Login,
    words: Sequence[str],
    list_file: Optional[str],
    auth_file: Optional[str],
    *,
    csv: bool,
    as_plugin: bool,
    warning: Optional[nagios.Range],
    critical: Optional[nagios.Range],
    lines: bool,
    prometheus: Optional[str],
) -> int:
    # this command's exit code 1 is a finding about a PDU, so a defect of `pdu` has another one
    run.defect_code = WRONG
    thresholds = nagios.Thresholds(warning, critical)
    config = CheckOptions(
        words=words,
        owner_files=OwnerFiles(list_file, auth_file, login.secret_files),
        csv=csv,
        nagios=as_plugin,
        thresholds=thresholds,
        lines=lines or bool(thresholds),  # they are limits of each line and breaker
        prometheus=prometheus,
    )
    try:
        thresholds.refuse_useless_shares()
        return _run(config, run.output, login)
    except Exception as error:
        if not as_plugin or isinstance(error, BrokenPipeError):
            raise
        return _print_plugin_failure(describe(error, run)["reason"])
