"""A handler by the vendor's page that is not of this pack: built by its path, registered, updated,
and tried beside the one in use, at the stand-in for DCImanager.
"""

from __future__ import annotations

import io
import shlex
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from builder import command
from tests.dcimanager.manager import DciManager
from tests.needs import ROOT
from tests.pdu.loading.json_pdu import HTTP, Unit, serving
from tests.pdu.loading.page_handler import SOURCE, agent, folder, packed

from .programs import output
from .registering import Admin

OWN = ("--import", "handler_dir.my_handler", "--name", 'My "PDU"', "--protocol", "snmp")


def build(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = command.main(arguments)
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.mark.parametrize("form", ["folder", "file", "archive"])
def test_build_packs_it_as_the_page_says_and_prints_how_to_register_it(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = folder(tmp_path)
    if form == "folder":
        (made / "__init__.py").unlink()
    path = {"folder": made, "file": made / "my_handler.py", "archive": packed(made)}[form]
    outs = [tmp_path / name for name in ("one", "two")]
    for out in outs:
        code, shown, err = build(capsys, str(path), "--out", str(out))
        assert (code, err) == (0, ""), err
    line = shown.splitlines()[-1].partition("register it: ")[2]
    file = outs[1] / "handler_dir.tar.gz"
    assert "import path handler_dir.my_handler" in shown
    assert shlex.split(line) == [
        *("sh", str(outs[1] / "register.sh"), "--archive", str(file)),
        *("--import", "handler_dir.my_handler", "--name", "handler_dir", "--protocol", "snmp"),
    ]
    assert file.read_bytes() == (outs[0] / "handler_dir.tar.gz").read_bytes()
    with tarfile.open(file) as tar:
        names = {entry.name for entry in tar if entry.isfile()}
        source = tar.extractfile("handler_dir/my_handler.py")
        assert source is not None and source.read() == SOURCE.encode()
    assert names == {"handler_dir/__init__.py", "handler_dir/my_handler.py"}


@pytest.mark.parametrize(
    "name, words",
    [("json", "the name of another Python module"), ("pdu_common", "is reserved")],
)
def test_build_refuses_a_folder_that_hides_a_module(
    name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = build(capsys, str(folder(tmp_path, name)), "--out", str(tmp_path / "out"))
    assert code == 1 and words in err and len(err.splitlines()) == 1


@pytest.mark.against("curl")
def test_a_handler_that_is_not_of_this_pack_is_registered_and_updated(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    archive = str(packed(folder(tmp_path)))
    first = admin.run(manager, "--archive", archive, *OWN)
    assert (first.code, first.err) == (0, "")
    second = admin.run(manager, "--archive", archive, *OWN)
    assert second.code == 0 and "registered as" not in second.out
    (handler,) = manager.handlers()
    assert (handler.handler, handler.name, handler.protocol, handler.import_path) == (
        "handler_dir",
        'My "PDU"',
        ["snmp"],
        "handler_dir.my_handler",
    )
    assert handler.uploads == 2


@pytest.mark.against("curl")
def test_they_poll_and_switch_at_the_stand_in(
    admin: Admin, manager: DciManager, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(folder(tmp_path)), str(folder(tmp_path, "http_dir", HTTP))]
    out = tmp_path / "out"
    assert build(capsys, *paths, "--out", str(out))[0] == 0
    for name, protocol in (("handler_dir", "snmp"), ("http_dir", "custom")):
        file = str(out / f"{name}.tar.gz")
        assert admin.run(manager, "--archive", file, "--protocol", protocol).code == 0
    form = {"path": "/outlets", "username": "admin", "password": "hunter-2"}
    with agent() as unit, serving() as address:
        snmp = {"port": str(unit.port), "community": "private", "version": "2"}
        pdus = [
            manager.add_pdu("a", "handler_dir", "127.0.0.1", snmp=snmp),
            manager.add_pdu("b", "http_dir", address, settings=form),
        ]
        manager.poll(pdus)
        for pdu in pdus:
            assert [call.text for call in pdu.calls] == ["", ""]
            first = next(identity for identity, state in pdu.ports.items() if state == "UP")
            call = manager.switch(pdu, first, False)
            assert call.ok and call.value["state"] == "DOWN" and call.value["same_object"]
        assert unit.books().states["1"] is False and Unit.states["1"] is False


@pytest.mark.against("curl")
def test_a_trial_stands_beside_the_one_in_use_and_its_directory_too(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    archive = str(packed(folder(tmp_path)))
    assert admin.run(manager, "--archive", archive, *OWN).code == 0
    for _ in range(2):
        tried = admin.run(manager, "--archive", archive, *OWN, "--try")
        assert tried.code == 0 and "without --try" in tried.out.splitlines()[-1]
    rows = [(one.handler, one.name, one.import_path, one.uploads) for one in manager.handlers()]
    assert rows == [
        ("handler_dir", 'My "PDU"', "handler_dir.my_handler", 1),
        ("handler_dir_try", 'My "PDU" (try)', "handler_dir_try.my_handler", 2),
    ]
    assert admin.run(manager, "snmp").code == 0
    assert admin.run(manager, "snmp", "--try").code == 0
    assert manager.handlers()[-1].import_path == "pdu_snmp_try.handler"


def test_a_trial_of_a_handler_that_imports_itself_by_name_is_refused(
    admin: Admin, tmp_path: Path
) -> None:
    made = folder(tmp_path, source=f"from handler_dir import other\n{SOURCE}")
    (made / "other.py").touch()
    run = admin.run(None, "--archive", str(packed(made)), *OWN, "--try", "--dry-run")
    assert run.code == 6 and "imports its directory by name in handler_dir.my_handler" in run.err


def tar(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as packer:
        for name, kind in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            packer.addfile(info)
    return out.getvalue()


FILE, LINK = tarfile.REGTYPE, tarfile.SYMTYPE


@pytest.mark.parametrize(
    "members, words",
    [
        ([], "with __init__.py"),
        ([("odd/__init__.py", FILE), ("odd/x", LINK)], "neither links nor other paths"),
        ([("/odd/__init__.py", FILE)], "neither links nor other paths"),
        ([("odd/__init__.py", FILE), ("odd/../x", FILE)], "neither links nor other paths"),
        ([("odd/__init__.py", FILE), ("other/x", FILE)], "neither links nor other paths"),
        ([("pdu_common/__init__.py", FILE)], "needs a directory of its own name"),
        ([("Odd/__init__.py", FILE)], "needs a directory of its own name"),
        ([("odd/__init__.py", FILE), ("odd/a`b`.py", FILE)], "a module whose name is not of"),
        ([("odd/__init__.py", FILE), ("odd/a\nb.py", FILE)], "a module whose name is not of"),
        ([("odd/handler.py", FILE)], "with __init__.py"),
        ([("odd/__init__.py", FILE), ("odd/handler.py", FILE)], "make_handler in no file"),
    ],
)
def test_the_checks_of_uploads_hold_for_every_archive(
    members: Sequence[tuple[str, bytes]], words: str, admin: Admin, tmp_path: Path
) -> None:
    file = tmp_path / "odd.tar.gz"
    file.write_bytes(tar(*members))
    run = admin.run(None, "--archive", str(file), "--protocol", "snmp", "--dry-run")
    assert run.code == 6 and words in run.err and len(run.err.splitlines()) == 1


def test_what_is_missing_is_said(admin: Admin, tmp_path: Path) -> None:
    made = folder(tmp_path)
    file = str(packed(made))
    run = admin.run(None, "--archive", file, "--dry-run")
    assert run.code == 2 and "give --protocol snmp" in run.err
    assert admin.run(None, "snmp", "--name", "x", "--dry-run").code == 2
    run = admin.run(None, "--archive", str(made), "--protocol", "snmp", "--dry-run")
    assert run.code == 6 and "is a folder, which packaging/build.py packs" in run.err
    (made / "other.py").write_text(SOURCE)
    run = admin.run(None, "--archive", str(packed(made)), "--protocol", "snmp", "--dry-run")
    assert run.code == 6 and "make_handler in handler_dir.my_handler, handler_dir.other" in run.err


@pytest.mark.against("curl")
def test_an_archive_of_a_path_with_a_dot_is_uploaded_without_it(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    """The page packs DIR; `tar -czf NAME.tar.gz ./DIR` gives all names a `./`."""
    made = folder(tmp_path)
    output(["tar", "-czf", "a.tar.gz", f"./{made.name}"], tmp_path)
    run = admin.run(manager, "--archive", str(tmp_path / "a.tar.gz"), *OWN)
    assert (run.code, run.err) == (0, "")
    assert manager.handlers()[0].import_path == "handler_dir.my_handler"


def test_build_by_path_needs_no_package(tmp_path: Path) -> None:
    """`python3 packaging/build.py PATH` with the standard library alone."""
    made = folder(tmp_path)
    builder = [sys.executable, "-S", str(ROOT / "packaging" / "build.py")]
    output([*builder, made.name, "--out", "out"], tmp_path)
    assert (tmp_path / "out" / "handler_dir.tar.gz").is_file()
