"""The stage of an explorer in a real browser: keys, mouse, touch, themes, two explorers beside a cell's plot."""

import io

import nbformat
import numpy as np
import pytest
from PIL import Image

from tests.browser import lab
from tests.browser.conftest import closing_pages

pytestmark = pytest.mark.browser
CELLS = [
    "import gdlab, time\nimport matplotlib.pyplot as plt",
    "fit = gdlab.LineFit(step=20)\nfit",
    "race = gdlab.RuleRace(problem='xor', step=100)\nrace",
    "gdlab.SignalFlow()",
    "before = dict(plt.rcParams)",
    "end = time.time() + 4\nlooks = set()\nwhile time.time() < end:\n    figure, axes = plt.subplots()\n"
    "    axes.plot([1, 2])\n    figure.canvas.draw()\n"
    "    looks.add((axes.spines.top.get_visible(), axes.title.get_size(), axes.xaxis.label.get_color()))\n"
    "    plt.close(figure)\nlooks, dict(plt.rcParams) == before",
    "print(dict(fit.values))",
]


@pytest.fixture(scope="module")
def page_of(chromium, tmp_path_factory):
    """Open the notebook of these tests in a page of its own, with touch if that is asked for, and run all cells."""
    folder = tmp_path_factory.mktemp("stage") / "served"
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "stage.ipynb")
    with lab.server(folder, tmp_path_factory.mktemp("jupyter")) as address, closing_pages() as pages:

        def opened(**settings):
            pages.append(chromium.new_page(viewport={"width": 1366, "height": 900}, **settings))
            one = lab.Notebook(pages[-1], address, "stage.ipynb")
            one.run_all()
            one.wait_until_ready()
            return one

        yield opened


@pytest.fixture(scope="module")
def notebook(page_of):
    return page_of()


def run(notebook, index):
    notebook.page.evaluate(
        """async index => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
            await window.jupyterapp.commands.execute('notebook:run-cell');
        }""",
        index,
    )
    return notebook.page.evaluate(
        "i => window.jupyterapp.shell.currentWidget.content.model.cells.get(i).outputs.toJSON()", index
    )


def start_label(explorer):
    return explorer.box.locator(".handle").get_attribute("aria-label")


def test_keys_pressed_inside_stay_inside(notebook):
    active = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    explorer = notebook.explorer(0)
    select = explorer.box.get_by_label("Update")
    for control in (explorer.slider("Step"), explorer.slider("Learning rate"), select):
        control.focus()
        before, cell = control.input_value(), notebook.page.evaluate(active)
        count = notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length")
        keys = ["ArrowDown"] if control is select else ["ArrowUp", "ArrowRight"]
        for key in (*keys, "b", "x", "a"):  # in command mode: the next cell, a new one, cut, a new one
            control.press(key)
        assert control.evaluate("control => control === document.activeElement")
        assert control.input_value() != before
        assert notebook.page.evaluate(active) == cell
        assert notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == count
    explorer.reset()


def test_steps_at_hand_are_shown_and_told_to_the_kernel(notebook):
    explorer = notebook.explorer(0)
    step = explorer.slider("Step")
    explorer.image.hover()
    notebook.page.wait_for_timeout(3000)  # pictures are made ahead
    asked = "image => image.closest('.gdlab-stage').querySelector('[aria-busy=true]') !== null"
    for _ in range(3):
        step.press("ArrowRight")
        assert not explorer.image.evaluate(asked)
    explorer.wait_for_change("")
    assert "After 23 updates" in explorer.caption
    notebook.page.wait_for_timeout(500)
    assert "'step': 23" in run(notebook, 6)[0]["text"]
    explorer.reset()


def test_a_handle_is_dragged_and_follows_at_once(notebook):
    explorer = notebook.explorer(0)
    handle, page = explorer.box.locator(".handle"), notebook.page
    box, before = handle.bounding_box(), start_label(explorer)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 40, steps=5)
    now = handle.bounding_box()
    assert (now["x"] - box["x"], now["y"] - box["y"]) == (pytest.approx(-60, abs=1), pytest.approx(-40, abs=1))
    page.mouse.up()
    explorer.wait_for_change("")
    assert start_label(explorer) != before
    now = handle.bounding_box()
    assert (now["x"] - box["x"], now["y"] - box["y"]) == (pytest.approx(-60, abs=8), pytest.approx(-40, abs=8))
    label = start_label(explorer)
    state = explorer.state
    handle.press("ArrowRight")
    explorer.wait_for_change(state)
    assert start_label(explorer) != label
    explorer.reset()
    assert start_label(explorer) == before


