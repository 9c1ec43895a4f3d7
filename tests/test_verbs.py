"""A function's first word is true: `is_`, `has_` and `may_` answer yes or no, `find_` can say that
there is nothing, and `read_` is given something to read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Union

import pytest

from tests.needs import ROOT

_TREE = ("common", "pdu_common", "handlers", "pdu", "packaging")
_Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
#: yes or no, or not known
_ANSWERS = ("bool", "Optional[bool]")
#: values that were read already: nothing is left to read in them
_VALUES = ("Mapping", "dict", "int", "float", "bool", "Decimal")
#: what goes with them and is no source either
_BESIDE_VALUES = (*_VALUES, "Sequence", "Settings", "Callable[[str], str]")
#: the inner classes of Xerus' interfaces that are values
_VALUE_CLASSES = (".State", ".Settings", ".Status", ".MetaData")


def _functions(source: str) -> Iterator[_Function]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def _type(annotation: Union[ast.expr, None]) -> str:
    return "" if annotation is None else ast.unparse(annotation)


def _is_command(function: _Function) -> bool:
    """Whether click calls it: `pdu find` is named by its command."""
    return any("pass_context" in ast.unparse(one) for one in function.decorator_list)


def _answers(function: _Function) -> str:
    answer = _type(function.returns)
    return "" if answer in _ANSWERS else f"returns {answer or 'nothing'}, not yes or no"


def _finds(function: _Function) -> str:
    answer = _type(function.returns)
    says_so = "Raises" in (ast.get_docstring(function) or "")
    if says_so or "Optional[" in answer or _is_command(function):
        return ""
    if answer.partition("[")[0] in ("list", "set", "dict", "Mapping", "Sequence", "Iterator"):
        return ""
    return f"returns {answer} and documents no error, so it cannot say that there is nothing"


def _is_value(annotation: str, values: Sequence[str]) -> bool:
    return (
        annotation in values
        or annotation.partition("[")[0] in values
        or annotation.endswith(_VALUE_CLASSES)
    )


def _reads(function: _Function) -> str:
    arguments = [*function.args.posonlyargs, *function.args.args]
    if not arguments or arguments[0].arg in ("self", "cls"):
        return ""  # of the object's own session, or of the function around it
    if _type(function.returns).startswith("Dialogue["):
        return ""  # says what is to be sent
    first, *others = [_type(argument.annotation) for argument in arguments]
    if _is_value(first, _VALUES) and all(_is_value(one, _BESIDE_VALUES) for one in others):
        return f"its {arguments[0].arg} is a value that was read already ({first})"
    return ""


_LAWS = {"is": _answers, "has": _answers, "may": _answers, "find": _finds, "read": _reads}


#: to parse all modules would take some seconds
_NAMED = re.compile(r"def _?(?:is|has|may|find|read)\b|def _?(?:is|has|may|find|read)_")


def _untrue(source: str) -> Iterator[str]:
    for function in _functions(source) if _NAMED.search(source) else ():
        law = _LAWS.get(function.name.lstrip("_").partition("_")[0])
        error = law(function) if law is not None else ""
        if error:
            yield f"{function.lineno}: {function.name}: {error}"


_PREPOSITIONS = frozenset(
    "above after against as at before below between by for from in near of off on since to with"
    " within without".split()
)
#: a preposition says neither what is done nor what is returned, except where it is read with more
_EXCEPTIONS = {
    "of": "`evidence.of(capability)` is read behind its object",
    "from_params": "a constructor, as `datetime.fromisoformat`",
    "from_settings": "a constructor, as `datetime.fromisoformat`",
    "at": "`error.at(place)` and `reader.at(oid)` are read behind their object",
    "near": "`families.near(sys_object_id)` is read behind its object",
    "by_guid": "makes a `ByOctets`, a source of the profiles' language",
    "without": "`without(values, text)` is a source of the profiles' language",
}


def _begins_with_preposition(name: str) -> bool:
    return name.strip("_").partition("_")[0] in _PREPOSITIONS and name not in _EXCEPTIONS


def test_no_function_begins_with_a_preposition() -> None:
    defined = re.compile(r"^ *(?:async )?def (\w+)", re.MULTILINE)
    names = [
        (path.relative_to(ROOT), name)
        for folder in _TREE
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "rpc" not in path.parts
        for name in defined.findall(path.read_text("utf-8"))
    ]
    assert not [f"{path}: {name}" for path, name in names if _begins_with_preposition(name)]
    # an exception that nothing needs any more is taken out
    assert {*_EXCEPTIONS} <= {name for _, name in names}


@pytest.mark.parametrize("name", ["of_pdu", "_without_power", "as_text", "_at"])
def test_a_preposition_is_named(name: str) -> None:
    assert _begins_with_preposition(name)


def test_the_first_word_of_a_function_is_true() -> None:
    errors = [
        f"{path.relative_to(ROOT)}:{error}"
        for folder in _TREE
        for path in sorted((ROOT / folder).rglob("*.py"))
        for error in _untrue(path.read_text("utf-8"))
    ]
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize(
    "source",
    [
        # each was in the code
        "def may_switch(call: MachineCall) -> MachineCall: ...",
        "def _may_switch(wish: Plan, first: Reading) -> None: ...",
        "def is_available(self, kind: str) -> Source: ...",
        "def find_other_unit(evidence: MachineEvidence) -> str: ...",
        "def read_status(state: Outlet.State) -> EnumPowerStatus: ...",
        "def read_outlets(variables: Mapping[str, str], commands: Sequence[str]) -> NutDevice: ...",
    ],
)
def test_an_untrue_word_is_named(source: str) -> None:
    assert len([*_untrue(source)]) == 1


@pytest.mark.parametrize(
    "source",
    [
        "def is_on(self) -> Optional[bool]: ...",
        "def find_outlet(readings: Readings, cord: Cord) -> Optional[OutletReading]: ...",
        "def find_outlet(word: str) -> str:\n    '''Raises NoSuchOutlet.'''",
        "def read_drawing(path: str) -> Drawing: ...",
        "def read_names(client: NutReader) -> dict[str, str]: ...",
        "def island(nodes: int) -> int: ...",
    ],
)
def test_a_true_word_is_not_named(source: str) -> None:
    assert [*_untrue(source)] == []
