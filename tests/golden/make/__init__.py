"""Parts of make_golden.py: one module per file under data/."""
