"""python -m nas.report on runs of real searches, and on what is no run."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from nas import report
from nas.commandline import run
from nas.study.run import Run, read_run
from tests.nas import ran, toy


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    return ran.networks(tmp_path_factory.mktemp("runs"), "toys")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return ran.table(tmp_path_factory.mktemp("runs"), "looked-up")


def reported(*given):
    return run(lambda: report.main([str(one) for one in given]))


def data_of(path):
    return json.loads(re.search(r'id="data">(.*?)</script>', path.read_text(), re.DOTALL)[1])


def refused(capsys, *given):
    """The one line that says why."""
    assert reported(*given) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    return said.err


def test_a_run_of_trainings_has_its_page_beside_it(networks, capsys):
    before = {path.name: path.read_bytes() for path in networks.iterdir() if path.suffix == ".csv"}
    assert reported(networks) == 0
    assert capsys.readouterr().out == f"{networks / 'report.html'}\n"
    told = data_of(networks / "report.html")
    complete = sum(",COMPLETE," in line for line in before["trials.csv"].decode().splitlines())
    assert len([one for one in told["samples"] if one["role"] == "search"]) == complete
    assert {one["name"] for one in told["samples"] if one["role"] == "published"}
    assert [one["kind"] for one in told["failures"]] == ["error"]
    assert dict(told["facts"])["command"].startswith("python -m nas.search --space tests.nas.toy")
    assert "torch" in dict(told["facts"])
    assert {one["name"] for one in told["measures"]} >= {"accuracy", "params", "macs", "seconds"}
    assert before == {name: (networks / name).read_bytes() for name in before}


def test_a_run_that_looked_things_up_has_its_objectives_in_place_of_accuracy(table, tmp_path):
    assert reported(table, "--out", tmp_path / "a" / "page.html", "--pictures") == 0
    told = data_of(tmp_path / "a" / "page.html")
    assert told["target"] == "acc"
    assert told["imagenet"] == []
    assert told["effects"]["rows"]
    assert {path.name for path in (tmp_path / "a").iterdir()} == {
        "page.html",
        "page-front.png",
        "page-knobs.png",
        "page-hypervolume.png",
    }


def test_latencies_are_taken_where_there_are_networks(networks, table, tmp_path, capsys):
    assert reported(networks, "--out", tmp_path / "page.html", "--measure") == 0
    told = data_of(tmp_path / "page.html")
    timed = [one for one in told["samples"] if "latency" in one["values"]]
    assert {one["name"] for one in timed} >= {"small", "large"}
    assert all(0 < one["values"]["latency"] < 60 for one in timed)
    assert "latency of small\n" in capsys.readouterr().err
    assert "has no networks whose latency" in refused(capsys, table, "--measure")


def test_what_has_not_ended_and_what_failed_beside_the_search_is_said(
    networks, tmp_path, monkeypatch
):
    known = read_run(networks).records
    first = next(one for one in known if one.role == "search")
    more = [
        replace(first, number=90, state="RUNNING", accuracy=None),
        replace(first, number=91, role="published", label="odd", state="FAIL", failure="error: no"),
    ]
    monkeypatch.setattr(Run, "records", [*known, *more])
    assert reported(networks, "--out", tmp_path / "page.html") == 0
    told = data_of(tmp_path / "page.html")
    assert ["under way", "1"] in told["tiles"]
    assert dict(told["facts"])["failed beside the search: odd"] == "error: no"
    assert [one["kind"] for one in told["failures"]] == ["error"]  # the search's own, as before


def test_no_folder_no_run(tmp_path, capsys):
    assert "expected a run's folder" in refused(capsys, tmp_path / "nothing")
    assert "expected a run's folder" in refused(capsys, tmp_path)


def test_a_run_without_its_database_is_none(table, tmp_path, capsys):
    (tmp_path / "run.json").write_text((table / "run.json").read_text())
    assert "cannot be opened" in refused(capsys, tmp_path)


def test_a_damaged_run_costs_a_line(table, networks, tmp_path, capsys):
    for name, lost in (("rows", "knobs"), ("trainings", "choices")):
        made = table if name == "rows" else networks
        folder = Path(shutil.copytree(made, tmp_path / name))
        content = json.loads((folder / "run.json").read_text())
        del content["settings"][lost]
        (folder / "run.json").write_text(json.dumps(content))
        assert lost in refused(capsys, folder)


def test_a_run_of_another_version_of_its_space_is_not_taken_for_this_one_s(
    networks, capsys, monkeypatch
):
    monkeypatch.setattr(toy.ToySpace, "violation", lambda self, genome: "width went out of use")
    assert "width went out of use" in refused(capsys, networks)


def test_an_out_that_cannot_be_written(table, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.html").mkdir()
    for out in (tmp_path / "file" / "page.html", tmp_path / "folder.html"):
        assert "cannot be written" in refused(capsys, table, "--out", out)
    for out in ("", ".", tmp_path, tmp_path / "page.png"):
        assert "expected a page, FILE.html" in refused(capsys, table, "--out", out)


def test_a_run_in_which_nothing_went_well(tmp_path, capsys):
    name = "dead"
    told = [*ran.TOY, "--fix", "mood=raises", "--trials", "2", "--no-published"]
    with ran.one_thread():
        assert ran.main([*told, "--study", name, "--out", str(tmp_path)]) == 1
    capsys.readouterr()
    assert "no trial is complete" in refused(capsys, tmp_path / name)
