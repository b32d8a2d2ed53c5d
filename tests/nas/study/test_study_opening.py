"""Who opens a study first says what it is; whoever comes with other settings is told so."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from opened import ledger, settings
from optuna.storages import BaseStorage, InMemoryStorage, RDBStorage
from optuna.study import StudyDirection

from nas.core.errors import InputError
from nas.core.objective import Objective, parse_objectives
from nas.study.once import set_once
from nas.study.opening import SETTINGS, open_study
from nas.study.storage import open_storage
from tests.nas.database import postgresql

OBJECTIVES = parse_objectives("accuracy,params")
CROWD = 6


@pytest.fixture(params=["sqlite", "journal", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A storage that processes share."""
    if request.param == "postgresql":
        with postgresql() as server:
            yield server
        return
    files = {"sqlite": f"sqlite:///{tmp_path}/x.db", "journal": f"journal:{tmp_path}/x.log"}
    yield files[request.param]


@pytest.fixture
def storages(url: str) -> Iterator[Callable[[], BaseStorage]]:
    """Opens it again, as another process would."""
    made: list[BaseStorage] = []

    def opened() -> BaseStorage:
        made.append(open_storage(url))
        return made[-1]

    yield opened
    for storage in made:
        if isinstance(storage, RDBStorage):
            storage.scoped_session.remove()
            storage.engine.dispose()


def opened(storage: BaseStorage, *, seed: int = 0, alone: bool = False, **other: Any) -> None:
    """A study with settings."""
    objectives: tuple[Objective, ...] = other.get("objectives", OBJECTIVES)
    values = settings(seed=seed).to_dict()
    open_study(storage, "s", objectives=objectives, settings=values, alone=alone)


def kept(storage: BaseStorage) -> Any:
    """The seed of the settings that the study holds."""
    study_id = storage.get_study_id_from_name("s")
    return storage.get_study_user_attrs(study_id)[SETTINGS]["seed"]


def test_of_many_that_open_it_at_once_with_other_settings_one_does(
    storages: Callable[[], BaseStorage],
) -> None:
    together = Barrier(CROWD)

    def open_there(storage: BaseStorage, seed: int) -> str | None:
        together.wait()
        try:
            opened(storage, seed=seed)
        except InputError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(CROWD) as pool:
        told = list(pool.map(open_there, [storages() for _ in range(CROWD)], range(CROWD)))
    (seed,) = (seed for seed, refused in enumerate(told) if refused is None)
    assert kept(storages()) == seed
    refusals = [refused for refused in told if refused is not None]
    assert all(f"seed: {seed} there, " in refused for refused in refusals)


def test_who_looked_before_the_first_had_written_hears_the_first(
    storages: Callable[[], BaseStorage], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, late = storages(), storages()
    study_id = first.create_new_study([StudyDirection.MINIMIZE], "s")
    assert set_once(first, study_id, "x", 1) == 1
    read, looks = late.get_study_user_attrs, iter([{}])
    monkeypatch.setattr(late, "get_study_user_attrs", lambda study: next(looks, read(study)))
    assert set_once(late, study_id, "x", 2) == 1
    assert storages().get_study_user_attrs(study_id)["x"] == 1


def test_equal_settings_are_one_search(storages: Callable[[], BaseStorage]) -> None:
    for _ in range(2):
        opened(storages(), seed=3)
    assert kept(storages()) == 3


def test_one_process_alone_and_several_do_not_drive_the_same_study() -> None:
    for first, advice in ((True, "leave --storage out"), (False, "give the same --storage")):
        storage = InMemoryStorage()
        opened(storage, alone=first)
        opened(storage, alone=first)
        with pytest.raises(InputError, match=advice):
            opened(storage, alone=not first)


def test_other_objectives_are_refused_before_anything_is_written() -> None:
    storage = InMemoryStorage()
    open_study(storage, "s", objectives=OBJECTIVES)
    three = parse_objectives("accuracy,params,macs")
    with pytest.raises(InputError, match="is another's"):
        opened(storage, objectives=three)
    assert SETTINGS not in storage.get_study_user_attrs(0)
    opened(storage)


def test_both_studies_of_a_search_are_its_own() -> None:
    storage = InMemoryStorage()
    ledger(storage, settings=settings().to_dict())
    with pytest.raises(InputError, match="other settings"):
        ledger(storage, settings=settings(seed=1).to_dict())


def test_who_only_reads_makes_no_study_of_an_empty_file(tmp_path):
    (tmp_path / "study.db").touch()
    with pytest.raises(InputError, match="the file is empty"):
        open_storage(f"sqlite:///{tmp_path / 'study.db'}", create=False)
    assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [("study.db", 0)]


def test_a_parameter_that_sqlite_lacks_costs_no_warning(tmp_path):
    open_storage(f"sqlite:///{tmp_path / 'study.db'}?factory=x")  # a warning would be an error
    assert (tmp_path / "study.db").is_file()
