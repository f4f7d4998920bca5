"""What an explorer can be steered with: each control knows its widget and which values are good."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import ipywidgets as widgets

from gdlab.explorers import style
from gdlab.validation import describe, named

_LABELS = {"description_width": "initial"}
_SLIDER = {"width": "340px", "max_width": style.FITS}
_ROUND = (10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 25, 28, 30, 33, 36, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95)


def _between(value: Any, name: str, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} came as {describe(value)}; wanted a number from {low:g} to {high:g}")
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; wanted a number from {low:g} to {high:g}")


@dataclass(frozen=True)
class Slider:
    """A number from `low` to `high` in equal steps."""

    label: str
    start: float
    low: float
    high: float
    step: float
    format: str = ".1f"

    def widget(self) -> widgets.DOMWidget:
        return widgets.FloatSlider(
            description=self.label,
            tooltip=self.label,
            value=self.start,
            min=self.low,
            max=self.high,
            step=self.step,
            readout_format=self.format,
            style=_LABELS,
            layout=_SLIDER,
        )

    def check(self, value: Any, name: str) -> float:
        _between(value, name, self.low, self.high)
        return float(value)


@dataclass(frozen=True)
class LogSlider:
    """A positive number from `low` to `high` in steps of about a tenth of itself."""

    label: str
    start: float
    low: float
    high: float

    @property
    def scale(self) -> list[float]:
        """All values of the slider: round numbers of two digits, each about a tenth larger than the one before."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        values = [float(f"{digits}e{decade - 1}") for decade in decades for digits in _ROUND]
        return [value for value in values if self.low <= value <= self.high]

    def widget(self) -> widgets.DOMWidget:
        options = [(f"{value:g}", value) for value in self.scale]
        return widgets.SelectionSlider(
            description=self.label,
            tooltip=self.label,
            options=options,
            value=self.start,
            style=_LABELS,
            layout=_SLIDER,
        )

    def check(self, value: Any, name: str) -> float:
        _between(value, name, self.low, self.high)
        if value not in self.scale:
            near = sorted(sorted(self.scale, key=lambda good: abs(math.log(good / value)))[:2])
            raise ValueError(f"{name} is {value}; wanted a value of its slider, such as {near[0]:g} or {near[1]:g}")
        return float(value)


@dataclass(frozen=True)
class Steps:
    """A step of a run, from 0 to `last`, with a button that plays them at `interval` milliseconds a step."""

    label: str
    last: int
    start: int = 0
    stride: int = 1
    interval: int = 60

    def widget(self) -> widgets.DOMWidget:
        return widgets.IntSlider(
            description=self.label,
            tooltip=self.label,
            value=self.start,
            min=0,
            max=self.last,
            step=self.stride,
            style=_LABELS,
            layout=widgets.Layout(width="420px", max_width=style.FITS),
        )

    def player(self, slider: widgets.DOMWidget) -> tuple[widgets.Play, widgets.ToggleButton]:
        """Return what moves the slider in the page, without a round trip of its own, and the button that starts it.

        The buttons of `Play` itself are pictures without a name, so it stays hidden behind one with words.
        """
        play = widgets.Play(
            value=slider.value,
            min=0,
            max=self.last,
            step=self.stride,
            interval=self.interval,
            layout=widgets.Layout(display="none"),
        )
        button = widgets.ToggleButton(description="Play", icon="play", tooltip=f"Play {self.label}")
        button.layout.width = "90px"
        play.links = [
            widgets.jslink((play, "value"), (slider, "value")),
            widgets.jslink((button, "value"), (play, "playing")),
        ]
        button.observe(
            lambda change: button.set_trait("description", "Pause" if change["new"] else "Play"), names="value"
        )
        return play, button

    def check(self, value: Any, name: str) -> int:
        _between(value, name, 0, self.last)
        if value % self.stride:
            steps = f" in steps of {self.stride}" if self.stride > 1 else ""
            raise ValueError(f"{name} is {value}; wanted a whole number from 0 to {self.last}{steps}")
        return int(value)


@dataclass(frozen=True)
class Choice:
    """One of several things by name; `options` maps the name used in code to the words on the page."""

    label: str
    options: Mapping[str, str]
    start: str

    def widget(self) -> widgets.DOMWidget:
        return widgets.Dropdown(
            description=self.label,
            tooltip=self.label,
            options=[(words, name) for name, words in self.options.items()],
            value=self.start,
            style=_LABELS,
            layout=widgets.Layout(width="max-content", min_width="0", max_width="calc(100% - 38px)"),  # and a button
        )

    def stepper(self, dropdown: widgets.DOMWidget) -> widgets.Button:
        """Return a button that goes to the next option, and from the last to the first.

        One flips through the options with the eyes on the picture; and JupyterLab, which takes the arrow keys of a list
        for its own, leaves a button its keys.
        """
        narrow = widgets.Layout(width="30px", padding="0")
        button = widgets.Button(icon="chevron-right", tooltip=f"Next: {self.label}", layout=narrow)
        names = list(self.options)
        button.on_click(lambda _: dropdown.set_trait("value", names[(names.index(dropdown.value) + 1) % len(names)]))
        return button

    def check(self, value: Any, name: str) -> str:
        named(self.options, value, name)
        return value


Control = Slider | LogSlider | Steps | Choice
