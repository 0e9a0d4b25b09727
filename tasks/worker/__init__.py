"""The GPU worker: hears bells, claims the fairest job, makes its picture, and says how it went."""
