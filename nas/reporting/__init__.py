"""What a study found, for people: the front, the noise behind it, tables, a page and a picture.

`front` and `noise` compute, `tables`, `console`, `page` and `picture` write; import them by module,
since drawing loads large libraries.
"""
