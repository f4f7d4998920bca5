"""What holds of every explorer, one that is added later too: all of `gdlab`'s are led through their settings."""

import gc
import inspect
import io
import json
import math
import re
import textwrap
import weakref
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image

import gdlab
from gdlab.explorers.controls import Choice, Steps
from gdlab.explorers.explorer import Explorer
from tests.explorers.steering import (
    EXPLORERS,
    cut_off,
    few,
    leaves,
    move,
    overlaps,
    picture,
    pixels,
    positions,
    redrawn,
    small,
    walk,
    words,
)

pytestmark = pytest.mark.filterwarnings("error")

CODE = files("gdlab.explorers").joinpath("stage.js").read_text(encoding="utf-8")
NOT_FOR_READERS = re.compile(r"\b(nan|inf|array|float64|not a number)\b|-\d|\d[eE][-+]?\d|[{}]")
"""Numbers as a program writes them, a minus that is a hyphen, a placeholder left over."""


@pytest.fixture(scope="module", params=EXPLORERS, ids=lambda explorer: explorer.__name__)
def explorer_class(request):
    return request.param


@pytest.fixture(scope="module")
def walked(explorer_class):
    return walk(explorer_class)


@pytest.fixture
def explorer(walked):
    """The explorer that was led about, at its start again: to make another for each test takes far longer."""
    if walked.explorer.values != walked.start.values:
        walked.explorer.reset()
    return walked.explorer


@pytest.fixture(scope="module")
def made_once(explorer_class):
    return small(explorer_class())


@pytest.fixture
def twin(made_once):
    """Another one of the same class, at its start."""
    made_once.reset()
    return made_once


def elsewhere(explorer):
    """A good value for every control other than where it stands."""
    return {
        name: next(value for value in values if value != explorer.values[name])
        for name, values in few(type(explorer)).items()
    }


# --- anywhere ---


def test_there_are_explorers_to_test():
    assert len(EXPLORERS) >= 3


def test_nothing_fails_or_warns(walked):
    assert [(stop, stop.error) for stop in walked.stops if stop.error is not None] == []


def test_the_walk_reaches_both_ends_of_every_slider_and_every_option(walked):
    for name, control in walked.explorer.controls.items():
        seen = {stop.values[name] for stop in walked.one_by_one if stop.control == name}
        every = positions(type(walked.explorer))[name]
        assert seen >= (set(every) if isinstance(control, Choice) else {every[0], every[-1]})


def test_every_picture_is_an_image_of_the_right_size_with_colours(walked):
    size = round(100 * walked.explorer.width), round(100 * walked.explorer.height)
    for stop in walked.stops:
        image = Image.open(io.BytesIO(stop.picture))
        assert (image.format, image.size) == ("PNG", size), stop
        assert len(image.getcolors()) > 20, stop


def test_every_caption_is_a_sentence_for_readers(walked):
    for stop in walked.stops:
        assert len(stop.words) > 40, f"a short caption, {stop.words!r}: it is the picture for those who cannot see it"
        assert stop.words.endswith("."), stop
        assert re.search(r"\d", stop.words), f"no number in the caption {stop}"
        found = NOT_FOR_READERS.search(stop.words)
        assert not found, f"{found[0]!r} in {stop.words!r}, {stop}; style.number writes numbers for readers"


def test_every_caption_fits_the_room_that_the_page_keeps_for_it(walked):
    """So that nothing below a picture jumps: beside its controls, on a page of 900 pixels, at 200 % zoom."""
    longest, letter = (float(re.search(rf"const {name} = ([\d.]+);", CODE)[1]) for name in ("LONGEST", "LETTER"))
    for width in (660, 464, 311):
        room = math.ceil(longest * letter / width)
        high = [stop for stop in walked.stops if len(textwrap.wrap(stop.words, int(width / letter))) > room]
        assert [(len(stop.words), stop.words) for stop in high] == [], width


def test_every_text_on_a_picture_is_for_readers(walked):
    bad = [(text, stop) for stop in walked.stops for text, _ in stop.texts if NOT_FOR_READERS.search(text)]
    assert bad == []


