"""The page in one language: head, terms, a tab for each kind of picture, and the visitor's own pictures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr
from fastapi import FastAPI

from bot.core.tongue import Tongue
from bot.web.house import House
from bot.web.samples import ASSETS, PATHS
from bot.web.speech import NAMES
from bot.web.tryon.choices import control_of, from_query, usual
from bot.web.tryon.gallery import Gallery
from bot.web.tryon.making import Maker
from bot.web.tryon.panel import Panel
from bot.web.tryon.programs import add_endpoints
from bot.web.tryon.terms import terms_markdown
from bot.web.tryon.theme import make_theme
from bot.web.tryon.told import NoticeBox
from tasks.errors import DeskError
from tasks.records import Control

# Of its footer Gradio leaves a dot too many, and on a phone nothing else.
_HEAD = (
    '<link rel="icon" href="../favicon.svg">'
    "<style>footer .divider { display: none !important; }"
    " @media (max-width: 640px) { footer[aria-label] { display: none !important; } }</style>"
)
# Open pages whose values are remembered, of all visitors together.
_SESSIONS = 1000
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def mount_tryon(app: FastAPI, house: House, language: str) -> str:
    """Mount the page in a language; its path. Gradio's environment is set before."""
    path = f"/{language}"
    gr.set_static_paths(list(PATHS.values()))
    page = TryonPage(house, language)
    root = house.settings.web_url
    gr.mount_gradio_app(
        app,
        page.blocks,
        path,
        root_path=None if root is None else root.rstrip("/") + path,
        footer_links=["api"],
        run_history=False,
        show_error=False,
        max_file_size=house.shelf.max_bytes,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        theme=make_theme(),
        css=(ASSETS / "style.css").read_text(encoding="utf-8"),
        head=_HEAD,
    )
    return path


class TryonPage:
    """`blocks` is Gradio's."""

    def __init__(self, house: House, language: str) -> None:
        self._house = house
        self._tongue = house.speech.tongue(language)
        self._maker = Maker(house, self._tongue)
        say = self._tongue.say
        with gr.Blocks(title=say("AI-Giydir: try clothes on"), analytics_enabled=False) as self.blocks:
            gr.HTML(_head(house, self._tongue), elem_id="g-head-box")
            self._told = NoticeBox(house, self._tongue)
            with gr.Column(visible=False, elem_id="g-terms") as self._terms:
                gr.Markdown(terms_markdown(self._tongue, house.settings))
                self._agree = gr.Button(say("I agree"), variant="primary", elem_id="g-agree")
            with gr.Column(visible=False) as self._inside, gr.Tabs() as self._tabs:
                with gr.Tab(say("Try-on"), id=Control.TRYON.value):
                    self._tryon = Panel(house, self._tongue, Control.TRYON)
                with gr.Tab(say("Pose transfer"), id=Control.POSE.value):
                    self._pose = Panel(house, self._tongue, Control.POSE)
                with gr.Tab(say("My pictures"), id="mine") as mine:
                    mine.select(self._told.show, None, self._told.shown, postprocess=False, **_QUIET)
                    self._gallery = Gallery(house, self._tongue, mine)
            made = say("Every picture here is made by AI, and says so.")
            gr.HTML(f'<p class="g-made">{escape(made)}</p>')
            add_endpoints(house, self._tongue)
            self._wire()
        self.blocks.queue(default_concurrency_limit=20, max_size=None, api_open=False)
        self.blocks.state_session_capacity = _SESSIONS

    @property
    def _panels(self) -> Sequence[Panel]:
        return self._tryon, self._pose

    def _wire(self) -> None:
        doors = [self._terms, self._inside]
        fields = [field for panel in self._panels for field in (*panel.fields, panel.settings)]
        begun = self.blocks.load(
            self._begin, None, [*doors, self._tabs, *fields], postprocess=False, **_QUIET
        )
        for panel in self._panels:
            self.blocks.load(panel.look_for_means, None, panel.means, postprocess=False, **_QUIET)
            begun.then(panel.resume, None, panel.shown, postprocess=False, **_QUIET)
        self.blocks.load(self._told.show, None, self._told.shown, postprocess=False, **_QUIET)
        self._agree.click(self._agreed, None, doors, **_QUIET)
        self.blocks.unload(self._closed)
        self._gallery.objected.then(self._told.show, None, self._told.shown, postprocess=False, **_QUIET)
        self._gallery.on_leaving(self._look_again, [*doors, *self._told.shown])

    async def _begin(self, request: gr.Request) -> list[Any]:
        """Terms first, for whoever has not agreed; and the settings of a link."""
        query = {str(name): str(value) for name, value in dict(request.query_params).items()}
        doors = self._doors(agreed=await self._consented(request))
        chosen = control_of(query)
        fields: list[Any] = []
        for panel, control in zip(self._panels, (Control.TRYON, Control.POSE), strict=True):
            base = usual(control, self._house.settings.weights)
            try:
                choices = from_query(query, base) if control is chosen else base
            except DeskError as error:
                self._maker.warn(error)
                choices = base
            fields += [*panel.filled(choices), choices.to_json()]
        return [*doors, gr.update(selected=chosen.value), *fields]

    async def _consented(self, request: gr.Request) -> bool:
        return await self._house.asking.consented(self._maker.visitor(request).person)

    async def _agreed(self, request: gr.Request) -> list[Any]:
        await self._house.affairs.agree(self._maker.visitor(request).person)
        return self._doors(agreed=True)

    async def _look_again(self, request: gr.Request) -> list[Any]:
        return [*self._doors(agreed=await self._consented(request)), *await self._told.show(request)]

    async def _closed(self, request: gr.Request) -> None:
        if request.session_hash is not None:
            await self._house.forms.closed(request.session_hash)

    def _doors(self, *, agreed: bool) -> list[Any]:
        return [gr.update(visible=not agreed), gr.update(visible=agreed)]


def _head(house: House, tongue: Tongue) -> str:
    """Name, what it is, and the switch of languages: links, so that they work without anything else."""
    links = "".join(_language(house, name, here=name == tongue.language) for name in house.speech.languages)
    out = ""
    if house.visitors.sign_in:
        word = escape(tongue.say("Sign out"))
        action = f"{house.prefix}/sign-out"
        out = f'<form method="post" action="{action}"><button>{word}</button></form>'
    what = escape(tongue.say("See yourself in a garment: two photos, one picture."))
    return f'<header id="g-head"><h1>AI-Giydir</h1><p>{what}</p><nav>{links}{out}</nav></header>'


def _language(house: House, name: str, *, here: bool) -> str:
    current = ' aria-current="true"' if here else ""
    return (
        f'<a href="{house.prefix}/language/{name}" lang="{name}"{current}>{escape(NAMES.get(name, name))}</a>'
    )
