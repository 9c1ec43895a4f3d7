"""Options: what they set, need and exclude, and what is no value of theirs."""

from __future__ import annotations

import logging
from pathlib import Path

import click
import pytest

from pdu.cli import exit_codes
from pdu.cli.options import EMPTY, KeyValue, Option, Run, Seconds, Text, output_options, yes_option
from tests.pdu.running import command_of, run
from tests.pdu.test_help import EVERY


def test_what_options_need_and_exclude_are_options_of_the_same_command() -> None:
    flag_count = 0
    for path in EVERY:
        command = command_of(path)
        flags = {flag for parameter in command.params for flag in parameter.opts}
        for option in command.params:
            if not isinstance(option, Option):
                continue
            named_flags = {*option.requires, *option.excludes}
            assert named_flags <= flags, (path, option.opts)
            flag_count += len(named_flags)
    assert flag_count > 6


def test_a_flag_that_is_not_there_does_not_hide_in_an_argument() -> None:
    """An argument with a flag's words does not count as that option."""
    command = click.Command(
        "c",
        params=[
            click.Argument(["word"]),
            Option(["--needs"], is_flag=True, requires=["--needed"]),
            Option(["--needed"], is_flag=True),
        ],
        callback=lambda **_: None,
    )
    with pytest.raises(click.UsageError, match="--needs needs --needed"):
        command.main(["--needs", "--", "--needed"], standalone_mode=False)
    command.main(["--needs", "--needed", "w"], standalone_mode=False)


def test_an_option_is_refused_beside_one_that_it_excludes() -> None:
    command = click.Command(
        "c",
        params=[
            Option(["--on"], is_flag=True, excludes=["--off"]),
            Option(["--off"], is_flag=True),
        ],
        callback=lambda **_: None,
    )
    with pytest.raises(click.UsageError, match="give only one of --off and --on"):
        command.main(["--off", "--on"], standalone_mode=False)
    for words in (["--on"], ["--off"], []):
        command.main(words, standalone_mode=False)


@pytest.mark.parametrize("flag", ["--json", "--debug", "--yes"])
def test_a_flag_of_the_output_is_set_by_itself_alone(
    flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--debug sends log lines to standard error; a library's own are no more than its warnings."""
    monkeypatch.setattr(logging, "root", logging.RootLogger(logging.WARNING))
    command = click.Command("c", callback=lambda: None)
    yes_option()(output_options(command))
    for words in ([], [flag]):
        run_of_line = Run()
        command.main(words, standalone_mode=False, obj=run_of_line)
        output = run_of_line.output
        flags = {"--json": output.json, "--debug": output.debug, "--yes": output.yes}
        assert [name for name, is_set in flags.items() if is_set] == words
    assert (logging.root.level == logging.DEBUG) is (flag == "--debug")


def _takes_text(parameter: click.Parameter) -> bool:
    """Whether an empty text could be its value."""
    if isinstance(parameter, click.Option):
        return not parameter.is_flag
    return isinstance(parameter.type, (click.Path, Text))


TEXT_PARAMETERS = [
    (path, parameter)
    for path in EVERY
    for parameter in command_of(path).params
    if _takes_text(parameter)
]


@pytest.mark.parametrize(
    "path, parameter", TEXT_PARAMETERS, ids=[f"{' '.join(p)} {o.name}" for p, o in TEXT_PARAMETERS]
)
def test_an_empty_value_is_a_usage_error(
    path: tuple[str, ...], parameter: click.Parameter, capsys: pytest.CaptureFixture[str]
) -> None:
    """A variable of the shell that is not set must not win over a list, an address or a usual
    file.
    """
    values = ["", " "] if isinstance(parameter.type, Text) else [""]
    if isinstance(parameter.type, KeyValue):
        values += ["port=", "port= "]
    for value in values:
        with pytest.raises(click.BadParameter) as refusal:
            parameter.type_cast_value(click.Context(command_of(path)), _argument(parameter, value))
        number = isinstance(parameter.type, (click.IntRange, Seconds, click.Choice))
        assert number or EMPTY in str(refusal.value) or "such as" in str(refusal.value)
    if isinstance(parameter, click.Option):
        code, out, err = run(capsys, *path, parameter.opts[-1], "")
        assert (code, out) == (exit_codes.WRONG, "")
        assert "Traceback" not in err


def _argument(parameter: click.Parameter, value: str) -> object:
    """The value as click's parser hands it over."""
    return [value] if parameter.multiple or parameter.nargs != 1 else value


# what each command needs before it reads a secret
SECRET_READERS: dict[tuple[str, ...], list[str]] = {
    **{(word,): ["snmp", "127.0.0.1:9"] for word in ("status", "statistic", "outlets", "record")},
    **{(word,): ["snmp", "127.0.0.1:9", "1", "--yes"] for word in ("on", "off")},
    ("cycle",): ["snmp", "127.0.0.1:9", "1", "--yes"],
    ("check",): ["snmp", "127.0.0.1:9"],
    ("identify",): ["127.0.0.1:9", "--handler", "snmp"],
    ("find",): ["127.0.0.1"],
    ("where",): ["web-7", "--list", "list.csv"],
}


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in EVERY
        # `handler check` calls the handler with a text of its own in place of the secret
        if path != ("handler", "check")
        and any("--secret-file" in option.opts for option in command_of(path).params)
    ],
    ids=" ".join,
)
def test_a_secret_that_everybody_can_read_is_refused_by_every_command(
    path: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # the commands of SECRET_READERS that take a list read this one
    monkeypatch.chdir(tmp_path)
    pdu_list = tmp_path / "list.csv"
    pdu_list.write_text("name,handler,address\na,snmp,127.0.0.1:9\n")
    pdu_list.chmod(0o600)
    secret = tmp_path / "secret"
    secret.write_text("s3cr3t-community\n")
    secret.chmod(0o644)
    key = "community"
    words = [*path, *SECRET_READERS[path], "--secret-file", f"{key}={secret}"]
    code, out, err = run(capsys, *words)
    assert f"chmod g-w,o-rw {secret}" in out + err
    assert code != exit_codes.DONE
    assert "s3cr3t" not in out + err