def test_no_text_is_cut_by_the_edge_of_a_picture(walked):
    width, height = walked.explorer._painting.canvas.get_width_height()
    assert [cut for stop in walked.stops for cut in cut_off(stop, width, height)] == []


def test_no_two_texts_on_a_picture_overlap(walked):
    assert [overlap for stop in walked.stops for overlap in overlaps(stop)] == []


def test_every_picture_has_texts(walked):
    """The two tests before would pass if the watch saw nothing."""
    for stop in walked.stops:
        assert len(stop.texts) >= 3, stop


# --- same values, same picture ---


def test_every_control_shows(walked):
    """Wherever a control is moved to from the start, the picture or the caption says so."""
    start = walked.start
    same = [
        stop
        for stop in walked.one_by_one
        if stop.values != start.values and (stop.picture, stop.words) == (start.picture, start.words)
    ]
    assert same == []


def test_a_picture_owes_nothing_to_the_one_before(walked):
    """What the cached background and the moving artists give is what drawing everything anew gives."""
    assert [stop for stop in walked.stops if stop.whole not in (None, stop.picture)] == []


def test_back_at_the_start_everything_is_as_before(walked):
    assert len(walked.back) == len(walked.explorer.controls)
    for stop in walked.back:
        assert stop.values == walked.start.values
        assert (stop.picture, stop.words) == (walked.start.picture, walked.start.words), f"after moving {stop.control}"


def test_an_explorer_is_written_as_the_code_that_makes_one_that_shows_the_same(walked, explorer):
    last = walked.random[-1]
    explorer.values = last.values
    newborn = eval(repr(explorer), vars(gdlab))
    assert type(newborn) is type(explorer)
    assert newborn.values == last.values
    assert (picture(small(newborn)), words(newborn)) == (last.picture, last.words)


def test_compute_is_pure(walked, explorer):
    """Same values, same numbers, whatever was asked and drawn in between; and the picture does not move."""
    settings = [stop.values for stop in walked.random[:3]]
    before = picture(explorer)
    first = [list(leaves(explorer.compute(**values))) for values in settings]
    assert picture(explorer) == before
    for values in settings:
        explorer.values = values
    assert [list(leaves(explorer.compute(**values))) for values in settings] == first
    assert len(first[0]) > 0


def test_scrubbing_the_steps_trains_nothing(explorer, monkeypatch):
    trained = []
    monkeypatch.setattr(gdlab.training, "train", lambda *_, **__: trained.append(1))
    for name, control in explorer.controls.items():
        if isinstance(control, Steps):
            for value in few(type(explorer))[name]:
                explorer.values = {name: value}
                assert explorer.error is None
    assert trained == []


def test_an_explorer_and_its_base_keep_their_things_apart(explorer_class):
    """No name that `build` gives to an artist is one of the base's own."""

    class Bare(Explorer):
        controls = {}  # noqa: RUF012

        def build(self, figure):
            pass

        def compute(self):
            pass

        def draw(self, numbers):
            pass

        def caption(self, numbers):
            return ""

    class Watched(explorer_class):
        def build(self, figure):
            before = dict(vars(self))
            super().build(figure)
            self.given = {name for name, value in vars(self).items() if before.get(name) is not value}

    assert Watched().given & (set(vars(Bare())) | set(dir(Explorer))) == set()


# --- state ---


def test_moving_a_control_on_the_page_is_setting_its_value(explorer, twin):
    """The widgets are set as the front end sets them; picture and caption follow."""
    for name, value in elsewhere(explorer).items():
        move(explorer, name, value)
        twin.values = {name: value}
        assert explorer.values[name] == value
        assert (picture(explorer), words(explorer)) == (picture(twin), words(twin)), name


def test_two_copies_are_independent(explorer, twin):
    before = twin.values, picture(twin), words(twin)
    explorer.values = elsewhere(explorer)
    assert (twin.values, picture(twin), words(twin)) == before
    assert redrawn(twin) == before[1]