def test_a_strip_moves_the_step(notebook):
    explorer = notebook.explorer(1)
    strip = explorer.box.locator(".strip")
    box = strip.bounding_box()
    state = explorer.state
    notebook.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    explorer.wait_for_change(state)
    shown = explorer.slider("Step").get_attribute("aria-valuetext")
    assert shown == strip.get_attribute("aria-valuetext") != "100"
    assert f"after {shown} steps" in explorer.caption
    explorer.reset()


def test_points_are_put_down_and_taken_away(notebook):
    explorer = notebook.explorer(1)
    explorer.box.locator("summary").click()
    explorer.box.get_by_role("button", name="Start empty").click()
    explorer.wait_for_change("")
    pad = explorer.box.locator(".pad").first.bounding_box()
    for name, x in (("first class", 0.3), ("second class", 0.7)):
        explorer.box.get_by_role("button", name=name).evaluate(
            "button => button.ariaPressed === 'true' || button.click()"
        )
        state = explorer.state
        notebook.page.mouse.click(pad["x"] + x * pad["width"], pad["y"] + 0.5 * pad["height"])
        explorer.wait_for_change(state)
    assert "on your own points" in explorer.caption
    state = explorer.state
    notebook.page.mouse.click(pad["x"] + 0.7 * pad["width"], pad["y"] + 0.5 * pad["height"])
    explorer.wait_for_change(state)
    explorer.reset()
    assert "on XOR" in explorer.caption


def shot(explorer):
    picture = np.asarray(Image.open(io.BytesIO(explorer.box.locator(".picture").screenshot())).convert("RGB"), float)
    return picture.mean(axis=-1)


def test_the_picture_follows_the_theme_and_a_map_stays_dark_where_it_is_low(notebook, keep):
    explorer = notebook.explorer(0)
    theme = "name => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })"
    light = shot(explorer)
    notebook.page.evaluate(theme, "JupyterLab Dark")
    notebook.page.wait_for_timeout(1500)
    explorer.wait_for_change("")
    dark = shot(explorer)
    keep(explorer.box, "stage_dark")
    assert notebook.barriers() == []
    notebook.page.evaluate(theme, "JupyterLab Light")
    notebook.page.wait_for_timeout(1500)
    corner = (slice(2, 8), slice(2, 8))
    assert light[corner].min() > 250
    assert dark[corner].max() < 30
    height, width = light.shape
    bowl = (slice(int(0.1 * height), int(0.55 * height)), slice(int(0.6 * width), int(0.97 * width)))
    assert np.corrcoef(light[bowl].ravel(), dark[bowl].ravel())[0, 1] > 0.95
    assert notebook.barriers() == []


def test_a_reset_leaves_one_picture(notebook):
    """A button's message and a slider's must not paint on one canvas at a time."""
    explorer = notebook.explorer(2)
    first = explorer.picture
    for control in explorer.controls:
        explorer.step(control)
        explorer.reset()
        assert explorer.picture == first


def test_a_plot_beside_two_explorers_that_are_steered_looks_as_usual(notebook):
    run(notebook, 4)
    fit, race = notebook.explorer(0), notebook.explorer(1)
    alone = run(notebook, 5)[0]["data"]["text/plain"]
    notebook.page.evaluate(
        """() => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = 5;
            window.jupyterapp.commands.execute('notebook:run-cell');
        }"""
    )
    for k in range(12):
        for one in (fit, race):
            one.slider("Learning rate").evaluate(
                "(slider, k) => { slider.value = 5 + k; slider.dispatchEvent(new Event('input')); }", k
            )
        notebook.page.wait_for_timeout(150)
    notebook.wait_until_ready()
    fit.wait_for_change("")
    beside = notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.model.cells.get(5).outputs.toJSON()[0].data['text/plain']"
    )
    assert beside == alone
    assert alone.endswith("True)")
    fit.reset()
    assert notebook.complaints == []


def test_a_finger_drags_a_handle(page_of):
    notebook = page_of(has_touch=True)
    explorer = notebook.explorer(0)
    handle = explorer.box.locator(".handle")
    box, before = handle.bounding_box(), start_label(explorer)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    client = notebook.page.context.new_cdp_session(notebook.page)

    def touch(kind, *points):
        at = [{"x": px, "y": py} for px, py in points]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", (x, y))
    for k in range(1, 6):
        touch("touchMove", (x - 10 * k, y - 8 * k))
    touch("touchEnd")
    explorer.wait_for_change("")
    assert start_label(explorer) != before
