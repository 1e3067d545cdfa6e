"""What each listener gets, in which order: designs, trials, and what an answer must look like."""
