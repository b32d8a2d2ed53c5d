"""python -m studies.ablation --out DIR [-- ARGUMENTS OF nas.search]: table 8, trained alike.

Stopped, it goes on where it was. See README.md for the machine, the duration and the answer.
"""

import sys

from nas.commandline import count, run
from studies.ablation.judge import alike, order_table, step_table, table
from studies.ablation.picture import draw
from studies.ablation.rows import ROWS
from studies.commandline import parser, setup
from studies.trainings import Training, train

# 28,800 images pass through each network: some four minutes of one CPU core.
SEARCH = (
    *("--space", "accvit", "--data", "fashion-mnist", "--distort", "none", "--epochs", "3"),
    *("--data-share", "0.2", "--val-limit", "10000"),
)


def main(argv: list[str] | None = None) -> int:
    """Train, then say what it means."""
    wanted = parser("ablation", __doc__ or "")
    wanted.add_argument("--seeds", type=count, default=5, metavar="N", help="of each row (5)")
    args = wanted.parse_args(argv)
    study = setup(args, SEARCH)
    trainings = [
        Training(
            label=row.label,
            member=study.member(row.genome),
            replicate=replicate,
            fidelity=study.fidelity,
        )
        for replicate in range(args.seeds)  # a study that is stopped has as many seeds of each
        for row in ROWS
    ]
    rows = train(study, trainings, out=args.out / "trainings.csv", workers=args.workers)
    for name, made in (
        ("summary", table(rows)),
        ("steps", step_table(rows)),
        ("order", order_table(rows)),
    ):
        made.to_csv(args.out / f"{name}.csv", index=False)
        print(f"{made.drop(columns='title', errors='ignore').to_string(index=False)}\n")
    print(f"Rows that are all alike differ as much with a chance of {alike(rows):.2f}.")
    draw(rows, args.out / "ablation.png")
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
