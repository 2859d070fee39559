"""Every signal that campaigns announces. Payloads hold ids and plain values; ``subject`` is the row it is about."""

from config.integrations.announcing import EventSignal

# Sent by campaigns.segments, in batches of at most a thousand contacts.
segment_entered = EventSignal("campaigns.segment_entered", provides={"contacts": "ids", "rule_version": "number"})
segment_left = EventSignal("campaigns.segment_left", provides={"contacts": "ids", "rule_version": "number"})
# Sent by campaigns.plans.
plan_moved = EventSignal("campaigns.plan_moved", provides={"from_state": "code", "to_state": "code"})
# Sent by campaigns.execution.
campaign_moved = EventSignal("campaigns.campaign_moved", provides={"from_state": "code", "to_state": "code"})
# Sent by campaigns.budgets.
budget_warned = EventSignal(
    "campaigns.budget_warned", provides={"level": "near or over", "planned": "decimal as text", "used": "the same"}
)
cost_moved = EventSignal("campaigns.cost_moved", provides={"from_state": "code", "to_state": "code"})
# Sent by campaigns.capture.
touch_recorded = EventSignal(
    "campaigns.touch_recorded", provides={"contact": "id or null", "campaign": "id", "kind": "code of the kind"}
)
form_accepted = EventSignal(
    "campaigns.form_accepted", provides={"form": "id", "contact": "id", "touch": "id", "is_new": "contact was made"}
)
# Sent by campaigns.qualification.
mql_made = EventSignal("campaigns.mql_made", provides={"plan": "id", "segment": "id"})
lead_accepted = EventSignal("campaigns.lead_accepted", provides={"owner": "id of the rep"})
# Sent by campaigns.experiments.
experiment_moved = EventSignal("campaigns.experiment_moved", provides={"from_state": "code", "to_state": "code"})
# Sent by campaigns.attribution.
attribution_made = EventSignal("campaigns.attribution_made", provides={"model": "id", "version": "number"})
