"""Options of the builder for SNMP archives, beyond the lines of builds.txt."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builder import command
from handlers import registry
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.schema import ProfileError, dumps, loads
from handlers.snmp.settings import select_families
from pdu.supports import own_profiles
from tests.handlers.snmp.units import PLAIN_FAMILIES
from tests.needs import ROOT

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


@pytest.mark.parametrize("profile", PLAIN_FAMILIES, ids=lambda profile: profile.key)
def test_every_plain_family_passes_unchanged_through_its_json_and_an_archives_options(
    profile: Profile,
) -> None:
    if registry.is_handler(profile.key):
        return
    family = own_profiles.own_family(loads(dumps(profile)))
    names: dict[str, Any] = {}
    exec(compile(own_profiles.options_source(family.options), "options.py", "exec"), names)

    choice = select_families({}, names["OPTIONS"])

    assert list(map(dumps, choice.profiles)) == [dumps(profile)]
    assert choice.is_fixed
    assert choice.switch_unproven
    assert f"pdu_{family.name}".isidentifier()


def test_a_family_with_the_name_of_a_handler_is_no_own_family() -> None:
    """Its archive would replace the handler's."""
    for profile in PROFILES:
        if registry.is_handler(profile.key):
            with pytest.raises(ProfileError, match="the name of another module"):
                own_profiles.own_family(loads(dumps(profile)))


def test_each_archive_of_an_older_version_that_is_not_of_the_usual_ones_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "dist"
    assert run(out, f"--profile={PROFILE}") == 0
    assert run(out, f"--profile={written(tmp_path, key='acme-two')}", "--read-only") == 0
    assert run(out, "snmp", "--read-only", "--metered-only", "--profile-key=rpcm") == 0
    assert run(out, "nut", "--read-only") == 0
    commands = {
        "pdu_acme_strip": "--profile FILE.json",
        "pdu_acme_two_read_only": "--profile FILE.json --read-only",
        "pdu_snmp_read_only": "snmp --read-only --metered-only --profile-key rpcm",
        "pdu_nut_read_only": "",
    }
    for name in commands:
        (archive,) = out.glob(f"{name}-*.tar.gz")
        archive.rename(out / f"{name}-1.0.0.tar.gz")
    capsys.readouterr()

    assert run(out, "snmp") == 0

    notes = capsys.readouterr().err
    for name, arguments in commands.items():
        note = f"{name} is of an older version ({name}-1.0.0.tar.gz); to build it anew: python3"
        assert (f"{note} packaging/build.py {arguments} --out {out}\n" in notes) == bool(arguments)


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


def test_a_family_of_the_pack_with_an_invalid_part_is_not_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The archive itself does not check its families."""
    family = next(iter(PROFILES))
    monkeypatch.setattr(command, "PROFILES", (replace(family, models=()),))
    assert run(tmp_path, "snmp") == 1
    assert f"the family {family.key}: models is empty" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
