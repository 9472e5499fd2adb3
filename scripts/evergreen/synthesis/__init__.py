"""Effects of studies and what they are together: effect sizes, models, heterogeneity, influence, small-study effects."""
