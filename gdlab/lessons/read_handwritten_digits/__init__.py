"""The room of notebook 10."""

from gdlab.lessons.lesson import Lesson

LESSON = Lesson(
    name="read_handwritten_digits",
    question="Does it matter on real data what stands in the middle?",
    minutes=60,
    students_know="what the rules are (00, 06)",
    explorers={"DigitsLab": "digits_lab", "OwnDigit": "own_digit"},
)
