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


def test_it_and_the_notes_for_instructors_count_the_notebooks_right():
    count = dict(enumerate(["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"], 10))[len(stored())]
    assert f"gdlab is {count} Jupyter notebooks" in README
    assert f"{count.capitalize()} notebooks, one question" in (TOP / "notebooks" / "INSTRUCTORS.md").read_text("utf-8")


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


def test_the_pictures_are_there_and_described_and_small():
    targets = re.findall(r'(?:srcset|src)="(.+?)"', README)
    assert len(targets) == 4
    assert all((TOP / target).stat().st_size < 2e6 for target in targets)
    assert len(re.search(r'alt="(.+?)"', README)[1]) > 40


def test_the_version_is_the_same_wherever_it_is_told():
    newest, date = re.search(r"^\*\*([\d.]+)\*\* \((.+?)\)", README, re.MULTILINE).groups()
    citation = (TOP / "CITATION.cff").read_text(encoding="utf-8")
    assert newest == gdlab.__version__ == re.search(r"^version: (.+)$", citation, re.MULTILINE)[1]
    assert date == re.search(r"^date-released: (.+)$", citation, re.MULTILINE)[1]
