"""A key that is held down, and a run that plays: how many pictures a second, and how late the last one is."""

from typing import Any

from gdlab.explorers.controls import Steps
from tests.benchmarks.report import Table, median
from tests.benchmarks.stage import Stage, stage
from tests.explorers.steering import EXPLORERS

HOLD = """
async ([name, label, repeat, seconds]) => {
    const box = document.querySelector(name), handle = control(box, label), frames = [];
    box.scrollIntoView({block: 'start'});
    handle.focus({preventScroll: true});
    const stop = watch(box, at => frames.push(at));
    const wait = time => new Promise(done => setTimeout(done, time));
    const start = performance.now();
    let key = 'ArrowRight', last;
    for (let count = 0; count < seconds * repeat; count++) {
        const [now, low, high] = ['now', 'min', 'max'].map(which => +handle.getAttribute(`aria-value${which}`));
        if (now >= high) key = 'ArrowLeft';
        if (now <= low) key = 'ArrowRight';
        handle.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, repeat: count > 0}));
        last = performance.now();
        await wait(Math.max(0, start + (count + 1) * 1000 / repeat - last));
    }
    do { await wait(250); } while (performance.now() - Math.max(last, ...frames) < 800);
    stop();
    return [start, last, frames];
}
"""
PLAY = """
async ([name, label, seconds]) => {
    const box = document.querySelector(name), handle = control(box, label), moves = [], frames = [];
    const button = [...box.querySelectorAll('button')].find(one => one.title === `Play ${label}`);
    box.scrollIntoView({block: 'start'});
    const stop = watch(box, at => frames.push(at));
    const observer = new MutationObserver(() => moves.push(performance.now()));
    observer.observe(handle, {attributes: true, attributeFilter: ['aria-valuenow']});
    const wait = time => new Promise(done => setTimeout(done, time));
    const start = performance.now();
    button.click();
    await wait(1000 * seconds);
    if (button.classList.contains('mod-active')) button.click();
    await wait(1000);
    stop();
    observer.disconnect();
    return [start, moves, frames];
}
"""


def measure(quick: bool) -> list[Table]:
    seconds = 2 if quick else 3
    held = Table(["30 presses a second, held", "pictures a second", "last one late, ms", "the usual way", "late, ms"])
    playing = Table(PLAYED)
    with_steps = [
        (explorer_class, name, control)
        for explorer_class in EXPLORERS
        for name, control in explorer_class.controls.items()
        if isinstance(control, Steps)
    ]
    with stage() as on_page:
        for index, (explorer_class, name, control) in enumerate(with_steps[:2] if quick else with_steps):
            ways = ["explorer", "usual"] if index < 3 else ["explorer"]  # it takes long, and is alike everywhere
            on_page.stand(explorer_class, name, 0, ways)
            cells: list[Any] = []
            for way in ways:
                start, last, frames = on_page.page.evaluate(HOLD, [f".way-{way}", control.label, 30, seconds])
                during = [at for at in frames if at <= last]
                cells += [len(during) / (last - start) * 1000, max(0.0, frames[-1] - last) if frames else None]
                on_page.settle(300)
            held.add(explorer_class.__name__, *cells, *[None] * (4 - len(cells)))
            playing.add(explorer_class.__name__, 1000 / control.interval, *played(on_page, control, seconds))
    playing.notes.append(
        "Each at its own pace, in steps a second, which is slow where single steps are to be followed. How late: from "
        "a move of the slider to the next picture, median of the first and of the last third; a queue that grows would "
        "make the last third later."
    )
    return [held, playing]


PLAYED = ["played", "its pace", "steps a second", "pictures a second", "late at first, ms", "late at last, ms"]


def played(on_page: Stage, control: Steps, seconds: float) -> list[float | None]:
    """Play the run of the explorer on the page for so many seconds; return what stands in the last four columns."""
    on_page.page.keyboard.press("Home")
    on_page.settle(300)
    on_page.page.evaluate("label => control(document.querySelector('.way-explorer'), label).focus()", control.label)
    on_page.page.keyboard.press("Home")
    on_page.settle(500)
    _, moves, frames = on_page.page.evaluate(PLAY, [".way-explorer", control.label, seconds])
    on_page.settle(300)
    if len(moves) < 3 or not frames:
        return [None] * 4
    during = [at for at in frames if at <= moves[-1]]
    lasted = (moves[-1] - moves[0]) / 1000
    late = [min((at - move for at in frames if at > move), default=float("nan")) for move in moves]
    third = max(1, len(late) // 3)
    return [(len(moves) - 1) / lasted, len(during) / lasted, median(late[:third]), median(late[-third:])]
