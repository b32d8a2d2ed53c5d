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

    from nas.reporting.dashboard.written import FOLDER, store_in, write_dashboard
    from nas.reporting.view.nouns import NothingToShow
    from nas.reporting.view.opened import open_view
    from nas.study.run import read_any
    from nas.study.storage import is_storage_error, open_storage, told

    found = read_any(given.run, given.storage)
    storage = open_storage(found.storage_url, create=False)
    folder = given.run / FOLDER
    try:
        files = store_in(folder)
        write_dashboard(open_view(given.run, given.storage), storage, folder)
    except NothingToShow as error:  # a search that has just begun, which can be watched
        print(f"{error}; without notes and figures so far", file=sys.stderr)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from error
    except Exception as error:
        if not is_storage_error(error):
            raise
        said = told(error, given.storage or "")
        raise InputError(f"{given.run}: notes cannot be written into its study: {said}") from error
    number = optuna.load_study(study_name=found.name, storage=storage)._study_id
    print(f"http://{HOST}:{given.port}/dashboard/studies/{number}  (Ctrl-C ends it)", flush=True)
    run_server(storage, host=HOST, port=given.port, artifact_store=files)
    return 0


def _check_port(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OverflowError:
            raise InputError(f"--port {port}: expected a port of 1 to 65535") from None
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise InputError(f"--port {port}: cannot be had: {said}; choose another") from error


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
