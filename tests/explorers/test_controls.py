import dataclasses
import math

import numpy as np
import pytest

from gdlab.explorers.controls import Choice, Drawing, IntSlider, LogSlider, Points, Slider, Steps

CONTROLS = {
    "slider": Slider("Start", 0.5, -1.0, 2.0, 0.25, format=".2f"),
    "whole": IntSlider("Units", 5, 3, 9, 2),
    "log": LogSlider("Learning rate", 0.3, 0.01, 10.0),
    "steps": Steps("Step", 600, start=20, stride=10, interval=80),
    "choice": Choice("Problem", {"xor": "XOR", "moons": "two moons"}, "moons"),
}


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_the_page_is_told_label_positions_and_their_words(control):
    spec = control.spec()
    assert spec["label"] == control.label
    assert spec["positions"] == control.positions
    assert len(spec["texts"]) == len(set(spec["texts"])) == len(control.positions)
    assert control.start in control.positions


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("slider", -1, -1.0),
        ("slider", 2.0, 2.0),
        ("slider", np.float32(0.25), 0.25),
        ("slider", 0.1, 0.1),
        ("log", 0.01, 0.01),
        ("log", np.float64(0.3), 0.3),
        ("log", 10, 10.0),
        ("steps", 0, 0),
        ("steps", 600, 600),
        ("steps", np.int64(30), 30),
        ("steps", 30.0, 30),
        ("choice", "xor", "xor"),
    ],
)
def test_good_values_are_kept(name, given, kept):
    result = CONTROLS[name].check(given, "it")
    assert result == kept
    assert type(result) is type(kept)


@pytest.mark.parametrize(
    ("name", "given", "kind", "message"),
    [
        ("slider", -1.01, ValueError, r"it is -1\.01; wanted a number from -1 to 2"),
        ("slider", 2.01, ValueError, r"it is 2\.01; wanted a number from -1 to 2"),
        ("slider", float("nan"), ValueError, r"it is nan; wanted a number from -1 to 2"),
        ("slider", "1", TypeError, r"it came as str '1'; wanted a number from -1 to 2"),
        ("slider", True, TypeError, r"it came as bool True; wanted a number"),
        ("slider", None, TypeError, r"it came as NoneType None; wanted a number"),
        ("slider", 1j, TypeError, r"it came as complex 1j; wanted a number"),
        ("slider", [1], TypeError, r"it came as list \[1\]; wanted a number"),
        ("log", 0, ValueError, r"it is 0; wanted a number from 0\.01 to 10"),
        ("log", 10.1, ValueError, r"it is 10\.1; wanted a number from 0\.01 to 10"),
        ("steps", -10, ValueError, r"it is -10; wanted a number from 0 to 600"),
        ("steps", 610, ValueError, r"it is 610; wanted a number from 0 to 600"),
        ("steps", 0.5, ValueError, r"it is 0\.5; wanted a whole number from 0 to 600 in steps of 10"),
        ("steps", 15, ValueError, r"it is 15; wanted a whole number from 0 to 600 in steps of 10"),
        ("steps", True, TypeError, r"it came as bool True; wanted a number"),
        ("choice", "XOR", ValueError, r"unknown it 'XOR' .*; wanted one of 'xor', 'moons'"),
        ("choice", 1, TypeError, r"it came as int 1; wanted one of 'xor', 'moons'"),
        ("choice", None, TypeError, r"it came as NoneType None; wanted one of 'xor', 'moons'"),
    ],
)
def test_a_message_says_what_came_and_what_was_wanted(name, given, kind, message):
    with pytest.raises(kind, match=f"^{message}"):
        CONTROLS[name].check(given, "it")


# --- sliders ---


@pytest.mark.parametrize("place", [0, 7, 30, -2])
def test_a_value_beside_a_logarithmic_scale_is_told_its_neighbours(place):
    below, above = CONTROLS["log"].positions[place:][:2]
    with pytest.raises(ValueError, match=rf"^it is .*; wanted a value of its slider, such as {below:g} or {above:g}$"):
        CONTROLS["log"].check(math.sqrt(below * above), "it")


