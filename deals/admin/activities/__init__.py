"""What staff see of activities: their day, the log box, lists, pages, the calendar, reminders and their own wishes."""

from deals.admin.activities import admin, calendar, care, keeping, my_day, reminders, wishes

__all__ = ["admin", "calendar", "care", "keeping", "my_day", "reminders", "wishes"]
