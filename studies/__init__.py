"""Questions asked of the spaces, each a module that anyone can run again."""
