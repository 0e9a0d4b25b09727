"""A classifier of a few numbers that takes red pictures for unsafe, saved as a real one is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

LABELS = {0: "safe", 1: "nsfw"}


def save_tiny_classifier(folder: Path, labels: dict[int, str] = LABELS) -> None:
    """A network with the layers of a ResNet, and weights by which it measures how red a picture is."""
    import torch
    from transformers import ResNetConfig, ResNetForImageClassification
    from transformers.models.convnext import ConvNextImageProcessorPil

    config = ResNetConfig(
        embedding_size=4,
        hidden_sizes=[4],
        depths=[1],
        layer_type="basic",
        id2label=labels,
        label2id={label: number for number, label in labels.items()},
    )
    model = ResNetForImageClassification(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Normalisation stays the identity, all else is nothing.
            parameter.fill_(1.0 if name.endswith("normalization.weight") else 0.0)
        seeing: Any = model.resnet.embedder.embedder.convolution.weight
        # The middle of the window: red without green and blue.
        seeing[0, :, 3, 3] = torch.tensor([1.0, -0.5, -0.5])
        deciding: Any = model.classifier[1]
        deciding.weight[1, 0] = 20.0
        deciding.bias[1] = -10.0
    model.save_pretrained(folder)
    ConvNextImageProcessorPil(
        size={"shortest_edge": 32}, crop_pct=1.0, image_mean=[0.0] * 3, image_std=[1.0] * 3
    ).save_pretrained(folder)
