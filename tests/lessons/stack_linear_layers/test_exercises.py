"""Beside what holds of every exercise: a well-known right answer for other inputs."""

import pytest

import gdlab


@pytest.mark.parametrize("b2", [0, -0.5])
def test_the_textbooks_xor_is_told_that_it_is_for_inputs_0_and_1(b2):
    textbook = {"W1": [[1, 1], [1, 1]], "b1": [0, -1], "W2": [1, -2], "b2": b2}
    words = " ".join(gdlab.check("xor-by-hand", textbook).words)
    assert "if the inputs are 0 and 1" in words
    assert "same direction" not in words
