"""What a person sees of a page in a window: its width, whole words, elements in view, contrast."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator

from tests.needs import ROOT

from .chromium import DESKTOP, PHONE, Browser

AXE = ROOT / ".cache" / "axe-core" / "axe.min.js"

# Words of 2 to 24 letters that continue on another line without a hyphen.
_BROKEN = """
const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  if (!node.parentElement.checkVisibility() || node.parentElement.closest(".hidden, option")) continue;
  // a fingerprint, such as 1F:AB:07, may break anywhere
  for (const word of node.data.matchAll(/(?<![\\p{L}\\d])(?!(?<=:)[A-F]{2}:)\\p{L}{2,24}(?![\\p{L}\\d])/gu)) {
    const range = document.createRange();
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
    if (lines.size > 1) found.push(word[0]);
  }
}
return found;
"""
_IN_VIEW = """
const box = document.querySelector(arguments[0])?.getBoundingClientRect();
if (!box || !box.width || !box.height) return false;
const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth
  && Boolean(top?.closest(arguments[0]));
"""


def fits(window: Browser, size: tuple[int, int]) -> bool:
    """Whether the page is not wider than the window of this size.

    On a phone, `window.innerWidth` grows with the page.
    """
    return bool(
        window.script("return document.documentElement.scrollWidth <= arguments[0]", size[0])
    )


def broken_words(window: Browser) -> list[str]:
    """The words that are broken by letters."""
    words: list[str] = window.script(_BROKEN)
    return words


def in_view(window: Browser, css: str) -> bool:
    """Whether the first element that matches is wholly in the window, and not covered."""
    return bool(window.script(_IN_VIEW, css))


def faults(window: Browser) -> list[str]:
    """The serious and critical findings of axe-core's default rules on the current page, one line
    each, in the window of a desktop and then of a phone."""
    window.resize(*DESKTOP)
    sentences = _findings(window, "desktop")
    window.resize(*PHONE)
    return sentences + _findings(window, "phone")


_SERIOUS = ("serious", "critical")


def _findings(window: Browser, look: str, impacts: Collection[str] = _SERIOUS) -> list[str]:
    result = window.driver.execute_async_script(
        "axe.run(document, {resultTypes: ['violations']}).then(arguments[0])"
    )
    return [
        f"{look}: {violation['id']}: {violation['help']}: {[node['html'][:120] for node in violation['nodes'][:3]]}"
        for violation in result["violations"]
        if violation["impact"] in impacts
    ]


def leave(window: Browser) -> None:
    """Opens an empty page, so that no page asks a server that has ended, and clears the console and
    the requests.
    """
    window.open("about:blank")
    window.complaints(), window.requests()


@contextlib.contextmanager
def beginning_with(window: Browser, source: str) -> Iterator[None]:
    """Inside the block, each page that is opened runs this script before its own."""
    script = window.driver.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument", {"source": source}
    )
    try:
        yield
    finally:
        window.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
