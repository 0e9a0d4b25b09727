"""The web page: a front end like the bots, for people with a browser, and for programs."""
