"""A search as an Optuna study: its settings, its folder, what comes next, what is remembered."""
