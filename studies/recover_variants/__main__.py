"""python -m studies.recover_variants --out DIR [-- ARGUMENTS OF nas.search]: is the family found?

Stopped, it goes on where it was. See README.md for the machine, the duration and the answer.
"""

import sys
from argparse import Namespace
from collections.abc import Sequence

import pandas as pd

from nas.commandline import count, run
from nas.core.errors import InputError
from studies.commandline import SMOKE, parser, setup
from studies.networks import of_size
from studies.recover_variants.effects import effect_table, effects, gains
from studies.recover_variants.judge import MARGIN, gap_table, gaps, pick_table
from studies.recover_variants.picture import draw
from studies.recover_variants.plan import Plan, plan
from studies.recover_variants.searches import OWN, Found, Search, carry_out
from studies.setup import Setup
from studies.trainings import train

SEARCH = (
    *("--space", "accvit", "--budget", "3M-35M", "--data", "fashion-mnist", "--distort", "none"),
    *("--epochs", "2", "--resolution", "64", "--width-scale", "0.25", "--data-share", "0.0333"),
    *("--val-limit", "2000"),
)
# What is compared is trained and validated on other images than those that it was selected by.
JUDGED = ("--seed", "1000", "--val-limit", "5000")
ALIKE = 50  # random networks of each found one's size, which tell how common a choice is there


def main(argv: list[str] | None = None) -> int:
    """Search, train what was found beside the published ones, then judge."""
    args = _arguments(argv)
    if own := [word for word in args.search if word.partition("=")[0] in OWN]:
        raise InputError(f"{own[0]} after --: the study sets it for its searches; leave it out")
    study = setup(args, SEARCH)
    given = (*SEARCH, *(SMOKE if args.smoke else ()), *args.search)
    alone = args.smoke or args.workers == 1  # a smaller start than Ray's
    workers = ("--runner", "inline") if alone else ("--workers", str(args.workers))
    searches = [Search(metric="params", seed=seed) for seed in range(args.searches)]
    found = carry_out(
        [*searches, Search(metric="macs", seed=args.searches)],
        study,
        given,
        runner=workers,
        trials=args.trials,
        runs=args.out / "searches",
        out=args.out / "trials.csv",
    )
    planned = plan(study, found, each=args.random, bases=args.bases)
    rows = train(
        setup(args, (*SEARCH, *JUDGED)),
        planned.trainings(study, seeds=args.seeds),
        out=args.out / "trainings.csv",
        workers=args.workers,
    )
    _judge(study, found, planned, rows, args)
    return 0


def _judge(
    study: Setup, found: Sequence[Found], planned: Plan, rows: pd.DataFrame, args: Namespace
) -> None:
    members = {member.key: member for one in found for member in one.front}
    alike = [
        of_size(study.region, member, count=ALIKE, seed=study.settings.seed)
        for member in members.values()
    ]
    judged, pairs = list(gaps(rows, planned)), gains(rows, planned)
    choices = effects(pairs, found, alike)
    for name, table in (
        ("gaps", gap_table(judged)),
        ("pairs", pairs),
        ("choices", effect_table(choices)),
        ("found", pick_table(rows, planned)),
    ):
        table.to_csv(args.out / f"{name}.csv", index=False)
    draw(judged, choices, args.out / "recover_variants.png")
    print(f"Gaps in points; the margin is {MARGIN:g}.\n{gap_table(judged).to_string(index=False)}")
    print(f"\nThe paper's choices:\n{effect_table(choices).to_string(index=False)}")


def _arguments(argv: list[str] | None) -> Namespace:
    made = parser("recover_variants", __doc__ or "")
    add = made.add_argument
    add("--searches", type=count, default=3, metavar="N", help="by parameters (3); one is by MACs")
    add("--trials", type=count, default=60, metavar="N", help="of each search (60)")
    add("--seeds", type=count, default=5, metavar="N", help="of variants and networks found (5)")
    add("--random", type=count, default=8, metavar="N", help="networks of a variant's size (8)")
    add("--bases", type=count, default=12, metavar="N", help="networks to try choices in (12)")
    return made.parse_args(argv)


if __name__ == "__main__":
    sys.exit(run(main))
