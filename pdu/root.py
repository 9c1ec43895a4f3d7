"""The command line as a whole, and how each run ends."""

from __future__ import annotations

import logging
import os
import sys
import textwrap
from collections.abc import Sequence

import click
from click.shell_completion import shell_complete

from handlers import VERSION, registry
from handlers.shared.errors import SettingsError, printable
from handlers.shared.similar_names import similar_names

from .cli.error_output import Interrupted, NoSuchHandler, Usage, fail
from .cli.exit_codes import DONE
from .cli.exit_handling import OutputError, discard, missing_package_advice
from .cli.groups import Group, LazyGroup
from .cli.invocation import VERSION_LINE
from .cli.known_secrets import forget_secrets, hide_secrets
from .cli.options import COMPLETION, SECRETS, Output, Run, spelled
from .cli.spelling import look_alike
from .commands import GROUPS, LAZY_COMMANDS
from .loading.handler_paths import list_advice
from .pdu_list.names import SwitchingCommand, how_a_list_is_known, outlet_name_advice

_HELP = "PDUs from the command line, by the handlers of this pack or your own."

_HANDLERS = textwrap.fill(
    f"HANDLER: {', '.join(registry.names())}, or a PATH of one",
    width=78,
    subsequent_indent="         ",
)
_EPILOG = f"""\b
{_HANDLERS}
Settings, secrets: pdu help settings; exit codes, errors: pdu help exit-codes"""


