"""Fills the templates next to this file: `{{name}}` is replaced with a value."""

import pathlib
import re

_FOLDER = pathlib.Path(__file__).parent / "templates"


def fill(template, **values):
    """The template's text with every name replaced; a name without a value is an error."""
    text = (_FOLDER / template).read_text()
    return re.sub(r"\{\{(\w+)\}\}", lambda found: str(values[found[1]]), text)
