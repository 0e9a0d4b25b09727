"""Catalogues of sentences, a folder for each language, and what keeps them up to date."""
