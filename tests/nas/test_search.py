"""python -m nas.search from its arguments to its files, in this process and on small networks."""

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

import optuna
import pandas as pd
import pytest
import torch

from nas import export
from nas.core.cost import Cost
from nas.exporting import load_exported
from nas.search import main
from nas.study.folder import driving
from nas.study.ledger import Ledger
from nas.study.proposals import Pause
from nas.study.storage import open_storage
from nas.study.ticket import Ticket
from tests.nas import toy

TOY = (
    *("--space", "tests.nas.toy:SPACE", "--data", "digits", "--resolution", "8"),
    *("--width-scale", "1", "--data-share", "0.05", "--val-limit", "50", "--epochs", "1"),
    *("--runner", "inline"),
)
QUICK = (*TOY, "--no-published", "--fix", "mood=well", "--study", "s")


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of so small a training mostly wait for each other."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where runs go; a name that a shell would split."""
    return tmp_path / "the runs"


def search(out: Path, *flags: str) -> int:
    """The exit code."""
    return main([*flags, "--out", str(out)])


def table(out: Path, name: str = "trials.csv") -> pd.DataFrame:
    """A table of the run called s."""
    return pd.read_csv(out / "s" / name, dtype=str, keep_default_na=False)


def complete(out: Path) -> list[str]:
    """The keys of the finished trials, by number."""
    rows = table(out)
    return list(rows[rows.state == "COMPLETE"].key)


# What a run leaves behind


