"""A dashboard's notes show names and commands as they are."""

from dataclasses import replace

from nas.reporting.dashboard.notes import study_note
from tests.nas.reporting import looked_at


def test_a_command_of_several_lines_stays_code():
    command = "python -m nas.search --out 'a\n\n![x](http://evil/beacon.png)'"
    note = study_note(replace(looked_at.view(), facts={"command": command}))
    assert "\n    ![x](http://evil/beacon.png)'\n" in note


def test_a_study_of_any_name_is_a_title():
    assert r"# \!\[x\](http://e)" in study_note(replace(looked_at.view(), title="![x](http://e)"))
