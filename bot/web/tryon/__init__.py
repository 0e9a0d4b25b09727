"""The visitors' page: Gradio's components, and what happens when they are used."""
