"""What the builder packs, writes and refuses."""

from __future__ import annotations

import errno
import fcntl
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Callable

import pytest

from builder import archives, command, script
from builder.closure import BuildError
from handlers import registry
from pdu.loading import handler_archives
from pdu.registration.kept_archives import PREVIOUS
from tests.needs import ROOT, program
from tests.pdu.loading.page_handler import folder
from tests.tables import Case
from tests.waiting import PATIENCE_S

from .build_table import BUILDS, CLOSURE, shown_build, shown_closure, tree
from .building import archive, files, small_tree
from .programs import output, run


@pytest.mark.parametrize("case", CLOSURE.cases(), ids=str)
def test_an_archive_holds_what_the_lines_say(case: Case) -> None:
    case.check(shown_closure(case))


@pytest.mark.parametrize("case", BUILDS.cases(), ids=str)
def test_a_build_gives_what_the_lines_say(case: Case) -> None:
    case.check(shown_build(case))


def test_a_folder_that_is_imported_but_is_no_package_is_refused(tmp_path: Path) -> None:
    """It is a namespace package in the tree, and would be missing from the archive."""
    top = tree(tmp_path, {"x/handler.py": "from . import wire", "x/wire/tcp.py": ""})
    (top / "x" / "wire" / "__init__.py").unlink()
    with pytest.raises(
        BuildError, match="line 1: imports the folder wire, which has no __init__.py"
    ):
        files(top, "x")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    top = tree(tmp_path, {"x/handler.py": ""})
    (top / "x" / "handler.py").write_bytes(b"# \xfc\n")
    with pytest.raises(BuildError, match="handlers/x/handler.py is not UTF-8"):
        files(top, "x")


def test_a_missing_handler_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="handlers/x/handler"):
        files(tree(tmp_path, {"x/other.py": ""}), "x")


def test_the_entry_module_is_beside_a_folder_with_the_unchanged_files(tmp_path: Path) -> None:
    pack = handler_archives.read_archive(archive(small_tree(tmp_path), "small"))
    (folder,) = {path.split("/")[1] for path in pack.files if path.count("/") > 1}
    own = ("__init__.py", "errors.py", "small/__init__.py", "small/handler.py", "small/wire.py")
    assert pack.top == "pdu_small"
    assert sorted(pack.files) == sorted(
        [
            "pdu_small/__init__.py",
            "pdu_small/handler.py",
            *(f"pdu_small/{folder}/{path}" for path in own),
        ]
    )
    for path, content in pack.files.items():
        inner = path.partition(f"{folder}/")[2]
        assert not inner or content == (tmp_path / "handlers" / inner).read_bytes()


_PROGRAM = """
import sys
from pathlib import Path
packaging, tree = sys.argv[1:]
sys.path[:0] = [packaging, str(Path(packaging).parent)]
from builder.archives import archive
sys.stdout.buffer.write(archive(Path(tree), "small"))
"""


def test_the_bytes_do_not_depend_on_the_hash_seed_or_the_mode_and_age_of_files(
    tmp_path: Path,
) -> None:
    builds = set()
    for seed, mode in (("1", 0o644), ("2", 0o700)):
        top = small_tree(tmp_path)
        (top / "errors.py").chmod(mode)
        os.utime(top / "errors.py", (int(seed), int(seed)))
        builds.add(
            subprocess.run(
                [sys.executable, "-c", _PROGRAM, str(ROOT / "packaging"), str(top)],
                env={"PYTHONHASHSEED": seed},
                cwd=tmp_path,
                check=True,
                capture_output=True,
                timeout=PATIENCE_S,
            ).stdout
        )
    assert builds == {archive(small_tree(tmp_path), "small")}


def test_changed_content_changes_the_time_of_an_entry_module_of_equal_size(tmp_path: Path) -> None:
    """Python uses a cached .pyc as long as time and size of its source are unchanged."""

    def entry(data: bytes) -> tarfile.TarInfo:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            return tar.getmember("pdu_small/handler.py")

    old = archive(small_tree(tmp_path), "small")
    (tmp_path / "handlers" / "small" / "wire.py").write_text(
        "def act(what: str) -> None:\n    pass\n"
    )
    new = archive(tmp_path / "handlers", "small")
    assert entry(old).size == entry(new).size
    assert entry(old).mtime != entry(new).mtime


