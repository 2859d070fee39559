"""What marketing does: research, segments, plans, budgets, campaigns with touches and forms, A/B tests, attribution.

Owns: Channel; Study, Finding, Persona; Segment with its members; MarketingPlan with its 4 Ps; BudgetLine, Commitment,
Cost; Campaign with tasks, content and members; TrackedLink, WebForm, Touch; Experiment; AttributionModel with shares.
Announces: see ``signals``. Orders ``contacts``: a lead, its consents, its lifecycle. Orders ``deals``: tasks.
Listens to: see ``receivers``. Registers with ``contacts``: panels, timeline entries, import kinds.
"""
