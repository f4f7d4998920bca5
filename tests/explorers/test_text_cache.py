"""Texts as stamps: they look as matplotlib would draw them, wherever they stand."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import Normal
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

from gdlab.explorers import letters, style, text_cache

LOOKS = {
    "plain": {},
    "two lines": {"words": "W₁ fits\n−0.25", "ha": "right", "va": "center"},
    "formula": {"words": "$x^2$ > 0"},
    "haloed": {"path_effects": style.halo(), "fontweight": "bold"},
    "centred": {"ha": "center", "va": "center"},
    "right": {"ha": "right", "va": "top", "fontsize": 17},
    "turned": {"rotation": 90, "va": "bottom"},
    "see-through": {"alpha": 0.4},
}


@pytest.fixture(autouse=True)
def no_stamps_yet():
    text_cache._stamps.clear()


@pytest.fixture
def figure():
    figure = Figure(figsize=(3, 2), dpi=style.DPI)
    FigureCanvasAgg(figure)
    figure.patch.set_facecolor("#D0E0F0")
    return figure


def drawn(figure, text, how=text_cache.draw):
    """Return the pixels, shape (height, width, 3), with the text drawn in this way."""
    text.set_animated(True)
    figure.canvas.draw()
    how(text, figure, figure.canvas.get_renderer())
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)


def by_matplotlib(text, figure, _renderer):
    """Draw the text's outlines: without a halo, matplotlib would move its letters to whole pixels."""
    effects = text.get_path_effects()
    outlined = type(text) is Text and not (text.get_rotation() or text.get_bbox_patch() or "$" in text.get_text())
    if outlined:
        text.set_path_effects(effects or [Normal()])
    with mpl.rc_context({"text.hinting": "none"} if outlined else {}):
        figure.draw_artist(text)
    if outlined:
        text.set_path_effects(effects)


def looks_right(figure, text, how=text_cache.draw):
    """Tell whether a stamp is what matplotlib draws, but for a part of a pixel where its size says where it stands."""
    by_its_beginning = text.get_horizontalalignment() == "left" and text.get_verticalalignment() == "baseline"
    difference = soft(drawn(figure, text, how)) - soft(drawn(figure, text, by_matplotlib))
    return np.abs(difference).max() <= (20 if by_its_beginning else 75)


def soft(pixels, size=5):
    """Return the means of the squares of `size` by `size` pixels."""
    for axis in (0, 1):
        sums = np.cumsum(pixels, axis)
        pixels = np.take(sums, range(size, sums.shape[axis]), axis) - np.take(
            sums, range(sums.shape[axis] - size), axis
        )
    return pixels / size**2


def at(figure, x, y, words="−0.25 × slope", **look):
    with mpl.rc_context(dict(style.RC)):
        return figure.text(x, y, words, **{"color": style.VERMILLION, "transform": IdentityTransform(), **look})


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_stamp_looks_as_the_text_would(figure, look):
    text = at(figure, 240, 160, **look)
    assert looks_right(figure, text)
    assert looks_right(figure, text)
    assert len(text_cache._stamps) == 1


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_stamp_can_be_used_elsewhere(figure, look):
    drawn(figure, at(figure, 240, 160, **look))
    text = at(figure, 201, 133, **look)
    assert looks_right(figure, text)
    assert len(text_cache._stamps) == 1


def test_between_two_pixels_a_text_stands_on_the_nearer_one(figure):
    found, expected = (drawn(figure, at(figure, *place)) for place in ((100.4, 99.6), (100, 100)))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "change",
    [
        {"words": "−0.26 × slope"},
        {"color": style.BLUE},
        {"alpha": 0.5},
        {"fontsize": 12},
        {"fontweight": "bold"},
        {"ha": "right"},
        {"va": "top"},
        {"rotation": 90},
        {"path_effects": style.halo()},
        {"path_effects": style.halo(4)},
    ],
    ids=lambda change: f"{next(iter(change))}",
)
def test_a_text_that_looks_different_is_another_stamp(figure, change):
    """Otherwise it would be shown as the first one."""
    drawn(figure, at(figure, 240, 160))
    text = at(figure, 240, 160, **change)
    assert looks_right(figure, text)
    assert len(text_cache._stamps) == 2


def test_a_text_at_the_edge_is_cut_there(figure):
    for x, y in ((-20, 100), (470, 100), (100, -5), (100, 315), (9000, 9000)):
        text = at(figure, x, y)
        assert looks_right(figure, text)


@pytest.mark.parametrize("change", [{"words": "−0.26 × slope"}, {"y": 162}, {"fontsize": 10.3}, {"words": ""}], ids=str)
def test_another_text_would_not_look_right(figure, change):
    """What the other tests compare by finds it out."""
    other = at(figure, **{"x": 240, "y": 160, **change})
    assert not looks_right(figure, at(figure, 240, 160), lambda _, *rest: by_matplotlib(other, *rest))


def test_a_letter_that_the_font_has_not_is_left_to_matplotlib():
    font = FontProperties(family="DejaVu Sans")
    assert letters.outline(["ŷ"], font, "left", 1.0) is not None
    assert letters.outline(["ŷ", "漢"], font, "left", 1.0) is None


def test_nothing_to_say_or_nowhere_to_stand_draws_nothing(figure):
    empty = drawn(figure, at(figure, 9000, 9000))
    for text in (at(figure, 100, 100, ""), at(figure, np.nan, 100), at(figure, 100, np.inf)):
        np.testing.assert_array_equal(drawn(figure, text), empty)


def test_what_is_not_a_free_text_is_drawn_as_ever(figure):
    line = figure.add_subplot().plot([0, 1], [0, 1])[0]
    note = figure.axes[0].annotate("here", (0.5, 0.5), (0.2, 0.8), arrowprops={"arrowstyle": "->"})
    boxed = at(figure, 200, 100, bbox={"facecolor": "white"})
    for artist in (line, note, boxed):
        np.testing.assert_array_equal(drawn(figure, artist), drawn(figure, artist, by_matplotlib))
    assert not text_cache._stamps


def test_stamps_do_not_pile_up(figure, monkeypatch):
    monkeypatch.setattr(text_cache, "KEPT", 3)
    for number in range(5):
        drawn(figure, at(figure, 100, 100, str(number)))
    assert [key[1] for key in text_cache._stamps] == ["2", "3", "4"]
    drawn(figure, at(figure, 100, 100, "2"))
    drawn(figure, at(figure, 100, 100, "5"))
    assert [key[1] for key in text_cache._stamps] == ["4", "2", "5"]
