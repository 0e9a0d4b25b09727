"""Pictures at rest: encrypted, named by their owner and content, behind any address that fsspec knows."""
