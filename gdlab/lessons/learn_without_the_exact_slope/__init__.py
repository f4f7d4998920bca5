"""The room of notebook 09."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="learn_without_the_exact_slope",
    question="How exact must the gradient be?",
    minutes=60,
    students_know="how an error travels back (06)",
    explorers={"WrongSigns": "wrong_signs", "StandIns": "stand_ins"},
)
