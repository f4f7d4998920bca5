"""The stage of an explorer in a real browser: keys, mouse, touch, themes, two explorers beside a cell's plot."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from tests.browser import lab
from tests.browser.conftest import VIEWPORT, closing_pages
from tests.browser.hold import takes_hold

pytestmark = pytest.mark.browser
CELLS = [
    "import gdlab, time\nimport matplotlib.pyplot as plt",
    "fit = gdlab.LineFit(step=20)\nfit",
    "race = gdlab.RuleRace(problem='xor', step=100)\nrace",
    "gdlab.OwnDigit()",
    "before = dict(plt.rcParams)",
    "end = time.time() + 4\nlooks = set()\nwhile time.time() < end:\n    figure, axes = plt.subplots()\n"
    "    axes.plot([1, 2])\n    figure.canvas.draw()\n"
    "    looks.add((axes.spines.top.get_visible(), axes.title.get_size(), axes.xaxis.label.get_color()))\n"
    "    plt.close(figure)\nlooks, dict(plt.rcParams) == before",
    "print(dict(fit.values))",
]


EXPLORERS = 3
PATH = "stage.ipynb"


@pytest.fixture(scope="module")
def notebook(ran):
    """The notebook of these tests as each leaves it: run, its explorers at their start."""
    return ran(PATH, CELLS)


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
    select = explorer.box.get_by_label("Update", exact=True)
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


def test_what_a_cell_sets_is_shown_and_stays(notebook):
    """Also right after the page has asked for pictures in its size, which is the last that the kernel heard from it."""
    page, explorer = notebook.page, notebook.explorer(0)
    for width, step in ((1100, 33), (1280, 41)):
        page.set_viewport_size({**VIEWPORT, "width": width})
        explorer.settle()
        notebook.page.evaluate(
            """async code => {
                const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                await kernel.requestExecute({code}).done;
            }""",
            f"fit.values = {{'step': {step}}}",
        )
        explorer.wait_for_caption(f"After {step} updates")
        assert explorer.slider("Step").get_attribute("aria-valuetext") == str(step)
    explorer.reset()


def test_steps_at_hand_are_shown_and_told_to_the_kernel(notebook):
    explorer = notebook.explorer(0)
    step = explorer.slider("Step")
    explorer.step_by_pictures_at_hand(3)
    explorer.wait_for_change("")
    assert "After 23 updates" in explorer.caption
    sent = step.evaluate(
        """step => {
            const messages = [], send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (message) {
                messages.push(typeof message === "string" ? message : new TextDecoder().decode(message));
                return send.call(this, message);
            };
            step.value = +step.value + 1;
            step.dispatchEvent(new Event("input", { bubbles: true }));
            step.blur(); // when it is told at once, not after a while
            WebSocket.prototype.send = send;
            return messages;
        }"""
    )
    assert '"do":"at"' in sent[-1]
    assert '"step":24' in sent[-1]
    deadline = time.monotonic() + 60  # widgets' messages have a thread of their own in the kernel
    while "'step': 24" not in (told := run(notebook, 6)[0]["text"]):
        assert time.monotonic() < deadline, told
    explorer.settle()
    explorer.reset()


def test_a_picture_that_takes_longer_to_decode_does_not_cover_a_newer_one(notebook):
    explorer, page = notebook.explorer(0), notebook.page
    page.evaluate(
        """() => {
            window.decode = createImageBitmap;
            window.createImageBitmap = async picture => {
                window.createImageBitmap = window.decode;
                await new Promise(done => setTimeout(done, 1500));
                return createImageBitmap(picture);
            };
        }"""
    )
    step = explorer.slider("Step")
    for _ in range(2):
        step.press("ArrowRight")
    page.wait_for_timeout(3000)
    explorer.settle()
    shown = explorer.look()[:2]
    for key in ("ArrowLeft", "ArrowRight"):
        step.press(key)
        explorer.settle()
    assert explorer.look()[:2] == shown
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


def test_points_are_put_down_by_keys(notebook):
    """*Start empty* empties the page at once; arrows move a cross, Enter puts a point down and takes it away."""
    explorer, page = notebook.explorer(1), notebook.page
    blank = explorer.box.locator(".pad.blank")
    explorer.box.get_by_role("button", name="Start empty").click()
    explorer.settle()
    assert blank.count() == 3
    assert explorer.caption.startswith("There are no points yet")
    assert explorer.image.get_attribute("aria-label") == explorer.caption
    pad = explorer.box.locator(".pad").first
    pad.focus()
    for key in ("ArrowRight", "Shift+ArrowUp", "Enter"):
        page.keyboard.press(key)
    explorer.settle()
    assert blank.count() == 0
    assert "your own points" in explorer.caption
    assert pad.evaluate("pad => pad === document.activeElement")
    page.keyboard.press("Enter")
    explorer.settle()
    assert blank.count() == 3
    explorer.box.get_by_role("button", name="Given set").click()
    explorer.settle()
    assert blank.count() == 0
    assert explorer.box.locator('.pad[tabindex="0"]').count() == 0  # nothing to do there
    explorer.reset()


def test_a_caption_is_read_out_once_nothing_changes_any_more(notebook):
    """A screen reader would else be told forty sentences in six seconds; the words on the page follow each picture."""
    explorer, page = notebook.explorer(0), notebook.page
    heard = explorer.box.locator(".heard")
    assert explorer.box.get_by_role("status").count() == 1
    explorer.settle()
    heard.evaluate(
        """heard => {
            window.said = [];
            new MutationObserver(() => window.said.push(heard.textContent)).observe(heard, {childList: true});
        }"""
    )
    words, play = explorer.caption, explorer.box.locator(".play")
    play.click()
    page.wait_for_timeout(1400)
    assert explorer.caption != words
    assert page.evaluate("window.said") == []
    play.click()
    explorer.settle()
    page.wait_for_timeout(1500)
    assert page.evaluate("window.said") == [explorer.caption]
    explorer.reset()
    page.wait_for_timeout(1500)


def test_what_a_picture_shows_beyond_its_caption_is_told_as_well(notebook):
    label = notebook.explorer(0).image.get_attribute("aria-label")
    assert "bowl with its lowest point" in label
    assert "The last update" in label


def test_words_at_a_handle_follow_it_when_it_is_moved_by_keys(notebook):
    explorer = notebook.explorer(0)
    handle, says = explorer.box.locator(".handle").first, explorer.box.locator(".says")
    handle.focus()
    before, place = says.inner_text(), says.bounding_box()
    for _ in range(3):
        handle.press("Shift+ArrowLeft")
    explorer.settle()
    assert says.inner_text() != before
    assert says.bounding_box()["x"] < place["x"] - 20
    explorer.reset()


def test_all_of_an_explorer_stands_in_a_low_window_and_grows_with_larger_text(notebook):
    explorer, page = notebook.explorer(1), notebook.page
    across = "() => document.querySelectorAll('.gdlab-stage .picture')[1].clientWidth"
    usual = page.evaluate(across)
    explorer.box.locator(".play").focus()
    page.set_viewport_size({**VIEWPORT, "height": 660})
    explorer.settle()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")  # what has the focus by a key is brought into sight as a whole
    page.wait_for_timeout(300)
    box = explorer.box.bounding_box()
    window = page.locator(".jp-WindowedPanel-outer").bounding_box()
    assert window["y"] <= box["y"]
    assert box["y"] + box["height"] <= window["y"] + window["height"] + 0.5
    assert page.evaluate(across) < usual
    page.set_viewport_size({"width": 1900, "height": 1000})
    explorer.settle()
    usual = page.evaluate(across)
    toggle = "() => window.jupyterapp.commands.execute('application:toggle-presentation-mode')"
    page.evaluate(toggle)
    explorer.settle()
    assert page.evaluate(across) > 1.15 * usual
    assert notebook.blurred() == []
    page.evaluate(toggle)
    page.set_viewport_size(VIEWPORT)
    explorer.reset()


def test_the_ring_around_what_has_the_focus_is_whole(notebook):
    explorer = notebook.explorer(1)
    for width in (900, VIEWPORT["width"]):
        notebook.page.set_viewport_size({**VIEWPORT, "width": width})
        explorer.settle()
        left_and_right = explorer.box.evaluate(
            """stage => {
                const area = stage.closest('.jp-OutputArea-output').getBoundingClientRect();
                const controls = [...stage.querySelectorAll('button, select, input')];
                const boxes = controls.filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect());
                return boxes.map(box => [box.left - area.left, area.right - box.right]);
            }"""
        )
        assert len(left_and_right) > 5
        assert min(map(min, left_and_right)) >= 4  # the ring, 2 px wide, is 2 px outside


def test_the_picture_follows_the_theme_and_a_map_stays_dark_where_it_is_low(notebook, keep):
    explorer = notebook.explorer(0)
    theme = "name => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })"
    light = shot(explorer)
    notebook.page.evaluate(theme, "JupyterLab Dark")
    explorer.box.and_(notebook.page.locator(".dark")).wait_for()
    explorer.settle()
    dark = shot(explorer)
    keep(explorer.box, "stage_dark")
    assert notebook.barriers() == []
    notebook.page.evaluate(theme, "JupyterLab Light")
    explorer.box.and_(notebook.page.locator(":not(.dark)")).wait_for()
    explorer.settle()
    corner = (slice(2, 8), slice(2, 8))
    assert light[corner].min() > 250
    assert dark[corner].max() < 30
    height, width = light.shape
    bowl = (slice(int(0.1 * height), int(0.55 * height)), slice(int(0.6 * width), int(0.97 * width)))
    assert np.corrcoef(light[bowl].ravel(), dark[bowl].ravel())[0, 1] > 0.95
    assert notebook.barriers() == []


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
    output = "() => window.jupyterapp.shell.currentWidget.content.model.cells.get(5).outputs.toJSON()[0]"
    beside = notebook.page.wait_for_function(output).json_value()
    assert beside["output_type"] == "execute_result", beside
    assert beside["data"]["text/plain"] == alone
    assert alone.endswith("True)")
    fit.reset()
    assert notebook.complaints == []


@pytest.fixture
def pointer(notebook):
    """Move a finger or a pen through places on the page, as the device itself would."""
    client = notebook.page.context.new_cdp_session(notebook.page)
    seen = """() => {
        window.pointers = new Set();
        addEventListener('pointerdown', event => pointers.add(event.pointerType), { capture: true, once: true });
    }"""

    def finger(*places):
        for kind, at in [("touchStart", places[0]), *(("touchMove", place) for place in places[1:])]:
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}]})
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def pen(*places):
        kinds = [
            ("mousePressed", places[0]),
            *(("mouseMoved", place) for place in places),
            ("mouseReleased", places[-1]),
        ]
        for kind, (x, y) in kinds:
            event = {"type": kind, "x": x, "y": y, "pointerType": "pen", "clickCount": 1}
            client.send("Input.dispatchMouseEvent", event | {"button": "left", "buttons": 1})

    def move(device, *places):
        notebook.page.evaluate(seen)
        {"touch": finger, "pen": pen}[device](*places)
        assert notebook.page.evaluate("() => [...window.pointers]") == [device]

    return move


def way(locator, *shares):
    """Places on an element, given as shares of its width and height."""
    box = locator.bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]


@pytest.mark.parametrize("device", ["touch", "pen"])
def test_a_finger_and_a_pen_do_what_the_mouse_does(notebook, pointer, device):
    fit = notebook.explorer(0)
    before = start_label(fit)
    (x, y) = way(fit.box.locator(".handle"), (0.5, 0.5))[0]
    pointer(device, *((x - 10 * k, y - 8 * k) for k in range(6)))
    fit.settle()
    assert start_label(fit) != before
    fit.reset()
    race = notebook.explorer(1)
    strip = race.box.locator(".strip")
    pointer(device, *way(strip, (0.4, 0.5), (0.2, 0.5), (0.02, 0.5)))
    race.settle()
    assert int(strip.get_attribute("aria-valuenow")) < 20
    race.box.locator("summary").click()
    race.box.get_by_role("button", name="first class").click()
    caption = race.caption
    pointer(device, *way(race.box.locator(".pad").first, (0.52, 0.13)))
    race.settle()
    assert "on your own points" in race.caption != caption
    race.box.get_by_role("button", name="first class").click()
    race.reset()
    digit = notebook.explorer(2)
    before = digit.look()[:2]
    pointer(device, *way(digit.box.locator(".drawing canvas"), (0.3, 0.2), (0.7, 0.2), (0.4, 0.8)))
    digit.settle()
    assert digit.look()[:2] != before
    digit.reset()
    assert digit.look()[:2] == before


def test_a_digit_can_be_drawn_with_the_keys(notebook, keep):
    digit, keyboard = notebook.explorer(2), notebook.page.keyboard
    pad = digit.box.locator(".drawing canvas")
    before, state = digit.look()[:2], digit.state
    pad.focus()
    for key in ("ArrowRight", "Shift+ArrowUp", "Shift+ArrowUp", "ArrowUp"):
        keyboard.press(key)
    digit.settle()
    assert digit.look()[:2] == before
    keyboard.press("Enter")
    for _ in range(4):
        keyboard.press("Shift+ArrowDown")
    keep(digit.box, "own_digit_by_keys")
    keyboard.press("Enter")
    digit.wait_for_change(state)
    assert digit.caption.startswith("Read as 1 ")
    drawn = digit.look()[:2]
    keyboard.press("ArrowLeft")
    digit.settle()
    assert digit.look()[:2] == drawn != before
    digit.reset()
    assert digit.look()[:2] == before


def test_forced_colours_and_less_motion_are_respected(notebook, keep):
    explorer, page = notebook.explorer(0), notebook.page
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    try:
        explorer.settle()
        keep(explorer.box, "stage_forced_colours")
        styles = explorer.box.evaluate(
            """stage => {
                const ring = getComputedStyle(stage.querySelector('.handle > span'));
                const play = getComputedStyle(stage.querySelector('.play'));
                stage.classList.add('old');  // when pictures fade
                const moving = [stage, ...stage.querySelectorAll('*')].map(e => getComputedStyle(e));
                const told = {
                    ring: [ring.borderTopColor, ring.forcedColorAdjust],
                    play: [play.borderTopColor, play.backgroundColor],
                    moving: moving.some(e => parseFloat(e.transitionDuration) || e.animationName !== 'none'),
                };
                stage.classList.remove('old');
                return told;
            }"""
        )
        border, background = styles["play"]
        assert (styles["ring"][1], border != background, styles["moving"]) == ("none", True, False)
        step = explorer.slider("Step")
        step.press("Home")
        explorer.settle()
        play = explorer.box.get_by_role("button", name="Play Step")
        began = time.monotonic()
        play.click()
        page.wait_for_timeout(1500)
        explorer.box.get_by_role("button", name="Pause Step").click()
        most = 1 + 4 * (time.monotonic() - began)
        explorer.settle()
        assert 1 <= int(step.input_value()) <= most  # four a second, not thirty
        assert notebook.barriers() == []
    finally:
        page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    explorer.reset()


def test_the_same_in_notebook_7(chromium, notebook, served):
    """One page with each kind of control and hand: what runs behind it is the same kernel as in JupyterLab."""
    with closing_pages() as pages:
        pages.append(chromium.new_page(viewport=VIEWPORT))
        seven = lab.Notebook(pages[0], served, PATH, "notebook")
        seven.run_all()
        seven.wait_until_ready()
        assert seven.outputs("error") == []
        seven.has_explorers(EXPLORERS)
        for index in range(EXPLORERS):
            explorer = seven.explorer(index)
            for control in explorer.controls:
                control.focus()
                explorer.press(control)
                explorer.settle()
                assert control.evaluate("control => control === document.activeElement")
            takes_hold(explorer)
        assert seven.barriers() == []
        assert seven.complaints == []
