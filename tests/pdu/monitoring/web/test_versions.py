"""The releases of h11 that the web server may meet are those that its tests run."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest

from tests.needs import ROOT

FILES = ("pyproject.toml", "requirements.txt", "packaging/pyz-requirements.txt")


@pytest.mark.parametrize("name", FILES)
def test_the_range_of_h11_is_the_minor_release_that_the_tests_run(name: str) -> None:
    ranges = set(re.findall(r"h11(>=[\d.]+,<[\d.]+)", (ROOT / name).read_text("utf-8")))
    major, minor = map(int, version("h11").split(".")[:2])
    assert ranges == {f">={major}.{minor},<{major}.{minor + 1}"}
