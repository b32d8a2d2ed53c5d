"""front.html and front.png of a space that evaluates itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nas.core.objective import Objective
from nas.reporting.evaluated_drawing import drawing
from nas.reporting.evaluated_page import write_evaluated_page
from nas.reporting.evaluated_picture import write_evaluated_picture
from nas.study.evaluated import Row


def write_figures(
    rows: Sequence[Row], objectives: Sequence[Objective], folder: Path, *, space: str
) -> None:
    """Both, each complete or not at all; none where no trial is complete."""
    if all(row.failure is not None for row in rows):
        return
    drawn = drawing(rows, objectives, space=space)
    write_evaluated_page(drawn, folder / "front.html")
    write_evaluated_picture(drawn, folder / "front.png")
