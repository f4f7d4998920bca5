import math

import ipywidgets as widgets
import numpy as np
import pytest

from gdlab.explorers.controls import Choice, LogSlider, Slider, Steps

CONTROLS = {
    "slider": Slider("Start", 0.5, -1.0, 2.0, 0.25, format=".2f"),
    "log": LogSlider("Learning rate", 0.3, 0.01, 10.0),
    "steps": Steps("Step", 600, start=20, stride=10, interval=80),
    "choice": Choice("Problem", {"xor": "XOR", "moons": "two moons"}, "moons"),
}


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_a_widget_has_the_label_and_stands_at_the_start(control):
    widget = control.widget()
    assert widget.description == control.label
    assert widget.value == control.start


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
        ("choice", "XOR", ValueError, r"unknown it 'XOR'; wanted one of 'xor', 'moons'"),
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
    below, above = CONTROLS["log"].scale[place:][:2]
    with pytest.raises(ValueError, match=rf"^it is .*; wanted a value of its slider, such as {below:g} or {above:g}$"):
        CONTROLS["log"].check(math.sqrt(below * above), "it")


def test_a_slider_has_its_ends_and_its_step():
    widget = CONTROLS["slider"].widget()
    assert (widget.min, widget.max, widget.step, widget.readout_format) == (-1.0, 2.0, 0.25, ".2f")


@pytest.mark.parametrize(("low", "high"), [(0.01, 10.0), (0.2, 3.0), (1e-6, 1e-3), (0.011, 0.099), (1.0, 1000.0)])
def test_a_logarithmic_scale_rises_evenly_between_its_ends_in_two_digits(low, high):
    scale = LogSlider("", low, low, high).scale
    ratios = np.diff(np.log(scale))
    assert low <= scale[0] < 1.15 * low
    assert high / 1.15 < scale[-1] <= high
    assert (ratios > math.log(1.04)).all()
    assert (ratios < math.log(1.15)).all()
    assert all(float(f"{value:.1e}") == value for value in scale)


def test_a_logarithmic_slider_reads_plainly_and_offers_its_scale():
    control = CONTROLS["log"]
    words, values = zip(*control.widget().options, strict=True)
    assert list(values) == control.scale
    assert (words[0], words[-1]) == ("0.01", "10")
    assert [float(word) for word in words] == control.scale


# --- steps ---


def test_steps_go_from_nothing_to_the_last():
    widget = CONTROLS["steps"].widget()
    assert (widget.min, widget.max, widget.step, widget.value) == (0, 600, 10, 20)


def test_a_player_plays_the_same_steps_and_moves_the_slider_in_the_page(monkeypatch):
    links = []
    monkeypatch.setattr(widgets, "jslink", lambda *ends: links.append(ends))
    slider = CONTROLS["steps"].widget()
    player, button = CONTROLS["steps"].player(slider)
    assert (player.min, player.max, player.step, player.value, player.interval) == (0, 600, 10, 20, 80)
    assert links == [((player, "value"), (slider, "value")), ((button, "value"), (player, "playing"))]


def test_the_button_says_what_it_will_do():
    _, button = CONTROLS["steps"].player(CONTROLS["steps"].widget())
    assert button.description == "Play"
    button.value = True
    assert button.description == "Pause"
    button.value = False
    assert button.description == "Play"


# --- choices ---


def test_a_button_goes_from_option_to_option_and_round():
    control = CONTROLS["choice"]
    dropdown = control.widget()
    button = control.stepper(dropdown)
    names = list(control.options)
    dropdown.value = names[0]
    seen = []
    for _ in names:
        button.click()
        seen.append(dropdown.value)
    assert seen == [*names[1:], names[0]]
    assert button.tooltip == f"Next: {control.label}"


def test_a_choice_shows_words_and_gives_names():
    widget = CONTROLS["choice"].widget()
    assert widget.options == (("XOR", "xor"), ("two moons", "moons"))
    assert (widget.label, widget.value) == ("two moons", "moons")
