"""Options of the builder for SNMP archives."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable

import pytest

from builder import command
from handlers import VERSION, registry
from handlers.snmp.frozen_value import replace
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.schema import ProfileError, dumps, loads
from handlers.snmp.settings import select_families
from pdu.families import own_profiles
from pdu.loading import handler_archives
from tests.needs import ROOT
from tests.rows import each_row
from tests.waiting import PATIENCE_S

from .acme import PROFILE
from .building import builder_options
from .programs import output

ACME: dict[str, Any] = json.loads(PROFILE.read_text("utf-8"))


def run(out: Path, *arguments: str) -> int:
    """One run of the command line, in this process."""
    code: int = command.main(["--out", str(out), *arguments])
    return code


def written(folder: Path, **changes: Any) -> Path:
    """A file with the example, some of its keys changed."""
    file = folder / "mine.json"
    file.write_text(json.dumps({**ACME, **changes}), "utf-8")
    return file


def options_in(archive: Path) -> dict[str, str]:
    """The options in the archive's options.py, read without running it."""
    files = handler_archives.read_archive(archive.read_bytes()).files
    (path,) = [path for path in files if path.endswith("/snmp/options.py")]
    for node in ast.parse(files[path].decode("ascii")).body:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            options: dict[str, str] = ast.literal_eval(node.value)
            return options
    raise AssertionError("options.py assigns no options")


def rows(out: Path) -> list[str]:
    """The names in the script's list of handlers."""
    text = (out / "register.sh").read_text("utf-8")
    return re.findall(r"(?m)^pdu_(\w+)\|", text)


FAMILIES = [profile for profile in PROFILES if not registry.is_handler(profile.key)]


@each_row("profile", FAMILIES, ids=lambda profile: profile.key)
def test_every_family_passes_unchanged_through_its_json_and_an_archives_options(
    profile: Profile,
) -> None:
    family = own_profiles.own_family(loads(dumps(profile)))
    names: dict[str, Any] = {}
    exec(compile(own_profiles.options_source(family.options), "options.py", "exec"), names)

    choice = select_families({}, names["OPTIONS"])

    assert choice.profiles == (profile,)
    assert choice.is_fixed
    assert choice.switch_unproven
    assert f"pdu_{family.name}".isidentifier()


def test_a_family_with_the_name_of_a_handler_is_no_own_family() -> None:
    """Its archive would replace the handler's."""
    for profile in PROFILES:
        if registry.is_handler(profile.key):
            with pytest.raises(ProfileError, match="the name of another module"):
                own_profiles.own_family(loads(dumps(profile)))


def _contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_python_without_packages_builds_the_same_whatever_layout_and_hash_seed(
    tmp_path: Path,
) -> None:
    """Builds in this process, and in one that has no packages and draws its own hash seed."""
    backwards = tmp_path / "backwards.json"
    backwards.write_text(
        json.dumps(dict(sorted(ACME.items(), reverse=True)), indent=4), "utf-8-sig"
    )
    script = str(ROOT / "packaging" / "build.py")
    words = ["--out", str(tmp_path / "bare"), "--profile", str(backwards), "--only", "rpcm"]
    output([sys.executable, "-I", "-S", script, *words], Path("/"))
    run(tmp_path / "same", "--profile", str(written(tmp_path)), "--only", "rpcm")

    bare = _contents(tmp_path / "bare")
    assert len(bare) == 3
    assert bare == _contents(tmp_path / "same")


def test_another_profile_changes_its_own_archive_alone(tmp_path: Path) -> None:
    run(tmp_path / "one", "--profile", str(written(tmp_path)), "--only", "rpcm")
    run(tmp_path / "other", "--profile", str(written(tmp_path, note="another")), "--only", "rpcm")
    one, other = _contents(tmp_path / "one"), _contents(tmp_path / "other")
    assert one.keys() == other.keys()
    (changed,) = [name for name in one if one[name] != other[name]]
    assert changed.startswith("pdu_acme_strip-")


@pytest.mark.parametrize(
    "arguments, vendors",
    [
        (["--only", "rpcm"], {"rpcm"}),
        (["--only", "cyberpower-epdu2"], {"cyberpower"}),
    ],
)
def test_an_archive_of_some_families_leaves_the_files_of_other_vendors_out(
    tmp_path: Path, arguments: list[str], vendors: set[str]
) -> None:
    run(tmp_path, "snmp", *arguments)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        files = {Path(name).stem for name in tar.getnames() if "/profiles/" in name}
    assert files == {"__init__", "language", "shorthand", *vendors}


