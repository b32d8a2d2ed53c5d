"""Which sampler finds the front with fewest evaluations? A race on tables and on made problems."""
