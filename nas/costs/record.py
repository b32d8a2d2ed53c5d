"""Results that are kept while they are found, one JSON object a line, to go on from."""

import json
from pathlib import Path
from typing import Any

from nas.core.errors import InputError
from nas.costs.campaign import Task

START = '{"task": '


def holds(result: dict[str, Any] | None, task: Task) -> bool:
    """Whether a kept result is still of this cost model."""
    return result is not None and result["closed"] == list(task.closed)


def read(record: Path | None) -> dict[str, dict[str, Any]]:
    """Kept results by task; the last line may have been cut off by an interruption."""
    if record is None:
        return {}
    try:
        if not record.exists():
            return {}
        text = record.read_text(encoding="utf-8")
        whole, newline, cut = text.rpartition("\n")
        results = [json.loads(line) for line in whole.splitlines()]
        known = {result["task"]: result for result in results if result["closed"]}
        if cut[: len(START)] != START[: len(cut)]:
            raise ValueError(f"no result: {cut[:40]!r}")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"--record {record}: expected this command's own file: {error}") from error
    if cut:
        record.write_text(whole + newline, encoding="utf-8")
    return known


def append(record: Path | None, result: dict[str, Any]) -> None:
    """One line more, in a file that need not exist."""
    if record is None:
        return
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        with record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")
    except (OSError, ValueError) as error:  # the second for a NUL in the name
        raise InputError(f"--record {record}: cannot be written: {error}") from error