# ---- what is refused -----------------------------------------------------------------------------


def _changed(**changes: Any) -> Callable[[Path], object]:
    return lambda file: file.write_text(json.dumps({**ACME, **changes}), "utf-8")


def _without(key: str) -> Callable[[Path], object]:
    return lambda file: file.write_text(
        json.dumps({k: v for k, v in ACME.items() if k != key}), "utf-8"
    )


def _outlets(**changes: Any) -> Callable[[Path], object]:
    return _changed(outlets=[{**ACME["outlets"][0], **changes}])


def _states(**changes: Any) -> Callable[[Path], object]:
    return _outlets(states={**ACME["outlets"][0]["states"], **changes})


def _bytes(content: bytes) -> Callable[[Path], object]:
    return lambda file: file.write_bytes(content)


BAD: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "no file": (lambda file: None, "profile: the file cannot be read (No such file or directory)"),
    "UTF-16": (_bytes(json.dumps(ACME).encode("utf-16")), "profile: the file is not UTF-8 text"),
    "no JSON": (_bytes(b"{'key': 1}"), "profile: this is not JSON (Expecting property name"),
    "a key twice": (
        _bytes(b'{"key": "a", "key": "b"}'),
        "profile: the key 'key' is given twice in one object",
    ),
    "a list": (_bytes(b"[]"), "profile: give an object, not []"),
    "a missing key": (_without("vendor"), "profile.vendor: this key is missing"),
    "an unknown key": (
        _states(onn=["on"]),
        "profile.outlets[0].states.onn: this key is unknown; State has source, on, off",
    ),
    "another type": (_states(on="on"), 'profile.outlets[0].states.on: give a list, not "on"'),
    "an unknown kind": (
        _states(source={"kind": "Colum"}),
        'profile.outlets[0].states.source.kind: "Colum" is not allowed; give one of Alike, Arc',
    ),
    "an OID with a name": (
        _outlets(name={"kind": "Column", "oid": "acme.2"}),
        "profile.outlets[0].name: oid is 'acme.2'; give a numeric OID",
    ),
    "a scale that is not a string": (
        _outlets(current={"source": {"kind": "Column", "oid": "1.3.6"}, "scale": 0.1}),
        'profile.outlets[0].current.scale: give a number as a string, such as "0.1", not 0.1',
    ),
    "on and off alike": (
        _states(off=["on"]),
        "profile.outlets[0].states: 'on' is both in 'on' and in 'off'",
    ),
    "evidence of nothing": (
        _changed(evidence={}),
        "profile: the profile has a part for state, but evidence.state is none",
    ),
    "a path as key": (
        _changed(key="../etc"),
        "profile: key is '../etc'; give words of a-z and 0-9 joined by single hyphens",
    ),
    "a long key": (
        _changed(key="a" * 41),
        f"profile.key: '{'a' * 40}'… is part of the archive's name; give at most 40 characters",
    ),
    "a handler's name": (
        _changed(key="snmp"),
        "profile.key: pdu_snmp is the name of another module",
    ),
    "the platform's name": (
        _changed(key="common"),
        "profile.key: pdu_common is the name of another module",
    ),
}


@pytest.mark.parametrize("bad", sorted(BAD))
def test_a_wrong_profile_is_refused_with_the_path_of_the_key_and_gives_no_archive(
    bad: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, sentence = BAD[bad]
    file, out = tmp_path / "mine.json", tmp_path / "out"
    make(file)
    assert run(out, "--profile", str(file)) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith(f"build.py: {file}: {sentence}")
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert not out.exists()


def test_two_profiles_of_one_name_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    another = written(tmp_path, vendor="Another")
    assert run(tmp_path / "out", f"--profile={PROFILE}", f"--profile={another}") == 1
    sentence = "build.py: profile.key: two files of --profile build pdu_acme_strip\n"
    assert capsys.readouterr().err == sentence


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--only", "apc-rpdu22"], "there is no family 'apc-rpdu22'; similar: apc-rpdu2"),
        (["--only", "rpcm", "sentry33"], "there is no family 'sentry33'; similar: sentry3"),
        (["--only", "Vertiv"], "there is no family 'Vertiv'; similar: "),
        (
            ["--only", "zzzzzzzz"],
            "there is no family 'zzzzzzzz'; to list all families, run: pdu snmp families --table",
        ),
        (
            ["--profile-key", "apc"],
            (
                "there is no family 'apc'; similar: apc-rpdu2, apc-rpdu, apc-masterswitch,"
                " apc-masterswitch-plus, apc-masterswitch-vm, apc-easy-epdu, apc-ems-outlet,"
                " apc-ats and 4 more\n"
            ),
        ),
        (["--profile-key", ""], "there is no family ''; "),
        (["--only", "rpcm", ""], "there is no family ''; "),
        (
            ["--only", "rpcm", "--profile-key", "sentry3"],
            "--profile-key sentry3 is not one of the families of --only (rpcm)",
        ),
    ],
)
def test_a_family_that_cannot_be_chosen_is_refused_in_one_line(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "out", *arguments) == 1
    printed = capsys.readouterr().err
    assert printed.startswith(f"build.py: {words}")
    assert printed.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_snmp_options_without_the_snmp_archive_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(tmp_path, "nut", "--only=rpcm")
    assert stopped.value.code == 2
    assert "add snmp to the names" in capsys.readouterr().err


