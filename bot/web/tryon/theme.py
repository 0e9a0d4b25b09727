"""How the page looks: colours, corners, and the fonts of the visitor's own machine."""

from __future__ import annotations

import gradio as gr
from gradio.themes.utils.colors import Color

_ROSE = Color(
    name="rose",
    c50="#fbf1f4",
    c100="#f6dfe6",
    c200="#edc0ce",
    c300="#df97ae",
    c400="#cd6d8c",
    c500="#bb4d72",
    c600="#a63c5b",
    c700="#87304a",
    c800="#6b283c",
    c900="#562233",
    c950="#33121d",
)
_SAND = Color(
    name="sand",
    c50="#faf7f2",
    c100="#f3ede4",
    c200="#e5dacd",
    c300="#cfc0b1",
    c400="#a5968a",
    c500="#776a61",
    c600="#5b504a",
    c700="#463b38",
    c800="#302827",
    c900="#231d1c",
    c950="#1a1615",
)


def make_theme() -> gr.themes.Base:
    """No font is fetched from anywhere."""
    return gr.themes.Base(
        primary_hue=_ROSE,
        secondary_hue=_ROSE,
        neutral_hue=_SAND,
        radius_size=gr.themes.sizes.radius_lg,
        font=("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"),
        font_mono=("ui-monospace", "Consolas", "monospace"),
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        # Dark enough to be read by everybody.
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_300",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        block_border_color="*neutral_200",
        block_border_color_dark="*neutral_700",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_300",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="*neutral_200",
    )
