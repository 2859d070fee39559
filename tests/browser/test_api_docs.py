"""The API's own page in a real browser: drawn from here alone, and its requests work for whoever is signed in."""


def test_the_page_shows_the_api_without_an_outside_request(page_as):
    page = page_as("admin")

    page.goto("/api/docs/")
    deals = page.locator("#operations-tag-deals")
    deals.click()
    page.get_by_text("/api/v1/deals/{id}/win/").wait_for()

    assert page.locator(".opblock-tag").count() > 30
    assert "Tandem API" in page.locator(".info .title").inner_text()


def test_a_request_can_be_tried_from_the_page(page_as):
    page = page_as("admin")
    page.goto("/api/docs/")
    page.locator("#operations-tag-currencies").click()
    operation = page.locator("#operations-currencies-currencies_list")
    operation.locator(".opblock-summary-control").first.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()

    answer = operation.locator(".live-responses-table .microlight, .live-responses-table pre").last
    answer.wait_for()

    assert "IDR" in operation.locator(".live-responses-table").inner_text()