# ---- options in the archive ----------------------------------------------------------------------


OPTIONS = pytest.mark.parametrize(
    "arguments, options",
    [
        (["--only", "rpcm", "apc-rpdu2", "rpcm"], {"only": "apc-rpdu2,rpcm"}),
        (["--profile-key", "sentry3"], {"profile": "sentry3"}),
        (
            ["--switch-unproven", "netio", "enlogic", "netio"],
            {"switch_unproven": "enlogic,netio"},
        ),
        (["--metered-only"], {"metered_only": "yes"}),
        (["--switch-automatic"], {"switch_automatic": "yes"}),
        (["--unknown-figures-unset"], {"unknown_figures": "unset"}),
        (
            [
                *("--only", "sentry3", "netio", "--profile-key", "sentry3"),
                *("--switch-unproven", "netio"),
            ],
            {"only": "netio,sentry3", "profile": "sentry3", "switch_unproven": "netio"},
        ),
    ],
)


@OPTIONS
def test_options_enter_the_archive(
    tmp_path: Path, arguments: list[str], options: dict[str, str]
) -> None:
    assert run(tmp_path, *arguments) == 0
    archive, script = sorted(tmp_path.iterdir())
    assert archive.name.startswith("pdu_snmp-")
    assert script.name == "register.sh"
    assert options_in(archive) == options


@OPTIONS
def test_the_handler_reads_the_options_of_its_archive(
    arguments: list[str], options: dict[str, str]
) -> None:
    choice = select_families({}, options)
    if "profile" in options:
        keys = [options["profile"]]
    elif "only" in options:
        keys = options["only"].split(",")
    else:
        keys = [profile.key for profile in PROFILES]
    assert [profile.key for profile in choice.profiles] == keys
    assert choice.is_fixed == ("profile" in options)
    assert not choice.switch_unproven
    assert ",".join(choice.switched_families) == options.get("switch_unproven", "")
    assert choice.switch_automatic == ("switch_automatic" in options)
    assert choice.metered_only == ("metered_only" in options)


def test_archives_with_and_without_options_are_built_in_one_run(tmp_path: Path) -> None:
    second_profile = written(tmp_path, key="acme-two")
    profiles = [f"--profile={PROFILE}", f"--profile={second_profile}"]
    assert run(tmp_path, "snmp", "nut", *profiles, "--switch-unproven", "netio") == 0
    assert rows(tmp_path) == ["acme_strip", "acme_two", "nut", "snmp"]
    archives = sorted(tmp_path.glob("*.gz"))
    names = [path.name.partition("-")[0] for path in archives]
    assert names == ["pdu_acme_strip", "pdu_acme_two", "pdu_nut", "pdu_snmp"]
    assert options_in(archives[3]) == {"switch_unproven": "netio"}


