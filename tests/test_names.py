"""Names of modules, public classes and public functions: one word for one idea, and no metaphor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.needs import ROOT

_TREE = ("common", "pdu_common", "handlers", "pdu", "packaging")
#: a word that is not used in a name -> the word that is
WORDS = {
    "ahead": "prefetch",
    "board": "service",
    "comeback": "restore",
    "crew": "pool",
    "crowd": "limiter",
    "door": "tools, access",
    "facade": "routes",
    "heart": "heartbeat",
    "ledger": "log",
    "meant": "suggestion",
    "refusal": "error",
    "reply": "response",
    "story": "history",
    "told": "notifier",
    "wish": "request, plan",
    "world": "access, environment, sample",
}
#: a public class or function of a module: to parse all modules would take 0.6 s
_DEFINED = re.compile(r"^(?:class|def|async def) ([^\W_]\w*)", re.MULTILINE)


def _words(name: str) -> list[str]:
    """`RegisterHistory` and `register_history` -> register, history."""
    return [one.lower() for one in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def _public(path: Path) -> Iterator[str]:
    yield path.stem
    yield from _DEFINED.findall(path.read_text("utf-8"))


def test_a_name_has_the_word_of_its_field() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}: {word} -> {WORDS[word]}"
        for folder in _TREE
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "rpc" not in path.parts
        for name in _public(path)
        for word in _words(name)
        if word in WORDS
    ]
    assert not found, "\n".join(found)


def test_words_of_names_are_found() -> None:
    assert _words("GatewayReply") == ["gateway", "reply"] and _words("nut_world") == [
        "nut",
        "world",
    ]
