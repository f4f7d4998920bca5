"""Predictions: every one asks before it answers, takes one answer, and keeps its feedback until then."""

import html
import re

import ipywidgets as widgets
import pytest

import gdlab
from gdlab.exercises.prediction import Option, Prediction
from gdlab.exercises.prediction_card import PredictionCard
from gdlab.explorers import page_owner, static_picture
from gdlab.lessons.predict import PREDICTIONS

pytestmark = pytest.mark.filterwarnings("error")

every = pytest.mark.parametrize("prediction", PREDICTIONS.values(), ids=PREDICTIONS)


def choose(card, index):
    """Do what the page does when a person clicks on an option."""
    card._choice.set_state({"index": index})


def click(button):
    """Do what the page does when a person clicks on a button; a disabled one cannot be clicked."""
    if not button.disabled:
        button._handle_custom_msg({"event": "click"}, [])


def answer(card):
    return html.unescape(re.sub(r"<[^>]+>", "", card._answer.value))


def plain(words):
    return re.sub("[`*]", "", words)


# --- what they say ---


def test_there_are_predictions():
    assert len(PREDICTIONS) >= 3


@every
def test_it_asks_one_question_with_options_that_differ(prediction):
    assert PREDICTIONS[prediction.slug] is prediction
    assert prediction.question.rstrip().endswith(("?", "."))
    assert len(prediction.options) >= 2
    assert len({option.text for option in prediction.options}) == len(prediction.options)


@every
def test_exactly_one_option_is_right(prediction):
    assert [option.right for option in prediction.options].count(True) == 1


@every
def test_every_option_has_feedback_of_its_own(prediction):
    feedback = [option.feedback for option in prediction.options]
    assert all(len(words) > 20 for words in feedback)
    assert len(set(feedback)) == len(feedback)


def test_no_two_predictions_ask_the_same():
    assert len({prediction.question for prediction in PREDICTIONS.values()}) == len(PREDICTIONS)


# --- choose, commit, see ---


@every
def test_nothing_can_be_committed_before_a_choice(prediction):
    card = gdlab.predict(prediction.slug)
    assert card._choice.index is None
    assert card._commit.disabled
    click(card._commit)
    assert card.committed is None
    assert card._answer.value == ""


@every
def test_the_feedback_comes_with_the_commit_and_speaks_to_the_choice(prediction):
    for index, option in enumerate(prediction.options):
        card = gdlab.predict(prediction.slug)
        choose(card, index)
        assert not card._commit.disabled
        assert card._answer.value == ""
        click(card._commit)
        assert card.committed is option
        assert plain(option.feedback) in answer(card)
        others = [plain(other.feedback) for other in prediction.options if other is not option]
        assert not any(other in answer(card) for other in others)


@every
def test_who_was_right_and_who_was_not_read_different_headlines(prediction):
    headlines = {True: set(), False: set()}
    for index, option in enumerate(prediction.options):
        card = gdlab.predict(prediction.slug)
        card.commit(index)
        headlines[option.right].add(re.search("<strong>.*?</strong>", card._answer.value)[0])
    assert len(headlines[True]) == len(headlines[False]) == 1
    assert headlines[True] != headlines[False]


@every
def test_after_the_commit_it_says_what_was_said_and_what_it_was_is_one_press_away(prediction):
    truth = next(option for option in prediction.options if option.right)
    for index, option in enumerate(prediction.options):
        card = gdlab.predict(prediction.slug)
        card.commit(index)
        before, told = card._answer.value.split("<details", 1)
        before, told = (html.unescape(re.sub(r"<[^>]+>", "", part)) for part in (before, told))
        assert f"You said: “{plain(option.text)}”" in before
        assert "turn out?" in told
        assert told.endswith("It was as you said." if option.right else f"It was: “{plain(truth.text)}”")
        if not option.right:
            assert plain(truth.text) not in before


@pytest.fixture
def card():
    return PredictionCard(
        Prediction(
            "toy",
            "Is 1 < 2 & 2 > 1?",
            (
                Option("Yes, <b>always</b>.", "So it `is` & <i>remains</i>.", right=True),
                Option("No.", "Count again."),
                Option("It depends.", "On nothing."),
            ),
        )
    )


