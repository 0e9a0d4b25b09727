"""Whether a picture may be used, or shown: its size, the list of blocked pictures, and a classifier."""
