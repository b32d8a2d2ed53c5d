"""Every score that needs no training, of each network with several initialisations."""

import sys
import time
from collections.abc import Hashable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import torch

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation
from nas.core.fidelity import proxy_setting
from nas.core.space import find_space
from nas.evaluation.job import prepared
from nas.evaluation.reproducible import seeded, thread_count
from nas.proxies import PROXIES, Candidate
from nas.reporting.atomic import replacing
from nas.study.settings import Settings
from nas.windows import Member
from studies.pool import processes
from studies.setup import Setup

COLUMNS = ["key", "replicate", "proxy", "value", "seconds", "failure", "setup"]
IMAGES = 32


def score(
    setup: Setup, members: Sequence[Member], *, seeds: int, out: Path, workers: int
) -> pd.DataFrame:
    """At the setup's fidelity, one thread each; what the CSV holds is not computed again."""
    mark = f"{setup.mark}: {setup.fidelity}, {IMAGES} images, {' '.join(PROXIES)}"
    rows = _known(out, mark)
    done = {(row["key"], row["replicate"]) for row in rows}
    left = [
        (member, replicate)
        for replicate in range(seeds)
        for member in members
        if (member.key, replicate) not in done
    ]
    with processes(workers) as pool:
        scores = pool.map(partial(_scored, setup.settings), left)
        for index, scored in enumerate(scores, 1):
            rows += ({**one, "setup": mark} for one in scored)
            with replacing(out) as draft:
                pd.DataFrame(rows, columns=COLUMNS).to_csv(draft, index=False)
            print(f"scored {index} of {len(left)}", file=sys.stderr, flush=True)
    table = pd.DataFrame(rows, columns=COLUMNS)
    keys = [member.key for member in members]
    return table[table["key"].isin(keys) & (table["replicate"] < seeds)]


def _known(path: Path, mark: str) -> list[dict[Hashable, object]]:
    """The rows of networks that have all scores. InputError for a file of anything else."""
    if not path.exists():
        return []
    try:
        table = pd.read_csv(path, dtype={"key": str, "setup": str})
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: expected scores as CSV; got {error}") from error
    if list(table.columns) != COLUMNS:
        raise InputError(f"{path}: expected the columns {', '.join(COLUMNS)}; take another --out")
    if set(table["setup"]) - {mark}:
        raise InputError(f"{path}: expected scores of this setup; got others; take another --out")
    whole = table.groupby(["key", "replicate"])["proxy"].transform("nunique") == len(PROXIES)
    return table[whole].to_dict("records")


def _scored(settings: Settings, asked: tuple[Member, int]) -> list[dict[Hashable, object]]:
    member, replicate = asked
    with thread_count(1):
        candidate = _candidate(settings, member, replicate)
        return [
            {"key": member.key, "replicate": replicate, **_one(name, candidate)} for name in PROXIES
        ]


def _one(name: str, candidate: Candidate) -> dict[Hashable, object]:
    began = time.perf_counter()
    value, failure = None, None
    try:
        value = PROXIES[name](candidate)
    except InputError as error:
        failure = str(error)
    seconds = round(time.perf_counter() - began, 4)
    return {"proxy": name, "value": value, "seconds": seconds, "failure": failure}


def _candidate(settings: Settings, member: Member, replicate: int) -> Candidate:
    """Initialised as a training of the same replicate would be, and the first images of the data
    in their prepared order, which is by rising index: classes come at random."""
    space, fidelity = find_space(settings.space), settings.fidelity
    data = prepared(settings.data, fidelity, settings.digest)
    place = proxy_setting(fidelity, classes=data.classes, channels=data.channels)
    evaluation = Evaluation(
        key=member.key, genome=member.genome, fidelity=fidelity, replicate=replicate
    )
    with seeded(evaluation.seed(settings.seed), torch.device("cpu")):
        model = space.build(space.adapt(space.decode(member.genome), place))
    return Candidate(
        model=model,
        cost=member.cost,
        images=data.train_images[:IMAGES],
        labels=data.train_labels[:IMAGES],
    )
