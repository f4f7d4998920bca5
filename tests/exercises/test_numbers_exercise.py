"""What an exercise that asks for numbers says of how they are written, and of one alone that is wrong."""

import pytest

from gdlab.exercises.numbers_exercise import NumbersExercise


@pytest.mark.parametrize("given", [[0, 4, 0, 1], ["0,4", "0,1"], ["0.4", "0.1"]])
def test_numbers_that_were_meant_are_told_how_they_are_written(given):
    two = NumbersExercise(slug="n", title="N", points=1, hints=("a",), answer=(0.4, 0.1), explanation="")
    feedback = two.check(given)
    assert feedback.score == 0
    assert "0.4" in str(feedback)


def test_a_thought_is_told_of_the_one_number_that_it_gives():
    four = NumbersExercise(slug="n", title="N", points=4, hints=("a",), answer=(2.0, 3.0, 5.0, 7.0), explanation="")

    @four.wrong("the slope is left out")
    def _():
        """Where is the slope?"""
        return None, 6.0, None, 28.0

    feedback = four.check([2, 3, 5, 28])
    assert (feedback.score, feedback.words) == (3, ("Number 4: Where is the slope?",))
    assert four.check([1, 6, 5, 28]).words == ("Not right: number 1.", "Numbers 2, 4: Where is the slope?")
