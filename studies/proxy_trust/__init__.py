"""Which cheaper training, and which score without any, ranks networks as a dearer training does."""
