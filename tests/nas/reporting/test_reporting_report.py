"""The page: all it says is in it, nothing is fetched, and a browser can use it."""

import base64
import gzip
import json
import re
from dataclasses import replace

import pytest
from matplotlib.image import imread

from nas.reporting.imagenet import family_of, models
from nas.reporting.report.page import page
from nas.reporting.report.payload import payload
from nas.reporting.report.pictures import write_pictures
from nas.reporting.view import nouns
from nas.reporting.view.measure import digits
from nas.reporting.view.timed import timed
from tests.nas.reporting.looked_at import cost_of, document, view


def score(genome):
    """Dearer is better, and a layer norm is."""
    return 0.3 + 0.004 * cost_of(genome) + 0.1 * (genome["norm"] == "layer")


def own_parts(text):
    """The page without plotly."""
    return re.sub(r"<script>.*?</script>", "", text, count=1, flags=re.DOTALL)


def data_of(text):
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


def test_the_page_fetches_nothing():
    text = own_parts(page(view(score)))
    assert "src=" not in text
    assert re.findall(r'href="([^"]*)"', text) == ["data:,"]
    assert "fetch(" not in text
    assert "XMLHttpRequest" not in text
    assert "http" not in re.sub(r'id="data">.*?</script>', "", text, flags=re.DOTALL)


def test_a_name_cannot_end_the_script_nor_be_taken_for_a_place_in_the_page():
    name = "</script><b>{{plotly}}"
    text = page(view(score, title=name, study="{{script}}"))
    assert data_of(text)["title"] == name
    assert data_of(text)["study"] == "{{script}}"
    assert text.count("</script>") == 4


def test_twice_the_same_page():
    assert page(view(score)) == page(view(score))


def test_a_page_of_many_rows_looks_through_all_of_them_a_few_times_only(monkeypatch):
    looked = []
    real = nouns.positive
    monkeypatch.setattr(nouns, "positive", lambda *asked: looked.append(asked) or real(*asked))
    seen = view(score)
    page(seen)
    assert len(looked) <= len(seen.costs)


def test_the_prices_travel_whole():
    text = page(view(score))
    packed = re.search(r'id="prices">(.*?)</script>', text, re.DOTALL)[1]
    listed = json.loads(gzip.decompress(base64.b64decode(packed)))
    assert listed == payload(view(score))["whatif"]["prices"]


def test_failures_are_counted_by_kind_with_the_first_one_s_words():
    whole = view(score)
    lost = whole.failed[0]
    more = (lost, replace(lost, number=95), replace(lost, number=97, kind="timeout"))
    told = payload(replace(whole, failed=more))["failures"]
    assert [(one["kind"], one["count"], one["trials"]) for one in told] == [
        ("diverged", 2, "90, 95"),
        ("timeout", 1, "97"),
    ]
    assert told[0]["message"] == "loss is <nan>"


def test_markup_in_names_is_shown_as_text():
    whole = view(score)
    odd = replace(whole.samples[0], name="<i>x</i>")
    assert "&lt;i&gt;" in payload(replace(whole, samples=(odd,)))["samples"][0]["hover"]


def test_where_an_objective_is_the_same_in_all_trials_no_area_is_spoken_of():
    flat = view(lambda genome: 0.5)
    assert payload(flat)["progress"]["share"] == ()
    assert "no area to dominate" in payload(flat)["progress"]["explained"]


def test_latencies_are_one_more_axis_for_those_that_people_choose_between():
    whole = view(score)
    asked = []

    def take(sample):
        asked.append(sample.name)
        return {"milliseconds": {"median": 2.5}, "device": "a chip", "threads": 1}

    known = timed(whole, take)
    assert asked == [one.name for one in whole.samples if one.front]
    assert known.measures[-1].label == "latency of an image, a chip, 1 thread"
    assert known.measures[-1].text(known.front[0].values["latency"]) == "2.5 ms"
    assert [one.front for one in known.samples if "latency" in one.values] == [True] * len(asked)
    assert payload(known)["measures"][-1]["unit"] == "ms"


def test_unknown_noise_is_said_to_be_unknown():
    assert "Noise unknown" in payload(view(score, noise=None))["noise"]
    assert "seed SD of 1 points (4 degrees" in payload(view(score))["noise"]


def test_published_models_are_only_beside_networks_of_their_setting():
    assert payload(view(score))["imagenet"]
    assert payload(view(score, imagenet=False))["imagenet"] == []


def test_every_published_model_has_a_source_and_sane_figures():
    for one in models():
        assert one.source
        assert one.recipe
        assert one.family
        assert 1 < one.params < 300
        assert 0.1 < one.macs < 50
        assert one.top1 is None or 65 < one.top1 < 86
    names = [one.name for one in models()]
    assert len(set(names)) == len(names)
    assert [one.name for one in models() if one.family == "ACC-ViT"][-1] == "ACC-ViT base"


FAMILIES = (
    *("ACC-ViT", "MaxViT", "MOAT", "Swin", "ConvNeXt", "FocalNet", "CoAtNet", "GC ViT", "DaViT"),
    *("TinyViT", "DeiT"),
)


