"""The mutants of a module: its source with one operator, number, condition or statement changed.

Pure: text in, text out. Only code inside functions is changed, because only that can be put into a
module that is already imported. Texts, annotations, decorators and defaults of parameters are left
alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

#: The operators that replace another one. A comparison is moved by its border, and turned round.
COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """`source` is the whole module; `before` and `after` are the changed piece of line `line`;
    `function` has the dotted name of the outermost function or method around it, which begins at
    `first_line` (that of its first decorator).
    """

    line: int
    function: str
    first_line: int
    before: str
    after: str
    source: str

    @property
    def key(self) -> str:
        """What names it in the list of explained survivors: it does not change when other lines
        move.
        """
        return f"{self.function}: {self.before} => {self.after}"


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module, in the order of its lines."""
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    found: list[Mutant] = []
    for function, first_line, body in _functions(ast.parse(source)):
        for node in body:
            for inner in _walk(node):
                for begin, end, after in _changes(inner, source.encode(), starts):
                    whole = source.encode()
                    before = whole[begin:end].decode()
                    if "\n" in before:
                        after += "\n" * before.count("\n")  # lines keep their numbers
                    text = (whole[:begin] + after.encode() + whole[end:]).decode()
                    line_of = source.encode()[:begin].count(b"\n") + 1
                    if _compiles(text):
                        found.append(
                            Mutant(
                                line_of,
                                function,
                                first_line,
                                _context(lines, starts, begin, end, before),
                                _context(lines, starts, begin, end, after.rstrip("\n")),
                                text,
                            )
                        )
    unique = {mutant.source: mutant for mutant in reversed(found)}
    return sorted(unique.values(), key=lambda mutant: (mutant.line, mutant.before, mutant.after))


def _functions(tree: ast.Module) -> Iterator[tuple[str, int, list[ast.stmt]]]:
    """Each outermost function: its dotted name, its first line and its body. Not those of which
    the body says that there is none, as in a protocol.
    """

    def inside(body: list[ast.stmt], path: str) -> Iterator[tuple[str, int, list[ast.stmt]]]:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if ast.unparse(node.body[-1]) == "raise NotImplementedError":
                    continue
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                yield path + node.name, first, node.body
            elif isinstance(node, ast.ClassDef):
                yield from inside(node.body, f"{path}{node.name}.")
            elif isinstance(node, (ast.If, ast.Try)):
                yield from inside(node.body, path)

    return inside(tree.body, "")


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """The node and those below it, without annotations and texts."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield from _walk(child)


Change = tuple[int, int, str]  # first and last byte, and the text in their place


def _changes(node: ast.AST, source: bytes, starts: list[int]) -> Iterator[Change]:
    def span(of: ast.expr | ast.stmt) -> tuple[int, int]:
        assert of.end_lineno is not None and of.end_col_offset is not None
        return starts[of.lineno - 1] + of.col_offset, starts[of.end_lineno - 1] + of.end_col_offset

    def text(of: ast.expr) -> str:
        begin, end = span(of)
        return source[begin:end].decode()

    def between(left: ast.expr, right: ast.expr, old: str, new: str) -> Iterator[Change]:
        """The operator between two operands, which parentheses and line ends may surround."""
        begin, end = span(left)[1], span(right)[0]
        gap = source[begin:end].decode()
        if gap.count(old) == 1 and "#" not in gap:
            at = begin + len(gap[: gap.index(old)].encode())
            yield at, at + len(old), new

    if isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
        for left, operator, right in zip(operands, node.ops, operands[1:]):
            for new in COMPARISONS[type(operator)]:
                yield from between(left, right, _WORDS[type(operator)], new)
    elif isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:]):
            yield from between(left, right, old, new)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield (*span(node), f"({text(node.operand)})")
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield from between(node.left, node.right, *ARITHMETIC[type(node.op)])
    elif isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        old, new = ARITHMETIC[type(node.op)]
        yield from between(node.target, node.value, old + "=", new + "=")
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield (*span(node), repr(not node.value))
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield (*span(node), repr(node.value + 1))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield (*span(node.func), CALLS[node.func.id])
    elif isinstance(node, (ast.If, ast.While, ast.IfExp)):
        if not isinstance(node.test, (ast.Compare, ast.Constant)):
            yield (*span(node.test), f"(not ({text(node.test)}))")
    elif isinstance(node, ast.comprehension):
        for test in node.ifs:
            if not isinstance(test, ast.Compare):
                yield (*span(test), f"(not ({text(test)}))")
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield (*span(node), "return None")
    elif isinstance(node, ast.Raise) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield (*span(node), "pass")
    elif isinstance(node, (ast.Break, ast.Continue)):
        yield (*span(node), "continue" if isinstance(node, ast.Break) else "break")


_WORDS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def _compiles(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _context(lines: list[bytes], starts: list[int], begin: int, end: int, text: str) -> str:
    """The changed piece with the rest of its lines, in one line with single spaces."""
    first = next(n for n, start in enumerate(starts) if start > begin) - 1
    last = next(n for n, start in enumerate(starts) if start >= max(end, begin + 1)) - 1
    before = lines[first][: begin - starts[first]].decode()
    behind = lines[last][end - starts[last] :].decode()
    return " ".join((before + text + behind).split())
