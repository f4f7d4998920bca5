import re

import numpy as np
import pytest

from gdlab import datasets
from gdlab.explorers import style
from gdlab.lessons.fit_a_line.line_fit import STEPS, LineFit, problem
from tests.explorers.steering import lines, shows, words

DATA = ["line", "penguins"]


@pytest.fixture(scope="module")
def explorer():
    return LineFit()


def mean_loss(p, w, b):
    """``J`` as its definition says, one sample after another."""
    return sum((y - (w * x + b)) ** 2 / 2 for x, y in zip(p.x, p.y, strict=True)) / len(p.x)


def walked(p, rate, steps, samples=None):
    """The path of the question's formula, in a plain loop: at each step one sample, or the mean over all."""
    w, b = p.start
    path = [(w, b)]
    for step in range(steps):
        rows = range(len(p.x)) if samples is None else [samples[step]]
        error = [p.y[i] - (w * p.x[i] + b) for i in rows]
        to_w = sum(e * p.x[i] for e, i in zip(error, rows, strict=True)) / len(rows)
        to_b = sum(error) / len(rows)
        w, b = w + rate * to_w, b + rate * to_b
        path.append((w, b))
    return np.array(path)


# --- the problem ---


def test_the_penguins_are_the_penguins():
    d, p = datasets.penguins(), problem("penguins")
    np.testing.assert_allclose(200 + 10 * p.x, d.X[:, 0])
    np.testing.assert_allclose(1000 * p.y, d.y[:, 0])
    assert len(p.x) == 342


@pytest.mark.parametrize("data", DATA)
def test_the_best_line_is_that_of_least_squares(data):
    p = problem(data)
    design = np.column_stack([p.x, np.ones_like(p.x)])
    np.testing.assert_allclose(p.best, np.linalg.lstsq(design, p.y, rcond=None)[0], rtol=1e-9)


@pytest.mark.parametrize("data", DATA)
def test_the_bowl_is_the_mean_loss(data):
    p = problem(data)
    for w, b in [p.start, p.best, (0.0, 0.0), (-7.0, 3.0), (p.w_range[0], p.b_range[1])]:
        assert p.loss(w, b) == pytest.approx(mean_loss(p, w, b), rel=1e-9)
    grid = np.random.default_rng(0).normal(size=(2, 3, 4))
    np.testing.assert_allclose(p.loss(*grid), mean_loss(p, *grid))
    np.testing.assert_allclose(p.loss(grid[0], 2.0), mean_loss(p, grid[0], 2.0))


@pytest.mark.parametrize("data", DATA)
def test_start_and_minimum_are_on_the_map(data):
    p = problem(data)
    for w, b in (p.start, p.best):
        assert p.w_range[0] < w < p.w_range[1]
        assert p.b_range[0] < b < p.b_range[1]


@pytest.mark.parametrize("data", DATA)
def test_the_hessian_is_the_second_difference_of_the_loss(data):
    p, h = problem(data), 1e-3
    step = h * np.eye(2)
    at = np.array(p.best)

    def J(theta):
        return mean_loss(p, *theta)

    second = [
        [(J(at + u + v) - J(at + u - v) - J(at - u + v) + J(at - u - v)) / (4 * h**2) for u in step] for v in step
    ]
    np.testing.assert_allclose(p.hessian, second, rtol=1e-6)


@pytest.mark.parametrize("data", DATA)
def test_just_below_the_limit_all_samples_at_once_converge_and_just_above_they_diverge(data):
    p = problem(data)
    below, above = (walked(p, p.rate_limit * factor, 3000) for factor in (0.99, 1.01))
    assert mean_loss(p, *below[-1]) - mean_loss(p, *p.best) < 1e-9
    assert mean_loss(p, *above[-1]) > 1e6 * mean_loss(p, *p.start)


# --- the path ---


@pytest.mark.parametrize("rate", [0.01, 0.2, 0.9])
@pytest.mark.parametrize("data", DATA)
def test_all_samples_at_once_walk_as_the_loop_does(explorer, data, rate):
    numbers = explorer.compute(data, "batch", rate, *problem(data).start, 3)
    assert numbers.sample is None
    np.testing.assert_allclose(numbers.path, walked(problem(data), rate, STEPS), rtol=1e-9)


