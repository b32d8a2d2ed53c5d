"""What may be built: each space joins blocks to the search, knobs -> configuration -> nn.Module."""
