"""What campaigns tells the floor and the apps below when it is ready: permissions, and what each area offers."""

from campaigns.admin import homes
from campaigns.admin.attribution import offering as attribution_pages
from campaigns.admin.budgets import parts as budget_parts
from campaigns.admin.campaigns import offering as campaign_pages
from campaigns.admin.capture import offering as capture_pages
from campaigns.admin.experiments import offering as experiment_pages
from campaigns.admin.plans import offering as plan_pages
from campaigns.admin.research import offering as research_pages
from campaigns.admin.results import parts as results_pages
from campaigns.admin.segments import offering as segment_pages
from campaigns.attribution import proving as attribution_proofs
from campaigns.budgets import registering as budgets
from campaigns.capture import registering as capture
from campaigns.capture import segmenting as touches_in_segments
from campaigns.experiments import registering as experiments
from campaigns.importing.costs import CostsKind
from campaigns.importing.touches import TouchesKind
from campaigns.models import AttributionModel, AttributionRun
from campaigns.policy.models import MarketingPolicy
from campaigns.results import goals as results
from campaigns.segments import offering as segments
from config.common.demo import register_part
from config.common.remembering import forget_with
from config.integrations.models import EventQuerySet
from contacts.imports.kinds import register_kind
from contacts.staff.roles import FINANCE, INTEGRATION, MARKETER, READ_ONLY, SALES_MANAGER, SALES_REP, offer

_MARKETING = (
    "channel", "study", "finding", "persona", "segment", "handpick", "marketingplan", "plangoal", "strategy",
    "planitem", "plananswer", "campaign", "campaigngoal", "campaigntask", "contentitem", "memberstatus",
    "campaignmember", "budgetline", "commitment", "cost", "costdocument", "trackedlink", "utmterm", "utmalias",
    "webform", "formfield", "formconsent", "experiment", "variant", "attributionmodel",
)  # fmt: skip
_READ = (
    "segmentmember", "segmentrefresh", "planchange", "campaignchange", "memberchange", "touch", "visitor",
    "submission", "budgetwatch", "assignment", "experimentchange", "attributionrun", "rundeal", "share",
    "marketingpolicy",
)  # fmt: skip
# What may be taken out again: parts that were chosen, not facts.
_PARTS = (
    "handpick", "plangoal", "strategy", "planitem", "plananswer", "finding", "campaigngoal", "contentitem",
    "memberstatus", "campaignmember", "budgetline", "utmalias", "formfield", "formconsent", "variant",
)  # fmt: skip
# What sellers and finance read of marketing.
_FOR_SELLERS = ("channel", "persona", "campaign", "campaignmember", "memberstatus", "touch", "contentitem")
_SHARED = ("attributionmodel", "attributionrun", "rundeal", "share")
_FOR_FINANCE = (
    "channel",
    "marketingplan",
    "plangoal",
    "strategy",
    "planitem",
    "plananswer",
    "campaign",
    "budgetline",
    "commitment",
    "cost",
    "costdocument",
)


def register() -> None:
    """Register everything; called once by ``ready``."""
    register_part("campaigns.demo.writing.write")
    forget_with(AttributionModel, AttributionRun, MarketingPolicy)
    homes.register()
    campaign_pages.register()
    budget_parts.register()
    attribution_pages.register()
    attribution_proofs.register()
    EventQuerySet.register_subject(AttributionRun)
    plan_pages.register()
    results.register()
    results_pages.register()
    research_pages.register()
    segment_pages.register()
    budgets.register()
    register_kind(CostsKind())
    register_kind(TouchesKind())
    capture.register()
    capture_pages.register()
    segments.register()
    touches_in_segments.register()
    experiments.register()
    experiment_pages.register()
    marketers = (MARKETER, SALES_MANAGER, INTEGRATION)
    offer((*marketers, READ_ONLY), [f"campaigns.view_{model}" for model in (*_MARKETING, *_READ)])
    offer((MARKETER, INTEGRATION), [f"campaigns.{verb}_{model}" for model in _MARKETING for verb in ("add", "change")])
    offer((MARKETER, INTEGRATION), [f"campaigns.delete_{model}" for model in _PARTS])
    offer((MARKETER, INTEGRATION), ["campaigns.add_touch", "campaigns.add_submission", "campaigns.add_attributionrun"])
    offer((MARKETER,), ["campaigns.change_marketingpolicy"])
    offer((SALES_MANAGER,), ["campaigns.approve_marketingplan", "campaigns.approve_cost"])
    offer((SALES_REP,), [f"campaigns.view_{model}" for model in _FOR_SELLERS])
    offer((FINANCE,), [f"campaigns.view_{model}" for model in (*_FOR_FINANCE, "touch", *_SHARED)])
    offer((FINANCE,), [f"campaigns.{verb}_{model}" for model in ("commitment", "cost") for verb in ("add", "change")])
    offer((FINANCE,), ["campaigns.approve_cost"])
