import csv
import gzip
from importlib import resources

import numpy as np
import pytest

from gdlab import Layer, forward, train
from gdlab.datasets import (
    MEASUREMENTS,
    SPECIES,
    TOY_SETS,
    circle,
    clouds,
    digits,
    line,
    moons,
    penguins,
    spiral,
    standardise,
    xor,
)

toy_sets = pytest.mark.parametrize("make", TOY_SETS.values(), ids=TOY_SETS)
two_classes = pytest.mark.parametrize("make", [clouds, xor, circle, moons, spiral])


def of_class(data, label):
    return data.X[data.y[:, 0] == label]


def penguin_table():
    with resources.files("gdlab.data").joinpath("penguins.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@toy_sets
@pytest.mark.parametrize("n", [2, 7, 200])
def test_toy_sets_have_the_number_of_samples_asked_for(make, n):
    data = make(n)
    assert len(data) == n
    assert data.X.shape == (n, len(data.inputs))
    assert data.y.shape == (n, len(data.outputs))
    assert data.X.dtype == data.y.dtype == np.float64
    assert np.isfinite(data.X).all()


@toy_sets
def test_toy_sets_are_drawn_from_their_seed(make):
    one, same, other = make(50, seed=1), make(50, seed=1), make(50, seed=2)
    np.testing.assert_array_equal(one.X, same.X)
    np.testing.assert_array_equal(one.y, same.y)
    assert not np.isclose(one.X, other.X).any(axis=1).all()


@toy_sets
def test_noise_scatters(make):
    quiet, noisy = make(100, noise=0.0, seed=3), make(100, noise=0.5, seed=3)
    both = [np.column_stack([data.X, data.y]) for data in (quiet, noisy)]
    assert not np.allclose(*both)


@two_classes
def test_two_classes_are_balanced(make):
    y = make(1000).y
    assert set(y.ravel()) == {0.0, 1.0}
    exactly = make in (clouds, moons, spiral)
    assert abs(y.sum() - 500) <= (0 if exactly else 80)  # five standard deviations of 1000 coins


def test_line_is_scattered_about_a_line():
    data = line(2000, slope=-2, intercept=3, noise=0.1)
    assert -1 <= data.X.min() < -0.9
    assert 1.9 < data.X.max() <= 2
    assert (np.diff(data.X[:, 0]) >= 0).all()
    rest = data.y - (3 - 2 * data.X)
    assert rest.std() == pytest.approx(0.1, rel=0.1)
    assert abs(rest.mean()) < 0.02
    exact = line(20, slope=-2, intercept=3, noise=0)
    np.testing.assert_allclose(exact.y, 3 - 2 * exact.X, rtol=1e-14)


def test_clouds_are_round_and_where_they_are_said_to_be():
    data = clouds(2000, noise=0.3)
    for label, centre in ((0, -1), (1, 1)):
        cloud = of_class(data, label)
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=0.05)
        np.testing.assert_allclose(np.cov(cloud.T), 0.3**2 * np.eye(2), atol=0.015)
        np.testing.assert_array_equal(of_class(clouds(6, noise=0), label), np.full((3, 2), centre))


def test_xor_is_exclusive():
    data = xor(500)
    assert 1.9 < np.abs(data.X).max() <= 2
    right, up = (data.X > 0).T
    np.testing.assert_array_equal(data.y[:, 0], np.logical_xor(right, up))
    noisy = xor(500, noise=0.2)
    np.testing.assert_array_equal(noisy.y, data.y)  # the class was decided before the shift
    assert (noisy.X - data.X).std() == pytest.approx(0.2, rel=0.15)


def test_circle_has_its_first_class_inside():
    data = circle(500)
    radius = np.linalg.norm(data.X, axis=1)
    assert 1.95 < radius.max() <= 2
    np.testing.assert_array_equal(data.y[:, 0], radius**2 < 2)
    np.testing.assert_allclose(data.X.mean(axis=0), 0, atol=0.25)
    np.testing.assert_array_equal(circle(500, noise=0.2).y, data.y)


def test_moons_are_two_half_circles_that_reach_into_each_other():
    data = moons(500, noise=0.0)
    upper, lower = of_class(data, 0) / 1.25, of_class(data, 1) / 1.25
    for moon, centre, side in ((upper, [-0.5, -0.25], 1), (lower, [0.5, 0.25], -1)):
        np.testing.assert_allclose(np.linalg.norm(moon - centre, axis=1), 1, rtol=1e-12)
        assert (side * (moon - centre)[:, 1] >= 0).all()
    assert upper[:, 1].mean() > lower[:, 1].mean()
    assert upper[:, 0].max() > lower[:, 0].min()
    assert upper[:, 1].min() < lower[:, 1].max()


def test_spiral_arms_wind_out_on_opposite_sides():
    data = spiral(500, noise=0.0, turns=1.5)
    radius = np.linalg.norm(data.X, axis=1)
    assert radius.min() >= 2 * np.sqrt(0.02) - 1e-12
    assert 1.95 < radius.max() <= 2
    for label in (0, 1):
        arm, r = of_class(data, label), radius[data.y[:, 0] == label]
        angle = 2 * np.pi * 1.5 * r / 2 + np.pi * label
        np.testing.assert_allclose(arm, r[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), atol=1e-12)


def best_straight_line(data):
    """Accuracy of logistic regression."""
    start = [Layer(np.zeros((2, 1)), np.zeros((1, 1)), "sigmoid")]
    trained = train(start, data.X, data.y, loss="binary_cross_entropy", learning_rate=1.0, steps=500).layers()
    return np.mean((forward(trained, data.X).y_hat > 0.5) == data.y)


def test_a_straight_line_parts_the_clouds_but_not_xor_nor_the_circle():
    assert best_straight_line(clouds()) > 0.95
    assert best_straight_line(xor()) < 0.7
    assert best_straight_line(circle()) < 0.7


