"""`python3 packaging/release.py VERSION` gives the project its next version.

Writes the number into handlers/__init__.py and into the names of archives on the pages. In
CHANGELOG.md a release takes the place of the heading "Unreleased", with today's day; a version with
`.devN`, which stands for anything before that release, opens that section. Prints the files that
changed; a run that was cut can be repeated. Run by path, with Python alone.
"""

from __future__ import annotations

import argparse
import datetime
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(\.dev[0-9]+)?")
_ASSIGNMENT = re.compile(r'(?m)^VERSION = "(.+)"$')
_UNRELEASED = "## Unreleased\n"


def version_number(text: str) -> str:
    """A word of the command line that is a version, such as 2.0.0. Raises
    argparse.ArgumentTypeError unless it is one.

    >>> version_number("2.1.0.dev0")
    '2.1.0.dev0'
    """
    if _VERSION.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no version: 2.0.0, or 2.1.0.dev0")
    return text


def version_key(text: str) -> tuple[list[int], bool, int]:
    """The sort key of a version.

    >>> sorted(["2.10.0", "2.9.0", "2.9.0.dev0"], key=version_key)
    ['2.9.0.dev0', '2.9.0', '2.10.0']
    """
    number, _, development = text.partition(".dev")
    numbers = [int(part) for part in number.split(".")]
    return numbers, not development, int(development or 0)


def page_with_version(text: str, old: str, new: str) -> str:
    """The text of a page in which archives, and versions with a hash, have the new version.

    >>> page_with_version("pdu_snmp-4.9.0.tar.gz, `4.9.0+c0a1b2`, since 4.9.0", "4.9.0", "5.0.0")
    'pdu_snmp-5.0.0.tar.gz, `5.0.0+c0a1b2`, since 4.9.0'
    """
    archive = rf"(?<=[-`]){re.escape(old)}(?=\+c[0-9a-f]|\.tar\.gz)"
    return re.sub(archive, new, text)


def changes_with_version(text: str, new: str, day: datetime.date) -> str:
    r"""The text of CHANGELOG.md with the heading of the new version. `day`: of the release.

    the text has           5.0.0                      5.1.0.dev0
    ## Unreleased          ## 5.0.0 (2026-12-01)      unchanged
    ## 5.0.0 (...) only    unchanged: a run before    ## Unreleased, before the first heading
    neither                ValueError                 the same

    >>> text = "# Changes\n\n## Unreleased\n- A fix\n"
    >>> changes_with_version(text, "5.0.0", datetime.date(2026, 12, 1))
    '# Changes\n\n## 5.0.0 (2026-12-01)\n- A fix\n'
    """
    is_release = "dev" not in new
    has_section = _UNRELEASED in text
    if f"\n## {new} (" in text:
        return text  # of a run before
    if is_release and not has_section:
        raise ValueError('CHANGELOG.md has no section "Unreleased": what changed for an owner?')
    if is_release:
        return text.replace(_UNRELEASED, f"## {new} ({day.isoformat()})\n", 1)
    if has_section:
        return text
    place = text.index("\n## ") + 1
    return f"{text[:place]}{_UNRELEASED}\n{text[place:]}"


def new_texts(root: Path, new: str, day: datetime.date) -> Iterator[tuple[Path, str]]:
    """Each file below `root` that names the version, with its text of the version `new`. In this
    order, a run that was cut can be repeated: first the pages, which need the old version of
    handlers/__init__.py, then that file, and last CHANGELOG.md, which says that all is done. `day`:
    of the release.

    Raises ValueError if a release has no section "Unreleased", or for a version below the newest.
    """
    module = root / "handlers" / "__init__.py"
    source = module.read_text("utf-8")
    assignment = _ASSIGNMENT.search(source)
    if assignment is None:
        raise ValueError(f"{module} has no line VERSION = …")
    old = assignment[1]
    if version_key(new) < version_key(old):
        raise ValueError(f"{new} is below {old}, the newest version")
    pages = [*root.glob("docs/**/*.md"), *root.glob("packaging/*.md")]
    for page in sorted(pages):
        text = page.read_text("utf-8")
        yield page, page_with_version(text, old, new)
    yield module, _ASSIGNMENT.sub(f'VERSION = "{new}"', source)
    changes = root / "CHANGELOG.md"
    yield changes, changes_with_version(changes.read_text("utf-8"), new, day)


def main(root: Path = ROOT) -> int:
    """Writes the files of the version on the command line, and prints those that changed. Returns
    0, or 1 with a sentence if CHANGELOG.md or handlers/__init__.py is not as it should be.
    """
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("version", type=version_number)
    version = parser.parse_args().version
    try:
        texts = list(new_texts(root, version, datetime.date.today()))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for path, text in texts:
        if path.read_text("utf-8") != text:
            # in one step: half a file could not be repeated
            part = path.with_name(f"{path.name}.part")
            part.write_text(text, "utf-8")
            part.replace(path)
            print(path.relative_to(root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
