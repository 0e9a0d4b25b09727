"""The life of a job, from submission to delivery, and the fair queue."""
