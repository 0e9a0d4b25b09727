"""What stands under messages, and what happens when it is pressed."""
