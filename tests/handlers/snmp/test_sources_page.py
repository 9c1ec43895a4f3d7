"""docs/dev/sources.md: its examples give what they show, and each name of the language has one.

The language is what five families need of handlers/snmp. A family, which is an entry of PROFILES,
needs the names in its entry, and those in the functions and values of its file that they name.
"""

from __future__ import annotations

import ast
import doctest
import inspect
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

from handlers.snmp import (
    arcs,
    chains,
    completeness,
    computed,
    controls,
    decoding,
    evidence,
    filters,
    joins,
    measurements,
    objects,
    outlets,
    profile,
    profiles,
    states,
    tables,
)
from handlers.snmp.chains import InChain
from handlers.snmp.profiles import conditions, hpe, language, links, scales, sources
from tests.handlers.snmp.memory import ROW_FUNCTIONS
from tests.needs import ROOT

PAGE = (ROOT / "docs/dev/sources.md").read_text("utf-8")
EXAMPLES = re.findall(r"(?ms)^```python\n(.*?)^```", PAGE)
FILES = Path(profiles.__file__).parent
MOST_NAMES = 85
#: what the functions of families are made of, beside those that the page shows
HELPERS = {"is_within", "require_count", "tested"}
#: the modules beside the families' files that define names of the language
OWN = (conditions, language, links, scales, sources)
#: where the names of the language are
HOMES = (
    *(arcs, chains, completeness, computed, controls, decoding, evidence, filters, joins),
    *(measurements, objects, outlets, profile, states, tables, *OWN),
)


def names_of(homes: tuple[object, ...]) -> dict[str, object]:
    """The public names that these modules define or import."""
    return {name: value for home in homes for name, value in vars(home).items() if name[0] != "_"}


def families_by_name(file: str) -> Counter[tuple[str, str]]:
    """(module, name) -> how many entries of the PROFILES of a file need it."""
    imports: dict[str, tuple[str, str]] = {}
    needs: dict[str, set[str]] = {}  # of the functions and values of the file
    entries: list[ast.expr] = []
    for node in ast.parse(file).body:
        if isinstance(node, ast.ImportFrom) and 0 < node.level < 3:
            module = f"{'.' * node.level}{node.module or ''}"
            imports.update({alias.name: (module, alias.name) for alias in node.names})
        for name in bound_names(node):
            needs[name] = _used_names(node)
            if name == "PROFILES" and isinstance(node, ast.Assign):
                assert isinstance(node.value, ast.Tuple)
                entries += node.value.elts
    counts: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        names, new_names = set[str](), _used_names(entry)
        while new_names:
            names |= new_names
            new_names = {name for n in new_names for name in needs.get(n, ())} - names
        counts.update(imports[name] for name in names if name in imports)
    return counts


def bound_names(node: ast.stmt) -> set[str]:
    """The names that a statement of a module gives to a function, a class or a value."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else []
    names = [inner for target in targets for inner in ast.walk(target)]
    return {name.id for name in names if isinstance(name, ast.Name)}


def _used_names(node: ast.AST) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def test_the_names_of_the_language_are_those_that_five_families_need() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for path in FILES.glob("*.py"):
        counts += families_by_name(path.read_text("utf-8"))
    shared = {f".{Path(str(module.__file__)).stem}" for module in OWN}
    needed = {
        (module, name)
        for (module, name), count in counts.items()
        if count >= 5 and (module.startswith("..") or module in shared)
    }
    rows = re.findall(r"^\| `(\.+\w+)` \| (.*) \|$", PAGE, re.M)
    on_page = [(module, name) for module, names in rows for name in re.findall(r"`(\w+)`", names)]
    assert sorted(on_page) == sorted(needed)
    assert len(on_page) <= MOST_NAMES
    words = {word for example in EXAMPLES for word in re.findall(r"\w+", example)}
    assert {name for _, name in on_page} - words == set()


def test_what_the_language_defines_five_families_need() -> None:
    on_page = set(re.findall(r"`(\w+)`", PAGE))
    for module in OWN:
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        defined = {name for node in tree.body for name in bound_names(node)}
        assert {name for name in defined if name[0] != "_"} - on_page == set(), module.__name__


def test_the_examples_give_what_they_show() -> None:
    names = {**names_of(HOMES), **ROW_FUNCTIONS, "Decimal": Decimal}
    test = doctest.DocTestParser().get_doctest(PAGE, names, "sources.md", None, 0)
    assert len(test.examples) > 15
    assert doctest.DocTestRunner().run(test).failed == 0


def test_each_function_and_object_is_on_the_page() -> None:
    functions = {
        name
        for module in (filters, joins, completeness)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and name[0] != "_"
    }
    assert {name for name in functions - HELPERS if f"{name}(" not in PAGE} == set()
    classes = {
        name
        for name, value in vars(objects).items()
        if inspect.isclass(value) and value.__module__ == objects.__name__ and name != "Span"
    }
    assert {*classes, InChain.__name__} <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M))


def test_the_hard_source_is_the_familys() -> None:
    source = inspect.getsource(hpe.core_and_bars.function)
    without_docstring = re.sub(r'    """.*?"""\n', "", source, flags=re.S)
    assert without_docstring.strip() in PAGE
