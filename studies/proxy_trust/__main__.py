"""python -m studies.proxy_trust --out DIR [-- ARGUMENTS OF nas.search]: which proxy ranks?

Stopped, it goes on where it was. See README.md for the machine, the duration and the answer.
"""

import sys
from functools import partial

from nas.commandline import count, run
from nas.core.errors import InputError
from nas.data import load
from studies.commandline import parser, setup
from studies.proxy_trust.fidelities import cheaper
from studies.proxy_trust.judge import NEAR, ceiling, chosen, table, trusts
from studies.proxy_trust.picture import draw
from studies.proxy_trust.plan import BINS, at_less, at_top, networks
from studies.proxy_trust.scores import score
from studies.trainings import train

# The top: 6,000 images of 96 pixels, some two minutes of one CPU core.
SEARCH = (
    *("--space", "accvit", "--budget", "5M-30M", "--data", "fashion-mnist", "--distort", "none"),
    *("--epochs", "3", "--resolution", "96", "--width-scale", "0.25", "--data-share", "0.0417"),
    *("--val-limit", "2000"),
)
# The top's images are others, so that nothing but the networks makes rankings alike.
TOP = ("--seed", "1000", "--val-limit", "4000")


def main(argv: list[str] | None = None) -> int:
    """Score, train, then say what may be trusted."""
    made = parser("proxy_trust", __doc__ or "")
    add = made.add_argument
    add("--networks", type=count, default=40, metavar="N", help=f"a multiple of {BINS} (40)")
    add("--seeds", type=count, default=2, metavar="N", help="of each at the top (2)")
    args = made.parse_args(argv)
    if args.networks % BINS:
        raise InputError(f"--networks {args.networks}: expected a multiple of {BINS}")
    study = setup(args, SEARCH)
    images = len(load(study.settings.data.source, seed=study.settings.data.seed).train_labels)
    less = cheaper(study.fidelity, images=images)
    sizes = [study.fidelity, *(one.fidelity for one in less)]
    members = networks(study, sizes, count=args.networks)
    scores = score(
        study,
        members,
        seeds=args.seeds,
        out=args.out / "scores.csv",
        workers=args.workers,
    )
    dear = setup(args, (*SEARCH, *TOP))
    top = partial(train, dear, out=args.out / "top.csv", workers=args.workers)
    top(at_top(members, study.fidelity, seeds=1))  # a study that is stopped has some of each
    rows = train(study, at_less(members, less), out=args.out / "cheaper.csv", workers=args.workers)
    best = top(at_top(members, study.fidelity, seeds=args.seeds))
    found, most = trusts(best, rows, scores), ceiling(best)
    summary = table([*found, *([] if most is None else [most])])
    summary.to_csv(args.out / "summary.csv", index=False)
    draw(found, most, args.out / "proxy_trust.png")
    print(summary.to_string(index=False))
    default = chosen(found)
    if default is not None:
        print(f"\nThe cheapest within {NEAR} of the best at like size: {default.name}")
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
