"""What tests of a lesson's exercises share: the variants with their words, and right answers on several draws."""

import json
import re

import numpy as np
import pytest

from gdlab.lessons import LESSONS
from gdlab.lessons.catalogue import EXERCISES, FAMILIES
from tests.notebooks.refresh import FOLDER


def each(name):
    """Every exercise of a family, the published one first, with the cells that tell it; a warning fails the test."""
    family = FAMILIES[name]
    (lesson,) = [stem for stem, lesson in LESSONS.items() if family in lesson.families]
    cells = json.loads((FOLDER / f"{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    told = ["".join(c["source"]) for c in cells if c["metadata"].get("gdlab", {}).get("told_by") == family.slug]
    members = [("published", family.published, told)]
    members += [(about, exercise, family.told(about)) for about, exercise in family.variants.items()]
    variants = pytest.mark.parametrize(
        ("exercise", "words"),
        [pytest.param(exercise, "\n".join(words), id=about) for about, exercise, words in members],
    )
    return lambda test: pytest.mark.filterwarnings("error")(variants(test))


def numbers_in(words, pattern):
    """The numbers in a text where the pattern has its groups, which must be there once."""
    (found,) = re.findall(pattern, words.replace("−", "-"))
    return [float(number) for number in (found if isinstance(found, tuple) else (found,))]


def slope_of(function, z, h=1e-5):
    return (function(z + h) - function(z - h)) / (2 * h)


def points_of(words):
    return np.array([[float(n.replace("−", "-")) for n in pair] for pair in re.findall(r"\((\S+), (\S+)\)", words)])


def assert_right_on_every_draw(slug, attempt):
    for seed in range(3):
        feedback = EXERCISES[slug].check(attempt, seed)
        assert feedback.verdict == "right", str(feedback)
