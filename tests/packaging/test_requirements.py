"""Every requirement has a user, and except the build backend's a lower and an upper bound."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.needs import ROOT

FILES = ("requirements.txt", "tests/requirements.txt")
#: packages that no file imports: the file that runs or configures each, and the words there
_RUN = {
    "ruff": ("Makefile", "-m ruff"),
    "pytest-xdist": ("Makefile", "--dist worksteal"),
    "pytest-timeout": ("pyproject.toml", "timeout = 900"),
    "import-linter": ("Makefile", "importlinter"),
    "anyio": ("tests/requirements.txt", "starlette>="),
}
_NAME = re.compile(r"[A-Za-z0-9._-]+(?:\[[a-z,]+\])?")


def in_files() -> Iterator[tuple[str, str]]:
    """The place and the text of each requirement; comments are left out."""
    for name in FILES:
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1):
            requirement = line.partition("#")[0].strip()
            if requirement:
                yield f"{name}:{number}", requirement


def in_project() -> Iterator[tuple[str, str]]:
    """The build backend's requirements, the dependencies and the requirements of each extra in
    pyproject.toml.

    References to this project's own extras are left out: they need no bounds.
    """
    text = "\n" + (ROOT / "pyproject.toml").read_text("utf-8")
    sections = {
        "build-system": "requires",
        "project": "dependencies",
        "project.optional-dependencies": r"[\w-]+",
    }
    for section, keys in sections.items():
        lists = text.partition(f"\n[{section}]\n")[2].partition("\n[")[0]
        for name, items in re.findall(rf"(?ms)^({keys}) = \[(.*?)\](?=[ \t]*(?:#.*)?$)", lists):
            for requirement in re.findall(r'"([^"]*)"', items):
                if not requirement.startswith("dcimanager-pdu-handlers["):
                    yield f"pyproject.toml {name}", requirement


def in_setup() -> Iterator[tuple[str, str]]:
    """The requirements with `>=`, `<=` or `==` in .ci/setup and .ci/audit.

    A name without one is not recognised.
    """
    for name in (".ci/setup", ".ci/audit"):
        text = (ROOT / name).read_text("utf-8")
        for requirement in re.findall(r"(?<![\w.-])([a-z][\w-]*[<>=]=[^\s\"']+)", text):
            yield name, requirement


def absent_bounds(requirement: str) -> str:
    """Which bounds a requirement lacks, "" if it has a lower and an upper one. `==` and `~=` are
    both.
    """
    version = _NAME.sub("", requirement.partition(";")[0].strip(), count=1)
    signs = set(re.findall(r"(>=|<=|==|~=|!=|<|>)\s*[0-9]", version))
    bounds = []
    if signs.isdisjoint((">", ">=", "==", "~=")):
        bounds.append("lower")
    if signs.isdisjoint(("<", "<=", "==", "~=")):
        bounds.append("upper")
    return " and ".join(bounds)


@pytest.mark.parametrize(
    ("requirement", "bounds"),
    [
        ("a[b]>=1.2,<2", ""),
        ("a==2", ""),
        ("a>=2", "upper"),
        ("a<2", "lower"),
        ("a!=2", "lower and upper"),
    ],
)
def test_a_bound_that_a_requirement_lacks_is_found(requirement: str, bounds: str) -> None:
    assert absent_bounds(requirement) == bounds


def test_every_requirement_but_the_build_backends_has_a_lower_and_an_upper_bound() -> None:
    project = list(in_project())
    lists_in_project = {place.split()[1] for place, _ in project}
    assert lists_in_project >= {"dependencies", "discover", "privacy", "prometheus"}
    bounded = [row for row in project if "requires" not in row[0]]
    requirements = [*in_files(), *bounded, *in_setup()]
    files = {place.partition(":")[0] for place, _ in requirements}
    assert files >= {*FILES, ".ci/setup", ".ci/audit"}
    for place, requirement in requirements:
        assert absent_bounds(requirement) == "", f"{place}: {requirement}"


def _imported_names() -> set[str]:
    """The packages that any Python file of the project imports."""
    files = list(ROOT.glob("*.py"))
    for folder in ("common", "pdu_common", "handlers", "pdu", "packaging", "tests"):
        files += (ROOT / folder).rglob("*.py")
    text = "\n".join(file.read_text("utf-8") for file in files)
    statement = r"(?m)(?:^ *(?:import|from) |import_module\(\"|importorskip\(\")(\w+)"
    return set(re.findall(statement, text))


def test_every_package_is_imported_by_a_file_or_run_by_its_name() -> None:
    names = set()
    for _, requirement in in_files():
        match = _NAME.match(requirement)
        if match is not None:
            names.add(match[0])
    imported_names = _imported_names()
    packages_without_import = set()
    for name in names:
        # type hints are for the package that is imported
        module = name.removeprefix("types-").replace("-", "_")
        if module not in imported_names:
            packages_without_import.add(name)
    assert packages_without_import == {*_RUN}
    for name, (file, words) in _RUN.items():
        assert words in (ROOT / file).read_text("utf-8"), name
