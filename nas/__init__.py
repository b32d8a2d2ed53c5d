"""How to search any space found by name: knobs, budgets, samplers, studies, proxy trainings."""
