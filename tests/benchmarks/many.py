"""Many contacts and deals, written by SQL in seconds: names, addresses, jobs, ledgers, histories of stages."""

import os

from django.db import connection

CONTACTS = int(os.environ.get("BENCHMARK_CONTACTS", "100000"))
DEALS = int(os.environ.get("BENCHMARK_DEALS", "20000"))
COMPANIES, OWNERS = max(1, CONTACTS // 20), 20

_FIRST = "ARRAY['sri','budi','nguyen','tran','made','putri','agus','dewi','pham','wayan','lestari','hoang']"
_LAST = "ARRAY['wulandari','santoso','thi lan','van hau','suardana','handayani','prasetyo','minh anh','nurjanah']"

_STATEMENTS = (
    """
    INSERT INTO contacts_user (password, email, name, time_zone, language, role_id, team_id, is_active, is_service,
                               is_superuser, external_id, created_at, updated_at)
    SELECT '', 'owner' || n || '@tandem.test', 'Owner ' || n, 'Asia/Jakarta', 'en',
           (SELECT id FROM contacts_role WHERE code = 'sales-rep'), NULL, true, false, false, '', now(), now()
      FROM generate_series(1, %(owners)s) AS n
    """,
    """
    INSERT INTO contacts_company (name, legal_form, tax_number, domain, industry, annual_revenue_currency, street,
                                  postal_code, city, region, country, folded, folded_industry, owner_id, external_id,
                                  archived_reason, created_at, updated_at)
    SELECT 'Company ' || n, 'PT', '', '', 'Industry ' || n %% 12, '', '', '', '', '', 'ID', 'company ' || n,
           'industry ' || n %% 12,
           (SELECT min(id) FROM contacts_user WHERE email LIKE 'owner%%') + n %% %(owners)s, '', '',
           now() - n * interval '1 hour', now()
      FROM generate_series(1, %(companies)s) AS n
    """,
    f"""
    INSERT INTO contacts_contact (full_name, preferred_name, family_name, language, country, time_zone, source,
                                  source_detail, folded, owner_id, external_id, archived_reason, created_at, updated_at)
    SELECT initcap(name), '', '', 'id', 'ID', 'Asia/Jakarta', 'web', '', name || ' ' || n, owner, '', '',
           now() - n * interval '5 minutes', now()
      FROM (SELECT n, ({_FIRST})[1 + n %% 12] || ' ' || ({_LAST})[1 + n %% 9] AS name,
                   (SELECT min(id) FROM contacts_user WHERE email LIKE 'owner%%') + n %% %(owners)s AS owner
              FROM generate_series(1, %(contacts)s) AS n) AS people
    """,
    """
    INSERT INTO contacts_contactemail (contact_id, address, is_primary, is_live, folded)
    SELECT id, address, true, true, address
      FROM (SELECT id, 'c' || id || '@mail' || id %% 50 || '.example' AS address FROM contacts_contact) AS addresses
    """,
    """
    INSERT INTO contacts_contactphone (contact_id, number, kind, is_primary)
    SELECT id, '+62812' || lpad(id::text, 8, '0'), 'mobile', true FROM contacts_contact
    """,
    """
    INSERT INTO contacts_employment (contact_id, company_id, role, folded_role, is_primary, created_at, updated_at)
    SELECT c.id, (SELECT min(id) FROM contacts_company) + c.id %% %(companies)s, 'Buyer', 'buyer', true, now(), now()
      FROM contacts_contact c WHERE c.id %% 5 > 0
    """,
    # The ledger's triggers write each stage.
    """
    INSERT INTO contacts_lifecyclechange (contact_id, from_stage, to_stage, highest, at, recorded_at, cause_kind, cause,
                                          cause_type)
    SELECT id, '', (ARRAY['subscriber','lead','mql','sql'])[1 + id %% 4], 'sql', created_at, now(), 'added', 'Made', ''
      FROM contacts_contact
    """,
    """
    INSERT INTO deals_deal (name, owner_id, pipeline_id, stage_id, stage_since, outcome, company_id, currency_id,
                            amount, opened_on, closed_on, loss_note, external_id, folded, created_at, updated_at)
    SELECT 'Deal ' || n, (SELECT min(id) FROM contacts_user WHERE email LIKE 'owner%%') + n %% %(owners)s, p.id,
           (SELECT id FROM deals_stage WHERE pipeline_id = p.id AND position = n %% 5), now(),
           (ARRAY['open','won','lost'])[1 + n %% 3], (SELECT min(id) FROM contacts_company) + n %% %(companies)s, 'USD',
           n * 7 %% 90000, current_date - 60 - n %% 300,
           CASE WHEN n %% 3 > 0 THEN current_date - n %% 60 END, '', '', 'deal ' || n,
           now() - n * interval '20 minutes', now()
      FROM generate_series(1, %(deals)s) AS n, (SELECT id FROM deals_pipeline WHERE is_default) AS p
    """,
    """
    INSERT INTO deals_dealcontact (deal_id, contact_id, role, created_at, updated_at)
    SELECT id, (SELECT min(id) FROM contacts_contact) + id * 3 %% %(contacts)s, 'buys', now(), now() FROM deals_deal
    """,
)


def write_many() -> None:
    """Write them all, and let the planner know."""
    sizes = {"contacts": CONTACTS, "deals": DEALS, "companies": COMPANIES, "owners": OWNERS}
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement, sizes)
        cursor.execute("ANALYZE")
