"""The storage goes away under a search with Ray: one line, and it goes on once it is back."""

from contextlib import suppress
from pathlib import Path

import optuna
import pytest

from nas.core.errors import InputError
from nas.study.storage import open_storage
from tests.nas.scheduling.process import finish, start, wait_until

FLAGS = ("--workers", "2", "--trials", "6", "--fix", "mood=slow", "--no-published")


@pytest.mark.slow
def test_a_search_whose_storage_is_gone_says_so_and_goes_on(tmp_path: Path) -> None:
    log, away = tmp_path / "study.log", tmp_path / "away.log"
    flags = (*FLAGS, "--storage", f"journal:{log}")

    def complete() -> int:
        with suppress(KeyError, InputError):  # not yet there
            storage = open_storage(f"journal:{log}", create=False)
            trials = optuna.load_study(storage=storage, study_name="s").trials
            return sum(trial.state.name == "COMPLETE" for trial in trials)
        return 0

    search = start(tmp_path / "runs", *flags)
    wait_until(lambda: complete() >= 1, search)
    log.rename(away)
    code, _, complaints = finish(search)
    assert code == 2, complaints
    assert complaints.splitlines()[-1].startswith("error: the study cannot be written down")
    assert "Traceback" not in complaints
    away.rename(log)
    before = complete()

    code, _, complaints = finish(start(tmp_path / "runs", *flags))
    assert code == 0, complaints
    assert 1 <= before < complete() == 6
