"""A run as one page that needs no network, with its pictures: `page` and `pictures` write them."""