def test_members_are_sorted_plain_files_and_folders_of_uid_0_without_owner_names(
    tmp_path: Path,
) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive(small_tree(tmp_path), "small"))) as tar:
        members = tar.getmembers()
    names = [member.name for member in members]
    assert names == sorted(names)
    assert names[0] == "pdu_small"
    assert len(set(names)) == len(names)
    for member in members:
        assert (member.isfile() and member.mode == 0o644) or (
            member.isdir() and member.mode == 0o755
        )
        assert member.uid == 0
        assert member.gid == 0
        assert member.uname == ""
        assert member.gname == ""


def test_a_replaced_file_is_packed_and_its_imports_are_followed_and_checked(tmp_path: Path) -> None:
    top = tree(
        tmp_path,
        {"x/handler.py": "from . import options", "x/options.py": "OPTIONS = {}", "x/more.py": ""},
    )
    text = "from . import more\nOPTIONS = {'a': 'ü'}\n"
    contents = files(top, "x", {"x/options.py": text})
    assert contents["x/options.py"].decode() == text
    assert "x/more.py" in contents
    assert archive(top, "x") != archive(top, "x", {"x/options.py": "OPTIONS = {'a': 'b'}"})
    with pytest.raises(BuildError, match="rich"):
        files(top, "x", {"x/options.py": "import rich"})
    with pytest.raises(BuildError, match="does not use it"):
        files(top, "x", {"x/more.py": ""})


@pytest.mark.parametrize("text", ["", "VERSION = 1\n", "version = '1'\n"])
def test_the_package_must_define_a_version(tmp_path: Path, text: str) -> None:
    with pytest.raises(BuildError, match="VERSION"):
        archives.version(tree(tmp_path, {"__init__.py": text or "# none\n"}))


def test_an_archive_that_other_bytes_of_its_version_replace_is_kept(tmp_path: Path) -> None:
    """It may be the one that runs, and a roll back needs it."""
    tree, out = tmp_path / "handlers", tmp_path / "dist"
    shutil.copytree(ROOT / "handlers", tree, ignore=shutil.ignore_patterns("__pycache__"))
    nut = [handler for handler in script.HANDLERS if handler.name == "nut"]
    (file,) = command.build(tree, out, nut)
    before = file.read_bytes()
    command.build(tree, out, nut)
    assert not (out / PREVIOUS).exists()
    module = tree / "nut" / "handler.py"
    module.write_text(module.read_text("utf-8") + "# changed\n", "utf-8")
    command.build(tree, out, nut)
    (replaced_archive,) = (out / PREVIOUS).iterdir()
    assert replaced_archive.read_bytes() == before != file.read_bytes()
    with tarfile.open(replaced_archive) as packed:
        content = replaced_archive.name.partition("+")[2].partition(".")[0]
        assert f"pdu_nut/{content}" in packed.getnames()
    file.write_bytes(b"damaged")
    command.build(tree, out, nut)
    assert len(list((out / PREVIOUS).iterdir())) == 2


def test_two_builds_at_the_same_time_leave_both_archives_and_a_script_with_both(
    tmp_path: Path,
) -> None:
    out = tmp_path / "dist"
    builder = [sys.executable, str(ROOT / "packaging" / "build.py"), "--out", str(out)]
    processes = [subprocess.Popen([*builder, name]) for name in ("nut", "netio")]
    assert [process.wait(PATIENCE_S) for process in processes] == [0, 0]
    paths = sorted(out.iterdir())
    names = [registry.archive_name(name) for name in ("netio", "nut")]
    assert [path.name for path in paths] == [*names, "register.sh"]
    assert [path.stat().st_mode & 0o777 for path in paths] == [0o644, 0o644, 0o755]
    rows = re.findall(r"(?m)^pdu_\w+\|(.*?)\|", paths[-1].read_text("utf-8"))
    assert rows == names