ROOT = LazyGroup(
    "pdu",
    lazy_commands=LAZY_COMMANDS,
    groups=GROUPS,
    examples=("pdu identify 192.0.2.8", "pdu status snmp 192.0.2.8"),
    help=_HELP,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
click.version_option(VERSION, "-V", "--version", message=VERSION_LINE, help="the pack's version")(
    ROOT
)


# around the overview that `pdu` alone prints; all of it fits a terminal of 24 lines
_FIRST = "PDUs from the command line as DCImanager calls them, and the tools around them\n"
_NEXT = """
pdu identify 192.0.2.8            what it is, what can be read and switched
pdu status snmp 192.0.2.8         its outlets and their states
pdu supports AP8959               is this model read, switched, metered?

pdu --help begins with the usual ones, pdu COMMAND --help has the options,
pdu help commands a line for each; pdu help errors, exit-codes, settings."""


_NAMES_NEED_A_LIST = "; the name of a PDU needs its list ({})"
_FORMATS = "--json prints JSON; pdu outlets and pdu check have --csv too"
# an option that a command does not have -> where to find what it is meant for
_ELSEWHERE = {
    "csv": "pdu outlets and pdu check print CSV; --json works everywhere",
    "format": _FORMATS,
    "output": _FORMATS,
    "host": "HOST is an argument: pdu status HANDLER HOST",
    "ip": "HOST is an argument: pdu status HANDLER HOST",
    "address": "HOST is an argument: pdu status HANDLER HOST",
    "handler": "HANDLER is an argument: pdu status HANDLER HOST",
    "user": "give --username",
    "login": "give --username",
    # as net-snmp's tools have them
    "c": f"other users can see arguments: use {spelled('community')}",
    "v": "give --snmp-version 1, 2c or 3; for a log, --debug",
    # as kubectl has it
    "o": _FORMATS,
    "q": "no command prints more than its answer: > /dev/null leaves the exit code alone",
    "y": "give --yes",
    "p": f"give --port; a password is never an argument: use {spelled('password')}",
    "force": "give --yes",
    "all": "outlets are a range, such as 1-24; pdu help commands lists all commands",
    "delay": "pdu cycle has --pause SECONDS",
    "dry_run": "a command that switches asks first, and does nothing without an answer",
    "outlet": "OUTLET is the last argument of pdu on, off and cycle",
    "verbose": "--debug prints a log",
    "no_verify": "any certificate is accepted with -s verify=no",
    "profile": (
        "-s profile=FAMILY names one; a profile of your own becomes an archive by"
        " packaging/build.py --profile FILE.json (docs/own-pdu.md)"
    ),
    "watch": "for one line each time: watch -n 30 pdu status HANDLER HOST",
    **{
        key: f"a setting of a handler is given as -s {key}=VALUE"
        for key in (
            *("device", "link_units", "metered_only", "scheme", "switch_automatic"),
            *("ca_pem", "switch_unproven", "tls", "verify", "whole_load"),
        )
    },
}

_NO_COMMAND = "Missing command."  # as click says it

# a command of a fixed number of arguments -> what is meant by more of them
_EXTRA = {
    "pdu cycle": "give one OUTLET: cycle takes one at a time",
}


def _handler_advice(word: str) -> str:
    """The end of the sentence about a word that is no handler: what it is, or what was meant; "" if
    nothing can be said.
    """
    if word.isdigit():
        return "; the outlet comes last: pdu off snmp 192.0.2.8 3"
    first_word, *other_words = word.split()
    if other_words and registry.is_handler(first_word):
        return f"; write it without quotes: {printable(word, 60)}"
    folder = _folder_like(word)
    if folder:
        return f"; did you mean the folder {folder}?"
    from .supports.hints import hint_of  # imported late: 60 ms with the profiles, for an error only

    hint = hint_of(word)
    return f"; {hint}" if hint else ""


def _folder_like(word: str) -> str:
    """The folder here that was meant by its name in other letters, or by the import path of the
    handler in it, such as `omega.handler`; "" if there is none.
    """
    name = word.partition(".")[0]
    for entry in sorted(os.listdir()):
        has_code = os.path.isfile(os.path.join(entry, "__init__.py"))
        if has_code and entry.casefold() == name.casefold():
            return f"./{entry}"
    return ""


def run(arguments: Sequence[str]) -> int:
    """Run `pdu` once and return an exit code of exit_codes.py. Reports errors as a sentence or as
    JSON.

    Raises BrokenPipeError and OutputError, which `exit_handling.run` handles.
    """
    if COMPLETION in os.environ:
        return shell_complete(ROOT, {}, "pdu", COMPLETION, os.environ[COMPLETION])
    if not arguments:
        print(_FIRST, *ROOT.overview(), _NEXT, sep="\n")
        return DONE
    forget_secrets()
    if logging.lastResort is not None:  # it prints warnings where nobody set a handler
        logging.lastResort.addFilter(hide_secrets)
    # also for errors before the options are read
    this_run = Run(Output(json="--json" in arguments))
    try:
        with ROOT.make_context("pdu", list(arguments), obj=this_run) as context:
            return int(ROOT.invoke(context))
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except BrokenPipeError:
        raise
    except OutputError as error:
        if this_run.changing:
            discard(sys.stdout)  # else the rest of it would raise again, without the advice
            raise OutputError(
                f"{error}; a command that was sent may have been carried out"
            ) from None
        raise
    except click.UsageError as error:
        return fail(this_run, Usage(_usage_text(error, arguments)))
    except KeyboardInterrupt:
        advice = "a command that was sent may still be carried out" if this_run.changing else ""
        return fail(this_run, Interrupted(advice))
    except ModuleNotFoundError as error:
        remedy = missing_package_advice(error)
        return fail(this_run, SettingsError(remedy) if remedy else error)
    except NoSuchHandler as error:
        return fail(this_run, SettingsError((*error.parts, _handler_advice(error.word))))
    except Exception as error:
        return fail(this_run, error)


def _usage_text(error: click.UsageError, arguments: Sequence[str]) -> str:
    """What is wrong with the line, what was probably meant, and whose --help says more."""
    # click does not say whose option lacks a value
    names = [word for word in arguments if word in ROOT.lazy_commands][:1]
    where = error.ctx.command_path if error.ctx else " ".join(["pdu", *names])
    return f"{_fault_text(error, where)} ({where} --help)"


def _fault_text(error: click.UsageError, where: str) -> str:
    """What is wrong with the line, and what was probably meant. `where`: the command."""
    # click puts each choice on its own line
    words = " ".join(error.format_message().split())
    if isinstance(error, click.NoSuchOption):
        return _option_text(error, where)
    command = error.ctx.command if error.ctx else ROOT
    if words == _NO_COMMAND and isinstance(command, Group):
        return f"Missing command: {command.choice()}"
    examples: Sequence[str] = getattr(command, "examples", ()) if error.ctx else ()
    if " extra argument" in words:
        return _EXTRA.get(where) or f"{words}. For example: {examples[0]}"
    if not isinstance(error, click.MissingParameter):
        return words
    word = str(error.ctx.params.get("handler") or "") if error.ctx else ""
    may_be_handler = not word or registry.is_handler(word)
    if not may_be_handler and not list_advice(word):
        may_be_handler = os.path.exists(word)  # its path
    if not may_be_handler:
        list_need = _NAMES_NEED_A_LIST.format(how_a_list_is_known())
        if isinstance(command, SwitchingCommand):
            list_need += outlet_name_advice(word)
        advice = list_advice(word) or _handler_advice(word) or list_need
        return f"{word[:60]!r} is not a handler ({', '.join(registry.names())}){advice}"
    return f"{words} For example: {examples[0]}" if examples else words


def _option_text(error: click.NoSuchOption, where: str) -> str:
    """What is meant by an option that the command does not have."""
    option = error.option_name
    key = option.lstrip("-").replace("-", "_")
    secret = key.removesuffix("_file")
    if secret in SECRETS:
        return (
            f"No such option: {option}, because other users can see arguments: use"
            f" {spelled(secret)}"
        )
    if key in _ELSEWHERE:
        return f"No such option: {option}; {_ELSEWHERE[key]}"
    if key.isdigit():
        return f"No such option: {option}; a number has no hyphen before it: {key}"
    parameters = error.ctx.command.params if error.ctx else []
    known_options = [name for parameter in parameters for name in parameter.opts]
    spelling_advice = look_alike(option, known_options.__contains__)
    if spelling_advice:
        return f"No such option: {option}; {spelling_advice}"
    similar_options = similar_names(option, error.possibilities or ())
    if similar_options:
        return f"No such option: {option}; did you mean {similar_options[0]}?"
    if where == "pdu":
        return f"No such option: {option}; options come after the command"
    return f"No such option: {option}"
