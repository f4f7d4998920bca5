"""Families: every variant is an exercise as good as the published one, and another one, told by whole cells."""

import json
import re

import numpy as np
import pytest

import gdlab
from gdlab.exercises.family import Family
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.exercises.property_exercise import PropertyExercise
from gdlab.lessons.catalogue import EXERCISES, FAMILIES, find_exercise
from tests.exercises.test_every_exercise import bare, lines_of_the_solution
from tests.notebooks.refresh import stored

NEW = [family for family in FAMILIES.values() if isinstance(family, Family)]
VARIANTS = [
    pytest.param(family, about, variant, id=f"{family.name}: {about}")
    for family in NEW
    for about, variant in family.variants.items()
]
families = pytest.mark.parametrize("family", NEW, ids=lambda family: family.name)
each = pytest.mark.parametrize(("family", "about", "exercise"), VARIANTS)


def cells_of(family):
    """The cells of the notebook that has the exercise."""
    for path in stored():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        if any(f'gdlab.check("{family.slug}"' in "".join(cell["source"]) for cell in cells):
            return cells
    raise AssertionError(family.slug)


@families
def test_a_number_names_one_variant_and_many_numbers_name_all(family):
    drawn = [family.about_variant(seed) for seed in range(200)]
    assert set(drawn) == set(family.variants)
    assert len(family.variants) >= 3, "a family has three variants at least"
    assert drawn == [family.about_variant(seed) for seed in range(200)]
    exercise = find_exercise(f"{family.name}@7")
    assert (exercise.slug, exercise.title) == (f"{family.name}@7", family.variants[drawn[7]].title)


def test_the_variants_that_numbers_name_stay():
    assert FAMILIES["both-rules"].about_variant(2027) == "one Gaussian unit"
    assert FAMILIES["line-gradient"].about_variant(2027) == "the mean of 3 e²"


@each
def test_its_reference_earns_all_and_the_published_one_does_not(family, about, exercise):
    assert exercise.check(exercise.reference).score == exercise.points == family.published.points
    passes = f"the published solution of {family.slug} passes in the variant as well"
    assert exercise.check(family.published.reference).verdict == "wrong", passes
    assert family.published.check(exercise.reference).verdict == "wrong", passes


@each
def test_it_is_told_in_as_many_cells_as_the_notebook_marks_in_words_of_its_own(family, about, exercise):
    marked = [
        "".join(cell["source"])
        for cell in cells_of(family)
        if cell["metadata"].get("gdlab", {}).get("told_by") == family.slug
    ]
    told = family.told(about)
    wanted = f'"gdlab": {{"told_by": "{family.slug}"}}'
    assert len(told) == len(marked), f"the notebook has to mark as many cells with {wanted} in their metadata"
    assert all(one.strip() for one in told)
    assert not {*told} & {*marked}, "a cell of the variant says what the published one says"
    assert all(family.told(other) != told for other in family.variants if other != about)
    assert not any("{{" in re.sub(r"\$.*?\$", "", cell, flags=re.DOTALL) for cell in told)


@each
def test_no_words_of_it_give_its_solution_away(family, about, exercise):
    if isinstance(exercise, FunctionExercise):
        words = [*exercise.hints, *(one.thought for one in exercise.misconceptions), *family.told(about)]
        assert [line for line in lines_of_the_solution(exercise) for one in words if bare(line) in bare(one)] == []


@each
def test_its_solution_runs_as_it_is_shown_to_an_instructor(family, about, exercise):
    made = {"np": np, "gdlab": gdlab}
    exec(exercise.solution_text, made)
    if isinstance(exercise, FunctionExercise | PropertyExercise) or exercise.called:
        assert exercise.called == family.published.called
        assert exercise.check(made[exercise.called]).verdict == "right"


@families
def test_a_notebook_without_its_cells_is_refused(family):
    cells = [{**cell, "metadata": {}} for cell in cells_of(family)]
    with pytest.raises(ValueError, match=f"no variant of {family.slug} can be made: its notebook has 0 cells"):
        family.retold(cells, 1)


@families
def test_its_solution_is_not_shown_to_a_student(family):
    note = gdlab.solution(f"{family.name}@2027")
    assert note.code == ""
    assert EXERCISES[family.slug] is family.published


def test_a_wrong_answer_that_is_not_there_cannot_be_left_out():
    with pytest.raises(ValueError, match="both-rules knows no wrong answer 'x'; wanted some of the slope is missing"):
        EXERCISES["both-rules"].but(without=("x",))


LINES = FAMILIES["line-gradient"].variants
UNITS = FAMILIES["both-rules"].variants


@pytest.mark.parametrize("exercise", LINES.values(), ids=LINES)
def test_a_gradient_is_the_slope_of_the_mean_of_the_loss(exercise):
    loss, scale, h = exercise.given["loss"], exercise.given["scale"], 1e-6
    for w, b, x, y in exercise.calls(3):

        def mean(w, b, x=x, y=y):
            return np.mean(scale * loss.L(w * x + b, y))

        measured = [
            (mean(w + h, b) - mean(w - h, b)) / (2 * h),
            (mean(w, b + h) - mean(w, b - h)) / (2 * h),
        ]
        np.testing.assert_allclose(exercise.reference(w, b, x, y), measured, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("exercise", UNITS.values(), ids=UNITS)
def test_both_rules_of_a_unit_are_its_measured_slope(exercise):
    f, h = exercise.given["unit"].f, 1e-6
    for error, z, input in exercise.calls(3):
        slope = (f(z + h) - f(z - h)) / (2 * h)
        delta, chain = exercise.reference(error, z, input)
        assert delta == pytest.approx(error * input)
        assert chain == pytest.approx(error * slope * input, rel=1e-6, abs=1e-9)
