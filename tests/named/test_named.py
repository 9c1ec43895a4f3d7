"""The trial of names counts the answers, and notices one that is against a description."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.named.__main__ import main

_TYPE = """---
manufacturer: {}
model: '{}'
comments: '{}'
power-outlets:
  - name: Outlet 1
"""


def written(folder: Path, *types: tuple[str, str, str]) -> Path:
    for maker, model, said in types:
        (folder / f"{model}.yaml").write_text(_TYPE.format(maker, model, said), "utf-8")
    return folder


def test_answers_are_counted_and_a_ups_and_a_type_without_outlets_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(
        tmp_path,
        ("APC", "AP8959", "Rack PDU 2G, Switched"),
        ("APC", "AP7551", "Rack PDU, Basic"),
        ("APC", "SMT1000", "a UPS"),
    )
    (tmp_path / "switch.yaml").write_text("manufacturer: A\nmodel: B\n", "utf-8")
    (tmp_path / "more.txt").write_text("APC AP8959\nunheard of 123\n\n", "utf-8")
    assert main([str(tmp_path), "--show", "no"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "no       APC AP7551",
        "3 models: yes 1 (33%), no 1 (33%), maybe 0 (0%), unknown 1 (33%);"
        " 0 against their description",
    ]


@pytest.mark.parametrize(
    "model, said", [("AP8959", "Rack PDU, Basic"), ("AP7551", "Rack PDU, Switched")]
)
def test_an_answer_against_a_description_is_an_error(
    model: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(written(tmp_path, ("APC", model, said)))]) == 1
    assert "1 against their description" in capsys.readouterr().out


def test_a_folder_without_models_is_a_wrong_argument(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path)])
    assert ended.value.code == 2
