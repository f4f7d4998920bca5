"""The base of all explorers: controls, a picture that answers at once, a caption in words, a picture for the page.

A picture is drawn by matplotlib's Agg canvas without pyplot. What does not move is drawn once and kept as a background;
a change restores it, draws only the moving artists on top, and sends one PNG to one image widget. A fresh figure for
each change, which is what ``interact`` does, takes many times as long.
"""

import asyncio
import html
import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
import traitlets
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gdlab.explorers import cells, stamps, style
from gdlab.explorers.controls import Choice, Control, Steps
from gdlab.explorers.png import Encoder
from gdlab.explorers.slider_names import namer
from gdlab.explorers.twin import captioned


class Explorer(ABC):
    """A picture with controls.

    A subclass says what its controls are and how to get from their values to numbers, from numbers to a picture, and
    from numbers to a sentence. The base does the rest.

    Parameters
    ----------
    **values
        Where the controls stand at first and after a reset, if not where the class puts them.

    Attributes
    ----------
    values : dict
        Where the controls stand now. Can be set, in whole or in part: ``explorer.values = {"step": 10}``.
    widget : ipywidgets.Box
        What is shown on the page.
    error : BaseException or None
        What went wrong at the last change, which the page also says in words.

    Raises
    ------
    ValueError, TypeError
        If a control does not exist or a value is not good for it.
    """

    controls: ClassVar[Mapping[str, Control]]
    height: ClassVar[float] = 4.5
    """Height of the picture in inches; all are `style.INCHES` wide."""
    scenery: ClassVar[tuple[str, ...]] = ()
    """Names of the controls that change the background, too."""
    long_work: ClassVar[str] = ""
    """What takes longer than half a second, in a few words to stand beside a progress bar; see `stages`."""
    stoppable: ClassVar[bool] = False
    """Whether the long work has a button that stops it and lets it go on, and a word on how long it will take."""

    @abstractmethod
    def build(self, figure: Figure) -> None:
        """Make axes and artists, once; register those that move with `moving`."""

    @abstractmethod
    def compute(self, **values: Any) -> Any:
        """Return all numbers the picture and the caption show. Pure: same values, same numbers."""

    def stages(self, **values: Any) -> Iterator[tuple[float, Any]]:
        """Yield how much is done, from 0 to 1, with the numbers so far; ``(1, compute(**values))`` comes last.

        An explorer with `long_work` yields something to look at first and the rest bit by bit, a tenth of a second
        each; numbers that are None, never the first ones, are nothing new to look at. In between the page is free: a
        newer change or the reader ends this one, and what was computed must be kept in memory (as by ``lru_cache``) if
        it is to count later.
        """
        yield 1.0, self.compute(**values)

    @abstractmethod
    def draw(self, numbers: Any) -> None:
        """Put the moving artists where the numbers say."""

    @abstractmethod
    def caption(self, numbers: Any) -> str:
        """Return one or two sentences, with numbers, on what is to be seen now."""

    def set_scene(self, numbers: Any) -> None:  # noqa: B027 — most explorers have nothing to do here
        """Change what does not move; called when a control named in `scenery` has changed."""

    def __init__(self, **values: Any) -> None:
        self.error: BaseException | None = None
        self._start = {name: control.start for name, control in self.controls.items()}
        self._start.update(self._checked(values))
        self._open(self._start)

    def _open(self, values: Mapping[str, Any]) -> None:
        """Make the picture and the widgets, with the controls at these values."""
        cells.belongs_here(self)
        self._moving: list[Artist] = []
        self._background: Any = None
        self._scene_key: tuple[Any, ...] | None = None
        before = set(vars(self))
        with mpl.rc_context(dict(style.RC)):
            self._figure = Figure(figsize=(style.INCHES, self.height), dpi=style.DPI)
            self._canvas = FigureCanvasAgg(self._figure)
            self.build(self._figure)
        self._built = set(vars(self)) - before
        self._inputs = {name: control.widget() for name, control in self.controls.items()}
        for name, value in values.items():
            self._inputs[name].value = value
        self._held = self._stopped = self._closed = False
        self._share_at_start, self._started = 0.0, time.monotonic()
        self._under_way: Iterator[tuple[float, Any]] | None = self.stages(**self.values)
        self._make_widget(*self._show(last=_event_loop() is None))
        self._continue()

    def moving(self, *artists: Artist) -> Any:
        """Register artists that are drawn anew at each change, bottom first; returns them (one as itself)."""
        for artist in artists:
            artist.set_animated(True)
        self._moving.extend(artists)
        return artists[0] if len(artists) == 1 else artists

    # --- state ---

    @property
    def values(self) -> dict[str, Any]:
        return {name: widget.value for name, widget in self._inputs.items()}

    @values.setter
    def values(self, new: Mapping[str, Any]) -> None:
        checked = self._checked(new)
        if self._closed:
            self._open(self.values)
        self._held = True
        try:
            for name, value in checked.items():
                self._inputs[name].value = value
        finally:
            self._held = False
        self._refresh()

    def reset(self) -> None:
        """Put every control back to where it stood at first, stop what plays, and let work go on that was stopped."""
        for play in self._players:
            play.playing = False
        self._stopped = False
        self.values = self._start

    def stop(self) -> None:
        """Stop the long work where it is; until `go_on`, the picture shows how far it has come."""
        if self._under_way is not None:
            self._stopped, self._under_way = True, None
            self._show_progress()

    def go_on(self) -> None:
        """Take up the long work that was stopped."""
        if self._stopped:
            self._stopped = False
            self._refresh()

    def close(self) -> None:
        """Take the explorer off the page and free its memory, about 12 MB: ipywidgets keeps every widget until then.

        A cell that is run again does this with the explorers that it made or showed before. Where the controls stood is
        kept, and an explorer that is shown again is live again.
        """
        if self._closed:
            return
        cells.forget(self)
        self._under_way, self._closed = None, True
        remaining: list[widgets.Widget] = [self.widget, self._progress, self._stop_button, self._time_left]
        for play in self._players:
            remaining += play.links
        while remaining:
            widget = remaining.pop()
            remaining += [one for name in ("layout", "style") if (one := getattr(widget, name, None)) is not None]
            remaining += getattr(widget, "children", ())
            widget.unobserve_all()
            widget.close()
        self._image.value = b""
        for name in (
            "_moving",
            "_background",
            "_encoder",
            *self._built,
        ):  # IPython's Out keeps the explorer, but not these
            delattr(self, name)

    def _checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(values) - set(self.controls))
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no control {', '.join(map(repr, unknown))}; "
                f"wanted one of {', '.join(map(repr, self.controls))}"
            )
        return {name: self.controls[name].check(value, name) for name, value in values.items()}

    # --- the page ---

    def _make_widget(self, picture: bytes, words: str) -> None:
        self._players: list[widgets.Play] = []
        settings: list[widgets.Widget] = []
        walk: list[widgets.Widget] = []
        for name, control in self.controls.items():
            self._inputs[name].observe(self._on_change, names="value")
            if isinstance(control, Steps):
                play, button = control.player(self._inputs[name])
                self._players.append(play)
                walk += [button, play, self._inputs[name]]
            elif isinstance(control, Choice):
                settings.append(widgets.HBox([self._inputs[name], control.stepper(self._inputs[name])]))
            else:
                settings.append(self._inputs[name])
        reset = widgets.Button(description="Reset", tooltip="Put every control back to its start", icon="undo")
        reset.layout.width = "90px"
        reset.on_click(lambda _: self.reset())
        self._progress = widgets.FloatProgress(
            value=self._share_done,
            max=1.0,
            description=self.long_work,
            style={"description_width": "initial"},
            layout=widgets.Layout(width="190px"),  # beside the steps, and there all the time
        )
        self._stop_button = widgets.Button(layout=widgets.Layout(width="110px"))
        self._stop_button.on_click(lambda _: self.go_on() if self._stopped else self.stop())
        self._time_left = widgets.Label(layout=widgets.Layout(width="90px"))
        self._show_progress()
        if self.long_work:
            walk.append(self._progress)
        if self.stoppable:
            walk += [self._time_left, self._stop_button]
        row = {"flex_flow": "row wrap", "align_items": "center", "max_width": "900px", "grid_gap": "2px 18px"}
        rows = [widgets.HBox(settings, layout=row), widgets.HBox([*walk, reset], layout=row)]
        self._image = Picture(value=picture, tooltip=words)
        three_lines = widgets.Layout(max_width="900px", min_height="74px")  # what is below stays where it is
        self._words = widgets.HTML(paragraph(words, role="status"), layout=three_lines)
        sliders = sum(not isinstance(control, Choice) for control in self.controls.values())
        self.widget = widgets.VBox([*rows, self._image, self._words, namer(sliders)])
        self.widget.layout.overflow = "visible"  # or the focus on a wide control could scroll the picture by its margin

    def _on_change(self, _change: Any) -> None:
        if not self._held:
            self._refresh()

    def _refresh(self) -> None:
        """Draw the picture for the values; whatever goes wrong is said on the page, and nothing is lost."""
        self._under_way = self.stages(**self.values)
        self._show_next_stage(last=_event_loop() is None and not self._stopped)
        if self._stopped:
            self._under_way = None  # how far it has come is all that is to be seen
        self._share_at_start, self._started = self._share_done, time.monotonic()
        self._continue()

    def _show_next_stage(self, *, last: bool) -> None:
        try:
            shown = self._show(last=last)
        except (Exception, KeyboardInterrupt) as error:  # ipywidgets would swallow it
            self.error = error
            self._under_way, self._stopped = None, False
            self._share_done = 1.0
            self._show_progress()
            interrupted = isinstance(error, KeyboardInterrupt)
            why = "the kernel was interrupted" if interrupted else f"{type(error).__name__}: {error}"
            self._words.value = paragraph(
                f"This setting could not be drawn: {why}. The picture is the one before; Reset goes back to the start.",
                role="alert",
            )
            if interrupted:
                raise  # a loop in a cell that sets values ends, too
            return
        self.error = None
        if shown:
            picture, words = shown
            with self._image.hold_sync():  # both in one message
                self._image.value = picture
                self._image.tooltip = words
            self._words.value = paragraph(words, role="status")
        self._show_progress()

    def _show_progress(self) -> None:
        done = self._share_done
        self._progress.value = done
        self._progress.layout.visibility = "visible" if done < 1 else "hidden"
        self._stop_button.disabled = done >= 1
        self._stop_button.description = "Continue" if self._stopped else "Stop"
        self._stop_button.icon = "play" if self._stopped else "stop"
        self._stop_button.tooltip = f"{self._stop_button.description}: {self.long_work}"
        seconds = None
        if self._share_at_start < done < 1:
            seconds = (time.monotonic() - self._started) * (1 - done) / (done - self._share_at_start)
        self._time_left.value = "stopped" if self._stopped else f"{math.ceil(seconds)} s left" if seconds else ""

    def _show(self, *, last: bool) -> tuple[bytes, str] | None:
        """Return the picture and the sentence for the next stage (or the last one) on the way to the numbers."""
        values = self.values
        self._share_done, numbers = deque(self._under_way, maxlen=1)[0] if last else next(self._under_way)
        if self._share_done >= 1:
            self._under_way, self._stopped = None, False
        if numbers is None and self._share_done < 1:
            return None
        words = self.caption(numbers)
        self._paint(numbers, tuple(values[name] for name in self.scenery))
        return self._encoder.png(self._pixels()), words

    def _continue(self) -> None:
        """See to what is still under way, bit by bit in the kernel's idle time."""
        if self._under_way is not None:
            self._task = _event_loop().create_task(self._work_on(self._under_way))  # kept, or it could be collected

    async def _work_on(self, stages: Iterator[tuple[float, Any]]) -> None:
        while self._under_way is stages:
            self._show_next_stage(last=False)
            await asyncio.sleep(0.01)  # here the kernel handles what the reader did meanwhile

    def finish(self) -> None:
        """Do now what is still under way, and show it."""
        if self._under_way is not None:
            self._show_next_stage(last=True)

    # --- the picture ---

    def _paint(self, numbers: Any, scene_key: tuple[Any, ...]) -> None:
        with mpl.rc_context(dict(style.RC)):
            if self._background is None or scene_key != self._scene_key:
                self._background = None  # so that a scene that fails halfway is not taken for the old one
                self.set_scene(numbers)
                self._canvas.draw()
                self._background = self._canvas.copy_from_bbox(self._figure.bbox)
                self._encoder = Encoder(self._pixels())
                self._scene_key = scene_key
            self._canvas.restore_region(self._background)
            self.draw(numbers)
            for artist in self._moving:
                if artist.get_visible():
                    stamps.draw(artist, self._figure, self._canvas.get_renderer())

    def _pixels(self) -> np.ndarray:
        return np.asarray(self._canvas.buffer_rgba())

    # --- the static twin ---

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the widget where there is a kernel, and the picture with its caption where there is none."""
        if self._closed:
            self._open(self.values)
        else:
            cells.belongs_here(self)
        self.finish()
        words = self._image.tooltip
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        data = {
            "application/vnd.jupyter.widget-view+json": view,
            "image/png": captioned(self._image.value, words),
            "text/plain": f"{type(self).__name__}: {words}",
        }
        return data, {"image/png": {"alt": words, "width": style.PAGE_WIDTH}}

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{type(self).__name__}({settings})"


class Picture(widgets.Image):
    """A PNG across the page, whose size is fixed: a new one moves nothing. Its tooltip becomes its accessible name."""

    description = traitlets.Unicode("").tag(sync=True)  # which the page's code for tooltips asks for, and `Image` lacks

    def __init__(self, **traits: Any) -> None:
        size = {"width": f"{style.PAGE_WIDTH}px", "max_width": style.FITS, "height": "auto", "align_self": "flex-start"}
        super().__init__(format="png", layout=size, **traits)


def _event_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs a kernel; None in a plain Python program, where nothing can happen later."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def paragraph(words: str, role: str) -> str:
    return (
        f'<p role="{role}" aria-live="polite" style="font-size:15px; line-height:1.5; margin:2px 0 0">'
        f"{html.escape(words)}</p>"
    )
