import itertools
import re

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from gdlab.explorers import style
from gdlab.rules import RULES

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def read(text):
    """The number that a reader takes from a text of `style.number`."""
    head, _, power = text.partition("\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10")
    return float(head.translate(SUPERSCRIPTS)) * 10.0 ** int(power.translate(SUPERSCRIPTS) or 0)


# --- numbers for readers ---


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (0.5, "0.5"),
        (-1.5, "−1.5"),
        (3.14159, "3.14"),
        (12345.6, "12346"),
        (-99999.0, "−99999"),
        (99999.9, "100000"),
        (1e5, "1.00\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁵"),
        (-6.02e23, "−6.02\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10²³"),
        (1.5e-7, "1.50\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁻⁷"),
        (float("nan"), "not a number"),
        (float("inf"), "infinity"),
        (-np.inf, "−infinity"),
    ],
)
def test_a_number_is_written_for_a_reader(value, text):
    assert style.number(value) == text
    assert style.number(np.float64(value)) == text


@pytest.mark.parametrize("digits", [1, 2, 3, 5])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_number_can_be_read_back_to_its_digits(sign, digits):
    for value in sign * np.geomspace(1.1e-11, 9e300, 400):
        text = style.number(value, digits)
        assert read(text) == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits))
        assert re.fullmatch(r"−?[\d.]+(\u00a0×\u00a010⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?", text), text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.5, "50%"), (0.994, "99%"), (0.999, "99%"), (1 - 1e-12, "99%"), (1, "100%")]
)
def test_all_is_said_only_of_all(share, text):
    assert style.percent(share) == text


@pytest.mark.parametrize(("n", "text"), [(0, "0 steps"), (1, "1 step"), (2, "2 steps")])
def test_one_thing_has_no_s(n, text):
    assert style.count(n, "step") == text


# --- labels side by side ---


def random_positions(count, seed):
    return np.random.default_rng(seed).uniform(-0.2, 1.2, count).tolist()


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_labels_keep_their_distance_their_order_and_their_limits(count, seed):
    positions = random_positions(count, seed)
    placed = style.spread_out(positions, gap=0.15, low=0.0, high=1.0)
    assert len(placed) == count
    in_order = [place for _, place in sorted(zip(positions, placed, strict=True))]
    assert all(b - a > 0.15 - 1e-9 for a, b in itertools.pairwise(in_order))
    assert in_order[0] > -1e-9
    assert in_order[-1] < 1 + 1e-9


def test_labels_that_are_apart_stay():
    assert style.spread_out([0.9, 0.1, 0.5], gap=0.2, low=0.0, high=1.0) == [0.9, 0.1, 0.5]


@pytest.mark.parametrize(
    ("positions", "placed"),
    [
        ([0.5, 0.5], [0.4, 0.6]),
        ([0.5, 0.5, 0.5], [0.3, 0.5, 0.7]),
        ([0.6, 0.5], [0.65, 0.45]),
        ([0.0, 0.0], [0.0, 0.2]),
        ([-3.0, 0.1], [0.0, 0.2]),
        ([1.0, 1.0, 1.0], [0.6, 0.8, 1.0]),
        ([9.0, 0.5, 0.9], [1.0, 0.5, 0.8]),
    ],
)
def test_labels_move_as_little_as_possible(positions, placed):
    assert style.spread_out(positions, gap=0.2, low=0.0, high=1.0) == pytest.approx(placed)


def test_no_labels_need_no_place():
    assert style.spread_out([], gap=0.2, low=0.0) == []


# --- the language ---


def test_every_rule_that_is_drawn_is_a_rule_and_looks_its_own_way():
    assert set(style.RULES) <= set(RULES)
    for aspect in ("label", "colour", "line", "marker"):
        assert len({str(getattr(look, aspect)) for look in style.RULES.values()}) == len(style.RULES), aspect


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot(channels, [0.2126, 0.7152, 0.0722]))


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


COLOURS_OF_WORDS = {
    "ink": style.INK,
    "muted": style.MUTED,
    **{name: look.colour for name, look in style.RULES.items()},
    **style.FACTORS,
}


@pytest.mark.parametrize("name", ["ink", "muted", "error", "slope", "input", "chain_rule", "frozen"])
def test_small_words_stand_out_from_the_paper(name):
    """4.5 to 1, which WCAG asks of text."""
    assert contrast(COLOURS_OF_WORDS[name], style.PAPER) >= 4.5


@pytest.mark.parametrize("name", COLOURS_OF_WORDS)
def test_lines_and_bold_words_stand_out_from_the_paper(name):
    """3 to 1, which WCAG asks of graphics and of large text."""
    assert contrast(COLOURS_OF_WORDS[name], style.PAPER) >= 3


@pytest.mark.parametrize("look", style.CLASSES, ids=lambda look: look["marker"])
def test_samples_stand_out_from_the_shade_of_either_class(look):
    assert all(contrast(look["color"], other["light"]) >= 3 for other in style.CLASSES)


def test_the_settings_are_all_of_matplotlib_that_has_to_do_with_looks():
    """So that what a notebook has set for its own figures is set back."""
    with mpl.rc_context({"axes.grid": True, "font.size": 30, "lines.linewidth": 9, "xtick.direction": "in"}):
        with mpl.rc_context(dict(style.RC)):
            inside = dict(mpl.rcParams)
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(style.RC)
            wanted = dict(mpl.rcParams)
    looks = (
        "axes",
        "figure",
        "font",
        "grid",
        "image",
        "legend",
        "lines",
        "mathtext",
        "patch",
        "text",
        "xtick",
        "ytick",
    )
    different = {name for name in wanted if name.startswith(looks) and inside[name] != wanted[name]}
    assert different == set()


def test_bare_axes_have_no_ticks_and_no_frame():
    axes = Figure().add_subplot()
    style.bare(axes)
    assert (axes.get_xticks().size, axes.get_yticks().size) == (0, 0)
    assert not any(spine.get_visible() for spine in axes.spines.values())


def test_a_factor_that_is_a_product_itself_stands_in_brackets():
    assert [style.factor(value) for value in (-0.25, 2.5e-7)] == ["−0.25", f"({style.number(2.5e-7)})"]
