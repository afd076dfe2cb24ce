"""Fills the templates beside this file: `{{name}}` stands for a value."""

import pathlib
import re

_FOLDER = pathlib.Path(__file__).parent / "templates"


def fill(template, **values):
    """The template's text with every name replaced; a name without a value is a mistake."""
    text = (_FOLDER / template).read_text()
    return re.sub(r"\{\{(\w+)\}\}", lambda found: str(values[found[1]]), text)
