"""How the page and the picture look alike: colours, words of the legend, proportion."""

# Okabe & Ito's colours, told apart with every common colour vision; grey for what is background.
FRONT_COLOUR, PUBLISHED_COLOUR, TRIAL_COLOUR = "#0072B2", "#D55E00", "#9A9A9A"
# Pale, so that bars are seen upon them; the latter is the front's with an opacity of 6 %.
STEP_COLOUR, DOMINATED_COLOUR = "#9CC7E0", "#0072B20F"
INK, GREY, LINE, GRID = "#222222", "#666666", "#AAAAAA", "#E6E6E6"
SEARCHED, PUBLISHED = "searched", "published, trained alike"
ALONE = "front"  # where nothing can be said of its gains
CHEAPEST = "front: the cheapest"
SOLID, HOLLOW = "front: the cheapest, or gain beyond noise", "front: gain within noise"
ASPECT = (10.0, 6.25)  # inches of the picture; the page keeps the proportion where it can
