"""What hypothesis writes on command lines: flags of each command, fitting values and odd ones."""

import re
from collections.abc import Mapping

from hypothesis import strategies as st

from tests.fuzz.commands import NETWORKS, TABLE

_ODD = (
    *(
        "",
        " ",
        "\0",
        "-",
        "--",
        "é",
        "💥",
        "\udc80",
        "a\nb",
        "..",
        "1e999",
        "nan",
        "-inf",
        "-1",
        "0",
    ),
    *(
        "9" * 30,
        "1" * 5000,
        "٣",
        "½",
        "0x10",
        "1_0",
        "5M-30M",
        "-30M",
        "=",
        ",",
        "a,,b",
        "*",
        "*=1",
    ),
    *("[", "%s", "%", "{}", "{0}", "$(x)", "a=b=c", "1-", "1-2-3", ":", "a:", ":b", "acc:max:min"),
)
ODD = (
    st.sampled_from(_ODD)
    | st.text(max_size=12)
    | st.integers(-(2**70), 2**70).map(str)
    | st.floats().map(str)
)
# Never one that could be written to outside the test's own folder.
PATHS = st.sampled_from(
    [
        *("file", "folder", "missing", "missing/below", "file/below", "/dev/null", "/proc/nothing"),
        *(
            "/proc/self/mem",
            "t.csv",
            "c.json",
            "r.jsonl",
            "i.npz",
            "run",
            "run/run.json",
            "x" * 300,
        ),
        *("", ".", "\0", "é/💥", "a b", "\udc80", "-x"),
    ]
) | st.text(max_size=8).map(lambda text: text.lstrip("/"))


def _not_a_count(text: str) -> bool:
    """Whether it is none that would be waited for: a valid count may be huge."""
    return not re.fullmatch(r"\d{1,12}", text)


WRONG = ODD.filter(_not_a_count)
FEW = st.sampled_from(["1", "2"]) | WRONG
PIXELS = st.sampled_from(["4", "6", "8", "12"]) | WRONG
SPACES = ODD | st.sampled_from(
    [
        *(
            "tabular:",
            "tabular:t.csv",
            "tabular:file",
            "tabular:folder",
            "tabular:missing",
            "tabular",
        ),
        *(
            "tests.fuzz.calm:SPACE",
            "tests.fuzz.calm:Calm",
            "tests.nas.toy:MOODS",
            "os:path",
            "no.x:y",
        ),
    ]
)
STORAGES = ODD.map(lambda text: text.replace("/", "")) | st.sampled_from(
    [
        *("sqlite://", "sqlite:///x.db", "sqlite:///folder", "sqlite:///file", "sqlite:///t.csv"),
        *("sqlite:////proc/nothing/x.db", "sqlite:///missing/x.db", "journal:", "journal:x.log"),
        *("journal:folder", "journal:t.csv", "journal:file/below", "redis://127.0.0.1:1"),
        *("postgresql://u:p@127.0.0.1:1/d", "sqlite:///x.db?timeout=x", "mysql://h:port/d"),
    ]
)
NAMES = ODD | st.sampled_from(["a", "b", "a,b", "acc", "params", "a,a", "params:min", "acc:max"])
PAIRS = ODD | st.sampled_from(
    ["a=1", "b=0,1", "width=4", "mood=well", "mood=well,slow", "*=1", "a=", "params=1-2", "acc=1-"]
)
NONE = st.none()
Flags = Mapping[str, st.SearchStrategy[str | None]]

SEARCH: Flags = {
    **{"--space": SPACES, "--budget": ODD, "--macs": ODD, "--flops": ODD, "--fix": PAIRS},
    **{"--choices": PAIRS, "--objectives": NAMES, "--target-resolution": PIXELS},
    **{"--target-classes": FEW, "--target-channels": FEW, "--knobs": NAMES, "--costs": NAMES},
    **{"--ordered": NAMES, "--within": PAIRS, "--no-published": NONE, "--distort": ODD},
    "--data": ODD
    | PATHS.map("npz:{}".format)
    | PATHS.map("idx:{}".format)
    | PATHS.map("folder:{}".format)
    | st.sampled_from(["digits", "npz:i.npz"]),
    **{"--preset": ODD, "--epochs": FEW, "--resolution": PIXELS, "--width-scale": ODD},
    **{"--data-share": ODD, "--val-limit": FEW, "--batch-size": FEW, "--learning-rate": ODD},
    **{"--mixup": ODD, "--ema": ODD, "--drop-path": ODD, "--execution": ODD},
    **{"--checkpointing": NONE, "--trials": FEW, "--minutes": ODD, "--sampler": ODD},
    **{"--seed": ODD, "--study": ODD, "--out": PATHS, "--storage": STORAGES},
    **{"--runner": ODD, "--ray-address": ODD, "--workers": FEW, "--gpus-per-trial": ODD},
    "--device": ODD | st.sampled_from(["cpu", "cuda", "auto"]),
    **{"--keep-weights": ODD | st.sampled_from(["all", "none"]), "--quiet": NONE},
    **{"--deterministic": FEW | NONE, "--threads": FEW, "--trial-minutes": ODD},
    **{"--replay": PATHS, "--ray-code": ODD | st.sampled_from(["ship", "installed"])},
}
DESCRIBE: Flags = {
    **{"--space": SPACES, "--config": PATHS, "--verify": NONE, "--json": NONE},
    **{"--variant": ODD | st.sampled_from(["small", "large"]), "--diff": PATHS},
    **{"--resolution": PIXELS, "--classes": FEW, "--channels": FEW},
}
EXPORT: Flags = {
    **{"--study": PATHS, "--storage": STORAGES, "--out": PATHS},
    **{"--trial": ODD | st.sampled_from(["0", "1"]), "--weights": st.sampled_from(["proxy", "x"])},
    **{"--classes": FEW, "--resolution": PIXELS, "--seed": ODD},
}
COSTS: Flags = {
    **{"--space": SPACES, "--count": FEW, "--jobs": st.just("1") | WRONG, "--seed": ODD},
    "--record": PATHS,
}
REPORT: Flags = {"--out": PATHS, "--storage": STORAGES, "--pictures": NONE, "--measure": NONE}
COMPARE: Flags = {"--out": PATHS}
BASES: Mapping[str, tuple[str, tuple[str, ...], Flags]] = {
    "a table": ("search", TABLE, SEARCH),
    "networks": ("search", NETWORKS, SEARCH),
    "describe": ("describe", ("--space", "tests.fuzz.calm:SPACE"), DESCRIBE),
    "export": ("export", ("--study", "run", "--trial", "0", "--out", "model"), EXPORT),
    "report": ("report", ("run",), REPORT),
    "compare": ("compare", ("run", "run"), COMPARE),
    "costs": ("costs", ("--space", "tests.fuzz.calm:SPACE", "--count", "1", "--jobs", "1"), COSTS),
}


@st.composite
def command_lines(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """The name of a base, and what is written behind it: it may repeat, and contradict, flags."""
    base = draw(st.sampled_from(sorted(BASES)))
    flags = BASES[base][2]
    words: list[str] = []
    for flag in draw(st.lists(st.sampled_from(sorted(flags)), min_size=1, max_size=4)):
        value = draw(flags[flag])
        if value is None:
            words.append(flag)
        else:
            words += draw(st.sampled_from([[flag, value], [f"{flag}={value}"]]))
    if draw(st.integers(0, 9)) == 0:
        words.insert(draw(st.integers(0, len(words))), draw(ODD))
    return base, tuple(words)
