"""Steering an explorer without a browser: where its controls can stand, and what is on its picture then."""

import dataclasses
import io
import itertools
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

import gdlab
from gdlab.explorers import text_cache
from gdlab.explorers.controls import IntSlider, LogSlider, Slider, Steps
from gdlab.explorers.explorer import Explorer
from gdlab.lessons import LESSONS

EXPLORERS = [
    explorer
    for lesson in LESSONS.values()
    for name in lesson.explorers
    if issubclass(explorer := getattr(gdlab, name), Explorer)
]


SLIDERS = Slider | IntSlider | LogSlider | Steps


def positions(explorer_class):
    """Everything that each control can be set to on the page, from its lower end to its upper one."""
    return {name: control.positions for name, control in explorer_class.controls.items()}


@cache
def few(explorer_class):
    """Of each slider both ends and the middle, of each list every option."""
    result = {}
    for name, every in positions(explorer_class).items():
        slides = isinstance(explorer_class.controls[name], SLIDERS)
        result[name] = [every[0], every[len(every) // 2], every[-1]] if slides else every
    return result


def sample(explorer_class, count):
    """Random settings of all controls at once; at every second one all sliders stand at an end or in the middle.

    Where there are steps, three settings in turn differ in these only: they cost one training, and the next ones are
    of a different kind.
    """
    rng = np.random.default_rng(0)
    steps = {name for name, control in explorer_class.controls.items() if isinstance(control, Steps)}
    setting = {}
    for index in range(count):
        choices = (few if index % 2 else positions)(explorer_class)
        anew = steps if steps and index % 3 else set(choices)
        setting |= {name: choices[name][rng.integers(len(choices[name]))] for name in choices if name in anew}
        yield dict(setting)


def hear(explorer, **content):
    """Let an explorer hear what the page says to it."""
    explorer._stage._handle_custom_msg(json.loads(json.dumps(content)), [])


def move(explorer, name, value):
    """Do what the page does when a person moves a control."""
    hear(explorer, do="set", values={**explorer.values, name: value}, ask="page:1")


def picture(explorer):
    return explorer._picture


def words(explorer):
    """The caption, which is the picture's alternative text as well."""
    return explorer._words


def alert(explorer):
    """What the page says in place of the caption when something has gone wrong."""
    return explorer._alert


def sent(explorer):
    """Take down every message that goes to the page from now on: pairs of content and picture (None if none)."""
    messages = []
    explorer._stage.say = lambda content, picture=None: messages.append((content, picture))
    return messages


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def redrawn(explorer):
    """The picture for the present values when everything is drawn anew, the background too."""
    explorer._painting.background = None
    explorer._refresh()
    return picture(explorer)


def lines(explorer, colour=None):
    """The points, shape (n, 2), of every line to be seen on the picture, or of those of one colour."""
    return [
        np.column_stack(line.get_data())
        for line in explorer._painting.figure.findobj(Line2D)
        if line in explorer._painting.moving and line.get_visible() and colour in (None, line.get_color())
    ]


def shows(explorer, x, y, colour=None):
    """Tell whether a line on the picture has exactly these points."""
    wanted = np.column_stack([x, y])
    return any(points.shape == wanted.shape and np.allclose(points, wanted) for points in lines(explorer, colour))


@contextmanager
def texts_of(explorer):
    """Yield a function that tells every text on the picture and the box that it fills, in pixels."""
    canvas = explorer._painting.canvas
    on_background, moving = [], []
    now = on_background
    draw_text, draw_all, draw_moving = Text.draw, canvas.draw, text_cache.draw

    def note(text):
        if text.get_visible() and text.get_text().strip():
            now.append((text.get_text(), text.get_window_extent(canvas.get_renderer())))

    def noting_text(text, renderer):
        if renderer is canvas.get_renderer():  # not the small sheet of a stamp
            note(text)
        draw_text(text, renderer)

    def noting_moving(artist, *where):
        nonlocal now
        now, before = moving, len(moving)
        draw_moving(artist, *where)
        if isinstance(artist, Text) and len(moving) == before:
            note(artist)
        now = on_background

    def noting_all():
        on_background.clear()
        draw_all()

    def told():
        result = [*on_background, *moving]
        moving.clear()
        return result

    Text.draw, canvas.draw, text_cache.draw = noting_text, noting_all, noting_moving
    try:
        yield told
    finally:
        Text.draw, canvas.draw, text_cache.draw = draw_text, draw_all, draw_moving


@dataclasses.dataclass
class Stop:
    """An explorer at one setting."""

    control: str
    values: dict
    picture: bytes
    words: str
    error: Exception | None
    texts: list[tuple[str, Bbox]]
    whole: bytes | None = None

    def __repr__(self):
        return f"at {self.values}"


@dataclasses.dataclass
class Walk:
    """An explorer led through its settings: from the start one control at a time, then through random ones."""

    explorer: gdlab.explorers.explorer.Explorer
    start: Stop
    one_by_one: list[Stop]
    random: list[Stop]
    back: list[Stop]

    @property
    def stops(self):
        return [self.start, *self.one_by_one, *self.random]


def small(explorer):
    """Have an explorer paint as on a screen of 100 pixels an inch, which takes half the time; return it."""
    hear(explorer, do="show", width=round(100 * explorer.width))
    return explorer


def walk(explorer_class):
    """Lead a new explorer through its settings, with every warning as an error.

    Where a setting means long work sliders go to their ends alone, and there are fewer random settings: each is a
    training that no other shares.
    """
    quick = explorer_class.stages is Explorer.stages
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explorer = small(explorer_class())
        with texts_of(explorer) as texts:

            def here(control):
                return Stop(control, explorer.values, picture(explorer), words(explorer), explorer.error, texts())

            def stop(control, values):
                explorer.values = values
                return here(control)

            redrawn(explorer)
            texts()
            start = stop("", {})
            result = Walk(explorer, start, [], [], [])
            for name, values in few(explorer_class).items():
                ends_do = not quick and isinstance(explorer_class.controls[name], SLIDERS)
                for value in values[::2] if ends_do else values:
                    result.one_by_one.append(stop(name, {name: value}))
                result.one_by_one[-1].whole = redrawn(explorer)
                texts()
                explorer.reset()
                result.back.append(here(name))
            result.random = [stop("", values) for values in sample(explorer_class, 25 if quick else 9)]
            result.random[-1].whole = redrawn(explorer)
    return result


def cut_off(stop, width, height):
    """Texts that the picture's edge cuts."""
    return [
        f"{text!r} is cut {stop}"
        for text, box in stop.texts
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]


def overlaps(stop):
    """Pairs of texts that share more than a hair's breadth."""
    return [
        f"{one!r} and {other!r} overlap {stop}"
        for (one, a), (other, b) in itertools.combinations(stop.texts, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
    ]


def leaves(numbers) -> Iterator:
    """Every array, number and text in what `compute` returned, however deep."""
    if dataclasses.is_dataclass(numbers):
        for field in dataclasses.fields(numbers):
            yield from leaves(getattr(numbers, field.name))
    elif isinstance(numbers, Mapping):
        for key, value in numbers.items():
            yield key
            yield from leaves(value)
    elif isinstance(numbers, Sequence) and not isinstance(numbers, str):
        for value in numbers:
            yield from leaves(value)
    elif isinstance(numbers, np.ndarray):
        yield (numbers.shape, numbers.tobytes())
    elif not callable(numbers):
        yield repr(numbers)
