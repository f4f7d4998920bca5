"""The room of notebook 02."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="walk_down_a_slope",
    question="What do the sign and the size of a gradient tell a step? When does a gradient of constant size hurt?",
    minutes=40,
    students_know="the derivative of a function of one variable",
    explorers={"Descent": "descent"},
)
