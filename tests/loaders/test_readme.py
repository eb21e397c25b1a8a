"""The six steps of the loaders' README are taken here as they are written there."""

from __future__ import annotations

import re
from pathlib import Path

from loaders import tabular
from loaders.mapping import read_mapping
from sdmx_server.model.codelist import Codelist
from structures.build import build

README = (Path(tabular.__file__).parent / "README.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_table_of_the_readme_loads_through_its_mapping(tmp_path: Path) -> None:
    (tmp_path / "stunting.csv").write_text(block("csv"), "utf-8")
    (tmp_path / "stunting.toml").write_text(block("toml"), "utf-8")
    codelists = {a.id: a for a in build() if isinstance(a, Codelist)}

    mapping = read_mapping(tmp_path / "stunting.toml")
    (delivery,) = tabular.load(tmp_path / "stunting.csv", mapping, codelists)

    columns = delivery.columns
    assert delivery.structure == "ID_KOTASERANG:DF_STUNTING(1.0.0)"
    assert list(
        zip(
            columns["REF_AREA"],
            columns["TIME_PERIOD"],
            columns["OBS_VALUE"],
            columns["OBS_STATUS"],
            columns["COMMENT_OBS"],
            strict=True,
        )
    )[-4:] == [
        ("3673030", "2024-06", "36", "A", None),
        ("3673030", "2025-04", None, "L", "..."),
        ("3673", "2024-06", "732", "A", None),
        ("3673", "2025-04", None, "L", "..."),
    ]
    assert list(delivery.rows) == [row for row in range(4, 11) for _ in range(2)]
