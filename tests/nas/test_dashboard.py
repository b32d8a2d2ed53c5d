"""python -m nas.dashboard: what a person sees of a real run in a real browser."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import optuna
import pytest

from nas import dashboard
from nas.commandline import run
from nas.reporting.view.opened import open_view
from tests.nas import ran
from tests.nas.reporting.looked_at import document

pytest.importorskip("optuna_dashboard", reason="optuna-dashboard is not installed")

from optuna_dashboard import get_note, save_note

from nas.reporting.dashboard.written import _Noted, write_dashboard


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return ran.networks(tmp_path_factory.mktemp("runs"), "toys")


@pytest.fixture
def folder(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "toys"))


def opened(folder):
    return optuna.storages.RDBStorage(f"sqlite:///{folder / 'study.db'}")


def study_in(folder):
    return optuna.load_study(study_name="toys", storage=opened(folder))


def written(folder):
    view = open_view(folder)
    write_dashboard(view, opened(folder), folder / "artifacts")
    return view


def free_port():
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


@pytest.fixture
def served(folder):
    """The address that the command prints, once it answers."""
    port = free_port()
    command = [sys.executable, "-m", "nas.dashboard", str(folder), "--port", str(port)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    try:
        address = process.stdout.readline().split()[0]
        until = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
                break
            except OSError:
                assert time.monotonic() < until
                assert process.poll() is None
                time.sleep(0.1)
        yield address
        process.send_signal(signal.SIGINT)
        assert process.wait(10) in (0, 130)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.slow
def test_a_browser_shows_note_figures_and_members(served, folder, tmp_path):
    view = open_view(folder)
    text = document(served, tmp_path / "profile")
    assert "Pareto Front" in text
    assert "Hypervolume over trials" in text
    assert "accuracy" in text
    assert "params" in text
    assert "report-front.png" in text
    noted = document(f"{served}/note", tmp_path / "profile")
    assert re.search(r"<h1[^>]*>toy on digits</h1>", noted)
    assert all(f">{one.number}" in noted for one in view.front)
    assert "Failures by kind: error" in noted
    member = view.front[0]
    trial = document(f"{served}/trials?numbers={member.number}", tmp_path / "profile")
    assert f"trial-{member.number}.png" in trial
    assert re.search(r"<td[^>]*>kernel</td>", trial)
    assert trial.count(">Fail<") == len(view.failed) > 0


def test_trials_are_as_they_were(folder):
    before = [repr(trial) for trial in study_in(folder).get_trials()]
    written(folder)
    assert [repr(trial) for trial in study_in(folder).get_trials()] == before


def test_twice_is_as_good_as_once(folder):
    written(folder)
    once = study_in(folder)._storage.get_study_system_attrs(study_in(folder)._study_id)
    written(folder)
    study = study_in(folder)
    assert study._storage.get_study_system_attrs(study._study_id) == once
    assert len(list((folder / "artifacts").iterdir())) == sum("artifacts:" in key for key in once)


def test_a_note_of_a_person_is_left_alone(folder):
    study = study_in(folder)
    save_note(study, "my own words")
    written(folder)
    assert get_note(study_in(folder)) == "my own words"


def test_who_leaves_the_front_loses_the_note_of_a_member(folder):
    view = written(folder)
    study = study_in(folder)
    outside = next(one for one in view.searched if not one.front)
    trial = study.get_trials(deepcopy=False)[outside.number]
    noted = _Noted(study._storage, study, trial._trial_id)
    member = study.get_trials(deepcopy=False)[view.front[0].number]
    save_note(noted, get_note(_Noted(study._storage, study, member._trial_id)))
    written(folder)
    assert get_note(noted) == ""


def test_a_run_that_looked_things_up_has_its_notes_too(tmp_path):
    folder = ran.table(tmp_path, "looked-up")
    view = open_view(folder)
    write_dashboard(view, opened(folder), folder / "artifacts")
    study = optuna.load_study(study_name="looked-up", storage=opened(folder))
    assert get_note(study).startswith("# looked-up.csv")
    known = study._storage.get_study_system_attrs(study._study_id)
    names = {json.loads(value)["filename"] for key, value in known.items() if "artifacts:" in key}
    assert "report-front.png" in names


def test_a_search_without_a_complete_trial_can_be_watched(tmp_path, capsys, monkeypatch):
    told = [*ran.TOY, "--fix", "mood=raises", "--trials", "1", "--no-published"]
    with ran.one_thread():
        assert ran.main([*told, "--study", "dead", "--out", str(tmp_path)]) == 1
    served = []
    monkeypatch.setattr("optuna_dashboard.run_server", lambda *a, **more: served.append(more))
    capsys.readouterr()
    port = str(free_port())
    assert run(lambda: dashboard.main([str(tmp_path / "dead"), "--port", port])) == 0
    said = capsys.readouterr()
    assert served[0]["port"] == int(port)
    assert said.out.startswith(f"http://127.0.0.1:{port}/dashboard/studies/")
    assert re.fullmatch(r"dead: no trial is complete \(\d failed: \d error\).* so far\n", said.err)


def test_a_study_that_takes_no_notes_costs_a_line(folder, capsys, monkeypatch):
    def full(*_):
        raise optuna.exceptions.StorageInternalError("database is locked")

    monkeypatch.setattr("nas.reporting.dashboard.written.save_note", full)
    assert "notes cannot be written into its study: database is" in refused(capsys, folder)


def refused(capsys, *given):
    assert run(lambda: dashboard.main([str(one) for one in given])) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    return said


def test_what_cannot_be_served_costs_a_line(folder, tmp_path, capsys, monkeypatch):
    assert "expected a run's folder" in refused(capsys, tmp_path / "nothing")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "cannot be had" in refused(capsys, folder, "--port", taken.getsockname()[1])
    assert "expected a port of 1 to 65535" in refused(capsys, folder, "--port", 99_999)
    monkeypatch.setattr(dashboard, "find_spec", lambda _: None)
    assert "is not installed" in refused(capsys, folder)
