"""The work: the job desk, its quotas and its queue. Front ends and workers come in by `tasks.desk`."""
