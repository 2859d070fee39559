"""Re-exports the models of this slice."""

from deals.activities.activity import Activity, ActivityAttendee, ActivityChange
from deals.activities.care import CarePlan, CareStep
from deals.activities.reminder import CalendarFeed, FollowUpSettings, Reminder, ReminderDelivery

__all__ = [
    "Activity",
    "ActivityAttendee",
    "ActivityChange",
    "CalendarFeed",
    "CarePlan",
    "CareStep",
    "FollowUpSettings",
    "Reminder",
    "ReminderDelivery",
]
