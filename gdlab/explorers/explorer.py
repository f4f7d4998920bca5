"""The base of all explorers: controls, a picture that answers at once and can be taken hold of, a caption in words.

An explorer is written as a small class: it declares `controls`; `compute` turns their values into numbers, purely;
`draw` moves artists to where the numbers say; `caption` says in one or two sentences what is to be seen; `hands` says
what of the picture can be dragged or pointed at. The base does the rest.
"""

import asyncio
import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gdlab.explorers import page_owner, settings, style, veil
from gdlab.explorers.controls import Control, Steps
from gdlab.explorers.hands import Hand, for_the_page
from gdlab.explorers.painting import LOCK, Painting
from gdlab.explorers.stage import Stage
from gdlab.explorers.static_picture import captioned, shown_beside

PAUSE = 0.004
"""Seconds between two pieces of work in idle time, in which the kernel handles what the reader did meanwhile."""
CALM, LONGEST_PAUSE = 0.02, 1.0
"""The pause after a picture made ahead: waited² / CALM, if it had to wait that long for others; and at most."""
SOON, SHORT = 2, 0.1
"""So many steps from the one shown a picture is needed soon, and waits for a tenth of a second at most."""


class Explorer(ABC):
    """A picture with controls.

    A subclass says what its controls are and how to get from their values to numbers, from numbers to a picture, and
    from numbers to a sentence. The base does the rest.

    Parameters
    ----------
    after : str, optional
        The slug of a prediction: until the reader has committed to it, the picture is covered, with a button to see it
        all the same.
    **values
        Where the controls are at first and after a reset, if not where the class puts them.

    Attributes
    ----------
    values : dict
        Where the controls are now. Can be set, in whole or in part: ``explorer.values = {"step": 10}``.
    error : BaseException or None
        What went wrong at the last change, which the page also says in words.

    Raises
    ------
    ValueError, TypeError
        If a control does not exist or a value is not good for it.
    """

    controls: ClassVar[Mapping[str, Control]]
    """What can be set, by name; `gdlab.explorers.controls` has the kinds."""
    width: ClassVar[float] = style.INCHES
    """Width of the picture in inches of 100 CSS pixels. At 6.6 or less, the controls have room beside it."""
    height: ClassVar[float] = 4.5
    """Height of the picture in inches of 100 CSS pixels."""
    scenery: ClassVar[tuple[str, ...]] = ()
    """Names of the controls that change the background, too."""
    long_work: ClassVar[str] = ""
    """What takes longer than half a second, in a few words to stand beside a progress bar; see `stages`."""
    stoppable: ClassVar[bool] = False
    """Whether the long work has a button that stops it and lets it go on, and a word on how long it will take."""

    @abstractmethod
    def build(self, figure: Figure) -> None:
        """Make axes and artists, once; register those that move with `moving`, or make them with `line`."""

    def compute(self, **values: Any) -> Any:
        """Return all numbers the picture and the caption show. Pure: same values, same numbers.

        With `stages` of its own, an explorer need not say it: these are the last numbers.
        """
        return deque(self.stages(**values), maxlen=1)[0][1]

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
        """Return one or two sentences, with numbers, on what is to be seen now; the page has room for 250 letters.

        `gdlab.explorers.style` writes numbers as readers want them.
        """

    def description(self, numbers: Any) -> str:
        """Return what the picture shows, for those who cannot see it; caption and titles, if it says nothing."""
        return ""

    def hands(self, numbers: Any) -> Sequence[Hand]:
        """Return what of the picture can be taken hold of now; see `gdlab.explorers.hands`."""
        return ()

    def set_scene(self, numbers: Any) -> None:  # noqa: B027 — most explorers have nothing to do here
        """Change what does not move; called when a control named in `scenery` has changed."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Show the controls in the signature and the docstring, where ``help`` and completion look."""
        super().__init_subclass__(**kwargs)
        if "controls" in vars(cls):
            cls.__signature__ = settings.signature(cls.controls)
            cls.__doc__ = f"{(cls.__doc__ or cls.__name__ + '.').rstrip()}\n\n{settings.parameters(cls.controls)}\n"

    def __init__(self, *positional: Any, after: str = "", **values: Any) -> None:
        if positional:
            name = next(iter(self.controls))
            raise TypeError(
                f"{type(self).__name__} takes its settings by name, "
                f"as in {type(self).__name__}({name}={self.controls[name].start!r}); {positional[0]!r} came without one"
            )
        self.error: BaseException | None = None
        self._start = {name: control.start for name, control in self.controls.items()}
        self._start.update(settings.checked(type(self).__name__, self.controls, values))
        self._after = after
        self._open(self._start)
        self._made = True

    def _open(self, values: Mapping[str, Any]) -> None:
        """Make the picture and its place on the page, with the controls at these values."""
        with LOCK:
            page_owner.belongs_here(self)
            before = set(vars(self))
            self._painting = Painting(self.width, self.height)
            self._painting.build(self.build)
            self._built = set(vars(self)) - before
            self._values = dict(values)
            self._revision = 0
            self._ask: str | None = None
            self._answered = True
            self._ahead: list[int] = []
            self._tasks: dict[str, asyncio.Task[None]] = {}
            self._stopped = self._closed = False
            self._share_done, self._share_at_start, self._started = 1.0, 0.0, time.monotonic()
            self._under_way: Iterator[tuple[float, Any]] | None = self.stages(**self._values)
            self._picture, self._words, self._hands, self._alert = b"", "", {}, ""
            self._show(last=_event_loop() is None)
            if self._after:  # before the page is told of the picture
                veil.wait(self._after, self)
            self._stage = Stage(self._spec(), self._whole_frame, self._hear)
            self._continue()

    def moving(self, *artists: Artist) -> Any:
        """Register artists that are drawn anew at each change, bottom first; returns them (one as itself)."""
        for artist in artists:
            artist.set_animated(True)
        self._painting.moving.extend(artists)
        return artists[0] if len(artists) == 1 else artists

    def line(self, axes: Axes, *marker: str, **look: Any) -> Line2D:
        """Add a line that moves, without points as yet; `marker` and `look` are those of ``axes.plot``."""
        return self.moving(axes.plot([], [], *marker, **look)[0])

    # --- what a reader's code uses ---

    @property
    def values(self) -> settings.Values:
        return settings.Values(self._values)

    @values.setter
    def values(self, new: Mapping[str, Any]) -> None:
        checked = settings.checked(type(self).__name__, self.controls, new)
        if self._closed:
            self._open(self._values)
        with LOCK:
            self._values.update(checked)
            self._revision += self._step in checked
            self._refresh()

    def reset(self) -> None:
        """Put every control back to where it was at first, stop what plays, and let work go on that was stopped."""
        self._stopped = False
        self.values = self._start

    def stop(self) -> None:
        """Stop the long work where it is; until `go_on`, the picture shows how far it has come."""
        with LOCK:
            if self._under_way is not None:
                self._stopped, self._under_way = True, None
                self._say_all()

    def go_on(self) -> None:
        """Take up the long work that was stopped."""
        with LOCK:
            if self._stopped:
                self._stopped = False
                self._refresh()

    def finish(self) -> None:
        """Do now what is still under way, and show it."""
        with LOCK:
            if self._under_way is None and not self._is_current:
                self._refresh()
            if self._under_way is not None:
                self._show_next_stage(last=True)

    def png(self, *, caption: bool = False) -> bytes:
        """Return the picture as the bytes of a PNG file, with the caption written under it if that is wanted.

        Examples
        --------
        >>> import gdlab
        >>> gdlab.LineFit(step=3).png()[1:4]
        b'PNG'
        """
        if self._closed:
            self._open(self._values)
        with LOCK:
            self.finish()
            picture, words = self._whole_picture(), self._words
        return captioned(picture, words) if caption else picture

    def close(self) -> None:
        """Take the explorer off the page and free its memory, about 12 MB: ipywidgets keeps every widget until then.

        A cell that is run again does this with the explorers that it made or showed before. Where the controls were is
        kept, and an explorer that is shown again is live again.
        """
        with LOCK:
            if self._closed:
                return
            page_owner.forget(self)
            page_owner.drop_pictures(self._stage.model_id)
            veil.forget(self)
            self._under_way, self._closed = None, True
            self._ahead.clear()
            self._stage.close()
            self._picture, self._hands = b"", {}
            heavy = ("_painting", "_stage", "_shown_numbers", *self._built)
            for name in heavy:  # IPython's Out keeps the explorer, but not these
                vars(self).pop(name, None)

    def __setattr__(self, name: str, value: Any) -> None:
        if "_made" in vars(self) and not self._closed and name in self.controls:
            raise AttributeError(f"set a control by explorer.values = {{{name!r}: {value!r}}}")
        if "_made" in vars(self) and not self._closed and not name.startswith("_") and not hasattr(self, name):
            raise AttributeError(
                f"{type(self).__name__} has no {name!r} to set; its controls ({', '.join(self.controls)}) are set by "
                "explorer.values = {'name': value}"
            )
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        offered = ["close", "controls", "error", "png", "reset", "values"]
        return offered + (["go_on", "stop"] if self.stoppable else []) + (["finish"] if self.long_work else [])

    def __repr__(self) -> str:
        written = ", ".join(f"{name}={value!r}" for name, value in self._values.items())
        return f"{type(self).__name__}({written})"

    # --- what the page says ---

    def _hear(self, content: Mapping[str, Any]) -> None:
        """Do what a reader has done on the page, and answer; see `stage` for all there is."""
        with LOCK:
            if self._closed:
                return
            self._ask, self._answered = content.get("ask"), False
            try:
                self._do(content)
            except (Exception, KeyboardInterrupt) as error:
                if not self._answered:  # or the page would wait for ever
                    self._fail(error)
                if isinstance(error, KeyboardInterrupt):
                    raise

    def _do(self, content: Mapping[str, Any]) -> None:
        do = content.get("do")
        if do == "set":
            self._values.update(self._from_page(content["values"]))
        if "width" in content and self._painting.resize(int(content["width"])):
            self._picture = self._painted(self._shown_values, self._shown_numbers)[0]
        if do == "at":
            if content["revision"] == self._revision:  # else the page is told where a cell has put the step
                self._walk_on(self._from_page(content["values"]), content["moved"], content["steps"])
        elif do == "set" or (do == "show" and not self._is_current):  # that is where the page has walked on
            self._refresh()
        elif do == "lift":
            veil.lift(self._after)
        elif do in ("reset", "stop", "go_on"):
            getattr(self, do)()
        if not self._answered and do != "at":
            self._say_all()

    def _from_page(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return settings.checked(type(self).__name__, self.controls, values)

    def _walk_on(self, values: dict[str, Any], moved: bool, steps: Sequence[int]) -> None:
        """Go where the page is already, tell other views of it, and make the pictures that it wants ahead, if any."""
        step = self._step
        if moved:
            self._values[step] = values[step]
            # A cell has changed a setting, or work for the step before would end as the picture of this one.
            if values != self._values or self._under_way is not None:
                self._refresh()
                return
            self.error, self._alert = None, ""  # the page shows this step
        elif values != self._values:
            return  # a cell has changed something meanwhile, and the page is told
        self._stage.say({"say": "at", "ask": self._ask, "values": {step: values[step]}})
        if steps:
            good = self.controls[step].positions
            self._ahead = [wanted for wanted in steps if wanted in good][:32]
            self._do_later("ahead", self._make_ahead)

    @property
    def _step(self) -> str:
        return next((name for name, control in self.controls.items() if isinstance(control, Steps)), "")

    async def _make_ahead(self) -> None:
        """Paint and send one picture after the other, until the page wants others or somebody needs the kernel.

        Where the machine is busy with others (a class on one server, a cell that runs), it goes slowly, the more so
        with what is far from the step shown: a reader who changes a setting has no use for it.
        """
        pause = PAUSE
        while self._ahead and not self._closed:
            await asyncio.sleep(min(pause, SHORT))
            pause -= SHORT
            if pause > 0 and self._ahead and self._is_far(self._ahead[0]):
                continue
            began, used = time.monotonic(), _own_time()
            with LOCK:
                if self._closed or self._under_way is not None or not self._ahead:
                    return
                step = self._ahead.pop(0)
                try:
                    values = {**self._values, self._step: step}
                    picture, words, hands = self._painted(values, self.compute(**values))
                except Exception:  # the page will ask for this step by itself if it is to be shown, and be told
                    self._ahead.clear()
                    return
                self._stage.say({"say": "ahead", "values": values, "words": words, **hands}, picture)
            waited = time.monotonic() - began - (_own_time() - used)
            pause = min(max(PAUSE, waited**2 / CALM), LONGEST_PAUSE)

    def _is_far(self, step: int) -> bool:
        positions = self.controls[self._step].positions
        return abs(positions.index(step) - positions.index(self._values[self._step])) > SOON

    # --- from values to a picture ---

    def _refresh(self) -> None:
        """Draw the picture for the values; whatever goes wrong is said on the page, and nothing is lost."""
        self._ahead.clear()
        self._under_way = self.stages(**self._values)
        self._show_next_stage(last=_event_loop() is None and not self._stopped)
        if self._stopped:
            self._under_way = None  # how far it has come is all that is to be seen
        self._share_at_start, self._started = self._share_done, time.monotonic()
        self._continue()

    def _show_next_stage(self, *, last: bool) -> None:
        try:
            new = self._show(last=last)
        except (Exception, KeyboardInterrupt) as error:  # ipywidgets would swallow it
            self._fail(error)
            if isinstance(error, KeyboardInterrupt):
                raise  # a loop in a cell that sets values ends, too
            return
        self.error, self._alert = None, ""
        self._say(self._picture if new else None)

    def _fail(self, error: BaseException) -> None:
        self.error = error
        self._under_way, self._stopped, self._share_done = None, False, 1.0
        interrupted = isinstance(error, KeyboardInterrupt)
        why = "the kernel was interrupted" if interrupted else f"{type(error).__name__}: {error}"
        self._alert = (
            f"This setting could not be drawn: {why}. The picture is the one before; Reset goes back to the start."
        )
        self._say(None)

    def _show(self, *, last: bool) -> bool:
        """Take the next stage (or the last one) on the way to the numbers; tell whether there is a new picture."""
        values = dict(self._values)
        self._share_done, numbers = deque(self._under_way, maxlen=1)[0] if last else next(self._under_way)
        if self._share_done >= 1:
            self._under_way, self._stopped = None, False
        if numbers is None and self._share_done < 1:
            return False
        self._picture, self._words, self._hands = self._painted(values, numbers)
        self._shown_values, self._shown_numbers = values, numbers
        return True

    def _whole_picture(self) -> bytes:
        """Return the picture in full size, however little room the page has for it."""
        width = self._painting.pixels
        if not self._painting.resize(self._painting.most):
            return self._picture
        picture = self._painted(self._shown_values, self._shown_numbers)[0]
        self._painting.resize(width)
        return picture

    def _painted(self, values: Mapping[str, Any], numbers: Any) -> tuple[bytes, str, dict[str, Any]]:
        words = self.caption(numbers)
        scene_key = tuple(values[name] for name in self.scenery)
        picture = self._painting.paint(scene_key, lambda: self.set_scene(numbers), lambda: self.draw(numbers))
        hands = for_the_page(self.hands(numbers), self._painting.figure)
        described = self.description(numbers) or " In the picture: ".join(
            filter(None, [words, self._painting.titles()])
        )
        more = {"as_they_are": self._painting.as_they_are(), "described": described}
        return picture, words, hands | more

    @property
    def _is_current(self) -> bool:
        return self._shown_values == self._values or bool(self._alert)

    def _continue(self) -> None:
        """See to what is still under way, bit by bit in the kernel's idle time."""
        if self._under_way is not None:
            self._do_later("work", lambda: self._work_on(self._under_way), anew=True)

    async def _work_on(self, stages: Iterator[tuple[float, Any]] | None) -> None:
        while self._under_way is stages and stages is not None:
            with LOCK:
                if self._under_way is stages:
                    self._show_next_stage(last=False)
            await asyncio.sleep(PAUSE)

    def _do_later(self, name: str, work: Any, *, anew: bool = False) -> None:
        loop, task = _event_loop(), self._tasks.get(name)
        if loop is None or (not anew and task is not None and not task.done() and task.get_loop() is loop):
            return
        self._tasks[name] = loop.create_task(work())  # kept, or it could be collected

    # --- the page ---

    def _spec(self) -> dict[str, Any]:
        controls = [control.spec() | {"name": name} for name, control in self.controls.items()]
        return {
            "title": type(self).__name__,
            "width": round(100 * self.width),
            "height": round(100 * self.height),
            "controls": controls,
            "long_work": self.long_work,
            "stoppable": self.stoppable,
        }

    def _frame(self) -> dict[str, Any]:
        """Everything about what is shown but the picture."""
        done, seconds = self._share_done, None
        if self._share_at_start < done < 1:
            seconds = (time.monotonic() - self._started) * (1 - done) / (done - self._share_at_start)
        return {
            "say": "frame",
            "ask": self._ask,
            "revision": self._revision,
            "values": dict(self._values),
            "words": self._words,
            "alert": self._alert,
            "share": done,
            "stopped": self._stopped,
            "left": "stopped" if self._stopped else f"{math.ceil(seconds)} s left" if seconds else "",
            "veiled": veil.covers(self),
            **self._hands,
        }

    def _whole_frame(self) -> dict[str, Any]:
        with LOCK:
            if not self._is_current:
                self._refresh()
            return {**self._frame(), "ask": None, "picture": self._picture}

    def _say_all(self) -> None:
        with LOCK:  # or another thread paints it anew meanwhile, in the page's size
            self._say(self._picture)

    def _say(self, picture: bytes | None) -> None:
        with LOCK:
            self._answered = True
            if not self._closed and "_stage" in vars(self):
                self._stage.say(self._frame(), picture)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the live explorer where there is a kernel, and the picture with its caption where there is none."""
        with LOCK:
            if self._closed:
                self._open(self._values)
            else:
                page_owner.belongs_here(self)
            self.finish()
            data = shown_beside(
                self._stage.model_id,
                {
                    "image/png": captioned(self._whole_picture(), self._words, hint=True),
                    "text/plain": f"{type(self).__name__}: {self._words}",
                },
            )
            return data, {"image/png": {"alt": self._words, "width": round(100 * self.width)}}


_own_time = getattr(time, "thread_time", time.process_time)
"""The processor time that this thread has used."""


def _event_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs a kernel; None in a plain Python program, where nothing can happen later."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
