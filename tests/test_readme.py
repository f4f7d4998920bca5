"""What the README says can be done."""

import re
from pathlib import Path

import pytest

import gdlab
from gdlab.lessons.catalogue import EXERCISES
from tests.notebooks.refresh import stored

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.+?)```", README, re.DOTALL)


def test_ci_runs_exactly_the_test_command():
    (command,) = (block.strip() for block in blocks("sh") if "[test]" in block)
    assert command in (TOP / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_code_runs_as_it_stands():
    (code,) = blocks("python")
    seen = {}
    exec(code, seen)
    assert seen["history"].loss[-1].shape == (50,)


def test_lists_every_notebook_and_no_other():
    assert re.findall(r"\]\(notebooks/(\w+\.ipynb)\)", README) == [path.name for path in stored()]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:\.ci|gdlab|tests|binder)[/\w.]*)/?`", README))))
def test_files_and_modules_it_names_are_there(name):
    if "/" in name:
        assert (TOP / name).exists()
    else:
        assert name == "gdlab" or eval(name, {"gdlab": gdlab}) is not None


def test_exercises_and_explorers_it_names_are_there():
    for slug in re.findall(r'gdlab\.(?:hint|solution|check)\("([\w-]+)"', README):
        assert slug in EXERCISES
    for name in re.findall(r"\| `([A-Z]\w+)`", README):
        assert name in gdlab.__all__


def test_the_picture_is_there_and_described():
    (words, target) = re.search(r"!\[(.+?)\]\((.+?)\)", README).groups()
    assert (TOP / target).is_file()
    assert len(words) > 40
