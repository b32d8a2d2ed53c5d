"""The files of a run: tables, page and picture, from the records alone."""

from collections.abc import Sequence

from nas.core.objective import Objective
from nas.core.space import SearchSpace
from nas.reporting.figure import figure
from nas.reporting.front import front
from nas.reporting.page import write_page
from nas.reporting.picture import write_picture
from nas.reporting.tables import write_front, write_reference, write_trials
from nas.searching.checked import check_front
from nas.study.record import Record
from nas.study.run import Run
from nas.study.settings import Settings


def write_reports(
    run: Run,
    settings: Settings,
    space: SearchSpace,
    records: Sequence[Record],
    objectives: Sequence[Objective],
) -> None:
    """trials.csv, reference.csv, front.csv, front.html and front.png, each all at once.

    InputError, and no front, where the costs are not those of the networks.
    """
    knobs = space.knobs
    write_trials(records, knobs, run.folder / "trials.csv")
    write_reference(records, knobs, run.folder / "reference.csv")
    members = front(records, objectives)
    check_front(space, settings.target, members)
    write_front(members, knobs, run.folder / "front.csv")
    if not any(record.complete for record in records):
        return
    drawn = figure(
        records,
        objectives,
        space=space.name,
        data=_data(settings),
        fidelity=str(settings.fidelity),
    )
    write_page(drawn, run.folder / "front.html")
    write_picture(drawn, run.folder / "front.png")


def _data(settings: Settings) -> str:
    hardened = settings.data.distortion
    return settings.data.source + ("" if hardened == "none" else f" ({hardened})")
