"""Every score that needs no training, of each network with several initialisations."""

import sys
import time
from collections.abc import Hashable, Sequence
from pathlib import Path

import pandas as pd
import torch

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation
from nas.core.fidelity import proxy_setting
from nas.evaluation.job import prepared
from nas.evaluation.reproducible import seeded, thread_count
from nas.proxies import PROXIES, Candidate
from nas.reporting.atomic import replacing
from nas.windows import Member
from studies.setup import Setup

COLUMNS = ["key", "replicate", "proxy", "value", "seconds", "failure", "setup"]
IMAGES = 64


def score(setup: Setup, members: Sequence[Member], *, seeds: int, out: Path) -> pd.DataFrame:
    """At the setup's fidelity, on one thread; what the CSV holds already is not computed again."""
    known = pd.read_csv(out, dtype={"key": str, "setup": str}) if out.exists() else None
    if known is not None and list(known.columns) != COLUMNS:
        raise InputError(f"{out}: expected the columns {', '.join(COLUMNS)}; take another --out")
    rows: list[dict[Hashable, object]] = []
    if known is not None:
        rows += known[known["setup"] == setup.mark].to_dict("records")
    done = {(row["key"], row["replicate"]) for row in rows}
    keys = [member.key for member in members]
    for replicate in range(seeds):
        for index, member in enumerate(members, 1):
            if (member.key, replicate) in done:
                continue
            rows += _scored(setup, member, replicate)
            with replacing(out) as draft:
                pd.DataFrame(rows, columns=COLUMNS).to_csv(draft, index=False)
            print(f"scored {index} of {len(members)}, seed {replicate}", file=sys.stderr)
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table[table["key"].isin(keys) & (table["replicate"] < seeds)]


def _scored(setup: Setup, member: Member, replicate: int) -> list[dict[Hashable, object]]:
    with thread_count(1):
        candidate = _candidate(setup, member, replicate)
        return [
            {
                "key": member.key,
                "replicate": replicate,
                **_one(name, candidate),
                "setup": setup.mark,
            }
            for name in PROXIES
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


def _candidate(setup: Setup, member: Member, replicate: int) -> Candidate:
    """Initialised as a training of the same replicate would be, and the first images of the data
    in their prepared order, which is by rising index: classes come at random."""
    settings = setup.settings
    data = prepared(settings.data, setup.fidelity, settings.digest)
    place = proxy_setting(setup.fidelity, classes=data.classes, channels=data.channels)
    configuration = setup.space.adapt(setup.space.decode(member.genome), place)
    evaluation = Evaluation(
        key=member.key, genome=member.genome, fidelity=setup.fidelity, replicate=replicate
    )
    with seeded(evaluation.seed(settings.seed), torch.device("cpu")):
        model = setup.space.build(configuration)
    return Candidate(
        model=model,
        cost=member.cost,
        images=data.train_images[:IMAGES],
        labels=data.train_labels[:IMAGES],
    )