def test_a_choice_can_be_changed_until_it_is_committed(card):
    for index in (1, 2, 0):
        choose(card, index)
    click(card._commit)
    assert card.committed is card.prediction.options[0]


def test_a_choice_that_is_taken_back_cannot_be_committed(card):
    choose(card, 1)
    choose(card, None)
    assert card._commit.disabled
    click(card._commit)
    assert card.committed is None


def test_only_the_first_commit_counts(card):
    choose(card, 1)
    click(card._commit)
    said = card._answer.value
    assert card._commit.disabled
    assert card._choice.disabled
    choose(card, 0)
    click(card._commit)
    card._commit.click()
    card.commit(0)
    assert card.committed is card.prediction.options[1]
    assert card._answer.value == said


def test_a_commit_in_code_shows_on_the_page(card):
    card.commit(2)
    assert card._choice.index == 2
    assert card._choice.disabled
    assert card._commit.disabled
    assert "On nothing." in answer(card)


@pytest.mark.parametrize("bad", [3, -1, None, "Yes", 1.0, True])
def test_what_is_no_option_is_told_and_commits_nothing(card, bad):
    with pytest.raises((ValueError, TypeError), match="wanted"):
        card.commit(bad)
    assert card.committed is None
    assert card._answer.value == ""
    assert card._choice.index is None
    assert not card._choice.disabled


def test_two_cards_of_one_prediction_are_independent():
    one, other = gdlab.predict("race"), gdlab.predict("race")
    one.commit(0)
    assert other.committed is None
    assert not other._choice.disabled


# --- on the page ---


def test_question_options_button_and_answer_stand_in_this_order(card):
    question, choice, commit, shown = card.widget.children
    assert isinstance(choice, widgets.RadioButtons)
    assert isinstance(commit, widgets.Button)
    assert html.escape(card.prediction.question) in question.value
    assert [label for label, _ in choice.options] == [option.text for option in card.prediction.options]
    assert [value for _, value in choice.options] == [0, 1, 2]
    assert shown is card._answer


def test_the_words_are_text_and_no_markup(card):
    card.commit(0)
    shown = card._answer.value + card.widget.children[0].value + card._repr_mimebundle_()["text/html"]
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "<code>is</code>" in card._answer.value
    assert "1 &lt; 2 &amp; 2 &gt; 1" in card.widget.children[0].value


@every
def test_without_a_kernel_it_asks_and_does_not_answer(prediction):
    card = gdlab.predict(prediction.slug)
    for committed in (False, True):
        if committed:
            card.commit(0)
        data = card._repr_mimebundle_()
        view = data["application/vnd.jupyter.widget-view+json"]
        assert view == {"version_major": 2, "version_minor": 0, "model_id": card.widget.model_id}
        page = html.unescape(re.sub(r"<[^>]+>", "", data["text/html"]))
        for shown in (page, data["text/plain"]):
            assert prediction.question in shown
            assert all(option.text in shown for option in prediction.options)
            assert not any(option.feedback in shown for option in prediction.options)
        assert data["text/plain"] == repr(card)


def test_what_is_stored_says_that_it_can_be_run():
    assert "Run this cell" in gdlab.predict("race")._repr_mimebundle_()["text/html"]


def test_in_jupyterlab_words_on_what_to_do_and_the_question_stand_beside_the_card(monkeypatch):
    """JupyterLab shows "model not found" in the place of a widget without a kernel, and nothing else of its output."""
    shown = []
    monkeypatch.setattr(static_picture, "display", lambda data, raw: shown.append(data))
    monkeypatch.setattr(page_owner, "_request", lambda: {"metadata": {"deletedCells": []}})
    card = gdlab.predict("race")
    still = card._repr_mimebundle_()
    assert set(still) == {"text/html", "text/plain"}
    live = "application/vnd.jupyter.widget-view+json"
    assert [list(one) for one in shown] == [[live], ["text/html", "text/plain"]]
    assert shown[0][live]["model_id"] == card.widget.model_id
    assert "Run its cell" in shown[1]["text/plain"]
    assert "gdlab-still" in shown[1]["text/html"], "the card's style hides what has this class"


def test_an_unknown_prediction_is_told_with_those_there_are():
    with pytest.raises(ValueError, match=r"unknown prediction 'nope'; wanted one of .*'race'"):
        gdlab.predict("nope")
