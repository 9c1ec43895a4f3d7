"""What is changed in a module, and that a change is noticed by a test or listed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import measured
from tests.mutants import __main__ as program
from tests.mutants.__main__ import explained
from tests.mutants.mutations import mutants
from tests.mutants.runner import Outcome, Survivor
from tests.mutants.targets import TARGETS
from tests.needs import ROOT
from tests.waiting import PATIENCE_S


@pytest.mark.parametrize(
    "body, changed",
    [
        ("if a < b: return 1", {"a <= b", "a >= b", "return 2", "return None"}),
        ("return a and not b", {"a or not b", "a and (b)", "return None"}),
        ("a += b * 2", {"a -= b * 2", "a += b / 2", "a += b * 3"}),
        ("return min(a, b)", {"max(a, b)", "return None"}),
        ("a.append(b)", {"pass"}),
        ("raise ValueError(f'{a[:60]}')", {"pass"}),
        ("return [a for a in b if a]", {"if (not (a))", "return None"}),
        ("return True", {"return False", "return None"}),
    ],
)
def test_each_operator_number_condition_and_statement_is_changed_once(
    body: str, changed: set[str]
) -> None:
    source = f"LIMIT = 3 > 2\n\n\ndef f(a: int, b: int = 1) -> int:\n    {body}\n"

    found = mutants(source)

    assert len(found) == len(changed)
    assert all(any(part in mutant.after for mutant in found) for part in changed)
    assert all(mutant.line == 5 and mutant.function == "f" for mutant in found)
    for mutant in found:
        compile(mutant.source, "changed", "exec")
        assert mutant.source.count("\n") == source.count("\n")


def test_methods_and_their_decorators_are_found_and_those_without_a_body_are_not() -> None:
    found = mutants(
        "class A:\n    @property\n    def b(self) -> int:\n        return 1 if 2 else 3\n"
        "    def c(self) -> int:\n        raise NotImplementedError\n"
    )

    assert {(mutant.function, mutant.first_line) for mutant in found} == {("A.b", 2)}


_PROGRAM = """
import json, sys
from pathlib import Path
from tests.mutants.__main__ import try_modules
folder, tests, module, patience = sys.argv[1:]
sys.path.insert(0, folder)
*survivors, outcome = try_modules(
    [tests], [module], 1, lambda mutant: True, root=Path(folder), patience=float(patience)
)
print(json.dumps([survivors, outcome]))
"""


def _tried(
    folder: Path, tests: Path, module: str, patience: float = 30.0
) -> tuple[list[Survivor], Outcome]:
    """In a process of its own: a test process that ran thousands of tests is no place to fork."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(folder), str(tests), module, str(patience)],
        cwd=ROOT,
        env=usual,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    survivors, outcome = json.loads(done.stdout)
    return [Survivor(*one) for one in survivors], Outcome(*outcome)


def test_a_mutant_that_no_test_notices_survives_and_another_is_killed(tmp_path: Path) -> None:
    (tmp_path / "guarded.py").write_text(
        "def larger(a, b):\n    return a > b\n\n\ndef never():\n    return 1\n"
    )
    tests = tmp_path / "test_guarded.py"
    tests.write_text("from guarded import larger\ndef test(): assert larger(2, 1)\n")

    survivors, outcome = _tried(tmp_path, tests, "guarded.py")

    assert (outcome.killed, outcome.endless, outcome.failed) == (2, 0, [])
    assert [one.key for one in survivors if one.reached] == [
        "larger: return a > b => return a >= b"
    ]
    assert {one.line for one in survivors if not one.reached} == {6}
    assert outcome.survived == len(survivors)


def test_a_mutant_without_the_functions_only_super_is_killed(tmp_path: Path) -> None:
    (tmp_path / "inheriting.py").write_text(
        "class A:\n    def one(self):\n        return 1\n\n\n"
        "class B(A):\n    def one(self):\n        return super().one()\n"
    )
    tests = tmp_path / "test_inheriting.py"
    tests.write_text("from inheriting import B\ndef test(): assert B().one() == 1\n")

    survivors, outcome = _tried(tmp_path, tests, "inheriting.py")

    assert (outcome.killed, survivors) == (3, [])


def test_a_mutant_that_never_ends_is_ended_and_counted_as_endless(tmp_path: Path) -> None:
    (tmp_path / "waiting.py").write_text(
        "import time\n\n\ndef wait(is_ready):\n    while not is_ready():\n"
        "        time.sleep(0.01)\n"
    )
    tests = tmp_path / "test_waiting.py"
    tests.write_text("from waiting import wait\ndef test(): wait(lambda: True)\n")

    survivors, outcome = _tried(tmp_path, tests, "waiting.py", patience=2.0)

    # without its `not`, and with a second one
    assert (outcome.endless, outcome.killed) == (2, 0)
    assert {survivor.line for survivor in survivors} == {6}


def test_a_second_run_takes_only_modules_that_were_not_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[str] = []

    def outcomes(tests: object, modules: list[str], *_: object) -> Iterator[Outcome]:
        tried.extend(modules)
        return iter([Outcome(module, 7, 0, 0, [], 1.0) for module in modules])

    monkeypatch.setattr(program, "_RESULTS", tmp_path)
    monkeypatch.setattr(program, "try_modules", outcomes)
    monkeypatch.setattr(measured, "commit", lambda: "0123456789")

    assert program.main(["handlers/nut/*", "--minutes", "0"]) == 3
    assert "2 modules are left" in capsys.readouterr().out
    assert program.main(["handlers/nut/outlets.py"]) == 0
    assert program.main(["handlers/nut/*"]) == 0
    assert tried == ["handlers/nut/outlets.py", "handlers/nut/switching.py"]
    assert program.main(["handlers/nut/*", "--anew"]) == 0
    assert len(tried) == 4


@pytest.mark.trial
def test_every_explained_mutant_exists_and_has_a_reason() -> None:
    for path, reasons in explained().items():
        assert path in TARGETS
        keys = {mutant.key for mutant in mutants((ROOT / path).read_text("utf-8"))}
        assert set(reasons) <= keys, path
        assert all(reason.endswith(".") for reason in reasons.values())


def test_the_modules_that_decide_and_their_tests_exist() -> None:
    for path, tests in TARGETS.items():
        assert (ROOT / path).is_file()
        assert all((ROOT / test).exists() for test in tests)
