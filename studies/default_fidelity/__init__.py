"""Does a fidelity rank networks, or only draw noise? The pilot behind the search's default."""
