"""What `python -m nas.search` does, in order: arguments, resolve, drive; `live` is what a person sees."""
