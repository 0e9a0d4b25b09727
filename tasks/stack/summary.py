"""What `giydir up` says once everything runs: where to look, and what to add next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.settings import VAR, Settings
from tasks.stack.page import PORT_VARIABLE, Page


def summary(settings: Settings, workers: int, fronts: Sequence[str], page: Page | None) -> Iterator[str]:
    """About ten lines. `page`: the one that runs, if any."""
    yield ""
    yield f"giydir is up: {workers} worker{'s' if workers != 1 else ''}, weights {settings.weights}."
    yield from _page(page, operator=settings.operator_password is not None)
    yield f"  Pictures      encrypted, under {VAR.resolve()}; the key is in .env"
    bots = ", ".join(front for front in fronts if front != "web")
    yield f"  Bots          {bots or 'none yet: DISCORD_TOKEN=... or TELEGRAM_TOKEN=... in .env'}"
    if settings.weights == "mini":
        yield "  Photos        the mini model knows drawings only. For real photos:"
        yield "                leffa weights pull --model viton_hd weights; GIYDIR_WEIGHTS=weights in .env"
    yield f"  Computes on   {_device(settings)}"
    if settings.health_port:
        yield f"  Metrics       http://{settings.health_host}:{settings.health_port}/metrics"
    yield "  Look at it    giydir doctor, giydir jobs list, giydir settings --sample"
    yield "  Stop it       Ctrl-C"
    yield ""


def _page(page: Page | None, *, operator: bool) -> Iterator[str]:
    if page is None:
        yield f"  Web page      off: it is not installed (pip install '.[web]'), or {PORT_VARIABLE} is 0"
        return
    taken = f" (port {page.wanted} is taken)" if page.port != page.wanted else ""
    yield f"  Web page      {page.url}{taken}"
    if operator:
        yield f"  Operator      {page.url.rstrip('/')}/operator"


def _device(settings: Settings) -> str:
    if settings.device == "auto":
        return "a GPU if PyTorch finds one, else the CPU; GIYDIR_DEVICE=cuda insists on a GPU"
    return f"{settings.device}, as GIYDIR_DEVICE says"
