"""The same picture in other ways. Runs in the kernel: ``from tests.benchmarks.rivals import show``.

All draw with the explorer's own `build`, `set_scene` and `draw`, in its size and resolution, so that they differ in
nothing but the way to the page.
"""

from typing import Any

import ipywidgets as widgets
import matplotlib as mpl
import matplotlib.pyplot as plt
from IPython.display import display

import gdlab
from gdlab.explorers import style
from gdlab.explorers.explorer import Explorer, Picture


def _drawing(explorer_class: type[Explorer], figure: Any) -> Explorer:
    drawing = explorer_class.__new__(explorer_class)
    drawing._moving = []
    drawing.build(figure)
    for artist in drawing._moving:
        artist.set_animated(False)
    return drawing


def _figure(explorer_class: type[Explorer]) -> Any:
    return plt.figure(figsize=(style.INCHES, explorer_class.height), dpi=style.DPI)


def _numbers(explorer_class: type[Explorer], drawing: Explorer, values: dict[str, Any]) -> Any:
    return next(drawing.stages(**values))[1]  # of long work, the first bit only


def usual(explorer_class: type[Explorer], name: str, values: dict[str, Any]) -> widgets.Widget:
    """`interact` with a fresh figure for each change, shown inline."""

    def drawn(**moved: Any) -> None:
        with mpl.rc_context(dict(style.RC)):
            drawing = _drawing(explorer_class, _figure(explorer_class))
            numbers = _numbers(explorer_class, drawing, {**values, **moved})
            drawing.set_scene(numbers)
            drawing.draw(numbers)
            plt.show()

    return widgets.interactive(drawn, **{name: _control(explorer_class, name, values)})


def ipympl(explorer_class: type[Explorer], name: str, values: dict[str, Any]) -> widgets.Widget:
    """A canvas of ipympl: the artists are moved, and `draw_idle` does the rest."""
    slider = _control(explorer_class, name, values)
    with mpl.rc_context({**style.RC, "figure.dpi": style.DPI}), plt.ioff():
        figure = _figure(explorer_class)
        drawing = _drawing(explorer_class, figure)

    def move(moved: Any) -> None:
        with mpl.rc_context(dict(style.RC)):
            numbers = _numbers(explorer_class, drawing, {**values, name: moved["new"]})
            drawing.draw(numbers)
            figure.canvas.draw_idle()

    with mpl.rc_context(dict(style.RC)):
        numbers = _numbers(explorer_class, drawing, values)
        drawing.set_scene(numbers)
        drawing.draw(numbers)
    slider.observe(move, names="value")
    plt._pylab_helpers.Gcf.figs.clear()  # or the inline backend would close it when the cell has run
    figure.canvas.header_visible = figure.canvas.footer_visible = figure.canvas.toolbar_visible = False
    return widgets.VBox([slider, figure.canvas])


def floor() -> widgets.Widget:
    """A bare round trip: the kernel answers a slider with a number."""
    slider = widgets.IntSlider(value=0, min=0, max=100_000)
    answer = widgets.HTML("0")
    answer.add_class("floor")
    slider.observe(lambda change: answer.set_trait("value", str(change["new"])), names="value")
    return widgets.VBox([slider, answer])


def ready(explorer: Explorer, name: str) -> widgets.Widget:
    """A round trip that comes back with a picture, one of two that were made before: nothing is drawn."""
    pictures = [explorer._image.value]
    before = explorer.values
    control = explorer._inputs[name]
    explorer.values = {name: _next(control)}
    explorer.finish()
    pictures.append(explorer._image.value)
    explorer.values = before
    slider = widgets.IntSlider(value=0, min=0, max=100_000)
    image = Picture(value=pictures[0])
    slider.observe(lambda change: image.set_trait("value", pictures[change["new"] % 2]), names="value")
    return widgets.VBox([slider, image])


def _next(control: widgets.Widget) -> Any:
    """Return the value one key press on."""
    if hasattr(control, "options"):
        values = [value for _, value in control.options]
        return values[(values.index(control.value) + 1) % len(values)]
    return control.value + control.step


def _control(explorer_class: type[Explorer], name: str, values: dict[str, Any]) -> widgets.Widget:
    """The explorer's own control; in place of a list, whose keys JupyterLab takes, a slider over its options."""
    control = explorer_class.controls[name].widget()
    if isinstance(control, widgets.Dropdown):
        control = widgets.SelectionSlider(options=control.options)
    control.value = values[name]
    return control


def show(explorer_name: str, name: str, start: Any, ways: list[str]) -> None:
    """Show one picture in several ways under one another, each in a box of its own class."""
    from IPython import get_ipython

    plt.close("all")
    widgets.Widget.close_all()
    explorer_class = getattr(gdlab, explorer_name)
    explorer = explorer_class(**{name: start})
    explorer.finish()
    made = {}
    for way in ways:
        if way == "ipympl":
            get_ipython().run_line_magic("matplotlib", "widget")
            made[way] = ipympl(explorer_class, name, explorer.values)
        elif way == "usual":
            get_ipython().run_line_magic("matplotlib", "inline")
            made[way] = usual(explorer_class, name, explorer.values)
        elif way == "ready":
            made[way] = ready(explorer, name)
        else:
            made[way] = floor() if way == "round-trip" else explorer.widget
    get_ipython().run_line_magic("matplotlib", "inline")  # which `usual` needs at each change
    for way, widget in made.items():
        widget.add_class(f"way-{way}")
        display(widget)
