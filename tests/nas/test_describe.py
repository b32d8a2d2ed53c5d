"""python -m nas.describe: a space or one network of it, exact, and every mistake costs one line."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nas import describe
from nas.commandline import Parser, count, run
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.space import find_space

SPACE = find_space("accvit")
METRICS = ("params", "macs", "flops")


@pytest.fixture
def command(capsys):
    """Run the command; gives (exit code, stdout, stderr)."""

    def call(*arguments):
        try:
            code = run(lambda: describe.main(["--space", "accvit", *arguments]))
        except SystemExit as stop:
            code = stop.code
        return code, *capsys.readouterr()

    return call


@pytest.mark.parametrize("name", list(SPACE.published))
def test_a_published_member_has_its_exact_costs_which_its_stages_sum_to(command, name):
    facts = json.loads(command("--variant", name, "--json")[1])
    cost = SPACE.cost(SPACE.published[name])
    assert [facts[metric] for metric in METRICS] == [cost.params, cost.macs, cost.flops]
    for metric in METRICS:
        assert sum(stage[metric] for stage in facts["stages"].values()) == facts[metric]


def test_the_text_shows_each_stage_and_the_sums(command):
    text = command("--variant", "tiny")[1]
    assert "stages.*.width      64 / 128 / 256 / 512" in text
    assert text.splitlines()[-1].split()[:2] == ["total", f"{28_367_252:,}"]


def test_the_space_is_described_by_its_knobs_size_and_published_members(command):
    facts = json.loads(command("--json")[1])
    assert facts["size"] == SPACE.size
    assert [knob["name"] for knob in facts["knobs"]] == [knob.name for knob in SPACE.knobs]
    assert facts["published"]["tiny"]["params"] == 28_367_252
    text = command()[1]
    assert f"{SPACE.size:,} networks" in text
    assert "stages.3.dilations" in text


def test_another_setting_changes_the_costs_as_the_space_says(command):
    facts = json.loads(
        command("--variant", "tiny", "--json", "--classes", "10", "--resolution", "64")[1]
    )
    small = SPACE.adapt(SPACE.published["tiny"], Setting(resolution=64, classes=10))
    assert facts["params"] == SPACE.cost(small).params
    assert facts["configuration"] == json.loads(json.dumps(SPACE.to_dict(small)))


def test_what_it_prints_as_json_it_reads_as_a_configuration(command, tmp_path):
    printed = command("--variant", "pico", "--json", "--classes", "10")[1]
    for name, values in (
        ("all", printed),
        ("inner", json.dumps(json.loads(printed)["configuration"])),
    ):
        path = tmp_path / f"{name}.json"
        path.write_text(values)
        assert command("--config", str(path), "--json")[1] == printed


def test_the_setting_written_beside_a_configuration_is_kept_where_nothing_else_is_asked(
    command, tmp_path
):
    own = SPACE.adapt(SPACE.published["pico"], Setting(resolution=64, classes=10, channels=1))
    beside = {"resolution": 64, "classes": 10, "channels": 1}
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"configuration": SPACE.to_dict(own), "setting": beside}))
    facts = json.loads(command("--config", str(path), "--classes", "20", "--json")[1])
    shape = [facts["configuration"][part] for part in ("image_size", "classes", "channels")]
    assert shape == [64, 20, 1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--variant", "huge"), "--variant huge: unknown; expected one of femto"),
        (("--space", "none"), "--space none: unknown"),
        (("--config", "/nowhere/at.json"), "cannot be read"),
        (("--variant", "tiny", "--config", "x"), "not allowed with"),
        (("--variant", "tiny", "--resolution", "100"), "expected a multiple of 32"),
        (("--classes", "none"), "argument --classes: expected a whole number above 0"),
        (("--nonsense",), "unrecognized arguments: --nonsense"),
        (("--vari", "tiny"), "unrecognized arguments"),
    ],
)
def test_a_mistake_costs_one_line_and_exit_code_two(command, arguments, said):
    code, out, complaint = command(*arguments)
    assert (code, out) == (2, "")
    assert said in complaint
    assert complaint.startswith("error: ")
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "{}", '{"stages": 5}', "[" * 100_000, "\ufeff{}"]
)
def test_a_malformed_configuration_costs_one_line(command, tmp_path, text):
    path = tmp_path / "config.json"
    path.write_text(text, encoding="utf-8")
    code, _, complaint = command("--config", str(path))
    assert code == 2
    assert complaint.startswith(f"error: --config {path}: ")
    assert complaint.count("\n") == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_a_configuration_with_one_wrong_value_never_ends_in_a_traceback(command, tmp_path, data):
    values = json.loads(json.dumps(SPACE.to_dict(SPACE.published["femto"])))
    part = data.draw(st.sampled_from([*values, "stages.0"]))
    wrong = data.draw(
        st.sampled_from([None, -1, 0, 1.5, "x", [], {}, [1, "a"], True, [[]], 10**30, float("inf")])
    )
    if part == "stages.0":
        inner = data.draw(st.sampled_from(list(values["stages"][0])))
        values["stages"][0][inner] = wrong
    else:
        values[part] = wrong
    path = tmp_path / "config.json"
    path.write_text(json.dumps(values))
    code, _, complaint = command("--config", str(path))
    assert code in (0, 2)
    assert complaint.count("\n") == (code == 2)


def test_bytes_that_are_no_text_cost_one_line(command, tmp_path):
    (tmp_path / "config.json").write_bytes(b"\xff\xfe\x00")
    code, _, complaint = command("--config", str(tmp_path / "config.json"))
    assert code == 2
    assert "expected JSON" in complaint


def test_a_window_that_looks_like_a_flag_gets_a_hint(capsys):
    parser = Parser(prog="x", description="")
    parser.add_argument("--budget")
    with pytest.raises(SystemExit) as stop:
        parser.parse_args(["--budget", "-30M"])
    assert stop.value.code == 2
    assert "write --budget=-30M" in capsys.readouterr().err
    assert parser.parse_args(["--budget=-30M"]).budget == "-30M"


def test_a_forgotten_value_gets_no_such_hint(capsys):
    parser = Parser(prog="x", description="")
    parser.add_argument("--budget")
    with pytest.raises(SystemExit):
        parser.parse_args(["--budget"])
    assert "write" not in capsys.readouterr().err


def test_an_error_of_several_lines_is_printed_as_one(capsys):
    def main():
        raise InputError("first\nsecond")

    assert run(main) == 2
    assert capsys.readouterr().err == "error: first second\n"


def test_an_interrupt_ends_with_its_signals_code():
    def main():
        raise KeyboardInterrupt

    assert run(main) == 130


def test_a_defect_of_ours_keeps_its_traceback():
    def main():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(main)


def test_a_count_is_a_whole_number_above_zero():
    assert count("224") == 224


def test_a_reader_that_leaves_early_is_met_quietly():
    process = subprocess.Popen(
        [sys.executable, "-m", "nas.describe", "--space", "accvit"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141
