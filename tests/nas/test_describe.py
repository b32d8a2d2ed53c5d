"""python -m nas.describe: a space or one network of it, exact, and every mistake costs one line."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nas import describe
from nas.commandline import Parser, count, run
from nas.core.cost import METRICS
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.space import find_space

SPACE = find_space("accvit")


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


def test_costs_that_a_space_does_not_say_are_left_out(capsys):
    assert describe.main(["--space", "tests.nas.toy:SPACE", "--variant", "small"]) == 0
    shown = capsys.readouterr().out
    assert "FLOPs" in shown
    assert "saved bytes" not in shown


def test_a_network_is_verified_three_ways_layer_by_layer(command):
    code, out, _ = command("--variant", "femto", "--verify", "--resolution", "64")
    small = SPACE.adapt(SPACE.published["femto"], Setting(resolution=64))
    cost = SPACE.cost(small)
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line}
    assert code == 0
    assert rows["total"] == [f"{cost.params:,}", *[f"{cost.macs:,}"] * 3, "0"]
    assert list(SPACE.verification.layer_costs(small)) == list(rows)[1:-2]
    assert "exactly, in every row" in out


def test_costs_that_disagree_end_with_one_and_say_where(capsys):
    space = ["--space", "tests.nas.costs.exact_toy:WRONG"]
    assert describe.main([*space, "--variant", "small", "--verify"]) == 1
    assert "1 disagree, the first: total: parameters -1" in capsys.readouterr().out
    assert describe.main([*space, "--variant", "small", "--verify", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["disagreements"] == ["total: parameters -1"]
    assert facts["total"]["params"] == facts["total"]["closed"]["params"] - 1


def test_the_difference_of_two_networks_is_a_row_a_knob_that_sum_to_it(command, tmp_path):
    facts = json.loads(command("--diff", "nano", "tiny", "--json")[1])
    nano, tiny = (SPACE.cost(SPACE.published[name]) for name in ("nano", "tiny"))
    assert [change["knobs"] for change in facts["changes"]] == [
        [f"stages.{index}.depth"] for index in range(4)
    ]
    for metric in METRICS:
        whole = tiny.of(metric) - nano.of(metric)
        assert facts["difference"][metric] == whole
        assert sum(change[metric] for change in facts["changes"]) == whole
    text = command("--diff", "nano", "tiny")[1]
    assert "from nano to tiny, networks of accvit at 224 px, 1000 classes, 3 channels" in text
    assert "stages.2.depth  4 -> 6" in text
    assert f"{tiny.params - nano.params:+,}" in text.split("total", 1)[1]
    assert "on which the split depends" in text


def written(path, configuration, setting=None):
    values = {"configuration": SPACE.to_dict(configuration)}
    path.write_text(json.dumps(values if setting is None else {**values, "setting": setting}))
    return str(path)


def test_files_are_compared_at_the_setting_written_beside_them(command, tmp_path):
    beside = {"resolution": 64, "classes": 10, "channels": 1}
    pico, femto = (
        SPACE.adapt(SPACE.published[name], Setting(**beside)) for name in ("pico", "femto")
    )
    paths = [
        written(tmp_path / "pico.json", pico, beside),
        written(tmp_path / "femto.json", femto, beside),
    ]
    facts = json.loads(command("--diff", *paths, "--json")[1])
    assert facts["setting"] == beside
    assert facts["difference"]["macs"] == SPACE.cost(femto).macs - SPACE.cost(pico).macs
    larger = json.loads(command("--diff", *paths, "--resolution", "224", "--json")[1])
    assert larger["setting"] == {**beside, "resolution": 224}
    assert larger["difference"]["macs"] < facts["difference"]["macs"] < 0


def test_ends_at_settings_unknown_or_unlike_cost_one_line_that_says_what_to_do(command, tmp_path):
    small = SPACE.adapt(SPACE.published["pico"], Setting(resolution=64, classes=10))
    bare = written(tmp_path / "bare.json", small)
    code, _, complaint = command("--diff", "femto", bare)
    assert code == 2
    assert complaint == (
        f"error: --diff {bare}: not at the reference setting; say where both are compared:"
        " --resolution PX --classes N --channels N\n"
    )
    assert command("--diff", "femto", bare, "--resolution", "64")[0] == 0
    at_64 = written(tmp_path / "64.json", small, {"resolution": 64})
    at_96 = written(
        tmp_path / "96.json", SPACE.adapt(small, Setting(resolution=96)), {"resolution": 96}
    )
    code, _, complaint = command("--diff", at_64, at_96)
    assert code == 2
    assert f"resolution 64 in {at_64}, 96 in {at_96}; say where both are compared" in complaint


def test_a_network_that_is_no_member_has_no_waterfall(command, tmp_path):
    odd = replace(SPACE.published["femto"], stem_width=33)
    code, _, complaint = command("--diff", written(tmp_path / "odd.json", odd), "femto")
    assert code == 2
    assert "odd.json: no member of the space accvit: stem_width = 33" in complaint
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--variant", "huge"), "--variant huge: unknown; expected one of femto"),
        (("--space", "none"), "--space none: unknown"),
        (("--config", "/nowhere/at.json"), "cannot be read"),
        (("--variant", "tiny", "--config", "x"), "not allowed with"),
        (("--variant", "tiny", "--resolution", "100"), "expected a multiple of 32"),
        (("--classes", "none"), "argument --classes: expected a whole number above 0"),
        (("--verify",), "--verify: expected a network; add --variant NAME or --config FILE.json"),
        (("--diff", "femto"), "argument --diff: expected 2 arguments"),
        (("--diff", "femto", "huge"), "--diff huge: no such file, and no published member (femto"),
        (("--diff", "femto", "nano", "--variant", "nano"), "not allowed with"),
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


def test_a_check_of_two_networks_at_once_is_refused(capsys):
    arguments = ["--space", "accvit", "--diff", "pico", "nano", "--verify"]
    with pytest.raises(InputError, match="--verify: checks one network; leave --diff out"):
        describe.main(arguments)


def test_two_networks_that_are_one_are_said_to_be(capsys):
    assert describe.main(["--space", "accvit", "--diff", "pico", "pico"]) == 0
    assert capsys.readouterr().out.strip() == "pico and pico are the same network of accvit"
