"""Which pictures are kept, and why: what people save, and what their jobs need."""
