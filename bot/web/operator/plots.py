"""Small plots as SVG in the page itself: no script, and nobody is asked for anything."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH, _HEIGHT, _TOP, _LEFT = 480, 120, 10, 52  # units of the drawing
_MOST = 60  # bars


def bars(values: Sequence[float], meaning: str) -> Markup:
    """One bar for each value (0 or more, in seconds), the newest on the right; the last 60. `meaning` is read
    out to those who do not see it, and each bar's value shows where a pointer rests."""
    shown = values[-_MOST:]
    top = max(shown, default=0.0) or 1.0
    wide = (_WIDTH - _LEFT) / _MOST
    parts = [
        Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            _WIDTH, _HEIGHT + _TOP + 4, meaning
        )
    ]
    for share in (0.0, 0.5, 1.0):
        y = _TOP + _HEIGHT * (1 - share)
        parts.append(
            Markup('<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/><text x="{}" y="{:.1f}">{}</text>').format(
                _LEFT, _WIDTH, y, y, _LEFT - 6, y + 4, seconds(top * share)
            )
        )
    for number, value in enumerate(shown):
        high = max(1.0, _HEIGHT * value / top)
        parts.append(
            Markup(
                '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>'
            ).format(
                _LEFT + wide * (_MOST - len(shown) + number),
                _TOP + _HEIGHT - high,
                wide - 1.5,
                high,
                seconds(value),
            )
        )
    return Markup("").join([*parts, Markup("</svg>")])


def seconds(value: float) -> str:
    """`0.25 s`, `12 s`, `3 min`, `5 h`: short, for a plot or a table."""
    if value < 10:
        return f"{value:.2g} s"
    if value < 120:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.0f} h"
