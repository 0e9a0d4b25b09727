"""What members press: every button's id says all it needs, so that it works after any restart."""
