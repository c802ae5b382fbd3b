"""What a process loads before it begins stays to its end: it is no garbage, and nobody has to look through it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


@contextmanager
def loading() -> Iterator[None]:
    """Load modules in this block without looking for garbage among them: a third of a start went into that."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def loaded(name: str) -> ModuleType:
    """The module of this name, loaded so if it is not there yet."""
    if name not in sys.modules:
        with loading():
            import_module(name)
    return sys.modules[name]