def test_a_slider_has_its_ends_and_its_step():
    slider = CONTROLS["slider"]
    np.testing.assert_array_equal(slider.positions, np.arange(-1, 2.01, 0.25))
    assert (slider.text(-1.0), slider.text(0.5)) == ("−1.00", "0.50")


def test_whole_numbers_are_whole():
    whole = CONTROLS["whole"]
    assert whole.positions == [3, 5, 7, 9]
    assert all(type(value) is int for value in whole.positions)
    assert type(whole.check(5.0, "it")) is int


@pytest.mark.parametrize(("low", "high"), [(0.01, 10.0), (0.2, 3.0), (1e-6, 1e-3), (0.011, 0.099), (1.0, 1000.0)])
def test_a_logarithmic_scale_rises_evenly_between_its_ends_in_two_digits(low, high):
    scale = LogSlider("", low, low, high).positions
    ratios = np.diff(np.log(scale))
    assert low <= scale[0] < 1.15 * low
    assert high / 1.15 < scale[-1] <= high
    assert (ratios > math.log(1.04)).all()
    assert (ratios < math.log(1.15)).all()
    assert all(float(f"{value:.1e}") == value for value in scale)


def test_a_logarithmic_slider_reads_plainly_and_offers_its_scale():
    spec = CONTROLS["log"].spec()
    assert (spec["texts"][0], spec["texts"][-1]) == ("0.01", "10")
    assert [float(text) for text in spec["texts"]] == spec["positions"]


def test_steps_go_from_nothing_to_the_last():
    spec = CONTROLS["steps"].spec()
    assert spec["positions"] == list(range(0, 601, 10))
    assert (spec["kind"], spec["interval"]) == ("steps", 80)


def test_a_choice_shows_words_and_gives_names():
    spec = CONTROLS["choice"].spec()
    assert dict(zip(spec["positions"], spec["texts"], strict=True)) == {"xor": "XOR", "moons": "two moons"}


def test_options_that_are_tried_one_after_the_other_can_be_listed():
    listed = dataclasses.replace(CONTROLS["choice"], listed=True)
    assert (listed.spec()["listed"], CONTROLS["choice"].spec()["listed"]) == (True, False)


def test_what_is_seldom_used_can_be_folded():
    folded = dataclasses.replace(CONTROLS["slider"], folded=True)
    assert (folded.spec()["folded"], CONTROLS["slider"].spec()["folded"]) == (True, False)


# --- points and drawings ---


def test_points_are_kept_as_tuples_of_plain_numbers():
    points = Points("Own points")
    kept = points.check(np.array([[1, -2, 0], [0.5, 0, 1]]), "it")
    assert kept == ((1.0, -2.0, 0), (0.5, 0.0, 1))
    assert [type(number) for number in kept[1]] == [float, float, int]
    assert points.check([], "it") == ()


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("no", TypeError),
        (3, TypeError),
        ([3], ValueError),
        ([(1, 2)], ValueError),
        ([(1, 2, 2)], ValueError),
        ([(3, 0, 1)], ValueError),
        ([(float("nan"), 0, 1)], ValueError),
        ([(0, 0, 1)] * 201, ValueError),
    ],
)
def test_what_are_no_points_is_told(given, kind):
    with pytest.raises(kind, match=r"^it .*; wanted up to 200 points"):
        Points("Own points").check(given, "it")


def test_a_drawing_is_rows_of_ink_and_none_without_ink():
    drawing = Drawing("Digit", size=3)
    assert drawing.check(["#..", ".#.", "..#"], "it") == ("#..", ".#.", "..#")
    assert drawing.check(["..."] * 3, "it") == ()


@pytest.mark.parametrize(
    ("given", "kind"), [("#", TypeError), ([1], TypeError), (["#"], ValueError), (["x.."] * 3, ValueError)]
)
def test_what_is_no_drawing_is_told(given, kind):
    with pytest.raises(kind, match=r"^it .*; wanted 3 strings of 3 letters"):
        Drawing("Digit", size=3).check(given, "it")
