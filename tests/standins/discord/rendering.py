"""Messages of the stand-in as a page, much as a member sees them, for pictures in the docs."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.standins.discord.checks import ACTION_ROW, BUTTON, LABEL, SELECTS
from tests.standins.discord.schema import Json
from tests.standins.discord.state import Attachment, Kind, Message

STYLE = """
body { margin: 0; background: #313338; font: 15px/1.4 "DejaVu Sans", sans-serif; color: #dbdee1; }
#all { width: max-content; max-width: 560px; padding: 14px 16px; display: inline-block; }
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
.quote { border-left: 3px solid #4e5058; padding-left: 8px; display: inline-block; }
.form { background: #313338; border-radius: 8px; padding: 18px 20px; width: 420px;
  border: 1px solid #4e5058; }
.form h2 { font-size: 18px; color: #f2f3f5; margin: 0 0 14px; }
.form .label { color: #f2f3f5; font-weight: bold; font-size: 13px; margin-top: 14px; }
.form .note { color: #949ba4; font-size: 12px; }
.form .field { background: #1e1f22; border-radius: 4px; padding: 9px 12px; margin-top: 6px; display: flex;
  justify-content: space-between; }
.form .foot { display: flex; justify-content: flex-end; gap: 8px; margin-top: 20px; }
.only { font-size: 12px; color: #949ba4; margin-top: 6px; }
"""
_MOMENT = re.compile(r"&lt;t:(\d+):R&gt;")
_MENTION = re.compile(r"&lt;(@&amp;|@|#)(\d+)&gt;")
_LINK = re.compile(r"https://discord\.com/channels/\d+/(\d+)/\d+")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"(?<![\w*])\*([^*\n]+?)\*(?![\w*])")
_CODE = re.compile(r"`([^`\n]+)`")
_SMALL = re.compile(r"^-# (.*)$", re.MULTILINE)
_QUOTE = re.compile(r"^&gt; (.*)$", re.MULTILINE)
_ONLY = {"en": "Only you can see this", "tr": "Bunu sadece sen görebilirsin"}
_FOOT = {"en": ("Cancel", "Submit"), "tr": ("İptal", "Gönder")}
_UNITS = ((86400, "day", "gün"), (3600, "hour", "saat"), (60, "minute", "dakika"), (1, "second", "saniye"))
# The largest side of a picture that stands alone, and of several side by side, in pixels of the page.
_ALONE, _BESIDE = 300, 164


def page(messages: Sequence[Message], now: float, names: dict[int, str], language: str = "en") -> str:
    """`now` in seconds since 1970; `names` of people, roles and channels by their ids."""
    return _page("".join(_message(one, now, names, language) for one in messages))


def form_page(modal: Json, language: str = "en") -> str:
    """A form as the bot sent it, with what it is filled in with."""
    cancel, submit = _FOOT[language]
    foot = f"<div class=button>{cancel}</div><div class='button style1'>{submit}</div>"
    fields = "".join(_field(part) for part in modal["components"])
    title = f"<h2>{_safe(modal['title'])}</h2>"
    return _page(f"<div class=form>{title}{fields}<div class=foot>{foot}</div></div>")


def _page(shown: str) -> str:
    return f"<meta charset=utf-8><style>{STYLE}</style><div id=all>{shown}</div>"


def _field(part: Json) -> str:
    assert part["type"] == LABEL
    inner = part["component"]
    value = _chosen(inner) if inner["type"] in SELECTS else _safe(inner.get("value") or "")
    note = f"<div class=note>{_safe(part.get('description') or '')}</div>"
    return f"<div class=label>{_safe(part['label'])}</div>{note}<div class=field>{value}</div>"


def _chosen(select: Json) -> str:
    names = [option["label"] for option in select.get("options", ()) if option.get("default")]
    label = names[0] if names else select.get("placeholder") or ""
    return f"<span>{_safe(label)}</span><span>&#9662;</span>"


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
        parts.append(f"<div class=only>{_ONLY[language]}</div>")
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
    shown = _MOMENT.sub(
        lambda found: f"<span class=moment>{_moment(int(found[1]), now, language)}</span>", shown
    )
    shown = _MENTION.sub(
        lambda found: f"<span class=mention>{_name(found[1], int(found[2]), names)}</span>", shown
    )
    shown = _LINK.sub(
        lambda found: f"<span class=mention>{_name('#', int(found[1]), names)} &#8250; &#9993;</span>", shown
    )
    shown = _CODE.sub(r"<code>\1</code>", shown)
    shown = _BOLD.sub(r"<b>\1</b>", shown)
    shown = _ITALIC.sub(r"<i>\1</i>", shown)
    shown = _QUOTE.sub(r"<span class=quote>\1</span>", shown)
    return _SMALL.sub(r"<small>\1</small>", shown)


def _name(mark: str, id: int, names: dict[int, str]) -> str:
    return ("#" if mark == "#" else "@") + _safe(names.get(id, "somebody"))


def _moment(at: int, now: float, language: str) -> str:
    """Discord's relative time, which clients write themselves."""
    size = abs(at - now)
    fitting = (one for one in _UNITS if size >= one[0])
    length, english, turkish = next(fitting, _UNITS[-1])
    number = round(size / length)
    if language == "tr":
        return f"{number} {turkish} {'sonra' if at >= now else 'önce'}"
    counted = f"{number} {english}{'' if number == 1 else 's'}"
    return f"in {counted}" if at >= now else f"{counted} ago"


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
    return f"<div class=select>{_chosen(one)}</div>"


def _safe(text: str) -> str:
    return html.escape(text, quote=False)
