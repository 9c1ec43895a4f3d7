"""What one scrubber makes of texts and answers: what the lines of scrubbing.txt mean.

    secret TEXT, user TEXT, host TEXT   of the login
    free TEXT                a text that the handler does not read; contact TEXT, location TEXT: a
                             text of this kind
    kept TEXT                a text that stays; with `*` behind it, what comes of it changes again
    learn TEXT               a name that is sought from then on
    json TEXT                a document of which nothing stays, or of which NAMES stay:
                             json[NAME,NAME] TEXT; json[*] TEXT: all
    number NAME TEXT         a number that nobody reads
    kind NAME                the kind of a value with this name; with ` product`, it says which
                             product it is
    named TEXT               the secrets that stand behind their names, and the text without them
    read WORDS ANSWER        an answer over HTTP, JSON or a text, of which the handler reads whether
                             it has all the WORDS; `X` is a name that stands for another, and behind
                             it stand the texts that stay and say something

`python -m tests.tables tests.pdu.recordings.scrubbing` writes right sides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

from pdu.recordings.scrub import CONTACTS, LOCATIONS, NAMES, Scrubber, is_product, kind_of
from pdu.recordings.web.answer_scrubbing import kept_notes, scrub_answers
from pdu.recordings.web.named_values import named_secrets, without_named_secrets
from pdu.recordings.web.text_answers import TextAnswer
from tests.tables import Case, Table, escaped, unescaped

TABLE = Table(Path(__file__).with_suffix(".txt"), operator=": ")
_KINDS = {"free": NAMES, "contact": CONTACTS, "location": LOCATIONS}
_LOGIN = ("secret", "user", "host")


def shown(case: Case) -> str:
    """What comes of each text of a line, in turn."""
    login: dict[str, list[str]] = {word: [] for word in _LOGIN}
    texts: list[tuple[str, str]] = []
    for change in case.left.split(TABLE.separator):
        word, _, text = change.partition(": ")
        if word in login:
            login[word].append(unescaped(text))
        else:
            texts.append((word, unescaped(text)))
    scrubber = Scrubber(
        secrets=login["secret"], user="".join(login["user"]), host="".join(login["host"])
    )
    return " & ".join(escaped(_shown(scrubber, word, text)) for word, text in texts)


def _shown(scrubber: Scrubber, word: str, text: str) -> str:
    """What comes of one text."""
    word, _, more = word.partition(" ")
    if word in _KINDS:
        return scrubber.scrub_free_text(text, _KINDS[word])
    if word == "kept":
        clean = scrubber.scrub_kept_text(text)
        return clean if scrubber.scrub_kept_text(clean) == clean else f"{clean}*"
    if word == "learn":
        return scrubber.learn(NAMES, text)
    if word.startswith("json"):
        return _shown_json(scrubber.scrub_json(json.loads(text), _keeps(word[5:-1])))
    if word == "number":
        return json.dumps(scrubber.scrub_number(json.loads(text), more))
    if word == "kind":
        return f"{kind_of(text)}{' product' if is_product(text) else ''}"
    if word == "named":
        return "; ".join([*named_secrets(text), without_named_secrets(text, "any")])
    assert word == "read", word
    return _shown_answer(scrubber, more, text)


def _keeps(names: str) -> Callable[[str, Any], bool]:
    kept_names: Sequence[str] = names.split(",")
    return lambda name, value: names == "*" or name in kept_names


def _shown_json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False)


def _shown_answer(scrubber: Scrubber, words: str, text: str) -> str:
    """An answer without what is not read, and the texts that stay."""
    answer = json.loads(text) if text[:1] in "{[" else TextAnswer(text)

    def read_words(answers: Any) -> object:
        return [word in _text_of(answers["a"]) for word in words.split()]

    scrubbed = scrub_answers({"a": answer}, scrubber, read_words)
    notes = " ".join(kept_notes(scrubbed.kept_texts))
    assert all(text in notes for text in scrubbed.kept_texts)
    # a stand-in's number counts those that were tried
    clean = re.sub("name-[0-9]+", "X", _text_of(scrubbed.answers["a"]))
    return "; ".join([clean, *scrubbed.kept_texts])


def _text_of(answer: Any) -> str:
    return str(answer) if isinstance(answer, str) else _shown_json(answer)
