"""`gdlab course` writes a course that nbgrader takes as it is, and overwrites nothing."""

import csv
import importlib.util
import json
import re

import pytest

from gdlab.command import main
from gdlab.notebooks import GLOSSARY, chosen_notebooks
from tests.notebooks.refresh import stored


@pytest.mark.parametrize("name", ["01", "1", "01_fit_a_line", "01_fit_a_line.ipynb"])
def test_a_notebook_is_called_by_number_or_name(name):
    assert [path.name for path in chosen_notebooks([name])] == ["01_fit_a_line.ipynb"]


def test_notebooks_come_in_their_order_and_once():
    assert [path.stem[:2] for path in chosen_notebooks(["03", "0", "3"])] == ["00", "03"]
    assert chosen_notebooks() == stored()


def test_a_course_without_a_choice_has_every_notebook_as_it_is_and_the_glossary_beside_it(tmp_path):
    assert main(["course", str(tmp_path / "all")]) == 0
    folders = sorted((tmp_path / "all" / "source").iterdir())
    assert [folder.name for folder in folders] == [path.stem for path in stored()]
    for folder, original in zip(folders, stored(), strict=True):
        assert sorted(path.name for path in folder.iterdir()) == [original.name, GLOSSARY]
        for path in (original, original.with_name(GLOSSARY)):
            assert (folder / path.name).read_bytes() == path.read_bytes()


def test_of_some_notebooks_the_links_to_the_others_are_plain_words(tmp_path, capsys):
    assert main(["course", str(tmp_path / "a" / "monday"), "--notebooks", "00", "03"]) == 0
    assert "00_start_here, 03_bend_the_neuron" in capsys.readouterr().out
    link = re.compile(r"\[([^][]*)\]\((\w+\.(?:ipynb|md))")
    for original in chosen_notebooks(["00", "03"]):
        for path in (original, original.with_name(GLOSSARY)):
            content = (tmp_path / "a" / "monday" / "source" / original.stem / path.name).read_text(encoding="utf-8")
            whole = path.read_text(encoding="utf-8")
            kept = [(words, to) for words, to in link.findall(whole) if to[:2] in ("00", "03", "gl")]
            assert link.findall(content) == kept
            assert link.sub(r"\1", content).replace(")", "") == link.sub(r"\1", whole).replace(")", "")
    assert kept, "the glossary leads to both"


def test_there_is_a_roster_to_fill_in(tmp_path):
    main(["course", str(tmp_path / "c"), "--notebooks", "01"])
    with (tmp_path / "c" / "roster.csv").open(encoding="utf-8") as roster:
        assert next(csv.reader(roster)) == ["id", "first_name", "last_name", "email"]


def test_without_nbgrader_the_course_is_made_and_what_is_missing_is_said(tmp_path, capsys, monkeypatch):
    assert main(["course", str(tmp_path / "with"), "--notebooks", "01"]) == 0
    assert "not installed" not in capsys.readouterr().out
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["course", str(tmp_path / "without"), "--notebooks", "01"]) == 0
    assert "need nbgrader, which is not installed in this Python: pip install nbgrader" in capsys.readouterr().out
    assert (tmp_path / "without" / "source" / "01_fit_a_line" / "01_fit_a_line.ipynb").is_file()


def test_nothing_is_overwritten(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["course", str(tmp_path)]) == 1
    assert "is there already and not empty; wanted a new folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert main(["course", str(tmp_path / "notes.txt")]) == 1
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_an_unknown_notebook_is_named_with_those_there_are_and_nothing_is_written(tmp_path, capsys):
    assert main(["course", str(tmp_path / "c"), "--notebooks", "01", "77"]) == 1
    said = capsys.readouterr().err
    assert "no notebook is called 77; wanted one of 00_start_here, 01_fit_a_line" in said
    assert not (tmp_path / "c").exists()


def test_a_folder_whose_name_nbgrader_would_not_take_is_refused(tmp_path, capsys):
    assert main(["course", str(tmp_path / "a+b")]) == 1
    assert "a course cannot be called 'a+b'" in capsys.readouterr().err
    assert not (tmp_path / "a+b").exists()


def test_its_readme_lists_the_assignments_with_their_points(tmp_path):
    main(["course", str(tmp_path / "c"), "--notebooks", "01", "03"])
    readme = (tmp_path / "c" / "README.md").read_text(encoding="utf-8")
    for path in chosen_notebooks(["01", "03"]):
        cells = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(path.read_text())["cells"]]
        checked = sum(cell["points"] for cell in cells if cell.get("grade") and cell["locked"])
        assert f"`{path.stem}`: {checked} points by its checks" in readme
    assert "3 by hand" in readme
