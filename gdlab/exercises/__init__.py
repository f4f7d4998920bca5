"""How exercises and predictions work; which there are, the lessons say."""
