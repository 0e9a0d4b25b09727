"""What one sees of a running command, and how it is stopped."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

from tqdm import tqdm

_STEPS = "{desc} {percentage:3.0f}%|{bar}| step {n_fmt} of {total_fmt}, {elapsed} so far, {remaining} to go"

_BYTES = "{desc} {percentage:3.0f}%|{bar}| {n_fmt} of {total_fmt}, {rate_fmt}, {remaining} to go"


class Progress:
    """A bar on stderr that says what is being done; gone when done."""

    def __init__(self, shown: bool | None, *, quiet: bool = False) -> None:
        """shown: None shows it where stderr is a terminal. quiet: also no lines beside the bar."""
        self._quiet = quiet
        disable = None if shown is None else not shown
        self._bar = tqdm(
            disable=disable, leave=False, mininterval=0, miniters=1, dynamic_ncols=True, bar_format="{desc}"
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def stage(self, text: str) -> None:
        """Something without steps has begun, such as loading."""
        self._bar.bar_format = "{desc}"
        self._bar.set_description_str(f"{text} ...")

    def begin(self, text: str, total: int, done: int = 0) -> None:
        """Of `total` steps, `done` are done and the others to come."""
        self._bar.reset(total=total)
        self._bar.initial = self._bar.n = done
        self._bar.bar_format = _STEPS
        self._bar.mininterval, self._bar.unit_scale = 0, False
        self._bar.set_description_str(text)

    def step(self) -> None:
        """One more step is done."""
        self._bar.update()

    def begin_bytes(self, text: str, total: int) -> None:
        """`total` bytes are to come."""
        self._bar.reset(total=total)
        self._bar.initial = 0
        self._bar.bar_format = _BYTES
        self._bar.mininterval, self._bar.unit, self._bar.unit_scale = 0.1, "B", True
        self._bar.set_description_str(text)

    def add_bytes(self, count: int) -> None:
        """These are done."""
        self._bar.update(count)

    def say(self, text: str) -> None:
        """A line on stderr that stays, bar or no bar."""
        if not self._quiet:
            self._bar.write(text, file=sys.stderr)


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """While open, a first Ctrl-C only makes the yielded function true; a second one acts at once."""
    interrupted = False

    def remember(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        if interrupted:
            raise KeyboardInterrupt
        interrupted = True

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield lambda: interrupted
    finally:
        signal.signal(signal.SIGINT, before)
