"""From the key to the picture, measured in the page: the explorer, the usual ways to draw, and a bare round trip."""

from typing import Any

import numpy as np

from tests.benchmarks.keys import Key, keys
from tests.benchmarks.report import Table, median, p95
from tests.benchmarks.stage import Stage, stage
from tests.explorers.steering import EXPLORERS

WAYS = ["explorer", "usual", "ipympl", "round-trip"]


def measure(quick: bool) -> list[Table]:
    drawing = Table(
        ["moved", "explorer, ms", "95 %", "round trip", "usual", "ipympl", "÷ round trip", "usual ÷", "ipympl ÷"],
        title="A control that only draws",
    )
    working = Table(
        ["moved", "explorer, ms", "95 %", "round trip", "÷ round trip"], title="A control that computes most"
    )
    rounds = 3 if quick else 7
    with stage() as on_page:
        for explorer_class in EXPLORERS:
            key, costly = keys(explorer_class)
            _row(drawing, on_page, explorer_class, key, WAYS, rounds)
            if costly:
                _row(working, on_page, explorer_class, costly, ["explorer", "round-trip"], rounds)
    for table in (drawing, working):
        if len(table.rows) > 1:
            numbers = np.array([[np.nan if c is None else c for c in row[1:]] for row in table.rows], float)
            table.add("*median of all*", *map(float, np.nanmedian(numbers, axis=0)))
    drawing.notes.append(
        "Medians, and where it says so 95th percentiles, of the milliseconds from the key press to the next picture, "
        f"decoded and painted; the ways took turns, {rounds} times each."
    )
    working.notes.append(
        "Each press leads to a setting that was not computed before. * = a network is trained for it. Of long work, "
        "which goes on in idle time, it is the first picture."
    )
    return [drawing, working]


def _row(table: Table, on_page: Stage, explorer_class: type, key: Key, ways: list[str], rounds: int) -> None:
    times = pressed(on_page, explorer_class, key, ways, rounds)
    mine, floor = times["explorer"], times["round-trip"]
    cells: list[Any] = [median(mine), p95(mine), median(floor)]
    others = [median(times[way]) for way in ways if way in ("usual", "ipympl")]
    ratios = [median(mine) / median(floor), *[other / median(mine) for other in others]]
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
