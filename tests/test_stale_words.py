"""Docstrings, comments and pages name only classes, functions, modules and files that exist."""

from __future__ import annotations

import ast
import builtins
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.needs import ROOT
from tests.waiting import PATIENCE_S

_PRODUCT = ("common/", "pdu_common/", "handlers/", "pdu/", "packaging/")
#: The vendor's binding has the vendor's docstrings, whose words are of the IDL.
_BINDING = "handlers/raritan/rpc/"
#: What docstrings quote that is no name of ours: others' programs, placeholders, parts of a URL.
_FOREIGN = {
    "ServerTechnology",  # a vendor's name without its space, as in pdu/supports/query.py
    "use_ssl",  # PyNUTClient's argument
    "concurrent",  # concurrent.futures of Python
    "pdu_x",  # an archive's folder
    "status",  # of the IDL: status.aboveUpperCritical
}
#: a text in quotation marks, or a comment
_TEXT = re.compile(
    r'''"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*''', re.DOTALL
)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED = re.compile(r"`([A-Za-z_][\w.]*)`")
_MEMBER = re.compile(r"`([A-Z]\w*[a-z]\w*)\.(\w+)`")
_OBJECT = re.compile(r"[a-z_]\w*\.")
_RAISES = re.compile(r"[Rr]aises? ((?:_?[A-Z]\w+)(?:(?:, | and | or )(?:_?[A-Z]\w+))*)")
#: … and classes behind the reason of the first: `Raises SettingsError for a list, and Usage if …`
_RAISES_ALSO = re.compile(
    r"[,;] (?:and |or )?(?:also )?(_?[A-Z]\w*[a-z]\w*)(?= (?:also |for|if|of|unless|where|when)\b)"
)
_SENTENCE = re.compile(r"[Rr]aises? (?:[^.]|\.(?=\w))*")
#: a call in code of a page, and what it may call
_CALL = re.compile(r"`(?:[\w.]*\.)?([A-Za-z_]\w+)\(")
_DEFINED = re.compile(r"\b(?:def|class) (\w+)|^([a-z_]+) = ", re.MULTILINE)
_BY_NAME = re.compile(r'import_module\("(\w+)"\)')
_CLASS = re.compile(r"^\s*class (\w+)", re.MULTILINE)
_TUPLE = re.compile(r"^([A-Z_]+) = \(", re.MULTILINE)
#: what `from … import …` names, in brackets or not
_IMPORTED = re.compile(r"^\s*from \S+ import (\([^)]*\)|[^\n]*)", re.MULTILINE)
#: the parameters that a sentence of a docstring describes
_DESCRIBED = re.compile(r"(?:^|[.;]\s+|\n\s*)((?:`[A-Za-z_]\w*`, )*`[A-Za-z_]\w*`): ")
#: Such a word is the parameter that a docstring speaks of: of another module it says nothing.
_VAGUE = re.compile(
    r"(?!need|feed|speed)\w+ed|found|held|shown|known|made|sent|read|others?|rest|own"
)
#: of a file; `<name>` and `<handler>` are that of any handler
_PATH = re.compile(r"(?<![\w/<])((?:[a-z_0-9]+/|<name>/|<handler>/)+[a-z_0-9]+\.py)\b")


def _tracked() -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S
    )
    if listing.returncode:
        pytest.skip("no clone of git")
    return [name for name in listing.stdout.splitlines() if (ROOT / name).exists()]


@pytest.fixture(scope="module")
def files() -> list[str]:
    return _tracked()


@pytest.fixture(scope="module")
def sources(files: list[str]) -> dict[str, str]:
    return {name: (ROOT / name).read_text("utf-8") for name in files if name.endswith(".py")}


def _names(sources: Iterable[str]) -> set[str]:
    """The words of the code, and of texts of less than 60 characters."""
    names: set[str] = set()
    for source in sources:
        names.update(_WORD.findall(_TEXT.sub(_short_text, source)))
    return names


def _short_text(match: re.Match[str]) -> str:
    text = match.group()
    return text if len(text) < 60 and not text.startswith(('"""', "#")) else " "


def _parts(files: Iterable[str]) -> set[str]:
    """The folders, the names and the stems of files."""
    paths = [PurePosixPath(name) for name in files]
    return {part for path in paths for part in (*path.parts, path.stem)}


