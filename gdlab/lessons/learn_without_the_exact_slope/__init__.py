"""Lesson 09: How exact must the gradient be?"""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="learn_without_the_exact_slope",
    question="How exact must the gradient be?",
    minutes=45,
    students_know="how an error travels back (06)",
    explorers={"StandIns": "stand_ins"},
)
