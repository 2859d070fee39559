"""Attribution in the admin: models side by side, shares with why, and where the money of a deal came from."""
