"""Explorers on the page, on a short line and on a long one: keys, *Play*, settings, a dragged handle, the usual way.

Which setting is moved is found out, not listed: the one that takes longest to compute. So a new explorer is measured
without a change here.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

import numpy as np

from gdlab.explorers.controls import Steps
from tests.benchmarks.browser import ROOT, STAGE, OnPage, on_page
from tests.benchmarks.line import DELAY
from tests.benchmarks.report import Table, median, p95
from tests.explorers.steering import EXPLORERS

LINES = {"here": 0.0, f"+{2000 * DELAY:.0f} ms": DELAY}
SIDE_BY_SIDE = 3
"""How many explorers are drawn in the usual way as well."""


@dataclass
class Seen:
    """What was measured of one explorer on one line, in milliseconds."""

    step: list[float] = field(default_factory=list)
    asked: int = 0
    """How many of the steps were not at hand."""
    pace: float = math.nan
    """Milliseconds from one step of a run to the next, if it plays as it should."""
    frames: list[float] = field(default_factory=list)
    """When each picture of a run that played was painted."""
    setting: list[float] = field(default_factory=list)
    moved: str = ""
    handle_late: list[float] = field(default_factory=list)
    drag_frames: list[float] = field(default_factory=list)
    """When each picture came while the handle was dragged, from the first move."""
    dragged_for: float = math.nan
    usual: list[float] = field(default_factory=list)
    round_trip: list[float] = field(default_factory=list)


def measure(quick: bool) -> list[Table]:
    seen = {}
    for line, delay in LINES.items():
        classes = EXPLORERS[::9] if quick else EXPLORERS if not delay else EXPLORERS[::3]
        with on_page(delay) as page:
            seen[line] = {one.__name__: _measured(page, one, delay, k < SIDE_BY_SIDE) for k, one in enumerate(classes)}
    return [_aims(seen), _keys(seen), _playing(seen), _settings(seen), _dragging(seen), _side_by_side(seen)]


def _measured(page: OnPage, explorer_class: type, delay: float, beside: bool) -> Seen:
    seen, controls = Seen(), explorer_class.controls
    step = next((name for name, control in controls.items() if isinstance(control, Steps)), None)
    setting = _costliest(explorer_class)
    start = {name: controls[name].positions[len(controls[name].positions) // 4] for name in (step, setting) if name}
    written = ", ".join(f"{name}={value!r}" for name, value in start.items())
    page.show(f"import gdlab\ngdlab.{explorer_class.__name__}({written})")
    while_looking = 1500 + round(4000 * delay)
    if step:
        page.look(while_looking)
        for _ in range(10):
            if came := page.press(STAGE, controls[step].label, "ArrowRight"):
                seen.step.append(came[0])
                seen.asked += came[1]
        seen.pace = controls[step].interval
        page.press(STAGE, controls[step].label, "Home")
        page.look(while_looking)
        seen.frames = page.page.evaluate(f"() => play(document.querySelector('{STAGE}'), 2.5)")
    if setting:
        seen.moved = controls[setting].label
        for _ in range(6):
            if came := page.press(STAGE, controls[setting].label, "ArrowRight"):
                seen.setting.append(came[0])
            page.rest()
    if page.page.locator(f"{STAGE} .handle:visible").count():
        _drag(page, seen)
    if beside:
        name = step or setting
        found = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom tests.benchmarks.rivals import show"
        page.show(f"{found}\nshow({explorer_class.__name__!r}, {name!r}, {start[name]!r})")
        for _ in range(6):
            for way, times in (("usual", seen.usual), ("round-trip", seen.round_trip)):
                if came := page.press(f".way-{way}", "", "ArrowRight"):
                    times.append(came[0])
                page.settle()
    return seen


def _drag(page: OnPage, seen: Seen) -> None:
    """Drag the first handle around in small circles, sixty moves a second, for a second."""
    handle, mouse = page.page.locator(f"{STAGE} .handle:visible").first, page.page.mouse
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.evaluate(f"() => follow(document.querySelector('{STAGE}'))")
    mouse.move(x, y)
    mouse.down()
    began = time.perf_counter()
    for k in range(1, 61):
        angle = k / 10
        mouse.move(x + 40 * math.sin(angle), y + 25 * (1 - math.cos(angle)))
        time.sleep(max(0.0, began + k / 60 - time.perf_counter()))
    page.page.wait_for_timeout(1500)
    mouse.up()
    log = page.page.evaluate("() => window.followed")
    if not log["moves"]:
        return
    seen.handle_late = log["late"]
    seen.drag_frames = [at - log["moves"][0] for at in log["frames"]]
    seen.dragged_for = log["moves"][-1] - log["moves"][0]


@cache
def _costliest(explorer_class: type) -> str | None:
    """Return the slider but the steps that takes longest to compute, per move to the next position."""
    explorer, took = explorer_class(), {}
    for name, control in explorer_class.controls.items():
        if isinstance(control, Steps) or len(control.positions) < 8:
            continue
        values, quarter = explorer.values, len(control.positions) // 4
        began = time.process_time()
        next(explorer.stages(**{**values, name: control.positions[quarter + 1]}))
        took[name] = time.process_time() - began
    explorer.close()
    return max(took, key=took.get, default=None)


Measured = dict[str, dict[str, Seen]]


def _rows(seen: Measured, has: str) -> list[tuple[str, list[Seen | None]]]:
    """Return the explorers of which there are such times, with what was seen on each line."""
    here = next(iter(seen.values()))
    return [(name, [line.get(name) for line in seen.values()]) for name, one in here.items() if getattr(one, has)]


def _aims(seen: Measured) -> Table:
    """Return the aims beside what was reached on each line, over all explorers."""
    table = Table(["aim", *seen], title="Aims")
    every = [list(line.values()) for line in seen.values()]

    def row(aim: str, reached: Callable[[list[Seen]], str]) -> None:
        table.add(aim, *map(reached, every))

    def pooled(all_: list[Seen], name: str) -> list[float]:
        return [at for one in all_ for at in getattr(one, name)]

    def key(all_: list[Seen]) -> str:
        return f"{median(pooled(all_, 'step')):.0f} / {p95(pooled(all_, 'step')):.0f} ms"

    def faster(all_: list[Seen]) -> str:
        both = [one for one in all_ if one.usual]
        return f"{median(median(one.usual) / median(one.step or one.setting) for one in both):.1f} times"

    def played(all_: list[Seen]) -> str:
        runs = [(one.pace, *_rate(one.frames)) for one in all_ if len(one.frames) > 1]
        slowest = min(rate * pace / 1000 for pace, rate, _ in runs)
        late = max(gap - pace for pace, _, gap in runs)
        fastest = max(rate for _, rate, _ in runs)
        return f"{slowest:.0%} of it or more, up to {fastest:.0f} a second; at most {late:.0f} ms late"

    def dragged(all_: list[Seen]) -> str:
        each = [_dragged(one) for one in all_ if one.handle_late]
        late = median(pooled(all_, "handle_late"))
        behind = median(last for _, _, last, _ in each if last is not None)
        return f"{late:.0f} ms; {behind:.0f} ms; {max(count for *_, count in each)} after"

    row("a key on *Step*, pictures at hand: 35 ms at the median, 50 at 95 %", key)
    row("six times faster than `interact`, at the median", faster)
    row("*Play*: the run's own pace, at most 30 pictures a second; none more than 100 ms late", played)
    row(
        "a setting, at the median: 112 ms, and one round trip more on the long line",
        lambda a: f"{median(pooled(a, 'setting')):.0f} ms",
    )
    row(
        "a handle, at the median, within a frame (17 ms), the last picture a round trip behind; no queue: three after",
        dragged,
    )
    return table


def _keys(seen: Measured) -> Table:
    head = [f"{what}, {line}" for line in seen for what in ("median", "95 %", "asked for")]
    table = Table(["a key on *Step*", *head], title="A key on the step of a run, pictures at hand, ms")
    for name, each in _rows(seen, "step"):
        cells = [
            [median(one.step), p95(one.step), f"{one.asked}/{len(one.step)}"] if one else [None] * 3 for one in each
        ]
        table.add(name, *chain(*cells))
    pooled = [[at for one in line.values() for at in one.step] for line in seen.values()]
    asked = [sum(one.asked for one in line.values()) for line in seen.values()]
    cells = [[median(all_), p95(all_), f"{a}/{len(all_)}"] for all_, a in zip(pooled, asked, strict=True)]
    table.add("**all presses**", *chain(*cells))
    table.notes.append(
        "From the key press to the picture, decoded and painted, by the page's own clock. Asked for: presses whose "
        "picture was not at hand, so that the kernel was asked."
    )
    return table


def _playing(seen: Measured) -> Table:
    head = [f"{what}, {line}" for line in seen for what in ("pictures a second", "longest gap, ms")]
    table = Table(["*Play*", "its pace", *head], title="A run that plays")
    for name, each in _rows(seen, "frames"):
        pace = each[0].pace
        cells = [_rate(one.frames) if one else [None, None] for one in each]
        table.add(name, 1000 / pace, *chain(*cells))
    rates = [[_rate(one.frames) for one in line.values() if len(one.frames) > 1] for line in seen.values()]
    cells = [[median(r for r, _ in line), max(gap for _, gap in line)] for line in rates]
    table.add("**median, longest gap of all**", None, *chain(*cells))
    return table


def _rate(frames: list[float]) -> list[float]:
    if len(frames) < 2:
        return [math.nan, math.nan]
    return [1000 * (len(frames) - 1) / (frames[-1] - frames[0]), float(np.diff(frames).max())]


def _settings(seen: Measured) -> Table:
    head = [f"{what}, {line}" for line in seen for what in ("median", "95 %")]
    table = Table(["a setting that takes longest to compute", *head], title="A setting, ms to the first picture")
    for name, each in _rows(seen, "setting"):
        cells = [[median(one.setting), p95(one.setting)] if one else [None, None] for one in each]
        table.add(f"{name}, {each[0].moved}", *chain(*cells))
    pooled = [[at for one in line.values() for at in one.setting] for line in seen.values()]
    table.add("**all presses**", *chain(*[[median(one), p95(one)] for one in pooled]))
    trips = [
        f"{median(at for one in line.values() for at in one.round_trip):.0f} ms {name}" for name, line in seen.items()
    ]
    table.notes.append(f"A bare round trip, a number for a number, takes {' and '.join(trips)}.")
    return table


def _dragging(seen: Measured) -> Table:
    what = ("handle late, 95 %", "pictures a second", "last one late", "pictures after the rest")
    table = Table(["a handle", *[f"{one}, {line}" for line in seen for one in what]], title="Dragging a handle, ms")
    for name, each in _rows(seen, "handle_late"):
        table.add(name, *chain(*[_dragged(one) if one else [None] * 4 for one in each]))
    table.notes.append(
        "Sixty moves a second for a second, then rest. The handle: from the pointer's move to its new place painted. "
        "The last picture: after the last move. A queue would show as many pictures after the rest; without one there "
        "are three at most: one is being decoded, one is under way, and one is the newest wish."
    )
    return table


def _dragged(seen: Seen) -> list[float | None]:
    after = [at - seen.dragged_for for at in seen.drag_frames if at > seen.dragged_for]
    during = len(seen.drag_frames) - len(after)
    return [p95(seen.handle_late), 1000 * during / seen.dragged_for, max(after, default=None), len(after)]


def _side_by_side(seen: Measured) -> Table:
    head = [f"{what}, {line}" for line in seen for what in ("explorer", "`interact`", "×", "round trip")]
    table = Table(["the same move", *head], title="Side by side with the usual way, median ms")
    for name, each in _rows(seen, "usual"):
        cells = []
        for one in each:
            mine = median(one.step or one.setting) if one else math.nan
            usual, trip = (median(one.usual), median(one.round_trip)) if one else (math.nan, math.nan)
            cells += [mine, usual, usual / mine, trip]
        table.add(name, *cells)
    table.notes.append("`interact` draws the same artists in the same size and resolution into a fresh figure.")
    return table
