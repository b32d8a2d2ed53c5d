"""The knobs of ACC-ViT: what they offer, and that it survives a storage."""

import json

from search_spaces.accvit import SPACE


def test_every_choice_is_a_string_a_number_or_a_boolean_and_survives_json():
    for knob in SPACE.knobs:
        assert all(type(choice) in (str, int, float, bool) for choice in knob.choices)
        assert json.loads(json.dumps(knob.choices)) == list(knob.choices)
        assert len(set(knob.choices)) == len(knob.choices)


def test_the_names_of_the_knobs_are_unique():
    assert len({knob.name for knob in SPACE.knobs}) == len(SPACE.knobs)


def test_ordered_knobs_list_their_choices_in_order():
    for knob in SPACE.knobs:
        if knob.ordered:
            assert list(knob.choices) == sorted(knob.choices)


def test_the_knobs_cover_what_was_promised():
    choices = {knob.name: knob.choices for knob in SPACE.knobs}
    widths = [choices[f"stages.{index}.width"] for index in range(4)]
    assert all(len(stage) >= 8 for stage in widths)
    assert (min(min(stage) for stage in widths), max(max(stage) for stage in widths)) == (32, 768)
    assert choices["stages.2.depth"] == tuple(range(1, 15))
    assert [len(choices[f"stages.{index}.dilations"]) for index in range(4)] == [15, 7, 3, 1]
    assert len(choices["conv_dilations"]) == 7
    assert choices["stem_width"] == (32, 48, 64)
