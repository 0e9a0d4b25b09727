"""Data sets in their published folder layouts, read item by item: `data[i]` opens the files of item i only.

    data = leffa.data.viton_hd(root, "test", paired=False)
    item = data[0]                       # TryOnItem: person, garment, mask, control picture

What a file is called is read from the lists at once; a list that is missing or no list is named then, a
picture that is missing or broken when its item is asked for. `docs/evaluation.md` shows the layouts.
"""

from leffa.data.deep_fashion import deep_fashion
from leffa.data.dress_code import dress_code
from leffa.data.files import Split
from leffa.data.items import PoseData, PoseItem, TryOnData, TryOnFiles, TryOnItem
from leffa.data.own import own_photos
from leffa.data.viton_hd import viton_hd

__all__ = [
    "PoseData",
    "PoseItem",
    "Split",
    "TryOnData",
    "TryOnFiles",
    "TryOnItem",
    "deep_fashion",
    "dress_code",
    "own_photos",
    "viton_hd",
]
