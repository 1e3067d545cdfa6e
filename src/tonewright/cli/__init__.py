"""The command line: one thin module per verb. Data go to standard output, everything else to standard error."""
