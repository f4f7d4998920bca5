"""The room of notebook 03."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="bend_the_neuron",
    question="What changes with a nonlinear activation?",
    minutes=55,
    students_know="the chain rule",
    explorers={"TwoHills": "two_hills", "UpdateArrows": "update_arrows", "OneWeight": "one_weight"},
)
