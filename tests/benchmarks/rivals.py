"""The usual way to steer a picture, and a bare round trip; runs in the kernel.

The usual way draws with the explorer's own `build`, `set_scene` and `draw`, in its size and resolution, so that the two
differ in nothing but the way to the page.
"""

from types import SimpleNamespace
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
from IPython.display import display

import gdlab
from gdlab.explorers import private_style, style
from gdlab.explorers.explorer import Explorer


def usual(explorer_class: type[Explorer], name: str, values: dict[str, Any]) -> widgets.Widget:
    """`interact` with a fresh figure for each change, shown inline."""

    def drawn(**moved: Any) -> None:
        with private_style.applied():
            drawing = explorer_class.__new__(explorer_class)
            drawing._painting = SimpleNamespace(moving=[])
            drawing.build(plt.figure(figsize=(explorer_class.width, explorer_class.height), dpi=style.DPI))
            for artist in drawing._painting.moving:
                artist.set_animated(False)
            numbers = next(drawing.stages(**{**values, **moved}))[1]  # of long work, the first bit only
            drawing.set_scene(numbers)
            drawing.draw(numbers)
            plt.show()

    positions = explorer_class.controls[name].positions
    return widgets.interactive(drawn, **{name: widgets.SelectionSlider(options=positions, value=values[name])})


def floor() -> widgets.Widget:
    """A bare round trip: the kernel answers a slider with a number."""
    slider = widgets.IntSlider(value=0, min=0, max=100_000)
    answer = widgets.HTML("0")
    answer.add_class("floor")
    slider.observe(lambda change: answer.set_trait("value", str(change["new"])), names="value")
    return widgets.VBox([slider, answer])


def show(explorer_name: str, name: str, start: Any) -> None:
    """Show an explorer's picture in the usual way and, above it, a bare round trip."""
    explorer_class = getattr(gdlab, explorer_name)
    values = {one: control.start for one, control in explorer_class.controls.items()} | {name: start}
    for way, widget in {"round-trip": floor(), "usual": usual(explorer_class, name, values)}.items():
        widget.add_class(f"way-{way}")
        display(widget)
