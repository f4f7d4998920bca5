"""Predictions: every one asks before it answers, takes one answer, and keeps its feedback until then."""

import html
import json
import re

import pytest

import gdlab
from gdlab.exercises.prediction import Option, Prediction
from gdlab.exercises.prediction_card import PredictionCard
from gdlab.explorers import page_owner, static_picture
from gdlab.lessons.predict import PREDICTIONS

pytestmark = pytest.mark.filterwarnings("error")

every = pytest.mark.parametrize("prediction", PREDICTIONS.values(), ids=PREDICTIONS)


def press(card, index):
    """Do what the page does when a person has chosen an option and presses *Commit*."""
    card.widget._handle_custom_msg(json.loads(json.dumps({"do": "commit", "index": index})), [])


def read(words):
    return html.unescape(re.sub(r"<[^>]+>", "", words))


def answer(card):
    """What is to be read at once after the commit, without what is one press away."""
    return read(" ".join([card.widget.answer["headline"], *card.widget.answer["words"]]))


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
def test_the_page_has_no_word_of_the_feedback_before_the_commit(prediction):
    card = gdlab.predict(prediction.slug)
    assert card.committed is None
    state = card.widget.get_state()
    assert (state["answer"], set(state["spec"])) == ({}, {"question", "options"})
    told = read(json.dumps(state["spec"], ensure_ascii=False))
    assert not any(plain(option.feedback) in told for option in prediction.options)


@every
def test_the_feedback_comes_with_the_commit_and_speaks_to_the_choice(prediction):
    for index, option in enumerate(prediction.options):
        card = gdlab.predict(prediction.slug)
        press(card, index)
        assert card.committed is option
        assert card.widget.answer["index"] == index
        assert plain(option.feedback) in answer(card)
        others = [plain(other.feedback) for other in prediction.options if other is not option]
        assert not any(other in answer(card) for other in others)


@every
def test_who_was_right_and_who_was_not_read_different_headlines(prediction):
    headlines = {True: set(), False: set()}
    for index, option in enumerate(prediction.options):
        card = gdlab.predict(prediction.slug)
        card.commit(index)
        headlines[option.right].add(card.widget.answer["headline"])
    assert len(headlines[True]) == len(headlines[False]) == 1
    assert headlines[True] != headlines[False]


@every
def test_after_the_commit_it_says_what_was_said_and_what_it_was_is_one_press_away(prediction):
    truth = next(option for option in prediction.options if option.right)
    for index, option in enumerate(prediction.options):
        card = gdlab.predict(prediction.slug)
        card.commit(index)
        assert f"You said: “{plain(option.text)}”" in answer(card)
        assert "turn out?" in card.widget.answer["ask"]
        outcome = "It was as you said." if option.right else f"It was: “{plain(truth.text)}”"
        assert read(card.widget.answer["outcome"]) == outcome
        if not option.right:
            assert plain(truth.text) not in answer(card)


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


def test_only_the_first_commit_counts(card):
    press(card, 1)
    said = card.widget.answer
    press(card, 0)
    card.commit(0)
    assert card.committed is card.prediction.options[1]
    assert card.widget.answer == said


def test_a_commit_in_code_shows_on_the_page(card, monkeypatch):
    sent = []
    monkeypatch.setattr(card.widget, "_send", lambda message, buffers=None: sent.append(message))
    card.commit(2)
    assert [message["state"] for message in sent] == [{"answer": card.widget.answer}]
    assert "On nothing." in answer(card)


def test_a_page_that_is_opened_later_shows_what_was_committed_to(card):
    press(card, 1)
    assert card.widget.get_state()["answer"]["index"] == 1


def test_who_waits_for_a_commit_is_told_once():
    told = []
    card = PredictionCard(PREDICTIONS["race"], on_commit=told.append)
    assert told == []
    for index in (1, 0):
        press(card, index)
    assert told == ["race"]


@pytest.mark.parametrize("bad", [3, -1, None, "Yes", 1.0, True])
def test_what_is_no_option_is_told_and_commits_nothing(card, bad):
    with pytest.raises((ValueError, TypeError), match="wanted"):
        card.commit(bad)
    assert card.committed is None
    assert card.widget.answer == {}


def test_two_cards_of_one_prediction_are_independent():
    one, other = gdlab.predict("race"), gdlab.predict("race")
    one.commit(0)
    assert other.committed is None
    assert other.widget.answer == {}


# --- on the page ---


@every
def test_the_page_asks_the_question_with_every_option_in_order(prediction):
    spec = gdlab.predict(prediction.slug).widget.spec
    assert read(spec["question"]) == f"Predict. {plain(prediction.question)}"
    assert [read(option) for option in spec["options"]] == [plain(option.text) for option in prediction.options]


def test_the_words_are_text_and_no_markup(card):
    card.commit(0)
    shown = json.dumps([card.widget.spec, card.widget.answer]) + card._repr_mimebundle_()["text/html"]
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "<code>is</code>" in card.widget.answer["words"][1]
    assert "1 &lt; 2 &amp; 2 &gt; 1" in card.widget.spec["question"]


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
    assert "gdlab-still" in shown[1]["text/html"], "the page's style hides what has this class"


def test_an_unknown_prediction_is_told_with_those_there_are():
    with pytest.raises(ValueError, match=r"unknown prediction 'nope'; wanted one of .*'race'"):
        gdlab.predict("nope")
