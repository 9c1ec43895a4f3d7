"""The ending of a value's name says its type. A name that says another type is believed, and wrong.

Annotations are read, and expressions that show their type; a type that is not known is left alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.needs import ROOT

_FOLDERS = ("common", "pdu_common", "handlers", "pdu", "packaging")
_TEXT, _NUMBER = {"str", "bytes", "Path"}, {"int", "float", "Decimal", "Fraction"}
_MAPPING = {"dict", "Mapping", "MutableMapping", "Counter", "OrderedDict"}
_SEVERAL = {"list", "Sequence", "Iterable", "Iterator", "set", "frozenset", "tuple", "Collection"}
_TYPES = {*_TEXT, *_NUMBER, *_MAPPING, *_SEVERAL, "bool", "datetime", "timedelta", "Match"}
#: pattern of a whole name -> the types that it says, and whether it may also hold several of them
_RULES: Mapping[str, tuple[set[str], bool]] = {
    r"(is|has|may|can|needs|does)_.+": ({"bool"}, False),
    r"are_.+": ({"bool"}, True),
    r".+_(s|ms|a|w|v|va|kwh|wh|seconds|volts|watts|amperes|percent)": (_NUMBER, True),
    r".+_by_.+": (_MAPPING, False),
    r"(.+_)?(name|text|title|sentence|word|reason)": (_TEXT, False),
    # an outlet's number is the text that is printed beside it
    r"(.+_)?(count|number|port)": ({*_NUMBER, "str"}, False),
    r"(.+_)?path": ({*_TEXT, "tuple"}, False),
}
#: a family's description calls a column what it reads, in its JSON too; a port is DCImanager's
_ANY_NAME = {"Source", "PduPortView"}
#: beginning of a file's path, and a name or "" for all -> whose name it is
_EXCEPTIONS: Mapping[tuple[str, str], str] = {
    ("handlers/nut/pynut.py", "text"): "whether methods return text",
    ("handlers/raritan/rpc/", ""): "the vendor's names",
}


def types_of(annotation: ast.expr, of_elements: bool = False) -> set[str]:
    """The types that the annotation lists, without None; if `of_elements`, those in a container."""
    if isinstance(annotation, ast.Constant):
        return set()
    if not isinstance(annotation, ast.Subscript):
        return {ast.unparse(annotation).rpartition(".")[2]}
    [head], inner = types_of(annotation.value), annotation.slice
    parameters = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if head in ("Optional", "Union", "Final", "ClassVar"):
        return {name for parameter in parameters for name in types_of(parameter, of_elements)}
    # a function is called after what it returns
    if head == "Callable" or of_elements and head in (*_MAPPING, *_SEVERAL):
        return types_of(parameters[0 if head in _SEVERAL else -1], of_elements)
    return {head}


def type_of_value(expression: ast.expr) -> set[str]:
    """The type of an expression that shows it, else nothing."""
    display = re.fullmatch("(Dict|List|Set|Tuple)(Comp)?", type(expression).__name__)
    if display:
        return {display[1].lower()}
    if isinstance(expression, ast.Constant) and expression.value is not None:
        return {type(expression.value).__name__}
    if isinstance(expression, ast.BoolOp):
        return {name for operand in expression.values for name in type_of_value(operand)}
    if isinstance(expression, ast.Call):
        function = ast.unparse(expression.func)
        is_search = re.search(r"(^re|\b_?[A-Z_]+)\.(match|fullmatch|search)$", function)
        return {"Match"} if is_search else {function} & _TYPES
    return {"str"} if isinstance(expression, ast.JoinedStr) else set()


@cache
def _trees() -> Mapping[str, ast.Module]:
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
        for folder in _FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


@cache
def _bases() -> Mapping[str, set[str]]:
    """Each class -> its bases; each alias of a type -> the types that it stands for."""
    bases: dict[str, set[str]] = {}
    for node in (node for tree in _trees().values() for node in ast.walk(tree)):
        if isinstance(node, ast.ClassDef):
            bases.setdefault(node.name, set()).update(*map(types_of, node.bases))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            bases.setdefault(ast.unparse(node.targets[0]), set()).update(types_of(node.value))
    return bases


@cache
def _known(name: str) -> frozenset[str]:
    """The types that a class or an alias is; nothing if that is not known."""
    if name in _TYPES or name in _ANY_NAME:
        return frozenset({name})
    bases = _bases().get(name, {name}) - {name}
    known = frozenset[str]().union(*map(_known, bases))
    return known if known or name not in _bases() else frozenset({"object"})


def wrong_names(tree: ast.AST) -> Iterator[tuple[int, str, set[str]]]:
    """Line, name and types of each value whose name says another type."""
    node: Any
    for node in ast.walk(tree):
        annotation = getattr(node, "annotation", None)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        elif annotation is not None:
            name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
        else:
            continue
        pattern = next((rule for rule in _RULES if re.fullmatch(rule, name.strip("_"))), "")
        wanted, may_be_several = _RULES.get(pattern, (set(), False))
        types = types_of(annotation, may_be_several) if annotation else type_of_value(node.value)
        if may_be_several and not annotation:
            types -= {*_MAPPING, *_SEVERAL}
        # a class may be the word itself: `reason: Reason`
        others = {kind for kind in types if not kind.lower().endswith(name.rpartition("_")[2])}
        if pattern and any(
            known and not known & {*wanted, *_ANY_NAME} for known in map(_known, others)
        ):
            yield node.lineno, name, types


def test_a_name_says_the_type_of_its_value() -> None:
    wrong = [
        f"{path}:{line}: {name} is {' or '.join(sorted(types))}"
        for path, tree in _trees().items()
        for line, name, types in wrong_names(tree)
        if not any(path.startswith(begin) and other in ("", name) for begin, other in _EXCEPTIONS)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_name_that_says_another_type_is_refused() -> None:
    wrong = """def read(handler_name: int, query_word: Match[str]) -> None: ...
class Row:
    begin_s: Optional[datetime]
state_by_outlet: list[str] = []
is_model = is_known and re.match("x", model)
number: Mapping[str, int]"""
    assert len(list(wrong_names(ast.parse(wrong)))) == 6
    right = "loads_a: Sequence[float]; reason: Reason; port: PduPortView; is_on: Optional[bool]"
    assert not list(wrong_names(ast.parse(right)))
