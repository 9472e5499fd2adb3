"""The mathematics of meta-analysis: numpy arrays in, numbers out. It knows nothing of Evergreen."""