def test_reset_puts_everything_back(explorer):
    before = explorer.values, picture(explorer), words(explorer)
    explorer.values = elsewhere(explorer)
    assert explorer.values != before[0]
    assert picture(explorer) != before[1]
    explorer.reset()
    assert (explorer.values, picture(explorer), words(explorer)) == before


def test_every_start_is_a_position_of_its_control(explorer_class):
    for name, control in explorer_class.controls.items():
        assert control.start in positions(explorer_class)[name], name


def test_every_position_of_a_control_is_good(explorer_class):
    for name, control in explorer_class.controls.items():
        for value in positions(explorer_class)[name]:
            assert control.check(value, name) == value


@pytest.mark.parametrize("bad", [None, "no such thing", -1e9, 1e9, float("nan"), [1]], ids=repr)
def test_bad_values_are_told_by_name_and_change_nothing(explorer, bad):
    before = explorer.values, picture(explorer)
    for name in explorer.controls:
        others = {other: value for other, value in elsewhere(explorer).items() if other != name}
        with pytest.raises((ValueError, TypeError), match=rf"{name}.*wanted"):
            explorer.values = {**others, name: bad}
    assert (explorer.values, picture(explorer)) == before


# --- the page ---


def test_every_control_is_on_the_page_with_a_name(explorer):
    told = explorer._stage.spec["controls"]
    assert [spec["name"] for spec in told] == list(explorer.controls)
    labels = [spec["label"] for spec in told]
    assert all(label.strip() for label in labels)
    assert len(set(labels)) == len(labels)
    assert sum(spec["kind"] == "steps" for spec in told) <= 1, "the page plays one"


def test_what_goes_to_the_page_is_plain_and_finite(walked):
    """As JSON, which has no infinities: a hand at one is left out."""
    frame = walked.explorer._frame()
    assert json.loads(json.dumps(frame, allow_nan=False)) == json.loads(json.dumps(frame))


def test_every_hand_moves_a_control_that_there_is(walked):
    explorer = walked.explorer
    names = {""} | set(explorer.controls)
    for hand in explorer._frame()["hands"]:
        moved = {hand.get("x", ""), hand.get("y", ""), hand.get("control", ""), *hand.get("sets", {})}
        assert moved <= names, hand
        assert hand["name"].strip()
        for name, value in hand.get("sets", {}).items():
            assert explorer.controls[name].check(value, name) == value


def test_help_tells_the_controls(explorer_class):
    for name, control in explorer_class.controls.items():
        assert f"{name}\n    {control.label}: {control.wanted}" in explorer_class.__doc__
        assert inspect.signature(explorer_class).parameters[name].default == control.start


def test_it_shows_itself_live_and_as_a_picture(explorer):
    explorer.values = elsewhere(explorer)
    data, about = explorer._repr_mimebundle_()
    view = data["application/vnd.jupyter.widget-view+json"]
    assert view == {"version_major": 2, "version_minor": 0, "model_id": explorer._stage.model_id}
    above, whole = pixels(explorer.png()), pixels(data["image/png"])
    np.testing.assert_array_equal(whole[: len(above)], above)
    below = whole[len(above) :]
    assert len(whole) > len(pixels(explorer.png(caption=True))), "a line more says that it is a still picture"
    assert below.min() < 80, "the caption's ink"
    assert below[:, :4].min() == below[:, -4:].min() == below[-4:].min() > 245, "nothing of it is cut"
    assert data["text/plain"] == f"{type(explorer).__name__}: {words(explorer)}"
    assert "\n" not in data["text/plain"]
    assert about["image/png"] == {"alt": words(explorer), "width": round(100 * explorer.width)}


def test_every_explorer_says_what_it_is(explorer_class):
    """Its own docstring, not the base's: a learner who types `gdlab.LineFit?` reads it."""
    assert explorer_class.__doc__ not in (None, explorer_class.__mro__[1].__doc__)


def test_a_closed_explorer_is_let_go(explorer_class):
    """Until it is closed, ipywidgets keeps its stage, and with it the explorer and its canvas."""
    explorer = explorer_class()
    watched = weakref.ref(explorer)
    explorer.close()
    del explorer
    gc.collect()
    assert watched() is None
