"""The dispatcher: rings for work that waits, takes jobs from silent workers, and clears up."""
