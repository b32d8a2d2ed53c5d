"""What optuna-dashboard shows of a run beside its own plots: notes, figures, diagrams.

They are attributes of the study, which trials never notice; `written` writes them.
"""
