"""Does a search that is told nothing of the published networks find their like by itself?"""
