"""How to search: knobs, budgets, samplers, studies and proxy trainings, for any search space found by name."""