def test_a_search_prints_its_front_and_leaves_its_files(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # A sampler that does not come upon published members: what is known is not trained again.
    flags = ("--fix", "mood=well", "--study", "s", "--trials", "4", "--sampler", "evolution")
    assert search(out, *TOY, *flags) == 0
    said = capsys.readouterr()
    _printed_is_the_front_and_what_follows(said.out, out)
    _news_hold_where_it_stands(said.err)
    _files_are_as_promised(out)


def _printed_is_the_front_and_what_follows(printed: str, out: Path) -> None:
    assert printed.lstrip().startswith("trial ")
    look, take, more = printed.rstrip().splitlines()[-3:]
    assert more == "more:  the same command with --trials 8"
    *dashboard, url = shlex.split(look.removeprefix("watch:"))
    assert dashboard == ["optuna-dashboard", "--host", "127.0.0.1"]
    assert len(optuna.load_study(storage=open_storage(url), study_name="s").trials) == 4
    python, flag, module, *arguments = shlex.split(take.removeprefix("take:"))
    assert [python, flag, module] == ["python", "-m", "nas.export"]
    arguments[-1] = str(out / arguments[-1])
    export.main(arguments)
    assert list(Path(arguments[-1]).glob("*.safetensors"))


def _news_hold_where_it_stands(news: str) -> None:
    ended = [line for line in news.splitlines() if line.startswith("[")]
    assert len(ended) == 4 + 3 + 2 * 2  # trials, some twice, two published members twice
    assert ended[0].startswith("[1/4] 0 running, 0 failed, ")
    for word in (" min, ", " left; ", "front 1, ", "accuracy "):
        assert word in ended[0]


def _files_are_as_promised(out: Path) -> None:
    run = json.loads((out / "s" / "run.json").read_text())
    assert run["settings"]["data"]["source"] == "digits"
    assert len(run["settings"]["digest"]) == 64
    assert run["settings"]["device"] == "cpu"
    assert run["settings"]["seed"] == 0
    assert run["versions"]["torch"] == torch.__version__
    assert run["execution"]["trials"] == 4
    for name in ("trials.csv", "front.csv"):
        columns = set(table(out, name).columns)
        assert columns >= {
            *("number", "key", "state", "params", "macs", "accuracy", "seconds", "device"),
            *("failure", "width", "kernel", "pool", "mood"),
        }
    for name in ("front.html", "front.png", "study.db"):
        assert (out / "s" / name).stat().st_size > 0
    beside = table(out, "reference.csv")
    assert set(beside[beside.role == "published"].label) == {"small", "large"}
    study = optuna.load_study(
        storage=open_storage(f"sqlite:///{out / 's' / 'study.db'}"), study_name="s"
    )
    assert {trial.user_attrs["role"] for trial in study.trials} == {"search"}
    assert study.metric_names == ["accuracy", "params"]


def test_published_members_can_be_left_out(out: Path) -> None:
    assert search(out, *QUICK, "--trials", "1") == 0
    assert "published" not in set(table(out, "reference.csv").role)


def test_quiet_prints_the_front_alone(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert search(out, *QUICK, "--trials", "1", "--quiet") == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.lstrip().startswith("trial ")
    assert "look:" not in said.out


# Going on


def test_the_same_command_goes_on_and_a_finished_study_says_how_to_add_trials(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(out, *QUICK, "--trials", "2") == 0
    first = capsys.readouterr().out
    before = complete(out)
    assert search(out, *QUICK, "--trials", "2") == 0
    again = capsys.readouterr()
    assert again.out == first
    assert "with --trials 4" in again.out
    assert complete(out) == before
    assert search(out, *QUICK, "--trials", "3", "--workers", "1") == 0
    assert complete(out)[:2] == before
    assert len(set(complete(out))) == 3
    assert "going on after" in capsys.readouterr().err


def test_going_on_is_the_same_as_never_having_stopped(out: Path, tmp_path: Path) -> None:
    assert search(out, *QUICK, "--trials", "2") == 0
    assert search(out, *QUICK, "--trials", "4") == 0
    assert search(tmp_path / "whole", *QUICK, "--trials", "4") == 0
    kept = ["number", "key", "state", "params", "macs", "accuracy", "seed"]
    parts, whole = table(out)[kept], table(tmp_path / "whole")[kept]
    pd.testing.assert_frame_equal(parts, whole)


def test_other_settings_under_a_name_are_refused(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(out, *QUICK, "--trials", "1") == 0
    capsys.readouterr()
    assert search(out, *QUICK, "--trials", "1", "--epochs", "2") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "fidelity.epochs: 1 there, 2 asked" in said.err


def test_the_default_name_holds_the_space_and_follows_the_settings(out: Path) -> None:
    for flags in ((), ("--trials", "1"), ("--seed", "1")):
        assert (
            search(out, *TOY, "--no-published", "--fix", "mood=well", "--minutes", "1e-9", *flags)
            == 1
        )
    names = sorted(path.name for path in out.iterdir())
    assert len(names) == 2
    assert all(name.startswith("tests-nas-toy-SPACE-") for name in names)


def test_two_drivers_of_one_study_are_one_too_many(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with driving(out / "s", alone=True):
        assert search(out, *QUICK, "--trials", "1") == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "another process is running this study" in said.err


def test_a_malformed_run_json_is_one_line(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (out / "s").mkdir(parents=True)
    (out / "s" / "run.json").write_text("{")
    assert search(out, *QUICK, "--trials", "1") == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert [path.name for path in (out / "s").iterdir()] == ["run.json"]


# Whose space it is


def test_a_space_with_a_defect_is_one_line_and_leaves_nothing_behind(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(toy.ToySpace, "canonical", lambda self, genome: genome["depth"])
    assert search(out, *QUICK) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: --space tests.nas.toy:SPACE: canonical raised KeyError: 'depth'")
    assert said.count("\n") == 1
    assert not out.exists()


def test_a_defect_that_shows_in_the_midst_of_a_search_is_one_line_and_mended_it_goes_on(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(out, *QUICK, "--trials", "1") == 0
    before = complete(out)
    capsys.readouterr()
    ask = Ledger.ask

    def missing(self: toy.ToySpace, configuration: toy.Toy) -> Mapping[str, Cost]:
        raise RuntimeError("no price today")

    with monkeypatch.context() as patched:

        def asked(self: Ledger, **wanted: int) -> Ticket | Pause:
            patched.setattr(toy.ToySpace, "stage_costs", missing)
            return ask(self, **wanted)

        patched.setattr(Ledger, "ask", asked)
        assert search(out, *QUICK, "--trials", "2", "--quiet") == 2
    said = capsys.readouterr().err
    assert said.startswith("error: --space tests.nas.toy:SPACE: cost raised RuntimeError: no price")
    assert said.count("\n") == 1
    assert search(out, *QUICK, "--trials", "2") == 0
    assert complete(out)[:1] == before
    assert len(complete(out)) == 2


# Where the study lies


def test_a_journal_or_a_database_elsewhere_can_hold_the_study(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, url in (
        ("journal", f"journal:{tmp_path / 'journal.log'}"),
        ("database", f"sqlite:///{tmp_path / 'elsewhere.db'}"),
    ):
        for trials in ("1", "2"):
            flags = (*QUICK, "--trials", trials, "--storage", url)
            assert search(out / name, *flags) == 0
        assert len(complete(out / name)) == 2
        assert f"127.0.0.1 {url.removeprefix('journal:')}\n" in capsys.readouterr().out
        assert not (out / name / "s" / "study.db").exists()
        assert json.loads((out / name / "s" / "run.json").read_text())["storage"] == url


def test_a_storage_that_holds_another_search_of_that_name_is_refused(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = ("--storage", f"sqlite:///{tmp_path / 'shared.db'}")
    assert search(out, *QUICK, "--trials", "1", *url) == 0
    capsys.readouterr()
    assert search(tmp_path / "other", *QUICK, "--trials", "1", "--seed", "1", *url) == 2
    assert "seed: 0 there, 1 asked" in capsys.readouterr().err


# How it ends


def test_a_window_of_fewer_networks_ends_well(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = (*QUICK, "--fix", "width=4", "--fix", "kernel=1")
    for _ in range(2):
        assert search(out, *flags, "--trials", "9") == 0
        assert "all 2 evaluated" in capsys.readouterr().out
    assert len(complete(out)) == 2


def test_failures_are_named_and_replaced(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = (*TOY, "--no-published", "--study", "s", "--fix", "width=4", "--fix", "kernel=1")
    moods = ("--choices", "mood=well,raises,diverges,memory")
    assert search(out, *flags, *moods, "--trials", "8") == 0
    rows = table(out).set_index("mood")
    assert set(rows.loc["raises"].failure) == {"error: ValueError: the toy does not want to"}
    assert set(rows.loc["memory"].failure) == {
        "out-of-memory: OutOfMemoryError: the toy wants more memory"
    }
    assert all(told.startswith("diverged: ") for told in rows.loc["diverges"].failure)
    assert set(rows.loc["well"].state) == {"COMPLETE"}
    assert "failures: " in capsys.readouterr().err


def test_no_success_at_all_is_told_with_the_counts(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = (*TOY, "--no-published", "--study", "s", "--fix", "mood=raises", "--quiet")
    assert search(out, *flags, "--trials", "2") == 1
    assert capsys.readouterr().err == "error: no trial succeeded: 4 error\n"
    assert len(table(out)) == 4


def test_after_its_minutes_it_stops_and_says_that_it_goes_on(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(out, *QUICK, "--trials", "1") == 0
    capsys.readouterr()
    assert search(out, *QUICK, "--trials", "9", "--minutes", "1e-9") == 0
    assert "the same command goes on from here" in capsys.readouterr().out
    assert len(complete(out)) == 1


def test_weights_that_were_not_kept_are_trained_again_to_the_same_accuracy(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(out, *QUICK, "--trials", "3", "--keep-weights", "none") == 0
    capsys.readouterr()
    chosen = ["--study", str(out / "s"), "--trial", "1", "--weights", "proxy"]
    export.main([*chosen, "--out", str(tmp_path / "model")])
    said = capsys.readouterr().err
    assert "training it again" in said
    assert "this time" not in said  # the accuracy came out the same
    assert load_exported(tmp_path / "model") is not None


def test_weights_of_the_front_are_kept_and_others_are_not(out: Path) -> None:
    assert search(out, *QUICK, "--trials", "6") == 0
    kept = {path.name for path in (out / "s" / "weights").iterdir()}
    assert kept == {f"{key}-0.safetensors" for key in table(out, "front.csv").key}


def test_a_space_may_say_why_trainings_are_slow(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        toy.SPACE, "slowed", lambda device: f"the toy's {device} is cold", raising=False
    )
    assert search(out, *QUICK, "--trials", "1") == 0
    assert "slower than it could be: the toy's cpu is cold" in capsys.readouterr().err
