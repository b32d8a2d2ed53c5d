"""What `python -m nas.search` is: arguments, resolve, drive, farewell; `live` is what one sees."""
