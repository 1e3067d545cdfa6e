"""What listening experiments show: screening, statistics with their limits, reports that claim no more than these."""
