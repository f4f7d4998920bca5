"""What has a place of its own on a notebook's page: the explorers, and the cards of predictions."""
