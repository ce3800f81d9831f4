"""The public site, and the addresses that lead somewhere else."""
