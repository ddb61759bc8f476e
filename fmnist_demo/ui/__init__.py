"""The page: the only rooms, with app.py, that know Gradio."""