def _docstrings(source: str) -> Iterator[tuple[int, str]]:
    """The first line and the text of each text in three quotation marks that begins a line. To
    parse all sources would take 9 s.
    """
    line, end = 1, 0
    for match in _TEXT.finditer(source):
        before = source[source.rfind("\n", 0, match.start()) + 1 : match.start()]
        if match.group().startswith('"""') and not before.strip("r \t"):
            line, end = line + source.count("\n", end, match.start()), match.start()
            yield line, match.group()[3:-3]


def _raised(docstring: str) -> Iterator[str]:
    for match in _RAISES.findall(docstring):
        yield from (word for word in _WORD.findall(match) if word not in ("and", "or"))
    for sentence in _SENTENCE.findall(docstring):
        yield from _RAISES_ALSO.findall(" ".join(sentence.split()))


@pytest.mark.parametrize(
    "docstring, classes",
    [
        ("Raises KeyError and Gone.", ["KeyError", "Gone"]),
        ("Read it. Raises KeyError,\nGone for 3.0 of 4, and Lost if", ["KeyError", "Gone", "Lost"]),
        ("Raises KeyError; Lost also if it is not there. Gone if it is.", ["KeyError", "Lost"]),
        ("Whether a reading raises 3 A, or Gone", []),
    ],
)
def test_all_classes_that_a_docstring_raises_are_found(docstring: str, classes: list[str]) -> None:
    assert [*_raised(docstring)] == classes


def test_docstrings_and_comments_name_what_exists(
    files: list[str], sources: dict[str, str]
) -> None:
    mentions = []
    for file, source in sources.items():
        if file.startswith(_BINDING):
            continue
        is_product = file.startswith(_PRODUCT)
        for line, text in _docstrings(source) if is_product or _RAISES.search(source) else ():
            quoted = [*_raised(text), *(_QUOTED.findall(text) if is_product else ())]
            mentions += [(word, f"{file}:{line}: {word}") for word in quoted]
        if is_product:
            comments = (text for text in _TEXT.findall(source) if text.startswith("#"))
            quoted = [word for text in comments for word in _QUOTED.findall(text)]
            mentions += [(word, f"{file}: {word}") for word in quoted]
    mentions = [
        (word.rpartition(".")[2], place) for word, place in mentions if not word.endswith(".py")
    ]
    names = set(dir(builtins)) | _FOREIGN | _parts(files)
    for is_product in (True, False):
        if not {word for word, _ in mentions} - {""} <= names:
            names |= _names(
                source
                for file, source in sources.items()
                if file.startswith(_PRODUCT) == is_product
            )
    wrong = [place for word, place in mentions if word and word not in names]
    assert not wrong, "\n".join(wrong)


def _classes(source: str) -> set[str]:
    """The classes that a module defines or imports by name, and its tuples of classes."""
    names = set(_CLASS.findall(source)) | set(_TUPLE.findall(source))
    for imported in _IMPORTED.findall(source):
        names.update(_WORD.findall(imported))
    return names


