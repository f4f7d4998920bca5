"""The room of notebook 05."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="stack_linear_layers",
    question='Why is "linear" a disadvantage, and what is constant about it?',
    minutes=60,
    students_know="the product of two matrices",
    explorers={"Collapse": "collapse", "DeepLinear": "deep_linear"},
)
