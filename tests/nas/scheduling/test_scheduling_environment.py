"""What Ray and the workers find in their environment."""

import pytest

from nas.scheduling import environment
from nas.scheduling.environment import configure, worker_variables


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """In place of this process's own."""
    empty: dict[str, str] = {}
    monkeypatch.setattr(environment.os, "environ", empty)
    return empty


def test_only_a_cluster_may_be_reached_from_elsewhere(variables: dict[str, str]) -> None:
    configure("10.0.0.1:6379")
    assert not environment.LOOPBACK_ONLY.keys() & variables.keys()
    configure(None)
    assert environment.LOOPBACK_ONLY.items() <= variables.items()


def test_workers_elsewhere_get_what_those_here_inherit(variables: dict[str, str]) -> None:
    variables |= {"OMP_NUM_THREADS": "3", "RAY_AUTH_TOKEN": "secret", "HOME": "/here"}
    configure("10.0.0.1:6379")
    sent = worker_variables()
    assert sent["OMP_NUM_THREADS"] == "3"
    assert environment.KEEP_MEMORY.items() <= sent.items()
    assert environment.QUIET.items() <= sent.items()
    assert not {"RAY_AUTH_TOKEN", "HOME"} & sent.keys()
