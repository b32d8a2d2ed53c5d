"""A search without Ray opens no port at all; what Ray opens is looked at with its tests."""

from pathlib import Path

from tests.nas.scheduling.process import finish, listening, start, states, tree, wait_until


def test_a_search_in_one_process_listens_nowhere(tmp_path: Path) -> None:
    flags = ("--runner", "inline", "--trials", "4", "--fix", "mood=slow", "--no-published")
    search = start(tmp_path, *flags, "--sampler", "random")
    looks, found = 0, set[str]()
    wait_until(lambda: states(tmp_path)["COMPLETE"] >= 1, search)
    while search.poll() is None and states(tmp_path)["COMPLETE"] < 3:
        found |= listening(tree(search.pid))
        looks += 1
    code, _, complaints = finish(search)
    assert code == 0, complaints
    assert looks
    assert not found
