"""Every requirement has a user, and except the build backend's a lower and an upper bound."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.needs import ROOT

FILES = ("requirements.txt", "tests/requirements.txt")
#: packages that no file imports: the file that runs or configures each, and the words there
_RUN = {
    "mypy": ("Makefile", "-m mypy"),
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
        for number, text in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1):
            wanted = text.partition("#")[0].strip()
            if wanted:
                yield f"{name}:{number}", wanted


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
        for name, wanted in re.findall(rf"(?ms)^({keys}) = \[(.*?)\](?=[ \t]*(?:#.*)?$)", lists):
            for one in re.findall(r'"([^"]*)"', wanted):
                if not one.startswith("dcimanager-pdu-handlers["):
                    yield f"pyproject.toml {name}", one


def in_setup() -> Iterator[tuple[str, str]]:
    """The requirements with `>=`, `<=` or `==` in .ci/setup and .ci/audit.

    A name without one is not recognised.
    """
    for name in (".ci/setup", ".ci/audit"):
        for wanted in re.findall(
            r"(?<![\w.-])([a-z][\w-]*[<>=]=[^\s\"']+)", (ROOT / name).read_text("utf-8")
        ):
            yield name, wanted


def unbounded(wanted: str) -> str:
    """The missing bounds of a requirement; "" if it has a lower and an upper bound."""
    bounds = _NAME.sub("", wanted.partition(";")[0].strip(), count=1)
    signs = re.findall(r"(>=|<=|==|~=|!=|<|>)\s*[0-9]", bounds)
    missing = [] if {">", ">=", "==", "~="} & set(signs) else ["lower"]
    return " and ".join(missing + ([] if {"<", "<=", "==", "~="} & set(signs) else ["upper"]))


def test_every_requirement_but_the_build_backends_has_a_lower_and_an_upper_bound() -> None:
    project = list(in_project())
    assert {place.split()[1] for place, _ in project} >= {
        "dependencies",
        "discover",
        "exporter",
        "privacy",
    }
    assert unbounded("a[b]>=1.2,<2") == ""
    assert unbounded("a!=2") == "lower and upper"
    every = [*in_files(), *(one for one in project if "requires" not in one[0]), *in_setup()]
    assert {place.partition(":")[0] for place, _ in every} >= {*FILES, ".ci/setup", ".ci/audit"}
    assert [
        f"{place}: {wanted} has no {unbounded(wanted)} bound"
        for place, wanted in every
        if unbounded(wanted)
    ] == []


def test_every_package_is_imported_by_a_file_or_run_by_its_name() -> None:
    names = {match[0] for _, wanted in in_files() if (match := _NAME.match(wanted))}
    folders = ("common", "pdu_common", "handlers", "pdu", "packaging", "tests")
    files = [*ROOT.glob("*.py"), *(path for top in folders for path in (ROOT / top).rglob("*.py"))]
    imported = set(
        re.findall(
            r"(?m)(?:^ *(?:import|from) |import_module\(\"|importorskip\(\")(\w+)",
            "\n".join(file.read_text("utf-8") for file in files),
        )
    )
    # type hints are for the package that is imported
    modules = {name: name.removeprefix("types-").replace("-", "_") for name in names}
    assert {name for name, module in modules.items() if module not in imported} == {*_RUN}
    for name, (file, words) in _RUN.items():
        assert name in names, name
        assert words in (ROOT / file).read_text("utf-8"), name