@pytest.mark.parametrize("family", FAMILIES)
def test_of_each_family_that_people_compare_with_there_is_an_accuracy(family):
    assert [one for one in models() if one.family == family and one.top1 is not None]


def test_a_space_is_of_the_family_that_it_is_called_after():
    assert family_of("accvit") == "ACC-ViT"
    assert family_of("toy") is None
    assert payload(view(score, family="Swin"))["family"] == "Swin"


def test_pictures_of_what_there_is_to_draw(tmp_path):
    found = list(write_pictures(view(score), tmp_path / "report.html"))
    assert [path.name for path in found] == [
        f"report-{name}.png" for name in ("front", "knobs", "hypervolume", "published")
    ]
    assert all(imread(path).std() > 0.02 for path in found)
    bare = view(score, imagenet=False)
    few = replace(bare, samples=bare.samples[:5])
    names = [path.name for path in write_pictures(few, tmp_path / "few.html")]
    assert "few-published.png" not in names
    assert "few-knobs.png" not in names


ACTING = """
<script>
window.addEventListener("load", () => setTimeout(() => {
  const set = (select, value) => { select.value = value;
    select.dispatchEvent(new Event("change")); };
  const axis = (id, which) => document.getElementById(id).layout[which].title.text;
  const note = (name, text) => { document.body.dataset[name] = text; };
  const answers = () => document.getElementById("answers").innerText.replace(/\\s+/g, " ");
  const knob = (name) => document.querySelector(`select[data-knob="${name}"]`);
  note("digits", NUMBERS.map(digits).join(" "));
  note("before", axis("front", "xaxis"));
  set(document.getElementById("x"), "macs");
  note("after", axis("front", "xaxis"));
  set(document.getElementById("colour"), "2");
  note("groups", document.getElementById("front").data.map((one) => one.name).join(","));
  set(knob("stages.0.width"), "2"); set(knob("stages.1.width"), "2"); set(knob("gate"), "0");
  note("dear", [...document.querySelectorAll("#answers div")].map((one) => one.title).join(" "));
  note("shown", answers());
  set(knob("stages.1.width"), "0");
  note("mended", document.getElementById("mended").textContent);
  note("cheap", [...document.querySelectorAll("#answers div")].map((one) => one.title).join(" "));
  note("star", document.getElementById("front").data.some((one) => /what if/.test(one.name)));
}, 2000));
</script>
"""


NUMBERS = (0, 12345.6, 558400, 1234567, -2.5e9, 0.012345, 99.999)


def seen(name, text):
    return re.search(rf'data-{name}="([^"]*)"', text)[1]


def test_dropdowns_and_the_what_if_panel_work_in_a_browser(tmp_path):
    whole = view(score)
    path = tmp_path / "page.html"
    acting = ACTING.replace("NUMBERS", str(list(NUMBERS)))
    path.write_text(page(whole).replace("</body>", f"{acting}</body>"), encoding="utf-8")
    text = document(f"file://{path}", tmp_path / "profile")
    assert seen("ready", text) == "yes"
    assert seen("digits", text).split() == [digits(number) for number in NUMBERS]
    assert seen("before", text) == "parameters (log scale)"
    assert seen("after", text) == "MACs (log scale)"
    assert {"batch", "layer"} <= set(seen("groups", text).split(","))
    dearest = {"stages.0.width": 8, "stages.1.width": 8, "gate": True}
    assert seen("dear", text).split()[0] == str(cost_of(dearest))
    assert "predicted accuracy" in seen("shown", text)
    assert seen("mended", text) == "not a network of its own; also set: gate = false"
    mended = {"stages.0.width": 8, "stages.1.width": 2, "gate": False}
    assert seen("cheap", text).split()[0] == str(cost_of(mended))
    assert seen("star", text) == "true"


@pytest.mark.parametrize("known", ["little", "no cost"])
def test_what_is_lacking_is_said_and_stops_nothing(tmp_path, known):
    whole = replace(view(score), chain=None)
    if known == "little":
        whole = replace(whole, samples=whole.samples[:6])
        said = ["This space gives no chain of costs", "Too few complete trials (6)"]
    else:
        target = replace(whole.measures[0], label="acc<b>&amp;")
        whole = replace(
            whole,
            costs=(),
            objectives=whole.objectives[:1],
            measures=(target, *whole.measures[1:]),
            imagenet=False,
        )
        title = r'class="ytitle"[^>]*>acc&lt;b&gt;&amp;amp; (%)<'.replace("(%)", r"\(%\)")
        said = ["Drawn for two objectives only", "no cost, for none is known"]
    path = tmp_path / "page.html"
    path.write_text(page(whole), encoding="utf-8")
    text = document(f"file://{path}", tmp_path / "profile")
    assert seen("ready", text) == "yes"
    assert all(words in text for words in said)
    if known == "no cost":  # what is text is no markup, in figures as elsewhere
        assert re.search(title, text)
        assert "change (points)" in text
