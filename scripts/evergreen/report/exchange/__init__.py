"""Files that other programs read and write: RevMan Web's tables of studies, results and risk of bias (both ways), and robvis's."""
