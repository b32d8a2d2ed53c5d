"""How runs are told apart: by Okabe & Ito's colours, and by shape where colour is lost."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "star")  # plotly's names
MARKERS = ("o", "D", "s", "^", "X", "*")  # matplotlib's, in the same order
DASHES = ("solid", "dash", "dot", "dashdot")
LINES = ("-", "--", ":", "-.")