@pytest.mark.parametrize("species", SPECIES)
def test_penguins_of_a_species_without_those_that_miss_a_measurement(species):
    wanted = [
        (float(bird["bill_length_mm"]), float(bird["body_mass_g"]))
        for bird in penguin_table()
        if bird["species"] == species and "NA" not in (bird["bill_length_mm"], bird["body_mass_g"])
    ]
    data = penguins("bill_length_mm", "body_mass_g", species)
    np.testing.assert_array_equal(np.column_stack([data.X, data.y]), wanted)


def test_penguins_are_as_many_as_published():
    """Horst, Hill & Gorman 2020: 152 Adelie, 68 Chinstrap, 124 Gentoo; one Adelie and one Gentoo not measured."""
    assert len(penguin_table()) == 152 + 68 + 124
    assert [len(penguins(species=one)) for one in SPECIES] == [151, 68, 123]
    assert len(penguins()) == 342
    everything = penguins(list(MEASUREMENTS), "species")
    assert everything.X.shape == (342, 4)
    np.testing.assert_array_equal(everything.y.sum(axis=0), [151, 68, 123])


def test_penguin_measurements_are_those_of_penguins():
    X = penguins(list(MEASUREMENTS), "species").X
    low, high = np.array([30, 13, 170, 2500]), np.array([60, 22, 235, 6500])
    assert ((low < X) & (high > X)).all()


def test_penguin_columns_come_in_the_order_asked_for():
    both = penguins(["flipper_length_mm", "bill_depth_mm"], "bill_length_mm")
    assert both.inputs == ("flipper length (mm)", "bill depth (mm)")
    assert both.outputs == ("bill length (mm)",)
    for i, column in enumerate(["flipper_length_mm", "bill_depth_mm"]):
        np.testing.assert_array_equal(both.X[:, [i]], penguins(column, "bill_length_mm").X)


def test_three_species_are_three_columns_and_two_are_one():
    three = penguins(output="species")
    assert three.outputs == SPECIES
    np.testing.assert_array_equal(three.y.sum(axis=1), 1)
    two = penguins(output="species", species=("Gentoo", "Adelie"))
    assert two.outputs == ("is Adelie",)
    assert two.y.shape == (151 + 123, 1)
    assert two.y.sum() == 151
    adelie = penguins(output="species", species="Adelie")
    np.testing.assert_array_equal(np.sort(two.X[two.y[:, 0] == 1], axis=0), np.sort(adelie.X, axis=0))


def test_digits_are_as_published():
    """The test part of the UCI set: 1,797 digits, 174 to 183 of each."""
    data = digits()
    assert data.X.shape == (1797, 64)
    assert data.y.shape == (1797, 10)
    assert data.X.min() == 0
    assert data.X.max() == 1
    np.testing.assert_array_equal(data.X * 16, np.round(data.X * 16))
    np.testing.assert_array_equal(data.y.sum(axis=1), 1)
    assert set(data.y.ravel()) == {0.0, 1.0}
    counts = data.y.sum(axis=0)
    assert counts.min() >= 174
    assert counts.max() <= 183
    assert data.outputs == tuple("0123456789")
    assert len(data.inputs) == 64


def test_digits_are_the_file():
    path = resources.files("gdlab.data").joinpath("digits.csv.gz")
    with path.open("rb") as raw, gzip.open(raw, "rt") as file:
        rows = [[float(value) for value in row] for row in csv.reader(file)]
    data = digits()
    np.testing.assert_array_equal(np.column_stack([data.X * 16, data.y.argmax(axis=1)]), rows)


def test_a_digit_looks_like_itself():
    """The nearest average picture names nine digits in ten."""
    data = digits()
    average = (data.y.T @ data.X) / data.y.sum(axis=0)[:, None]
    nearest = ((data.X[:, None] - average) ** 2).sum(axis=-1).argmin(axis=1)
    assert np.mean(nearest == data.y.argmax(axis=1)) > 0.88


def test_standardise_gives_every_column_mean_zero_and_deviation_one():
    X = np.random.default_rng(0).normal([5, -3, 0], [10, 0.1, 1e-6], (50, 3))
    before = X.copy()
    came = standardise(X)
    np.testing.assert_allclose(came.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(came.std(axis=0), 1, rtol=1e-12)
    for j in range(3):
        assert np.corrcoef(came[:, j], X[:, j])[0, 1] == pytest.approx(1)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 1e9])
def test_standardise_knows_a_constant_column_in_spite_of_rounding(value):
    X = np.column_stack([np.arange(10.0), np.full(10, value)])
    with pytest.raises(ValueError, match="column 1 of X is constant; wanted columns that vary"):
        standardise(X)


def test_repr_says_how_many_of_what_and_from_where():
    assert repr(xor(30)) == "<30 samples of x₁, x₂ → class; made up by gdlab>"
    assert repr(penguins()) == "<342 samples of flipper length (mm) → body mass (g); Palmer penguins (CC0)>"
    assert "pixel 0,0, pixel 0,1, pixel 0,2, … → 0, 1, 2" in repr(digits())


def test_every_data_file_states_its_source_and_licence():
    folder = resources.files("gdlab.data")
    table = folder.joinpath("README.md").read_text(encoding="utf-8")
    files = {file.name for file in folder.iterdir() if file.is_file() and file.suffix != ".py"} - {"README.md"}
    assert files == {"penguins.csv", "digits.csv.gz"}
    for name, licence in (("penguins.csv", "CC0"), ("digits.csv.gz", "CC BY 4.0")):
        row = next(row for row in table.splitlines() if row.startswith(f"| `{name}`"))
        assert licence in row
        assert "doi:" in row