def _reachable(file: str, sources: dict[str, str], targets: dict[str, set[str]]) -> set[str]:
    """The files of the project that a file imports, directly or not, and the file itself."""
    reached, waiting = {file}, [file]
    while waiting:
        for target in _imported_files(waiting.pop(), sources, targets):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def _imported_files(file: str, sources: dict[str, str], targets: dict[str, set[str]]) -> set[str]:
    """The files of the project that a file imports. `targets` keeps the answers."""
    if file not in targets:
        package = PurePosixPath(file).parent
        modules: set[str] = set()
        for node in ast.walk(ast.parse(sources[file])):
            if isinstance(node, ast.Import):
                modules.update(alias.name.replace(".", "/") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = (
                    str(package.parents[node.level - 2] if node.level > 1 else package) + "/"
                    if node.level
                    else ""
                )
                start = (base + (node.module or "").replace(".", "/")).rstrip("/")
                modules.add(start)
                modules.update(f"{start}/{alias.name}" for alias in node.names)
        # packaging/ is no package: its modules import each other by name
        modules.update(f"{package}/{name}" for name in _BY_NAME.findall(sources[file]))
        paths = {f"{module}{end}" for module in modules for end in (".py", "/__init__.py")}
        targets[file] = paths & sources.keys()
    return targets[file]


def test_docstrings_raise_classes_that_the_module_can_reach(sources: dict[str, str]) -> None:
    targets: dict[str, set[str]] = {}
    wrong = []
    for file, source in sources.items():
        if not file.startswith(_PRODUCT) or file.startswith(_BINDING):
            continue
        mentions = [
            (line, word)
            for line, text in _docstrings(source)
            for word in _raised(text)
            if word not in dir(builtins)
        ]
        if mentions:
            reached = _reachable(file, sources, targets)
            classes = set().union(*(_classes(sources[path]) for path in reached))
            wrong += [f"{file}:{line}: {word}" for line, word in mentions if word not in classes]
    assert not wrong, "\n".join(wrong)


def test_docstrings_and_comments_name_members_that_their_class_has(sources: dict[str, str]) -> None:
    sources_of_class: dict[str, list[str]] = {}
    for file, source in sources.items():
        if file.startswith(_PRODUCT):
            for name in _CLASS.findall(source):
                sources_of_class.setdefault(name, []).append(source)
    wrong = []
    for file, source in sources.items():
        if not file.startswith(_PRODUCT) or file.startswith(_BINDING):
            continue
        wrong += [
            f"{file}: {name}.{member}"
            for text in _TEXT.findall(source)
            for name, member in _MEMBER.findall(text)
            if member not in _names(sources_of_class.get(name, ()))
        ]
    assert not wrong, "\n".join(wrong)


def test_docstrings_describe_parameters_that_exist(sources: dict[str, str]) -> None:
    stale = []
    for file, source in sources.items():
        if not file.startswith(_PRODUCT) or file.startswith(_BINDING):
            continue
        if not any(_DESCRIBED.search(text) for _, text in _docstrings(source)):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                parameters = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
                described = _DESCRIBED.findall(ast.get_docstring(node) or "")
                words = {word for match in described for word in _WORD.findall(match)}
                stale += [
                    f"{file}:{node.lineno}: {node.name} has no parameter {word}"
                    for word in sorted(words - parameters)
                ]
    assert not stale, "\n".join(stale)


def test_docstrings_quote_vague_words_and_objects_of_their_own_module_alone(
    files: list[str], sources: dict[str, str]
) -> None:
    known, wrong = _parts(files) | _FOREIGN, []
    for file, source in sources.items():
        if not file.startswith(_PRODUCT) or file.startswith(_BINDING):
            continue
        vague_words = [
            (word.partition(".")[0], f"{file}:{line}: {word}")
            for line, text in _docstrings(source)
            for word in _QUOTED.findall(text)
            if _VAGUE.fullmatch(word) or _OBJECT.match(word)
        ]
        if vague_words:
            names = _names([source]) | known
            wrong += [place for word, place in vague_words if word not in names]
    assert not wrong, "\n".join(wrong)


def test_docstrings_and_pages_name_files_that_exist(
    files: list[str], sources: dict[str, str]
) -> None:
    texts = [
        (file, line, text)
        for file, source in sources.items()
        if _PATH.search(source)
        for line, text in _docstrings(source)
    ]
    texts += [
        (file, number, line)
        for file in files
        if file.endswith(".md") and file not in ("CHANGELOG.md", "docs/dev/new-handler.md")
        for number, line in enumerate((ROOT / file).read_text("utf-8").splitlines(), 1)
    ]
    ends = {
        "/".join(PurePosixPath(path).parts[start:])
        for name in files
        for path in {
            name,
            re.sub(r"^(handlers|pdu/pdus/adapters|pdu/recordings)/\w+/", r"\1/<name>/", name),
        }
        for start in range(name.count("/") + 1)
    }
    stale = [
        f"{file}:{line}: {path}"
        for file, line, text in texts
        for path in _PATH.findall(text)
        if path.replace("<handler>", "<name>") not in ends
    ]
    assert not stale, "\n".join(stale)


def test_pages_call_what_is_defined(files: list[str], sources: dict[str, str]) -> None:
    calls = [
        (word, f"{file}: {word}()")
        for file in files
        if file.endswith(".md") and file != "CHANGELOG.md"
        for word in _CALL.findall((ROOT / file).read_text("utf-8"))
    ]
    defined = {
        name for source in sources.values() for pair in _DEFINED.findall(source) for name in pair
    }
    assert len(calls) > 20
    wrong = [place for word, place in calls if word not in defined | {*dir(builtins)}]
    assert not wrong, "\n".join(wrong)
