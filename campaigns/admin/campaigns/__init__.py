"""What staff see of campaigns: their list, their page, the calendar."""
