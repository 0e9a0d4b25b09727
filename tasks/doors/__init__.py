"""Parts of the desk's door, each a class of its own: who comes with what."""
