"""python -m studies.default_fidelity --out FILE.csv -- ARGUMENTS OF nas.search.

For example, with two workers of one thread:
python -m studies.default_fidelity --out pilot.csv -- --space accvit --budget 5M-30M --epochs 2
"""

import sys
from dataclasses import asdict
from pathlib import Path

from nas.commandline import Parser, count, run
from studies.default_fidelity import pilot
from studies.setup import Setup


def main() -> int:
    """Train, then print the verdict."""
    parser = Parser(prog="python -m studies.default_fidelity", description=pilot.__doc__ or "")
    parser.add_argument("--out", required=True, type=Path, help="the evidence, as CSV")
    parser.add_argument("--workers", type=count, default=2)
    parser.add_argument("search", nargs="*", help="arguments of nas.search, after --")
    args = parser.parse_args()
    rows = pilot.run(Setup.of(*args.search), workers=args.workers, out=args.out)
    for name, value in asdict(pilot.judge(rows)).items():
        print(f"{name:>24}  {value:.4f}" if isinstance(value, float) else f"{name:>24}  {value}")
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