@pytest.mark.parametrize("rate", [0.01, 0.2])
@pytest.mark.parametrize("data", DATA)
def test_one_sample_at_a_time_walks_as_the_loop_does(explorer, data, rate):
    p = problem(data)
    samples = [
        explorer.compute(data, "single", rate, *problem(data).start, step).sample for step in range(1, STEPS + 1)
    ]
    numbers = explorer.compute(data, "single", rate, *problem(data).start, STEPS)
    np.testing.assert_allclose(numbers.path, walked(p, rate, STEPS, samples), rtol=1e-9)
    first = samples[: len(p.x)]
    assert len(set(first)) == len(first), "a sample came twice before all had come once"


def test_after_all_samples_they_come_again_in_the_same_order(explorer):
    n = len(problem("line").x)
    samples = [
        explorer.compute("line", "single", 0.2, *problem("line").start, step).sample for step in range(1, STEPS + 1)
    ]
    assert samples[n:] == samples[:-n]
    assert samples[:n] != sorted(samples[:n])


def test_before_the_first_update_no_sample_is_looked_at(explorer):
    numbers = explorer.compute("line", "single", 0.2, *problem("line").start, 0)
    assert numbers.sample is None
    assert tuple(numbers.now) == tuple(numbers.before) == problem("line").start


@pytest.mark.parametrize("mode", ["single", "batch"])
@pytest.mark.parametrize("data", DATA)
def test_the_losses_are_those_along_the_path(explorer, data, mode):
    numbers = explorer.compute(data, mode, 0.2, *problem(data).start, 7)
    np.testing.assert_allclose(numbers.losses, [mean_loss(numbers.problem, w, b) for w, b in numbers.path], rtol=1e-9)


# --- the picture ---


def shown_sums(explorer):
    """The two rows of arithmetic as they stand on the picture: text of the numbers, by row."""
    return [[artist.get_text() for artist in row] for row in explorer._sums._numbers]


@pytest.mark.parametrize("step", [1, 2, 40])
@pytest.mark.parametrize("data", DATA)
def test_the_arithmetic_of_one_sample_is_right(explorer, data, step):
    """What stands there is what one would work out: before + rate × error × 1 × input = after."""
    explorer.values = {"data": data, "mode": "single", "learning_rate": 0.2, "step": step}
    numbers = explorer.compute(**explorer.values)
    p, i = numbers.problem, numbers.sample
    (w, b), after = numbers.path[step - 1], numbers.path[step]
    error = p.y[i] - (w * p.x[i] + b)
    exact = [[w, 0.2, error, 1.0, p.x[i], after[0]], [b, 0.2, error, 1.0, 1.0, after[1]]]
    for row, texts in zip(exact, shown_sums(explorer), strict=True):
        assert row[0] + row[1] * row[2] * row[3] * row[4] == pytest.approx(row[5])
        assert texts == [style.number(float(value)) for value in row]


@pytest.mark.parametrize("data", DATA)
def test_the_arithmetic_of_all_samples_is_right(explorer, data):
    explorer.values = {"data": data, "mode": "batch", "learning_rate": 0.2, "step": 5}
    numbers = explorer.compute(**explorer.values)
    p, (w, b), after = numbers.problem, numbers.path[4], numbers.path[5]
    errors = p.y - (w * p.x + b)
    exact = [(w, np.mean(errors * p.x), after[0]), (b, np.mean(errors), after[1])]
    for (before, mean, new), texts in zip(exact, shown_sums(explorer), strict=True):
        assert before + 0.2 * mean == pytest.approx(new)
        assert texts == [style.number(before), "0.2", "", style.number(mean), "", style.number(new)]


