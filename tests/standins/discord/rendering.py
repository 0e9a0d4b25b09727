"""Messages of the stand-in as a page, much as a member sees them, for pictures in the docs."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.standins.discord.checks import ACTION_ROW, BUTTON, SELECTS
from tests.standins.discord.schema import Json
from tests.standins.discord.state import Attachment, Kind, Message

STYLE = """
body { margin: 0; background: #313338; font: 15px/1.4 "DejaVu Sans", sans-serif; color: #dbdee1; }
#all { width: 560px; padding: 14px 16px; display: inline-block; }
.message { display: grid; grid-template-columns: 44px 1fr; column-gap: 12px; padding: 6px 8px; }
.message + .message { margin-top: 10px; }
.hidden { background: #383a4c; border-left: 2px solid #5865f2; }
.asked { grid-column: 2; font-size: 12px; color: #a0a4aa; }
.face { grid-row: span 2; width: 40px; height: 40px; border-radius: 50%; background: #5865f2; color: #fff;
  font-weight: bold; text-align: center; line-height: 40px; }
.who { font-weight: bold; color: #f2f3f5; }
.app { background: #5865f2; color: #fff; font-size: 10px; border-radius: 3px; padding: 1px 5px;
  margin: 0 6px; vertical-align: 2px; }
.when { font-size: 11px; color: #949ba4; font-weight: normal; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.text small { color: #949ba4; }
.moment, .mention { background: #3c4270; border-radius: 3px; padding: 0 2px; }
.moment { background: #404249; }
code { background: #2b2d31; border-radius: 3px; padding: 0 3px; font-size: 13px; }
.pictures { display: flex; gap: 6px; margin-top: 6px; }
.pictures img { border-radius: 8px; display: block; }
.file { background: #2b2d31; border-radius: 6px; padding: 8px 12px; margin-top: 6px; color: #00a8fc; }
.row { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 8px; }
.button { border-radius: 4px; padding: 6px 14px; font-size: 13px; color: #fff; background: #4e5058; }
.style1 { background: #5865f2; } .style3 { background: #248046; } .style4 { background: #da373c; }
.select { flex: 1; max-width: 400px; background: #1e1f22; border-radius: 4px; padding: 8px 12px;
  display: flex; justify-content: space-between; color: #dbdee1; }
.only { font-size: 12px; color: #949ba4; margin-top: 6px; }
"""
_MOMENT = re.compile(r"&lt;t:(\d+):R&gt;")
_MENTION = re.compile(r"&lt;(@&amp;|@|#)(\d+)&gt;")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"(?<![\w*])\*([^*\n]+?)\*(?![\w*])")
_CODE = re.compile(r"`([^`\n]+)`")
_SMALL = re.compile(r"^-# (.*)$", re.MULTILINE)
# The largest side of a picture that stands alone, and of several side by side, in pixels of the page.
_ALONE, _BESIDE = 300, 164


def page(messages: Sequence[Message], now: float, names: dict[int, str], language: str = "en") -> str:
    """`now` in seconds since 1970; `names` of people, roles and channels by their ids."""
    shown = "".join(_message(one, now, names, language) for one in messages)
    return f"<meta charset=utf-8><style>{STYLE}</style><div id=all>{shown}</div>"


def _message(message: Message, now: float, names: dict[int, str], language: str) -> str:
    author = message.author
    tag = "<span class=app>APP</span>" if author.bot else " "
    at = datetime.fromtimestamp(message.edited_at or message.sent_at, UTC)
    parts = [
        f"<div class=who>{_safe(author.name)}{tag}<span class=when>{at:%H:%M}</span></div>",
        f"<div class=text>{_text(message.content, now, names, language)}</div>",
        _files(message.attachments),
        *(_row(one) for one in message.components if one["type"] == ACTION_ROW),
    ]
    if message.only_for is not None:
        only = {"en": "Only you can see this", "tr": "Bunu sadece sen görebilirsin"}[language]
        parts.append(f"<div class=only>{only}</div>")
    kind = "message hidden" if message.only_for is not None else "message"
    face = f"<div class=face>{_safe(author.name[:1].upper())}</div>"
    return f"<div class='{kind}'>{_asked(message)}{face}<div>{''.join(parts)}</div></div>"


def _asked(message: Message) -> str:
    interaction = message.interaction
    if interaction is None or interaction.kind is not Kind.COMMAND:
        return ""
    words = [interaction.data["name"]]
    options = interaction.data.get("options") or []
    while options and options[0]["type"] in (1, 2):
        words.append(options[0]["name"])
        options = options[0].get("options") or []
    return f"<div class=asked>{_safe(interaction.user.name)} &nbsp;/{_safe(' '.join(words))}</div>"


def _text(text: str, now: float, names: dict[int, str], language: str) -> str:
    shown = _safe(text)
    shown = _MOMENT.sub(lambda found: f"<span class=moment>{_moment(int(found[1]), now, language)}</span>", shown)
    shown = _MENTION.sub(lambda found: f"<span class=mention>{_name(found[1], int(found[2]), names)}</span>", shown)
    shown = _CODE.sub(r"<code>\1</code>", shown)
    shown = _BOLD.sub(r"<b>\1</b>", shown)
    shown = _ITALIC.sub(r"<i>\1</i>", shown)
    return _SMALL.sub(r"<small>\1</small>", shown)


def _name(mark: str, id: int, names: dict[int, str]) -> str:
    return ("#" if mark == "#" else "@") + _safe(names.get(id, "somebody"))


def _moment(at: int, now: float, language: str) -> str:
    """Discord's relative time, which clients write themselves."""
    seconds = at - now
    size = abs(seconds)
    for unit, turkish, length in (("day", "gün", 86400), ("hour", "saat", 3600), ("minute", "dakika", 60)):
        if size >= length:
            number = round(size / length)
            break
    else:
        unit, turkish, number = "second", "saniye", round(size)
    if language == "tr":
        return f"{number} {turkish} {'içinde' if seconds >= 0 else 'önce'}"
    counted = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {counted}" if seconds >= 0 else f"{counted} ago"


def _files(attachments: Sequence[Attachment]) -> str:
    pictures = [one for one in attachments if one.pixels]
    side = _ALONE if len(pictures) == 1 else _BESIDE
    shown = "".join(_picture(one, side) for one in pictures)
    others = "".join(f"<div class=file>{_safe(one.filename)}</div>" for one in attachments if not one.pixels)
    return (f"<div class=pictures>{shown}</div>" if shown else "") + others


def _picture(attachment: Attachment, side: int) -> str:
    assert attachment.pixels
    width, height = attachment.pixels
    scale = side / max(width, height)
    data = base64.b64encode(attachment.data).decode()
    size = f"width={round(width * scale)} height={round(height * scale)}"
    return f"<img {size} src='data:{attachment.content_type};base64,{data}'>"


def _row(row: Json) -> str:
    return f"<div class=row>{''.join(_component(one) for one in row['components'])}</div>"


def _component(one: Json) -> str:
    if one["type"] == BUTTON:
        return f"<div class='button style{one['style']}'>{_safe(one.get('label') or '')}</div>"
    assert one["type"] in SELECTS
    chosen = [option["label"] for option in one.get("options", ()) if option.get("default")]
    label = chosen[0] if chosen else one.get("placeholder") or ""
    return f"<div class=select><span>{_safe(label)}</span><span>&#9662;</span></div>"


def _safe(text: str) -> str:
    return html.escape(text, quote=False)
