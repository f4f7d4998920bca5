"""What of `latency` and of `holding` is Jupyter's server waiting: some of it again, with Nagle's algorithm off."""

from gdlab.explorers.controls import Steps
from tests.benchmarks.holding import PLAYED, played
from tests.benchmarks.keys import keys
from tests.benchmarks.latency import of_all, pressed
from tests.benchmarks.report import Table, median
from tests.benchmarks.stage import stage
from tests.explorers.steering import EXPLORERS

WAYS = ["explorer", "usual", "ready", "round-trip"]


def measure(quick: bool) -> list[Table]:
    ratios = ["÷ round trip", "÷ with a picture", "usual ÷"]
    drawing = Table(["moved", "explorer, ms", "round trip", "with a picture", "usual", *ratios])
    playing = Table(PLAYED)
    rounds, seconds = (3, 2) if quick else (5, 3)
    with stage(prompt=True) as on_page:
        for explorer_class in EXPLORERS:
            key, _ = keys(explorer_class)
            times = pressed(on_page, explorer_class, key, WAYS, rounds)
            mine, usual, ready, floor = (median(times[way]) for way in WAYS)
            name = explorer_class.__name__
            drawing.add(f"{name}, {key.label}", mine, floor, ready, usual, mine / floor, mine / ready, usual / mine)
            for step, control in explorer_class.controls.items():
                if isinstance(control, Steps) and control.interval < 1000 / 15:
                    on_page.stand(explorer_class, step, 0, ["explorer"])
                    playing.add(name, 1000 / control.interval, *played(on_page, control, seconds))
    of_all(drawing)
    drawing.notes.append(f"As above, {rounds} times each, with TCP_NODELAY set on the server's websockets.")
    playing.notes.append("The runs that ask for fifteen steps a second or more.")
    return [drawing, playing]