@pytest.mark.parametrize("mode", ["single", "batch"])
def test_the_lines_are_those_before_and_after(explorer, mode):
    explorer.values = {"data": "line", "mode": mode, "learning_rate": 0.2, "step": 4}
    numbers = explorer.compute(**explorer.values)
    for (w, b), colour in ((numbers.path[3], style.FAINT), (numbers.path[4], style.INK)):
        ends = next(points[:, 0] for points in lines(explorer, colour) if len(points) == 2)
        assert np.ptp(ends) >= np.ptp(numbers.problem.x)
        assert shows(explorer, ends, w * ends + b, colour)


def test_one_sample_at_a_time_shows_its_error_and_all_at_once_show_all(explorer):
    explorer.values = {"data": "line", "mode": "single", "learning_rate": 0.2, "step": 4}
    numbers = explorer.compute(**explorer.values)
    p, i = numbers.problem, numbers.sample
    assert shows(explorer, [p.x[i]] * 2, [p.y[i], p.y[i] - numbers.errors[i]], style.FACTORS["error"])
    assert shows(explorer, p.x[i], p.y[i], style.FACTORS["error"])
    assert not explorer._residuals.get_visible()

    explorer.values = {"mode": "batch"}
    numbers = explorer.compute(**explorer.values)
    assert lines(explorer, style.FACTORS["error"]) == []
    assert explorer._residuals.get_visible()
    lengths = [segment[0, 1] - segment[1, 1] for segment in explorer._residuals.get_segments()]
    np.testing.assert_allclose(lengths, numbers.errors)


def test_the_path_on_the_map_has_the_colours_of_both_rules_and_ends_where_the_line_stands(explorer):
    explorer.values = {"data": "penguins", "mode": "batch", "learning_rate": 0.2, "step": 12}
    path = explorer.compute(**explorer.values).path[:13]
    for rule in ("chain_rule", "delta_rule"):
        assert shows(explorer, path[:, 0], path[:, 1], style.RULES[rule].colour)
    assert shows(explorer, path[-1, 0], path[-1, 1])


# --- the caption ---


@pytest.mark.parametrize(("factor", "side"), [(0.8, "below"), (1.2, "above")])
@pytest.mark.parametrize("data", DATA)
def test_the_caption_says_on_which_side_of_the_limit_the_rate_is(explorer, data, factor, side):
    limit = problem(data).rate_limit
    scale = LineFit.controls["learning_rate"].positions
    rate = min(scale, key=lambda value: abs(value - factor * limit))
    explorer.values = {"data": data, "mode": "batch", "learning_rate": rate, "step": 5}
    assert side in words(explorer)
    assert style.number(limit) in words(explorer)


@pytest.mark.parametrize("mode", ["single", "batch"])
def test_what_cannot_be_seen_is_told_with_the_numbers_of_the_picture(explorer, mode):
    explorer.values = {"mode": mode, "step": 7}
    seen = [artist.get_text() for row in explorer._sums._numbers for artist in row if artist.get_text()]
    told = explorer.description(explorer._shown_numbers)
    assert re.findall(r"(?:before|rate|error|slope|input|after) (−?\d[^,. ]*(?:\.\d+)?)", told) == seen
    assert ("by the sample at x" in told) == (mode == "single")
    assert f"w = {style.number(explorer._shown_numbers.problem.best[0])}" in told
    explorer.values = {"step": 0}
    assert "no update yet" in explorer.description(explorer._shown_numbers)


def test_the_caption_tells_the_line_and_the_loss(explorer):
    explorer.values = {"data": "line", "mode": "batch", "learning_rate": 0.2, "step": STEPS}
    numbers = explorer.compute(**explorer.values)
    p, (w, b) = numbers.problem, numbers.now
    for value in (w, abs(b), mean_loss(p, w, b), mean_loss(p, *p.best)):
        assert style.number(float(value)) in words(explorer)
    assert not re.search(r"\+ [−-]", words(explorer))


@pytest.mark.parametrize("mode", ["single", "batch"])
@pytest.mark.parametrize("data", DATA)
def test_a_run_that_diverges_is_told_so(explorer, data, mode):
    explorer.values = {"data": data, "mode": mode, "learning_rate": 3.0, "step": STEPS}
    assert explorer.error is None
    assert "diverges" in words(explorer)