def test_a_build_reads_and_writes_while_others_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of this pack, and of anybody's handler."""
    out = tmp_path / "dist"
    names: list[str] = []
    is_locked: set[bool] = set()

    def look(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def looking(*arguments: object) -> object:
            names.append(name)
            descriptor = os.open(out, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_locked.add(False)
            except BlockingIOError:
                is_locked.add(True)
            finally:
                os.close(descriptor)
            return function(*arguments)

        return looking

    for name in ("keep_replaced", "write_atomically", "register_script"):
        monkeypatch.setattr(command, name, look(name, getattr(command, name)))
    for word in ("nut", str(folder(tmp_path, "my_dir"))):
        names.clear()
        assert command.main([word, "--out", str(out)]) == 0
        assert names == ["keep_replaced", "write_atomically", "register_script", "write_atomically"]
    assert is_locked == {True}


def test_the_script_says_what_the_archives_beside_it_say(tmp_path: Path) -> None:
    """Whoever built them; a damaged one has no row."""
    top, out = small_tree(tmp_path), tmp_path / "dist"
    out.mkdir()
    (out / "pdu_damaged-1.0.tar.gz").write_bytes(b"\xff")
    odd = 'it\'s a, b $(x) `y` "z" \\ END\u2028Стойка'
    for handler in (
        script.Handler("small", "Small PDUs", "custom"),
        script.Handler("other", odd.replace("\u2028", ""), "snmp", package="small"),
    ):
        command.build(top, out, [handler])
    text = (out / "register.sh").read_text("utf-8")
    rows = [row.split("|", 3) for row in re.findall(r"(?m)^pdu_.*$", text)]
    assert [row[:3] for row in rows] == [
        ["pdu_other", "pdu_other-1.0.tar.gz", "pdu_other.handler"],
        ["pdu_small", "pdu_small-1.0.tar.gz", "pdu_small.handler"],
    ]
    assert [json.loads(row[3])["name"] for row in rows] == [odd.replace("\u2028", ""), "Small PDUs"]
    here_document = re.search(r"(?s)<<'END'\n.*?\nEND\n", text)
    assert here_document is not None
    output = run(["sh", "-c", f"cat {here_document[0]}"]).stdout
    assert output.splitlines() == ["|".join(row) for row in rows]


def test_two_folders_of_one_name_are_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "dist"
    paths = [str(folder(tmp_path / place, "other")) for place in ("a", "b")]
    assert command.main([*paths, "--out", str(out)]) == 1
    assert "are both archives of other: build one" in capsys.readouterr().err
    assert list(out.glob("*")) == []


def test_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: str, *_: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr("pdu.files.locks.os.open", refuse)
    assert command.main(["nut", "--out", str(tmp_path)]) == 1
    words = f"build.py: {tmp_path} cannot be read (Permission denied)\n"
    assert capsys.readouterr().err == words


def test_nothing_is_written_when_one_archive_is_refused(tmp_path: Path) -> None:
    small_tree(tmp_path, "good")
    top = small_tree(tmp_path)
    (top / "small" / "wire.py").write_text("import rich\n")
    with pytest.raises(BuildError, match="rich"):
        command.build(
            top,
            tmp_path / "dist",
            [script.Handler(name, name, "custom") for name in ("good", "small")],
        )
    assert not (tmp_path / "dist").exists()


def test_a_file_that_cannot_be_written_is_named_and_no_partial_file_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "register.sh"
    script.mkdir()
    assert command.main(["nut", "--out", str(tmp_path)]) == 1
    assert (
        capsys.readouterr().err
        == f"build.py: {script} cannot be read or written (Is a directory)\n"
    )
    assert sorted(path.name.partition("-")[0] for path in tmp_path.iterdir()) == [
        "pdu_nut",
        "register.sh",
    ]


def test_make_says_that_a_folder_or_another_word_is_no_target(tmp_path: Path) -> None:
    folders = [path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0].isalpha()]
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text("utf-8"))
    for name in (*folders, "build", "a copy", "demo"):  # after `pipx install .`, for example
        (tmp_path / name).mkdir(exist_ok=True)
    for target in (*folders, "build", "install"):
        process = subprocess.run(
            [program("make"), target], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert process.returncode == 2, target
        assert f"there is no target {target}" in process.stderr
        assert "pipx install ." in process.stderr


def test_ctrl_c_while_the_builder_is_imported_prints_no_traceback(tmp_path: Path) -> None:
    interrupt = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"
    (tmp_path / "tarfile.py").write_text(interrupt)  # the builder imports it
    process = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "build.py"), "nut", "--out", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (-signal.SIGINT, "", "")


def test_make_clean_leaves_the_ids_and_the_archives_to_which_one_rolls_back(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    (dist / "previous").mkdir(parents=True)
    for path in ("register.ids", "register.sh", "pdu_nut-1.tar.gz", "previous/pdu_nut-0.tar.gz"):
        (dist / path).touch()
    output([program("make"), "-f", str(ROOT / "Makefile"), "clean"], tmp_path)
    files = sorted(str(path.relative_to(dist)) for path in dist.rglob("*") if path.is_file())
    assert files == ["pdu_nut-1.tar.gz", "previous/pdu_nut-0.tar.gz", "register.ids"]
