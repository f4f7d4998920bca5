"""From the key to the picture, measured in the page: the explorer, the usual ways to draw, and a bare round trip."""

from typing import Any

import numpy as np

from tests.benchmarks.keys import Key, keys
from tests.benchmarks.report import Table, median, p95
from tests.benchmarks.stage import Stage, stage
from tests.explorers.steering import EXPLORERS

WAYS = ["explorer", "usual", "ipympl", "ready", "round-trip"]

_RATIOS = ["÷ round trip", "÷ with a picture", "usual ÷", "ipympl ÷"]


def measure(quick: bool) -> list[Table]:
    drawing = Table(
        ["moved", "explorer, ms", "95 %", "round trip", "with a picture", "usual", "ipympl", *_RATIOS],
        title="A control that only draws",
    )
    working = Table(
        ["moved", "explorer, ms", "95 %", "round trip", "with a picture", *_RATIOS[:2]],
        title="A control that computes most",
    )
    rounds = 3 if quick else 7
    with stage() as on_page:
        for explorer_class in EXPLORERS:
            key, costly = keys(explorer_class)
            _row(drawing, on_page, explorer_class, key, WAYS, rounds)
            if costly:
                _row(working, on_page, explorer_class, costly, ["explorer", "ready", "round-trip"], rounds)
    of_all(drawing)
    of_all(working)
    drawing.notes.append(
        "Medians, and where it says so 95th percentiles, of the milliseconds from the key press to the next picture, "
        f"decoded and painted; the ways took turns, {rounds} times each. Round trip: the kernel answers with a number; "
        "with a picture: with one that was made before, so that nothing is drawn. Where either takes some 30 ms more "
        "than in other rows, Jupyter's server has waited: see the next part."
    )
    working.notes.append(
        "Each press leads to a setting that was not computed before. * = a network is trained for it. Of long work, "
        "which goes on in idle time, it is the first picture."
    )
    return [drawing, working]


def of_all(table: Table) -> None:
    """Add a row with each column's median."""
    numbers = np.array([[np.nan if cell is None else cell for cell in row[1:]] for row in table.rows], float)
    table.add("*median of all*", *map(float, np.nanmedian(numbers, axis=0)))


def _row(table: Table, on_page: Stage, explorer_class: type, key: Key, ways: list[str], rounds: int) -> None:
    times = pressed(on_page, explorer_class, key, ways, rounds)
    mine, floors = median(times["explorer"]), [median(times[way]) for way in ("round-trip", "ready")]
    cells: list[Any] = [mine, p95(times["explorer"]), *floors]
    others = [median(times[way]) for way in ways if way in ("usual", "ipympl")]
    ratios = [*[mine / floor for floor in floors], *[other / mine for other in others]]
    table.add(f"{explorer_class.__name__}, {key.label}{'*' if key.trains else ''}", *cells, *others, *ratios)


def pressed(on_page: Stage, explorer_class: type, key: Key, ways: list[str], rounds: int) -> dict[str, list[float]]:
    """Press a key in each way in turn; the first round, in which everything is new to the browser, does not count."""
    on_page.stand(explorer_class, key.name, key.start, ways)
    times: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(rounds + 1):
        for way in ways:
            stroke = "ArrowRight" if key.slides or way != "explorer" else "Enter"
            took = on_page.press(f"way-{way}", key.label, stroke)
            if took is not None and turn:
                times[way].append(took)
            on_page.settle()
            if way == "explorer":
                on_page.rest()
    return times
