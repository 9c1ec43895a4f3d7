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
from handlers.shared.errors import SettingsError
from handlers.shared.similar_names import similar_names

from .cli import other_words
from .cli.bash_completion import quote_completions
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
from .pdu_list.known_list import HOW
from .pdu_list.names import SwitchingCommand, outlet_name_advice

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
    advice=other_words.COMMANDS,
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
pdu help commands a line for each; pdu help exit-codes, settings."""


_NAMES_NEED_A_LIST = "; the name of a PDU needs its list ({})"
_NO_COMMAND = "Missing command."  # as click says it


def _handler_advice(word: str) -> str:
    """The end of the sentence about a word that is no handler: what it is, or what was meant; "" if
    nothing can be said.
    """
    if word.isdigit():
        return "; the outlet comes last: pdu off snmp 192.0.2.8 3"
    from .supports.hints import hint_of  # imported late: 60 ms with the profiles, for an error only

    hint = hint_of(word)
    return f"; {hint}" if hint else ""


def run(arguments: Sequence[str]) -> int:
    """Run `pdu` once and return an exit code of exit_codes.py. Reports errors as a sentence or as
    JSON.

    Raises BrokenPipeError and OutputError, which `exit_handling.run` handles.
    """
    if COMPLETION in os.environ:
        quote_completions()
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
    return f"{_fault_text(error)} ({where} --help)"


def _fault_text(error: click.UsageError) -> str:
    """What is wrong with the line, and what was probably meant."""
    # click puts each choice on its own line
    words = " ".join(error.format_message().split())
    if isinstance(error, click.NoSuchOption):
        return _option_text(error)
    command = error.ctx.command if error.ctx else ROOT
    if words == _NO_COMMAND and isinstance(command, Group):
        return f"Missing command: {command.choice()}"
    examples: Sequence[str] = getattr(command, "examples", ()) if error.ctx else ()
    if " extra argument" in words:
        return _with_example(words, examples)
    if not isinstance(error, click.MissingParameter):
        return words
    word = str(error.ctx.params.get("handler") or "") if error.ctx else ""
    may_be_handler = not word or registry.is_handler(word)
    if not may_be_handler and not list_advice(word):
        may_be_handler = os.path.exists(word)  # its path
    if not may_be_handler:
        list_need = _NAMES_NEED_A_LIST.format(HOW)
        if isinstance(command, SwitchingCommand):
            list_need += outlet_name_advice(word)
        advice = list_advice(word) or _handler_advice(word) or list_need
        return f"{word[:60]!r} is not a handler ({', '.join(registry.names())}){advice}"
    return _with_example(words, examples)


def _with_example(sentence: str, examples: Sequence[str]) -> str:
    """The sentence and the first of the command's examples; click ends only some with a period."""
    if not examples:
        return sentence
    return f"{sentence.rstrip('.')}. For example: {examples[0]}"


def _option_text(error: click.NoSuchOption) -> str:
    """What is meant by an option that the command does not have."""
    option = error.option_name
    key = option.lstrip("-").replace("-", "_")
    # -c and -p as other tools have them
    secret = {"c": "community", "p": "password"}.get(key, key.removesuffix("_file"))
    if secret in SECRETS:
        return (
            f"No such option: {option}, because other users can see arguments: use"
            f" {spelled(secret)}"
        )
    if option in other_words.OPTIONS:
        return f"No such option: {option}; {other_words.OPTIONS[option]}"
    parameters = error.ctx.command.params if error.ctx else []
    known_options = [name for parameter in parameters for name in parameter.opts]
    spelling_advice = look_alike(option, known_options.__contains__)
    if spelling_advice:
        return f"No such option: {option}; {spelling_advice}"
    if option == "--dry-run" and "--add" in known_options:
        return "No such option: --dry-run: without --add nothing is changed"
    similar_options = similar_names(option, error.possibilities or ())
    if similar_options:
        return f"No such option: {option}; did you mean {similar_options[0]}?"
    return f"No such option: {option}"
