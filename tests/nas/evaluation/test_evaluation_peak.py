"""The peak of memory on a CPU: the process's, since it was last forgotten; 0 where unknown."""

from pathlib import Path

import pytest
import torch

from nas.evaluation import peak
from nas.evaluation.peak import forget_peak, peak_bytes

CPU = torch.device("cpu")
MIB = 2**20


def can_forget() -> bool:
    try:
        (peak.PROCESS / "clear_refs").write_text("5")
    except OSError:
        return False
    return True


@pytest.mark.skipif(not can_forget(), reason="the system does not tell")
def test_what_is_given_back_counts_once() -> None:
    forget_peak(CPU)
    before = peak_bytes(CPU)
    torch.ones(256 * MIB // 4)
    after = peak_bytes(CPU)
    assert 200 * MIB < after - before < 312 * MIB
    forget_peak(CPU)
    assert peak_bytes(CPU) < after - 200 * MIB


def test_a_system_that_does_not_tell_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peak, "PROCESS", tmp_path / "none")
    forget_peak(CPU)
    assert peak_bytes(CPU) == 0
    monkeypatch.setattr(peak, "PROCESS", tmp_path)
    (tmp_path / "status").write_text("Name:\tpython\nVmHWM:\t     512 kB\n")
    assert peak_bytes(CPU) == 512 * 1024


def test_a_gpu_tells_what_torch_took(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", told.append)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: 7)
    gpu = torch.device("cuda", 1)
    forget_peak(gpu)
    assert (told, peak_bytes(gpu)) == ([gpu], 7)
