"""Table 8 of arXiv:2406.08859 again: what each design choice adds to nano."""
