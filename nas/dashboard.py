"""python -m nas.dashboard: optuna-dashboard on a run, on this machine alone.

Before it starts, notes, figures and diagrams of the front are written for it to show. Trials are
not changed, and a search may be going on meanwhile.
"""

import socket
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from nas.commandline import Parser, count, run
from nas.core.errors import InputError

HOST = "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is to be shown, then serve until Ctrl-C."""
    given = _parse(arguments)
    if find_spec("optuna_dashboard") is None:
        raise InputError(
            "optuna-dashboard is not installed: pip install optuna-dashboard, or look at a page:"
            " python -m nas.report"
        )
    _check_port(given.port)
    import optuna  # these load large libraries
    from optuna_dashboard import run_server

    from nas.reporting.dashboard.written import FOLDER, write_dashboard
    from nas.reporting.view.opened import open_view
    from nas.study.run import read_any
    from nas.study.storage import open_storage

    view = open_view(given.run, given.storage)
    storage = open_storage(read_any(given.run, given.storage).storage_url, create=False)
    folder = given.run / FOLDER
    try:
        files = write_dashboard(view, storage, folder)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from error
    number = optuna.load_study(study_name=view.study, storage=storage)._study_id
    print(f"http://{HOST}:{given.port}/dashboard/studies/{number}  (Ctrl-C ends it)", flush=True)
    run_server(storage, host=HOST, port=given.port, artifact_store=files)
    return 0


def _check_port(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise InputError(f"--port {port}: cannot be had ({error}); choose another") from error


def _parse(arguments: Sequence[str] | None) -> Namespace:
    parser = Parser(prog="python -m nas.dashboard", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("run", type=Path, metavar="RUN", help="a run's folder, runs/STUDY")
    parser.add_argument("--port", type=count, default=8080, help="default: 8080")
    parser.add_argument(
        "--storage", metavar="URL", help="the run's database with its password, if it asks for one"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(run(main))