@pytest.mark.parametrize("name", [f"pdu_snmp-{VERSION}.tar.gz", "pdu_snmp-1.0.0.tar.gz"])
def test_options_of_the_archive_before_that_a_build_leaves_out_are_named_with_their_command(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make packages` gives none: after it, or after an update, an outlet would not be switched."""
    arguments = ["--metered-only", "--unknown-figures-unset", "--profile-key", "netio"]
    arguments += ["--switch-unproven", "netio", "enlogic"]
    assert run(tmp_path, "snmp", *arguments) == 0
    (archive,) = tmp_path.glob("*.gz")
    options = options_in(archive)
    archive.rename(tmp_path / name)
    assert capsys.readouterr().err == ""
    assert run(tmp_path, "snmp", "nut", "--metered-only") == 0
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith(
        "build.py: pdu_snmp is built without --unknown-figures-unset --profile-key netio"
        " --switch-unproven enlogic netio, which the archive before it has;"
    )
    words = shlex.split(sentence.rpartition(": python3 ")[2])
    assert words[0] == "packaging/build.py"
    assert command.main(words[1:]) == 0
    assert options_in(tmp_path / f"pdu_snmp-{VERSION}.tar.gz") == options
    assert capsys.readouterr().err == ""


def test_an_archive_of_an_own_profile_of_an_older_version_is_named_with_its_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make packages` does not know the file."""
    assert run(tmp_path, f"--profile={PROFILE}") == 0
    (tmp_path / f"pdu_acme_strip-{VERSION}.tar.gz").rename(tmp_path / "pdu_acme_strip-1.0.0.tar.gz")
    assert run(tmp_path, "snmp") == 0
    (sentence,) = capsys.readouterr().err.splitlines()
    words = "pdu_acme_strip is of an older version (pdu_acme_strip-1.0.0.tar.gz); to build it anew"
    assert sentence.startswith(f"build.py: {words}")
    command_words = shlex.split(sentence.rpartition(": python3 ")[2].replace("FILE.json", "{}"))
    assert command_words[0] == "packaging/build.py"
    assert command.main([word.format(PROFILE) for word in command_words[1:]]) == 0
    assert run(tmp_path, "snmp") == 0
    assert capsys.readouterr().err == ""


def test_the_script_keeps_an_owners_handler_while_its_archive_exists(tmp_path: Path) -> None:
    run(tmp_path, "--profile", str(PROFILE))
    run(tmp_path, "--profile", str(written(tmp_path, key="aaa")))
    assert rows(tmp_path) == ["aaa", "acme_strip"]
    run(tmp_path, "netio")
    assert rows(tmp_path) == ["aaa", "acme_strip", "netio"]
    next(tmp_path.glob("pdu_aaa*")).unlink()
    run(tmp_path, "nut")
    assert rows(tmp_path) == ["acme_strip", "netio", "nut"]


@pytest.mark.parametrize(
    "vendor, name",
    [
        pytest.param("O'Neil & Söhne", "O Neil & Söhne ", id="a quote"),
        pytest.param('a|b"c`d$(e)\\\n\x1b[0m', "a b c d (e) 0m ", id="signs of shell and JSON"),
        pytest.param("\ud800", "", id="a surrogate"),
    ],
)
def test_a_vendors_name_stays_in_its_field_of_the_script(
    tmp_path: Path, vendor: str, name: str
) -> None:
    assert run(tmp_path / "out", "--profile", str(written(tmp_path, vendor=vendor))) == 0
    script = (tmp_path / "out" / "register.sh").read_text("utf-8")
    (row,) = re.findall(r"(?m)^pdu_acme_strip\|.*$", script)
    _, _, _, description = row.split("|", 3)
    assert json.loads(description)["name"] == f"{name}(SNMP, own profile acme-strip)"
    # the script stays one that a shell can read
    subprocess.run(["sh", "-n"], input=script.encode(), check=True, timeout=PATIENCE_S)


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    options = (
        "--out OUT",
        "--profile FILE.json",
        "--only KEY",
        "--profile-key KEY",
        "--switch-unproven KEY",
        "--metered-only",
        "--switch-automatic",
        "--unknown-figures-unset",
        "--read-only",
    )
    assert [word for word in (*options, "pdu_<key>", "docs/own-pdu.md") if word not in text] == []
    assert builder_options() == {word.partition(" ")[0] for word in options}


def test_the_error_for_a_handlers_name_after_only_says_where_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, "--only", "apc-rpdu2", "snmp")
    printed = capsys.readouterr().err
    assert ended.value.code == 2
    assert "snmp was read as a family" in printed
    assert "build.py snmp --only" in printed
    with pytest.raises(SystemExit):
        run(tmp_path, "--only", "apc-rpdu2", "snmp", "nut")
    assert "snmp, nut were read as families" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert run(tmp_path, "snmp", "--only", "apc-rpdu2") == 0


def test_a_family_of_the_pack_with_an_invalid_part_is_not_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The archive itself does not check its families."""
    family = next(iter(PROFILES))
    monkeypatch.setattr(command, "PROFILES", (replace(family, models=()),))
    assert run(tmp_path, "snmp") == 1
    assert f"the family {family.key}: models is empty" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
